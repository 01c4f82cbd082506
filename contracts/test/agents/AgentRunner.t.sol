// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {L1Block} from "../../src/L2/L1Block.sol";
import {IL1Block} from "../../src/interfaces/IL1Block.sol";
import {AssetTerms, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {IRuleChecks} from "../../src/interfaces/agents/IRuleChecks.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {IStrategyRegistry, Read} from "../../src/interfaces/agents/IStrategyRegistry.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {FloodingStrategy, Venue} from "./helpers/Mocks.sol";

contract AgentRunnerTest is AgentTest {
    function test_run_swapsAsTheAccount_andLeavesNoApproval() public {
        _assertExecuted(_swap(10e18, 10e18));
        vm.assertEq(cash.balanceOf(account), 990e18);
        vm.assertEq(asset.balanceOf(account), 1010e18);
        vm.assertEq(cash.allowance(account, address(venue)), 0);
        vm.assertEq(inference.asker(), account);
        vm.assertEq(inference.model(), MODEL);
    }

    function test_run_refusedActionLeavesTheOthersAndItsRecord() public {
        Action[] memory actions = new Action[](3);
        (actions[0], actions[1], actions[2]) = (_swap(10e18, 10e18), _pay(address(1), 1), _pay(PAYEE, 5e18));
        uint256 booking = _book(MODEL, actions);
        vm.expectEmit(address(RUNNER));
        emit IAgentRunner.ActionRefused(account, booking, 1, "arguments", 0, actions[1]);
        vm.expectEmit(address(RUNNER));
        emit IAgentRunner.RunCompleted(account, booking, 2, 1);
        vm.prank(OPERATOR);
        (uint256 executed, uint256 refused) = RUNNER.run(booking);
        vm.assertEq(executed, 2);
        vm.assertEq(refused, 1);
        vm.assertEq(cash.balanceOf(PAYEE), 5e18);
        vm.assertEq(cash.balanceOf(address(1)), 0);
    }

    function test_run_startedByAnyoneElse_reverts() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, address(this)));
        RUNNER.run(booking);
        address[3] memory starters = [Predeploys.SCHEDULER, owner, OPERATOR];
        for (uint256 i = 0; i < starters.length; ++i) {
            vm.prank(starters[i]);
            RUNNER.run(booking);
        }
        vm.assertEq(cash.balanceOf(PAYEE), 3);
    }

    function test_book_bySomebodyElse_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, OPERATOR));
        vm.prank(OPERATOR);
        RUNNER.book(account, address(strategy), new bytes[](1));
    }

    function test_act_fromOutside_reverts() public {
        IAgentRunner.Frame memory frame;
        frame.account = account;
        vm.prank(Predeploys.AGENT_RUNNER);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.OnlySelf.selector));
        IRuleChecks(Predeploys.RULE_CHECKS).act(frame, "", _pay(PAYEE, 1));
    }

    function test_run_cancelledBooking_isRefused() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(owner);
        RUNNER.cancelBooking(booking);
        (bytes32 rule,) = _run(booking);
        vm.assertEq(rule, "booking");
    }

    function test_target_privilegedOrUnlisted_isRefused() public {
        address[10] memory targets = [
            account,
            Predeploys.AGENT_RUNNER,
            Predeploys.AGENT_POLICY,
            Predeploys.INFERENCE,
            Predeploys.ENTRY_POINT,
            Predeploys.SCHEDULER,
            Predeploys.AGENT_MARKET,
            Predeploys.AGENT_ACCOUNT_FACTORY,
            Predeploys.MODEL_REGISTRY,
            0x4200000000000000000000000000000000000016
        ];
        for (uint256 i = 0; i < targets.length; ++i) {
            _assertRefused(_action(targets[i], hex"12345678"), "privileged");
        }
        _assertRefused(_action(address(0x1234567890), hex"12345678"), "target");
        _assertRefused(_action(address(venue), hex"12345678"), "target");
        _assertRefused(_action(address(venue), hex"1234"), "selector");
        _assertRefused(_action(address(venue), ""), "target");
    }

    function test_selector_handingOverAuthority_isRefused() public {
        bytes4[6] memory selectors = [bytes4(0x095ea7b3), 0xa22cb465, 0xd505accf, 0xc04a8a10, 0x959b8c3f, 0xac9650d8];
        for (uint256 i = 0; i < selectors.length; ++i) {
            _assertRefused(_action(address(cash), abi.encodePacked(selectors[i])), "privileged");
        }
    }

    function test_perAction_boundary() public {
        (bytes32 rule, uint256 margin) = _try(_swap(90e18 + 1, 90e18 + 1));
        vm.assertEq(rule, "perAction");
        vm.assertEq(margin, 1);
        _approve(_swap(90e18, 90e18), _now());
        _assertExecuted(_swap(90e18, 90e18));
    }

    function test_window_refillsLinearly_andCountsRepeatedTrades() public {
        _assertExecuted(_swap(60e18, 60e18));
        (bytes32 rule, uint256 margin) = _try(_swap(60e18, 60e18));
        vm.assertEq(rule, "window");
        vm.assertEq(margin, 20e18);
        vm.warp(_now() + 0.2 days - 1);
        _assertRefused(_swap(60e18, 60e18), "window");
        vm.warp(_now() + 1);
        _assertExecuted(_swap(60e18, 60e18));
    }

    function test_outflow_inflowRestoresNoLimit() public {
        _assertExecuted(_swap(60e18, 60e18));
        cash.mint(account, 60e18);
        _assertRefused(_swap(60e18, 60e18), "window");
    }

    function test_price_lessInThanSlippageAllows_isRefused() public {
        (bytes32 rule, uint256 margin) = _try(_swap(10e18, 9.9e18 - 1));
        vm.assertEq(rule, "price");
        vm.assertEq(margin, 1);
        _assertExecuted(_swap(10e18, 9.9e18));
    }

    function test_loss_accumulatesAndRefills() public {
        _assertExecuted(_pay(PAYEE, 30e18));
        _assertRefused(_pay(PAYEE, 30e18), "loss");
        vm.warp(_now() + 0.2 days);
        _assertExecuted(_pay(PAYEE, 30e18));
    }

    function test_drawdown_afterPricesFell_isRefused() public {
        _assertExecuted(_swap(1e18, 1e18));
        cashValuer.set(0.5e18);
        assetValuer.set(0.5e18 - 1e9);
        (bytes32 rule, uint256 margin) = _try(_swap(1e18, 1e18));
        vm.assertEq(rule, "drawdown");
        vm.assertTrue(margin != 0);
        assetValuer.set(0.51e18);
        _assertExecuted(_swap(1e18, 1e18));
    }

    function test_mark_donationLeavesIt_gainLiftsIt_withdrawalLeavesIt() public {
        _assertExecuted(_swap(1e18, 1e18));
        cash.mint(account, 1e24);
        _assertExecuted(_swap(1e18, 1e18));
        (uint256 units, uint256 mark) = RUNNER.accountOf(account);
        vm.assertEq(units, 2000e18);
        vm.assertEq(mark, 1e18);
        assetValuer.set(2e18);
        _assertExecuted(_swap(1e18, 1e18));
        (, mark) = RUNNER.accountOf(account);
        vm.assertTrue(mark > 1.5e18);
        uint256 all = cash.balanceOf(account);
        vm.prank(owner);
        IERC7579Execution(account)
            .execute(
                0, abi.encodePacked(address(cash), uint256(0), abi.encodeCall(IERC20.transfer, (owner, all - 10e18)))
            );
        uint256 before = mark;
        _assertExecuted(_swap(1e18, 1e18));
        (units, mark) = RUNNER.accountOf(account);
        vm.assertTrue(units < 1400e18);
        vm.assertTrue(mark <= before + 1e16);
    }

    function test_settle_depositMovesUnitsAndLeavesTheMark() public {
        _assertExecuted(_swap(1e18, 1e18));
        cash.mint(account, 2000e18);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, address(this)));
        RUNNER.settle(account);
        vm.prank(owner);
        RUNNER.settle(account);
        (uint256 units, uint256 mark) = RUNNER.accountOf(account);
        vm.assertEq(units, 4000e18);
        vm.assertEq(mark, 1e18);
    }

    function test_ownerApproval_onceAndForThisActionOnly() public {
        Action memory large = _swap(85e18, 85e18);
        _assertRefused(large, "ownerApproval");
        _approve(large, _now() + 1);
        Action memory other = _swap(85e18, 85e18);
        other.gas -= 1;
        _assertRefused(other, "ownerApproval");
        _assertExecuted(large);
        vm.warp(_now() + 1 days);
        _assertRefused(large, "ownerApproval");
        _approve(large, _now());
        vm.warp(_now() + 1);
        _assertRefused(large, "ownerApproval");
    }

    function test_rate_isCounted() public {
        for (uint256 i = 0; i < 40; ++i) {
            _assertExecuted(_swap(1, 1));
        }
        _assertRefused(_swap(1, 1), "rate");
        vm.warp(_now() + 90);
        _assertExecuted(_swap(1, 1));
        _assertRefused(_swap(1, 1), "rate");
    }

    function test_value_isRefusedWhereTheRuleHasNone() public {
        vm.deal(account, 1 ether);
        Action memory action = _action(address(venue), abi.encodeCall(Venue.take, ()));
        _assertExecuted(action);
        action.value = 1;
        _assertRefused(action, "value");
    }

    function test_value_ofUndeclaredEther_isRefused() public {
        Rule[] memory rules = _rules();
        rules[2].sendsValue = true;
        account = _create(_terms(), rules);
        vm.deal(account, 1 ether);
        Action memory action = _action(address(venue), abi.encodeCall(Venue.take, ()));
        action.value = 1;
        _assertRefused(action, "value");
        Terms memory terms = _terms();
        terms.assets[1] = AssetTerms(address(0), address(assetValuer), 1 ether, 0);
        account = _create(terms, rules);
        vm.deal(account, 1 ether);
        _assertExecuted(action);
        vm.assertEq(address(venue).balance, 1);
        action.value = 1 ether;
        _assertRefused(action, "failed");
    }

    function test_time_expiryAndPause() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(GUARDIAN);
        POLICY.pause(account, 1 hours);
        (bytes32 rule, uint256 margin) = _run(booking);
        vm.assertEq(rule, "paused");
        vm.assertEq(margin, 1 hours);
        vm.warp(_now() + 1 hours);
        (rule,) = _run(booking);
        vm.assertEq(rule, 0);
        vm.warp(_now() + 365 days);
        (rule,) = _run(booking);
        vm.assertEq(rule, "expired");
    }

    function test_hours_outsideTheMask() public {
        Terms memory terms = _terms();
        terms.hourMask = uint24(1 << (_now() / 1 hours % 24));
        vm.prank(owner);
        POLICY.tighten(account, terms);
        _assertExecuted(_pay(PAYEE, 1));
        vm.warp(_now() + 1 hours);
        _assertRefused(_pay(PAYEE, 1), "hours");
    }

    function test_revoke_endsBookings() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(owner);
        POLICY.revoke(account);
        vm.recordLogs();
        vm.prank(Predeploys.SCHEDULER);
        RUNNER.run(booking);
        (bytes32 rule,) = _reason();
        vm.assertEq(rule, "booking");
    }

    function test_forcedBlock_isRefused() public {
        IL1Block.L1Values memory values;
        values.forced = true;
        vm.prank(Predeploys.DEPOSITOR_ACCOUNT);
        L1Block(Predeploys.L1_BLOCK).setL1BlockValues(values);
        _assertRefused(_pay(PAYEE, 1), "forced");
    }

    function test_price_missing_isRefused() public {
        assetValuer.set(0);
        _assertRefused(_pay(PAYEE, 1), "price");
    }

    function test_model_unlistedOrOutOfBounds_isRefused() public {
        Action[] memory none = new Action[](0);
        (bytes32 rule,) = _run(_book("other", none));
        vm.assertEq(rule, "model");
        inference.answer(hex"000000c0"); // -2
        uint256 margin;
        (rule, margin) = _run(_book(MODEL, none));
        vm.assertEq(rule, "output");
        vm.assertEq(margin, 2e18);
        inference.answer(hex"0000c07f"); // NaN
        (rule,) = _run(_book(MODEL, none));
        vm.assertEq(rule, "output");
    }

    function test_strategy_changedCode_isRefused() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.etch(address(strategy), hex"00");
        (bytes32 rule,) = _run(booking);
        vm.assertEq(rule, "strategyCode");
    }

    function test_hostile_reentrancy_isLockedOut() public {
        Terms memory terms = _terms();
        terms.operators = _one(address(venue));
        account = _create(terms, _rules());
        uint256 booking = _book(_swap(1e18, 1e18));
        venue.play(Venue.Trick.Reenter, booking);
        vm.prank(owner);
        RUNNER.run(booking);
        vm.assertEq(venue.reason(), abi.encodeWithSelector(IAgentRunner.Locked.selector, account));
    }

    function test_hostile_burnsItsGas_failsAlone() public {
        venue.play(Venue.Trick.Burn, 0);
        Action[] memory actions = new Action[](2);
        (actions[0], actions[1]) = (_swap(1e18, 1e18), _pay(PAYEE, 7));
        uint256 booking = _book(MODEL, actions);
        vm.prank(OPERATOR);
        (uint256 executed, uint256 refused) = RUNNER.run(booking);
        vm.assertEq(executed, 1);
        vm.assertEq(refused, 1);
        vm.assertEq(cash.balanceOf(PAYEE), 7);
        vm.assertEq(cash.allowance(account, address(venue)), 0);
    }

    function test_hostile_floodsTheAnswer_succeeds() public {
        venue.play(Venue.Trick.Flood, 0);
        _assertExecuted(_swap(1e18, 1e18));
    }

    function test_hostile_seizesMoreThanItWasGiven_isMeasured() public {
        venue.play(Venue.Trick.Seize, 0);
        _assertRefused(_swap(1e18, 1e18), "perAction");
        vm.assertEq(cash.balanceOf(account), 1000e18);
    }

    function test_hostile_forgedRefusal_isAFailedCall() public {
        venue.play(Venue.Trick.Fail, 0);
        _assertRefused(_swap(1e18, 1e18), "failed");
    }

    function test_hostile_aMillionActions_isRefused() public {
        FloodingStrategy flooding = FloodingStrategy(_mock("FloodingStrategy"));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(flooding), new Read[](0));
        Terms memory terms = _terms();
        terms.strategies = _one(address(flooding));
        account = _create(terms, _rules());
        uint256[2] memory lengths = [uint256(64), 1_000_000];
        for (uint256 i = 0; i < 2; ++i) {
            bytes[] memory contexts = new bytes[](1);
            contexts[0] = abi.encode(lengths[i]);
            vm.prank(owner);
            uint256 booking = RUNNER.book(account, address(flooding), contexts);
            (bytes32 rule,) = _run(booking);
            vm.assertEq(rule, "decision");
        }
        (bytes32 tooMany,) = _runScripted(new Action[](33));
        vm.assertEq(tooMany, "actions");
    }

    function test_gas_declaredAboveTheCap_isRefused() public {
        Action memory action = _pay(PAYEE, 1);
        action.gas = 500_001;
        _assertRefused(action, "actionGas");
        action.gas = type(uint256).max;
        _assertRefused(action, "actionGas");
    }

    function test_gas_tooLittle_revertsAndRefusesNothing() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        uint256 failed = 0;
        for (uint256 given = 300_000; given < 2_000_000; given += 50_000) {
            vm.prank(OPERATOR);
            try RUNNER.run{gas: given}(booking) returns (uint256 executed, uint256 refused) {
                // Whatever gas makes the run return makes it do what more gas would.
                vm.assertEq(executed, 1);
                vm.assertEq(refused, 0);
            } catch {
                ++failed;
            }
        }
        vm.assertTrue(failed > 0 && failed < 30);
    }

    function test_gas_tooLittle_saysHowMuch() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(OPERATOR);
        try RUNNER.run{gas: 800_000}(booking) {
            vm.assertTrue(false);
        } catch (bytes memory reason) {
            // 400,000 for the action and as much for the frame around it, before a frame keeps its 64th.
            vm.assertEq(reason, abi.encodeWithSelector(IAgentRunner.NeedGas.selector, 800_000 * 64 / uint256(63) + 1));
        }
    }

    function _approve(Action memory action, uint256 deadline) private {
        bytes32 hash = RUNNER.actionHash(account, 0, action);
        vm.prank(owner);
        POLICY.approveAction(account, hash, uint40(deadline));
    }

    function _runScripted(Action[] memory actions) private returns (bytes32, uint256) {
        account = _create(_terms(), _rules());
        return _run(_book(MODEL, actions));
    }
}
