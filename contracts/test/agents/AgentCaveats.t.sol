// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allowance, Caveat, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IActionPolicy} from "../../src/interfaces/agents/IActionPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {ICaveatEnforcer} from "../../src/interfaces/agents/ICaveatEnforcer.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Token} from "./helpers/Mocks.sol";

/// @dev Counts its calls and refuses when told to; its terms name the payee whose balance it watches.
contract CountingEnforcer is ICaveatEnforcer {
    uint256 public befores;
    uint256 public afters;
    uint256 public most;
    bytes32 public last;
    bytes public execution;

    function limit(uint256 most_) external {
        most = most_;
    }

    function beforeHook(
        bytes calldata,
        bytes calldata args,
        bytes32 mode,
        bytes calldata executionCalldata,
        bytes32 delegationHash,
        address,
        address redeemer
    ) external {
        require(mode == 0 && args.length == 0 && redeemer == Predeploys.AGENT_RUNNER, "other ABI");
        (befores, last, execution) = (befores + 1, delegationHash, executionCalldata);
    }

    function afterHook(
        bytes calldata terms,
        bytes calldata,
        bytes32,
        bytes calldata,
        bytes32,
        address delegator,
        address
    ) external {
        (Token token, address payee) = abi.decode(terms, (Token, address));
        require(token.balanceOf(payee) <= most && delegator != payee, "too much");
        ++afters;
    }
}

/// @dev Without state: permits until a time that its code holds.
contract UntilPolicy is IActionPolicy {
    uint256 private immutable _answer;

    constructor(uint256 answer) {
        _answer = answer;
    }

    function checkAction(bytes32, address, address, uint256, bytes calldata) external view returns (uint256) {
        return _answer;
    }
}

contract WritingPolicy is IActionPolicy {
    uint256 private _asked;

    function checkAction(bytes32, address, address, uint256, bytes calldata) external returns (uint256) {
        ++_asked;
        return 0;
    }
}

contract AgentCaveatsTest is AgentTest {
    CountingEnforcer private enforcer;

    function _with(Rule memory changed) private {
        Rule[] memory rules = _rules();
        rules[1] = changed;
        account = _create(_terms(), rules);
    }

    function test_caveat_surroundsTheCall_andItsRevertRefuses() public {
        enforcer = new CountingEnforcer();
        enforcer.limit(5);
        Rule memory rule = _rules()[1];
        rule.caveats = new Caveat[](1);
        rule.caveats[0] = Caveat(address(enforcer), abi.encode(cash, PAYEE));
        _with(rule);
        Action memory payment = _pay(PAYEE, 5);
        _assertExecuted(payment);
        vm.assertEq(enforcer.befores(), 1);
        vm.assertEq(enforcer.afters(), 1);
        vm.assertEq(enforcer.execution(), abi.encodePacked(address(cash), uint256(0), payment.data));
        vm.assertEq(enforcer.last(), keccak256(abi.encode(account, uint32(0), address(cash), rule.selector)));
        _assertRefused(_pay(PAYEE, 1), "caveat");
        // What the refused action's hooks wrote is undone with it.
        vm.assertEq(enforcer.befores(), 1);
        vm.assertEq(cash.balanceOf(PAYEE), 5);
    }

    function test_caveat_withoutCode_refuses() public {
        Rule memory rule = _rules()[1];
        rule.caveats = new Caveat[](1);
        rule.caveats[0] = Caveat(address(0xc0de1e55), "");
        _with(rule);
        _assertRefused(_pay(PAYEE, 1), "caveat");
    }

    function test_actionPolicy_answersAsERC4337() public {
        uint48 until = uint48(_now() + 10);
        Rule memory rule = _rules()[1];
        rule.actionPolicy = address(new UntilPolicy(uint256(until) << 160));
        _with(rule);
        _assertExecuted(_pay(PAYEE, 1));
        vm.warp(until + 1);
        _assertRefused(_pay(PAYEE, 1), "actionPolicy");
        rule.actionPolicy = address(new UntilPolicy(1));
        _with(rule);
        _assertRefused(_pay(PAYEE, 1), "actionPolicy");
        rule.actionPolicy = address(new WritingPolicy());
        _with(rule);
        _assertRefused(_pay(PAYEE, 1), "actionPolicy");
    }

    function test_stream_isWhatTheAgentMaySpend() public {
        Terms memory terms = _terms();
        terms.allowances[0] = Allowance(1, 0, 0, 20, 5, 1, uint40(_now()));
        account = _create(terms, _rules());
        _assertExecuted(_pay(PAYEE, 5));
        _assertRefused(_pay(PAYEE, 1), "window");
        vm.warp(_now() + 3);
        _assertExecuted(_pay(PAYEE, 3));
        vm.warp(_now() + 1 days);
        _assertRefused(_pay(PAYEE, 13), "window");
        _assertExecuted(_pay(PAYEE, 12));
        _assertRefused(_pay(PAYEE, 1), "window");
    }

    function test_charge_byTheChainsContractsOnly_withinTheLimit() public {
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, address(this)));
        RUNNER.charge(account, "gas", 1);
        vm.prank(Predeploys.AGENT_VALIDATOR);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, Predeploys.AGENT_VALIDATOR));
        RUNNER.charge(account, "royalty", 1);
        vm.startPrank(Predeploys.SCHEDULER);
        RUNNER.charge(account, "gas", 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("gas"), 1));
        RUNNER.charge(account, "gas", 1);
        // No limit is listed for royalties: none may be charged.
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("royalty"), 1));
        RUNNER.charge(account, "royalty", 1);
        vm.stopPrank();
    }

    function test_contexts_eachIsARoundOfItsOwn() public {
        bytes[] memory contexts = new bytes[](3);
        Action[] memory actions = new Action[](1);
        actions[0] = _pay(PAYEE, 1);
        for (uint256 i = 0; i < 3; ++i) {
            contexts[i] = abi.encode(i == 2 ? bytes32("other") : MODEL, actions);
        }
        vm.prank(owner);
        uint256 booking = RUNNER.book(account, address(strategy), contexts);
        (bytes32 rule,) = _run(booking);
        // The third asks a model that is not listed: what the first two did stands.
        vm.assertEq(rule, "model");
        vm.assertEq(cash.balanceOf(PAYEE), 2);
        vm.assertEq(inference.asked(), 2);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.BadBooking.selector));
        RUNNER.book(account, address(strategy), new bytes[](5));
    }
}
