// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Venue} from "./helpers/Mocks.sol";

/// @dev A hostile author who is also the counterparty: whatever it decides, it takes no more than the policy permits.
contract AgentInvariantTest is AgentTest {
    uint256 private _begin;
    uint256 private _lost;
    bytes4[] private _selectors;

    function setUp() public override {
        super.setUp();
        _begin = _now();
        _assertExecuted(_swap(1, 1));
    }

    /// @dev What forge calls at random: this contract's attacks.
    function targetContracts() external view returns (address[] memory) {
        return _one(address(this));
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(this);
        list[0].selectors = new bytes4[](5);
        list[0].selectors[0] = this.attackBySwap.selector;
        list[0].selectors[1] = this.attackByPayment.selector;
        list[0].selectors[2] = this.attackByMany.selector;
        list[0].selectors[3] = this.donate.selector;
        list[0].selectors[4] = this.wait_.selector;
    }

    function attackBySwap(uint96 amount, uint16 bps, uint8 trick) external {
        uint256 amountIn = amount % 100e18;
        venue.play(Venue.Trick(trick % 6), 1);
        _go(_swap(amountIn, amountIn * (9_800 + bps % 300) / 10_000));
    }

    function attackByPayment(uint96 amount) external {
        _go(_pay(PAYEE, amount % 100e18));
    }

    /// @dev Ten payments that together want a whole bucket, at whatever point of the window this is.
    function attackByMany(uint96 amount) external {
        Action[] memory actions = new Action[](10);
        for (uint256 i = 0; i < 10; ++i) {
            actions[i] = _pay(PAYEE, 5e18 + amount % 10e18);
        }
        uint256 before = _value();
        _run(_book(MODEL, actions));
        _lost += before > _value() ? before - _value() : 0;
    }

    function donate(uint96 amount) external {
        cash.mint(account, amount % 1e18);
    }

    function wait_(uint32 time) external {
        vm.warp(_now() + time % 12 hours);
    }

    function _go(Action memory action) private {
        uint256 before = _value();
        _try(action);
        _lost += before > _value() ? before - _value() : 0;
    }

    function _value() private view returns (uint256) {
        return cash.balanceOf(account) + asset.balanceOf(account);
    }

    /// @dev B: what the loss budget holds and refills. Both prices are 1 throughout.
    function _bound() private view returns (uint256) {
        return LOSS_CAP + uint256(LOSS_CAP) * (_now() - _begin) / 1 days;
    }

    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 40
    function invariant_lossNeverExceedsTheBudget() external view {
        vm.assertTrue(_lost <= _bound());
        vm.assertEq(cash.allowance(account, address(venue)), 0);
    }

    /// The bound is tight: an agent that takes what it can get gets at least 90 % of it.
    function test_greedyAgent_reachesNinetyPercentOfTheBound() public {
        uint256 lost = 0;
        for (uint256 day = 0; day < 4; ++day) {
            for (uint256 i = 0; i < 6; ++i) {
                uint256 rest = RUNNER.left(account, 3);
                _assertExecuted(_pay(PAYEE, rest));
                lost += rest;
                vm.warp(_now() + 4 hours);
            }
        }
        vm.assertTrue(lost <= _bound() && lost * 10 >= _bound() * 9 - 10 * uint256(LOSS_CAP) / 6);
        vm.assertEq(cash.balanceOf(PAYEE), lost);
    }
}
