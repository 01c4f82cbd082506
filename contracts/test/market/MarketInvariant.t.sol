// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {Hire, Listing, Offer} from "../../src/interfaces/market/IAgentMarket.sol";
import {MarketTest} from "./MarketTest.sol";

/// @dev Hires come and go, runs are made, prices move, the author takes what it can at the worst moments, and breaches are shown. What was
/// put in, paid and burnt is counted here and held against the market's own books.
contract MarketInvariantTest is MarketTest {
    uint256 private _put;
    uint256 private _out;
    uint256 private _burnt;
    uint256 private _claimed;
    uint256 private _listing;
    uint256 private _hireId;
    uint256 private _booking;
    uint256 private _hires;
    uint256 private _listings;
    uint256[] private _funded;
    uint256[] private _lastShare;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory) {
        return _one(address(this));
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(this);
        list[0].selectors = new bytes4[](9);
        list[0].selectors[0] = this.go.selector;
        list[0].selectors[1] = this.collect.selector;
        list[0].selectors[2] = this.profit.selector;
        list[0].selectors[3] = this.fund.selector;
        list[0].selectors[4] = this.change.selector;
        list[0].selectors[5] = this.accuse.selector;
        list[0].selectors[6] = this.withdraw.selector;
        list[0].selectors[7] = this.wait_.selector;
        list[0].selectors[8] = this.rate.selector;
    }

    function setUp() public override {
        super.setUp();
        _put = 1 ether; // the bond
        (_funded, _lastShare) = (new uint256[](1), new uint256[](1));
        _listNew();
        _hireNew(1 ether);
    }

    function _listNew() private {
        _listing = _list(_offer());
        ++_listings;
    }

    function _hireNew(uint256 value) private {
        _booking = _book(_pay(PAYEE, 1));
        vm.prank(owner);
        _hireId = MARKET.hire{value: value}(_listing, account, _booking);
        _hires = _hireId;
        _put += value;
        _funded.push(value);
        _lastShare.push(0);
    }

    function go() external {
        _run(_booking);
    }

    function collect() external {
        uint256 before = MARKET.balanceOf(AUTHOR);
        if (MARKET.hireOf(_hireId).ended) return;
        uint256 amount = MARKET.collect(_hireId);
        vm.assertEq(MARKET.balanceOf(AUTHOR), before + amount);
    }

    /// @dev Observes at one price and takes the share at another.
    function profit(uint16 first, uint16 second, uint32 between) external {
        Hire memory hire = MARKET.hireOf(_hireId);
        if (hire.ended) return;
        etherValuer.set(2_000e18);
        assetValuer.set(0.5e18 + uint256(first) * 1e14);
        try MARKET.observe(_hireId) {} catch {}
        vm.warp(_now() + between % 2 days);
        assetValuer.set(0.5e18 + uint256(second) * 1e14);
        try MARKET.share(_hireId) returns (uint256 amount) {
            if (amount == 0) return;
            // Once per period, on a new height.
            vm.assertTrue(_now() >= _lastShare[_hireId] + 1 days);
            vm.assertTrue(MARKET.hireOf(_hireId).high > hire.high);
            _lastShare[_hireId] = _now();
            vm.assertTrue(amount <= hire.balance);
        } catch {}
        assetValuer.set(1e18);
        etherValuer.set(1e18);
    }

    function fund(uint64 value) external {
        if (MARKET.hireOf(_hireId).ended) return;
        vm.deal(address(this), value);
        MARKET.fund{value: value}(_hireId);
        _put += value;
        _funded[_hireId] += value;
    }

    /// @dev Ends and hires anew, or upgrades to another version.
    function change(bool upgrade) external {
        (uint256 bond,) = MARKET.bondOf(agentId);
        if (bond == 0) {
            vm.deal(address(this), 1 ether);
            MARKET.bond{value: 1 ether}(agentId);
            _put += 1 ether;
        }
        _listNew();
        if (upgrade && !MARKET.hireOf(_hireId).ended) {
            _booking = _book(_pay(PAYEE, 1));
            vm.prank(owner);
            MARKET.upgrade(_hireId, _listing, _booking);
            return;
        }
        if (!MARKET.hireOf(_hireId).ended) {
            vm.prank(owner);
            MARKET.end(_hireId);
        }
        vm.deal(owner, 100 ether);
        _hireNew(0.5 ether);
    }

    /// @dev A breach: half of the bond is burnt, half lies there for those who paid, or all is burnt where nobody did.
    function accuse() external {
        (uint256 bond,) = MARKET.bondOf(agentId);
        Listing memory before = MARKET.listingOf(_listing);
        uint256 nobody = address(0).balance;
        bytes memory context = abi.encode(keccak256("another"), new Action[](0));
        try MARKET.accuse(_listing, 0, context) {}
        catch {
            return;
        }
        uint256 toHirers = before.paid == 0 ? 0 : bond / 2;
        vm.assertEq(address(0).balance - nobody, bond - toHirers);
        vm.assertEq(uint256(MARKET.listingOf(_listing).reward), toHirers);
        _burnt += bond - toHirers;
        try MARKET.reward(_hireId) returns (uint256 amount) {
            vm.assertTrue(amount <= toHirers);
            _claimed += amount;
        } catch {}
    }

    function withdraw(bool author) external {
        address payee = author ? AUTHOR : owner;
        uint256 held = payee.balance;
        vm.prank(payee);
        uint256 amount = MARKET.withdraw(payable(payee));
        vm.assertEq(payee.balance - held, amount);
        _out += amount;
    }

    /// @dev Who acts for an agent does not rate it, neither in the registry nor in the market's summary.
    function rate() external {
        vm.prank(AUTHOR);
        vm.expectRevert();
        REPUTATION.giveFeedback(agentId, 100, 0, "", "", "", "", 0);
        vm.prank(owner);
        REPUTATION.giveFeedback(agentId, 50, 0, "", "", "", "", 0);
        (uint64 count,,, uint256 hirers) = MARKET.summary(agentId, "", "", 0, 10);
        vm.assertTrue(hirers <= 1 && (hirers != 0 || count == 0));
    }

    function wait_(uint32 time) external {
        vm.warp(_now() + time % 40 hours);
    }

    /// Value is conserved to the wei: what came in is with the hires, with payees, in the bond, set aside as rewards, burnt or out.
    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 50
    function invariant_valueIsConserved() external view {
        (uint256 held,) = MARKET.bondOf(agentId);
        uint256 rewards = 0;
        for (uint256 i = 1; i <= _listings; ++i) {
            rewards += MARKET.listingOf(i).reward;
        }
        for (uint256 i = 1; i <= _hires; ++i) {
            Hire memory hire = MARKET.hireOf(i);
            held += hire.balance;
            // Prepaid balances pay for everything.
            vm.assertTrue(uint256(hire.balance) + hire.paid <= _funded[i]);
        }
        held += MARKET.balanceOf(AUTHOR) + MARKET.balanceOf(owner) + rewards - _claimed;
        vm.assertEq(address(MARKET).balance, held);
        vm.assertEq(_put, held + _burnt + _out);
    }

    /// Runs and periods are paid once: never more than the runs that decided and the periods that passed.
    /// forge-config: default.invariant.runs = 4
    /// forge-config: default.invariant.depth = 50
    function invariant_nothingIsPaidTwice() external view {
        Hire memory hire = MARKET.hireOf(_hireId);
        (,, uint256 runs) = RUNNER.bookedFor(_booking);
        vm.assertTrue(hire.runs <= runs);
        vm.assertTrue(hire.since <= _now());
        Offer memory offer = MARKET.offerOf(hire.listing);
        uint256 most = runs * offer.perRun + (_now() - 1_800_000_000) / offer.period * offer.perPeriod;
        if (hire.booking == _booking && _lastShare[_hireId] == 0) vm.assertTrue(hire.paid <= most);
    }

    receive() external payable {}
}
