// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Caveat, IAgentPolicy, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";

/// @dev Who may do what to bookings, limits and the policy, at the edges of numbers and times.
contract AgentEdgesTest is AgentTest {
    function test_booking_hasOneToFourContexts() public {
        vm.startPrank(owner);
        RUNNER.book(account, address(strategy), new bytes[](4));
        vm.expectRevert(IAgentRunner.BadBooking.selector);
        RUNNER.book(account, address(strategy), new bytes[](0));
        vm.expectRevert(IAgentRunner.BadBooking.selector);
        RUNNER.book(account, address(strategy), new bytes[](5));
        vm.stopPrank();
    }

    function test_booking_thatIsNotThere_reverts() public {
        bytes memory reason = abi.encodeWithSelector(IAgentRunner.UnknownBooking.selector, 99);
        vm.expectRevert(reason);
        RUNNER.run(99);
        vm.expectRevert(reason);
        RUNNER.cancelBooking(99);
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, OPERATOR));
        RUNNER.cancelBooking(booking);
    }

    function test_booking_countsTheRunsThatDecided() public {
        uint256 booking = _book(_pay(PAYEE, 1));
        _run(booking);
        assetValuer.set(0);
        _run(booking);
        (address of_, address by, uint256 runs) = RUNNER.bookedFor(booking);
        vm.assertEq(of_, account);
        vm.assertEq(by, address(strategy));
        vm.assertEq(runs, 1);
    }

    function test_runSigned_saysWhyNothingRan() public {
        vm.prank(GUARDIAN);
        POLICY.pause(account, 1 hours);
        vm.recordLogs();
        vm.prank(account);
        RUNNER.runSigned(new Action[](0));
        (bytes32 rule,) = _reason();
        vm.assertEq(rule, "paused");
    }

    function test_charge_eachFromItsOwnLimit() public {
        Terms memory terms = _terms();
        (terms.royaltyLimit, terms.feeLimit) = (1, 3);
        account = _create(terms, _rules());
        vm.prank(Predeploys.SCHEDULER);
        RUNNER.charge(account, "royalty", 1);
        vm.prank(Predeploys.AGENT_MARKET);
        RUNNER.charge(account, "fee", 2);
        vm.prank(Predeploys.AGENT_VALIDATOR);
        RUNNER.charge(account, "gas", 3);
        vm.assertEq(RUNNER.left(account, 1), WINDOW_CAP - 1);
        vm.assertEq(RUNNER.left(account, 3), LOSS_CAP - 2);
        vm.assertEq(RUNNER.left(account, 4), 1 ether - 3);
        vm.prank(owner);
        POLICY.revoke(account);
        vm.prank(Predeploys.SCHEDULER);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("revoked"), 0));
        RUNNER.charge(account, "gas", 3);
    }

    function test_settle_wantsEveryPrice() public {
        assetValuer.set(0);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("price"), 1));
        RUNNER.settle(account);
    }

    function test_expiry_isTheLastSecond() public {
        vm.warp(_terms().expiry);
        // Made just now, so the terms are another day's: the first account's are meant.
        uint256 booking = _book(_pay(PAYEE, 1));
        (bytes32 rule, uint256 margin) = _run(booking);
        vm.assertEq(rule, 0);
        vm.warp(_now() + 1);
        (rule, margin) = _run(booking);
        vm.assertEq(rule, "expired");
        vm.assertEq(margin, 1);
    }

    function test_pause_isNotShortenedByAnother() public {
        vm.prank(owner);
        POLICY.pause(account, 72 hours);
        vm.prank(GUARDIAN);
        POLICY.pause(account, 1);
        (, uint40 until,) = POLICY.stateOf(account);
        vm.assertEq(until, _now() + 72 hours);
    }

    function test_pause_afterRevoking_isTheOwners() public {
        vm.prank(account);
        POLICY.revoke(account);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotGuardian.selector, GUARDIAN));
        POLICY.pause(account, 1);
        vm.prank(account);
        POLICY.pause(account, 1);
    }

    function test_account_mayDoWhatItsOwnerMay() public {
        Terms memory terms = _terms();
        vm.prank(account);
        POLICY.tighten(account, terms);
        address nobody = address(0x0b0d1);
        vm.prank(nobody);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotInstalled.selector, nobody));
        POLICY.tighten(nobody, terms);
        Rule[] memory rules = _rules();
        vm.prank(Predeploys.AGENT_RUNNER);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotOwner.selector, address(0)));
        POLICY.install(nobody, abi.encode(address(0), terms, rules));
    }

    function test_change_livesFourteenDays_orUntilCancelled() public {
        (Terms memory terms, Rule[] memory rules) = (_terms(), _rules());
        bytes memory unknown = abi.encodeWithSelector(
            IAgentPolicy.UnknownChange.selector, keccak256(abi.encode(account, uint32(0), terms, rules))
        );
        vm.startPrank(owner);
        vm.expectRevert(unknown);
        POLICY.enact(account, terms, rules);
        bytes32 change = POLICY.propose(account, terms, rules);
        uint256 readyAt = _now() + 1 days;
        vm.warp(readyAt + 14 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotReady.selector, readyAt, readyAt + 14 days));
        POLICY.enact(account, terms, rules);
        vm.warp(readyAt + 14 days);
        POLICY.enact(account, terms, rules);
        POLICY.propose(account, terms, rules);
        POLICY.cancel(account, change);
        vm.expectRevert(unknown);
        POLICY.cancel(account, change);
        vm.warp(_now() + 1 days);
        vm.expectRevert(unknown);
        POLICY.enact(account, terms, rules);
        vm.stopPrank();
    }

    function test_approveAction_notForThePast() public {
        uint40 before = uint40(_now() - 1);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.DeadlinePassed.selector, uint256(before)));
        POLICY.approveAction(account, "action", before);
        POLICY.approveAction(account, "action", before + 1);
        vm.stopPrank();
    }

    function _propose(Rule[] memory rules) private {
        Terms memory terms = _terms();
        vm.prank(owner);
        POLICY.propose(account, terms, rules);
    }

    function _expectBad(bytes memory reason, Rule[] memory rules) private {
        Terms memory terms = _terms();
        vm.prank(owner);
        vm.expectRevert(reason);
        POLICY.propose(account, terms, rules);
    }

    function test_rules_atMost64() public {
        Rule[] memory rules = new Rule[](64);
        for (uint256 i = 0; i < rules.length; ++i) {
            rules[i] = _rule(address(venue), bytes4(uint32(i + 1)), 10_000);
        }
        _propose(rules);
        Rule[] memory more = new Rule[](65);
        for (uint256 i = 0; i < more.length; ++i) {
            more[i] = rules[0];
        }
        _expectBad(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, bytes32("rules")), more);
    }

    function test_rules_outOfRange_revert() public {
        Rule[] memory rules = new Rule[](1);
        rules[0] = _rule(account, 0x12345678, 0);
        _expectBad(abi.encodeWithSelector(IAgentPolicy.PrivilegedCall.selector, account, bytes4(0x12345678)), rules);
        rules[0] = _rule(address(venue), 0x12345678, 10_001);
        _expectBad(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, bytes32("slippageBps")), rules);
        rules[0] = _rule(address(venue), 0x12345678, 0);
        rules[0].caveats = new Caveat[](4);
        _propose(rules);
        rules[0].caveats = new Caveat[](5);
        _expectBad(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, bytes32("caveats")), rules);
        // A plain transfer of ether has no arguments that conditions could be on.
        rules[0] = _rule(address(venue), 0, 0);
        _propose(rules);
        rules[0].conditions = _recipient(PAYEE);
        _expectBad(abi.encodeWithSelector(IAgentPolicy.BadCondition.selector, 0), rules);
    }

    /// A rule listed before its target or function became privileged, which only another version of this contract could have done.
    function test_ruleOf_privilegedNow_isNone() public {
        bytes4 approve = 0x095ea7b3;
        vm.assertEq(_storeRule(address(venue), 0x12345678), address(0xb10b));
        vm.assertEq(_storeRule(address(venue), approve), address(0));
        vm.assertEq(_storeRule(Predeploys.SCHEDULER, 0x12345678), address(0));
    }

    function _storeRule(address target, bytes4 selector) private returns (address) {
        bytes32 id = keccak256(abi.encode(account, uint32(0), target, selector));
        vm.store(address(POLICY), keccak256(abi.encode(id, uint256(1))), bytes32(uint256(0xb10b)));
        return POLICY.ruleOf(account, 0, target, selector);
    }
}
