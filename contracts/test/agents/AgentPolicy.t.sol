// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Allowance, IAgentPolicy, ModelTerms, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Token} from "./helpers/Mocks.sol";

contract RebasingToken is Token {
    function scaledBalanceOf(address) external pure returns (uint256) {
        return 1;
    }
}

contract AgentPolicyTest is AgentTest {
    function _expectNotTighter(bytes32 field, Terms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotTighter.selector, field));
        vm.prank(owner);
        POLICY.tighten(account, terms);
    }

    function test_tighten_lowersAtOnce() public {
        Terms memory terms = _terms();
        terms.assets[0].perAction = 1e18;
        terms.allowances[0].capacity = 2e18;
        terms.expiry -= 1;
        terms.models = new ModelTerms[](0);
        vm.prank(owner);
        POLICY.tighten(account, terms);
        vm.assertEq(abi.encode(POLICY.termsOf(account)), abi.encode(terms));
        _assertRefused(_pay(PAYEE, 1), "model");
    }

    function test_tighten_anyFieldRaised_reverts() public {
        Terms memory terms = _terms();
        terms.expiry += 1;
        _expectNotTighter("expiry", terms);
        terms = _terms();
        terms.delay -= 1;
        _expectNotTighter("delay", terms);
        terms = _terms();
        terms.assets[1].perAction += 1;
        _expectNotTighter("assets", terms);
        terms = _terms();
        terms.assets[0].allowance = 0;
        _expectNotTighter("assets", terms);
        terms = _terms();
        terms.allowances[0].capacity += 1;
        _expectNotTighter("allowances", terms);
        terms = _terms();
        terms.allowances[0].window -= 1;
        _expectNotTighter("allowances", terms);
        terms = _terms();
        terms.lossLimit = 0;
        _expectNotTighter("limits", terms);
        terms = _terms();
        terms.models[0].bounds[0].high += 1;
        _expectNotTighter("models", terms);
        terms = _terms();
        terms.operators = _one(address(1));
        _expectNotTighter("operators", terms);
        terms = _terms();
        terms.guardians = new address[](0);
        _expectNotTighter("guardians", terms);
        terms = _terms();
        terms.drawdownBps += 1;
        _expectNotTighter("drawdownBps", terms);
        terms = _terms();
        terms.approvalAbove += 1;
        _expectNotTighter("approvalAbove", terms);
    }

    function test_mutations_bySomebodyElse_revert() public {
        bytes memory reason = abi.encodeWithSelector(IAgentPolicy.NotOwner.selector, address(this));
        vm.expectRevert(reason);
        POLICY.tighten(account, _terms());
        vm.expectRevert(reason);
        POLICY.propose(account, _terms(), _rules());
        vm.expectRevert(reason);
        POLICY.removeRule(account, address(venue), 0);
        vm.expectRevert(reason);
        POLICY.revoke(account);
        vm.expectRevert(reason);
        POLICY.approveAction(account, 0, type(uint40).max);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotGuardian.selector, address(this)));
        POLICY.pause(account, 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotRunner.selector, address(this)));
        POLICY.install(account, "");
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotRunner.selector, address(this)));
        POLICY.useApproval(account, 0);
    }

    function test_propose_waitsTheDelay_andLapses() public {
        Terms memory terms = _terms();
        terms.assets[0].perAction = 95e18;
        uint256 readyAt = _now() + 1 days;
        vm.startPrank(owner);
        POLICY.propose(account, terms, _rules());
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotReady.selector, readyAt, readyAt + 14 days));
        POLICY.enact(account, terms, _rules());
        vm.warp(readyAt);
        POLICY.enact(account, terms, _rules());
        vm.assertEq(uint256(POLICY.termsOf(account).assets[0].perAction), 95e18);
        vm.expectRevert();
        POLICY.enact(account, terms, _rules());
        POLICY.propose(account, terms, _rules());
        vm.warp(readyAt + 1 days + 14 days + 1);
        vm.expectRevert();
        POLICY.enact(account, terms, _rules());
        vm.stopPrank();
    }

    function test_revoke_killsProposals() public {
        vm.startPrank(owner);
        bytes32 change = POLICY.propose(account, _terms(), _rules());
        Terms memory terms = _terms();
        POLICY.revoke(account);
        vm.warp(_now() + 1 days);
        vm.expectRevert();
        POLICY.enact(account, terms, _rules());
        vm.stopPrank();
        (uint32 epoch,, address blob) = POLICY.stateOf(account);
        vm.assertEq(epoch, 1);
        vm.assertEq(blob, address(0));
        vm.assertTrue(change != 0);
    }

    function test_reinstall_waits() public {
        bytes memory policy = abi.encode(owner, _terms(), _rules());
        vm.startPrank(owner);
        IERC7579ModuleConfig(account).uninstallModule(2, Predeploys.AGENT_RUNNER, "");
        IERC7579ModuleConfig(account).installModule(2, Predeploys.AGENT_RUNNER, policy);
        vm.stopPrank();
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.recordLogs();
        vm.prank(owner);
        RUNNER.run(booking);
        (bytes32 rule,) = _reason();
        vm.assertEq(rule, "revoked");
        Terms memory terms = _terms();
        vm.warp(_now() + 1 days);
        vm.prank(owner);
        POLICY.enact(account, terms, _rules());
        (rule,) = _run(booking);
        vm.assertEq(rule, 0);
    }

    function test_pause_72HoursOncePerPeriod() public {
        vm.startPrank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.PauseTooLong.selector, 72 hours + 1));
        POLICY.pause(account, 72 hours + 1);
        POLICY.pause(account, 72 hours);
        uint256 next = _now() + 14 days;
        vm.warp(next - 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.PausedAlready.selector, next));
        POLICY.pause(account, 1);
        vm.warp(next);
        POLICY.pause(account, 1);
        vm.stopPrank();
    }

    function test_removeRule_atOnce() public {
        vm.prank(owner);
        POLICY.removeRule(account, address(cash), IERC20.transfer.selector);
        _assertRefused(_pay(PAYEE, 1), "target");
    }

    function test_install_privilegedRule_reverts() public {
        Rule[] memory rules = new Rule[](1);
        rules[0] = _rule(Predeploys.AGENT_RUNNER, 0x12345678, 0);
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IAgentPolicy.PrivilegedCall.selector, Predeploys.AGENT_RUNNER, bytes4(0x12345678))
        );
        POLICY.propose(account, _terms(), rules);
        rules[0] = _rule(address(cash), IERC20.approve.selector, 0);
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IAgentPolicy.PrivilegedCall.selector, address(cash), IERC20.approve.selector)
        );
        POLICY.propose(account, _terms(), rules);
    }

    function test_terms_rebasingToken_reverts() public {
        Terms memory terms = _terms();
        RebasingToken rebasing = new RebasingToken();
        terms.assets[0].token = address(rebasing);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.UnsupportedToken.selector, address(rebasing)));
        POLICY.propose(account, terms, _rules());
    }

    function test_terms_outOfRange_reverts() public {
        Terms memory terms = _terms();
        terms.maxActions = 33;
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, bytes32("maxActions")));
        POLICY.propose(account, terms, _rules());
        terms = _terms();
        terms.allowances[1].id = 1;
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, bytes32("id")));
        POLICY.propose(account, terms, _rules());
    }
}
