// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {IAgentMarket, Offer} from "../../src/interfaces/market/IAgentMarket.sol";
import {IVerifierHub, Replay} from "../../src/interfaces/market/IVerifierHub.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {MarketTest} from "./MarketTest.sol";

contract AgentMarketTest is MarketTest {
    function _hire(Offer memory offer, uint256 value) private returns (uint256 id, uint256 booking) {
        uint256 listing = _list(offer);
        booking = _book(_pay(PAYEE, 1e18));
        vm.prank(owner);
        id = MARKET.hire{value: value}(listing, account, booking);
    }

    function test_list_wantsBondRequestAndAuthor() public {
        Offer memory offer = _offer();
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NotAuthor.selector, address(this)));
        MARKET.list(offer);
        offer.validation = keccak256("none");
        vm.prank(AUTHOR);
        vm.expectRevert();
        MARKET.list(offer);
        offer = _offer();
        offer.profitBps = 5_001;
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.BadOffer.selector, bytes32("profitBps")));
        MARKET.list(offer);
        vm.prank(AUTHOR);
        MARKET.unbond(agentId);
        offer = _offer();
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NoBond.selector, 1 ether));
        MARKET.list(offer);
    }

    /// A model that its owner advises against is taken up by nobody once the notice is over, and taken from nobody.
    function test_deprecatedModel_staysWithThoseWhoHaveIt() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        uint256 listing = MARKET.hireOf(id).listing;
        uint64 from = uint64(_now() + 7 days);
        bytes memory call = abi.encodeCall(IModelRegistry.deprecatedFrom, (MODEL));
        vm.mockCall(Predeploys.MODEL_REGISTRY, call, abi.encode(from));
        Offer memory offer = _offer();
        vm.warp(from - 1);
        uint256 last = _list(offer);
        vm.warp(from);
        bytes memory reason = abi.encodeWithSelector(IAgentMarket.ModelDeprecated.selector, MODEL, from);
        vm.prank(AUTHOR);
        vm.expectRevert(reason);
        MARKET.list(offer);
        vm.startPrank(owner);
        vm.expectRevert(reason);
        MARKET.upgrade(id, last, booking);
        vm.stopPrank();
        _run(booking);
        vm.assertTrue(MARKET.collect(id) >= offer.perRun);
        // Another booking of what was hired.
        booking = _book(_pay(PAYEE, 1e18));
        vm.startPrank(owner);
        MARKET.upgrade(id, listing, booking);
        MARKET.end(id);
        vm.expectRevert(reason);
        MARKET.hire(listing, account, booking);
        vm.stopPrank();
    }

    function test_runs_arePaidOnce() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        _run(booking);
        _run(booking);
        vm.assertEq(MARKET.collect(id), 0.002 ether);
        vm.assertEq(MARKET.collect(id), 0);
        vm.assertEq(MARKET.balanceOf(AUTHOR), 0.002 ether);
        vm.warp(_now() + 2 days + 1 hours);
        vm.assertEq(MARKET.collect(id), 0.02 ether);
        vm.prank(AUTHOR);
        vm.assertEq(MARKET.withdraw(payable(AUTHOR)), 0.022 ether);
    }

    function test_refusedRuns_areFree() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        cashValuer.set(0);
        _run(booking);
        vm.assertEq(MARKET.collect(id), 0);
    }

    function test_fees_stayUnderThePolicysAllowance() public {
        Offer memory offer = _offer();
        offer.perRun = 0.6 ether;
        (uint256 id, uint256 booking) = _hire(offer, 10 ether);
        _run(booking);
        vm.assertEq(MARKET.collect(id), 0.6 ether);
        _run(booking);
        // The allowance is one ether a day.
        vm.assertEq(MARKET.collect(id), 0);
        vm.warp(_now() + 1 days);
        vm.assertEq(MARKET.collect(id), 0.6 ether + offer.perPeriod);
    }

    function test_end_returnsTheRestWhateverThePolicySays() public {
        Offer memory offer = _offer();
        offer.perRun = 2 ether;
        (uint256 id, uint256 booking) = _hire(offer, 10 ether);
        _run(booking);
        vm.prank(owner);
        POLICY.revoke(account);
        vm.prank(owner);
        MARKET.end(id);
        vm.assertEq(MARKET.balanceOf(owner), 10 ether);
        vm.assertEq(MARKET.balanceOf(AUTHOR), 0);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NotHired.selector, id));
        MARKET.collect(id);
    }

    function _gain(uint256 bps) private {
        // Both assets of the account are worth more: 1,000 of each.
        assetValuer.set(1e18 + 2 * 1e14 * bps);
    }

    function test_profit_isSharedAtTheLowerValueOncePerPeriod() public {
        Offer memory offer = _offer();
        (offer.perRun, offer.perPeriod) = (0, 0);
        (uint256 id, uint256 booking) = _hire(offer, 10 ether);
        etherValuer.set(2_000e18);
        _run(booking);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.TooEarly.selector, _now() + 1 days));
        MARKET.observe(id);
        vm.warp(_now() + 1 days);
        _gain(500);
        uint256 seen = MARKET.observe(id);
        // A spike between observation and share changes nothing.
        _gain(5_000);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.TooEarly.selector, _now() + 30 minutes));
        MARKET.share(id);
        vm.warp(_now() + 30 minutes);
        (uint256 units,) = RUNNER.accountOf(account);
        uint256 wanted = (seen - MARKET.hireOf(id).high) * units / 1e18 / 10 * 1e18 / 2_000e18;
        uint256 amount = MARKET.share(id);
        vm.assertTrue(amount != 0 && amount <= wanted && wanted - amount < 1e6);
        vm.assertEq(uint256(MARKET.hireOf(id).high), seen);
        vm.expectRevert();
        MARKET.share(id);
    }

    function test_profit_belowTheHighestIsFree() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 10 ether);
        _run(booking);
        vm.warp(_now() + 1 days);
        assetValuer.set(0.5e18);
        MARKET.observe(id);
        vm.warp(_now() + 1 hours);
        _gain(1_000);
        vm.assertEq(MARKET.share(id), 0);
    }

    function test_upgrade_needsTheHirer() public {
        (uint256 id,) = _hire(_offer(), 1 ether);
        uint256 second = _list(_offer());
        uint256 booking = _book(_pay(PAYEE, 2e18));
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NotHirer.selector, AUTHOR));
        MARKET.upgrade(id, second, booking);
        vm.prank(owner);
        MARKET.shadow(id, second);
        vm.assertEq(MARKET.hireOf(id).shadow, second);
        vm.prank(owner);
        MARKET.upgrade(id, second, booking);
        vm.assertEq(MARKET.hireOf(id).listing, second);
    }

    function test_close_keepsThoseWhoHaveIt() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        vm.prank(AUTHOR);
        MARKET.close(1);
        _run(booking);
        vm.assertEq(MARKET.collect(id), 0.001 ether);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.BadHire.selector, account));
        MARKET.hire(1, account, booking);
    }

    function test_accuse_costsTheBond() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        _run(booking);
        MARKET.collect(id);
        vm.expectRevert(IAgentMarket.NotProved.selector);
        MARKET.accuse(1, 0, "");
        // A context for which the strategy asks another model.
        bytes memory context = abi.encode(keccak256("another"), new Action[](0));
        uint256 burnt = address(0).balance;
        MARKET.accuse(1, 0, context);
        vm.assertEq(address(0).balance - burnt, 0.5 ether);
        vm.assertEq(MARKET.reward(id), 0.5 ether);
        vm.assertEq(MARKET.balanceOf(owner), 0.5 ether);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NotHired.selector, id));
        MARKET.reward(id);
        _run(booking);
        vm.assertEq(MARKET.collect(id), 0);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NoBond.selector, 0));
        MARKET.accuse(1, 0, context);
    }

    function test_bond_comesBackAfterTheNotice() public {
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.NoBond.selector, 1 ether));
        MARKET.returnBond(agentId, payable(AUTHOR));
        vm.prank(AUTHOR);
        MARKET.unbond(agentId);
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentMarket.TooEarly.selector, _now() + 14 days));
        MARKET.returnBond(agentId, payable(AUTHOR));
        vm.warp(_now() + 14 days);
        vm.prank(AUTHOR);
        MARKET.returnBond(agentId, payable(AUTHOR));
        vm.assertEq(AUTHOR.balance, 101 ether);
    }

    function test_summary_countsPayingHirersOnly() public {
        (uint256 id, uint256 booking) = _hire(_offer(), 1 ether);
        REPUTATION.giveFeedback(agentId, 100, 0, "", "", "", "", 0);
        vm.prank(owner);
        REPUTATION.giveFeedback(agentId, 20, 0, "", "", "", "", 0);
        (uint64 count,,, uint256 hirers) = MARKET.summary(agentId, "", "", 0, 10);
        vm.assertEq(uint256(count) + hirers, 0);
        _run(booking);
        MARKET.collect(id);
        int128 value;
        (count, value,, hirers) = MARKET.summary(agentId, "", "", 0, 10);
        vm.assertEq(uint256(count), 1);
        vm.assertEq(hirers, 1);
        vm.assertEq(int256(value), 20);
    }

    function _replay(bytes32 outputHash, bool passed) private pure returns (Replay memory) {
        return Replay(keccak256("tx"), MODEL, keccak256(abi.encode(_inputs())), outputHash, passed);
    }

    function _inputs() private pure returns (IInference.Tensor[] memory inputs) {
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f");
        inputs[0].shape[0] = 1;
    }

    function test_hub_answersWithTheShareThatPassed() public {
        bytes32 truth = keccak256(abi.encode(inference.infer(MODEL, _inputs())));
        vm.expectRevert(abi.encodeWithSelector(IVerifierHub.NotBonded.selector, address(this)));
        HUB.post(REQUEST, _replay(truth, true), "");
        HUB.join{value: 0.1 ether}();
        HUB.post(REQUEST, _replay(truth, true), "");
        HUB.post(REQUEST, _replay(truth, true), "");
        HUB.post(REQUEST, _replay(keccak256("lie"), false), "");
        (,, uint8 response,,,) = VALIDATION.getValidationStatus(REQUEST);
        vm.assertEq(uint256(response), 66);
        vm.expectRevert(IVerifierHub.NotRefuted.selector);
        HUB.refute(REQUEST, 0, _inputs());
        uint256 before = PAYEE.balance;
        vm.prank(PAYEE);
        HUB.refute(REQUEST, 2, _inputs());
        vm.assertEq(PAYEE.balance - before, 0.05 ether);
        (,, response,,,) = VALIDATION.getValidationStatus(REQUEST);
        vm.assertEq(uint256(response), 100);
    }

    function test_hub_bondComesBackAfterTheNotice() public {
        vm.deal(PAYEE, 1 ether);
        vm.prank(PAYEE);
        HUB.join{value: 1 ether}();
        vm.prank(PAYEE);
        HUB.leave();
        vm.prank(PAYEE);
        vm.expectRevert(abi.encodeWithSelector(IVerifierHub.TooEarly.selector, _now() + 14 days));
        HUB.takeBond(payable(PAYEE));
        vm.warp(_now() + 14 days);
        vm.prank(PAYEE);
        HUB.takeBond(payable(PAYEE));
        vm.assertEq(PAYEE.balance, 1 ether);
    }

    function test_gas_market() public {
        uint256 listing = _list(_offer());
        vm.snapshotGasLastCall("market", "list");
        uint256 booking = _book(_pay(PAYEE, 1e18));
        vm.prank(owner);
        uint256 id = MARKET.hire{value: 1 ether}(listing, account, booking);
        vm.snapshotGasLastCall("market", "hire");
        _run(booking);
        MARKET.collect(id);
        vm.snapshotGasLastCall("market", "collect: the first run");
    }
}
