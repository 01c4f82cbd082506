// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Action, Approval, IStrategy} from "../../src/interfaces/agents/IStrategy.sol";
import {IStrategyRegistry, Read} from "../../src/interfaces/agents/IStrategyRegistry.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Vm} from "../helpers/Test.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Venue} from "./helpers/Mocks.sol";

/// @dev Answers with the bytes that stand as code at an address: after the first one, which says whether to revert with them.
contract RawStrategy is IStrategy {
    function features(bytes calldata) external view returns (bytes32, IInference.Tensor[] memory) {
        _play(address(0xfea7));
    }

    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory)
    {
        require(
            keccak256(msg.data) == keccak256(abi.encodeCall(IStrategy.decide, (context, outputs))), "encoded otherwise"
        );
        _play(address(0xdec1de));
    }

    function _play(address tape) private view {
        assembly {
            let size := sub(extcodesize(tape), 1)
            extcodecopy(tape, 0, 0, 1)
            let fails := byte(0, mload(0))
            extcodecopy(tape, 0, 1, size)
            if fails { revert(0, size) }
            return(0, size)
        }
    }
}

/// @dev What the runner makes of a strategy's bytes, and how far a run goes.
contract DecisionsTest is AgentTest {
    RawStrategy private raw;
    uint256 private booking;

    function setUp() public override {
        super.setUp();
        raw = RawStrategy(vm.deployCode("Decisions.t.sol:RawStrategy"));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(raw), new Read[](0));
        Terms memory terms = _terms();
        terms.strategies = _one(address(raw));
        account = _create(terms, _rules());
        bytes[] memory contexts = new bytes[](1);
        contexts[0] = "a context whose length is no multiple of 32";
        vm.prank(owner);
        booking = RUNNER.book(account, address(raw), contexts);
        _asks(_features(4), false);
        _decides(abi.encode(new Action[](0)), false);
    }

    function _asks(bytes memory answer, bool fails) private {
        vm.etch(address(0xfea7), abi.encodePacked(fails, answer));
    }

    function _decides(bytes memory answer, bool fails) private {
        vm.etch(address(0xdec1de), abi.encodePacked(fails, answer));
    }

    /// @dev 320 bytes and the tensor's data.
    function _features(uint256 length) private pure returns (bytes memory) {
        IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(1, new uint32[](1), new bytes(length));
        return abi.encode(MODEL, inputs);
    }

    function _assertRun(bytes32 rule, uint256 margin) private {
        (bytes32 said, uint256 by) = _run(booking);
        vm.assertEq(said, rule);
        vm.assertEq(by, margin);
    }

    function test_features_lengths() public {
        _assertRun(0, 0);
        _asks(_features(130_752), false); // 131,072 bytes
        _assertRun(0, 0);
        _asks(_features(130_784), false);
        _assertRun("features", 131_073);
        _asks(abi.encodePacked(MODEL), false);
        _assertRun("features", 32);
        _asks(abi.encode(MODEL, 64), false);
        (bytes32 rule,) = _run(booking);
        vm.assertEq(rule, "inference");
    }

    function test_failures_areNoAnswers() public {
        bytes memory answer = _features(4);
        _asks(answer, true);
        _assertRun("features", answer.length);
        _asks(answer, false);
        Action[] memory actions = new Action[](1);
        actions[0] = _pay(PAYEE, 1);
        answer = abi.encode(actions);
        _decides(answer, true);
        _assertRun("decision", answer.length);
        _decides(answer, false);
        _assertRun(0, 0);
        vm.assertEq(cash.balanceOf(PAYEE), 1);
    }

    function test_outputs_areOneEncodedList() public {
        bytes memory call = abi.encodePacked(IInference.infer.selector);
        vm.mockCall(Predeploys.INFERENCE, call, abi.encode(64, 0, 0));
        _assertRun("inference", 96);
        vm.mockCall(Predeploys.INFERENCE, call, abi.encode(32));
        _assertRun("inference", 32);
        // An empty list, without the output that is bounded.
        vm.mockCall(Predeploys.INFERENCE, call, abi.encode(32, 0));
        _assertRun("output", 0);
    }

    function test_decision_lengths() public {
        bytes memory answer = new bytes(32_768);
        answer[31] = 0x20;
        _decides(answer, false);
        _assertRun(0, 0);
        _decides(bytes.concat(answer, hex"00"), false);
        _assertRun("decision", 32_769);
        _decides(new bytes(40_000), false);
        _assertRun("decision", 32_769);
    }

    function decode(bytes calldata data) external pure returns (Action[] memory) {
        return abi.decode(data, (Action[]));
    }

    /// @dev A call of its own, so that memory does not grow: the runner decodes what `abi.decode` would, and nothing else. The
    /// actions that it found are those that it refused.
    function compare(bytes calldata answer) external {
        _decides(answer, false);
        vm.recordLogs();
        vm.prank(OPERATOR);
        RUNNER.run(booking);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        try this.decode(answer) returns (Action[] memory wanted) {
            uint256 found = 0;
            for (uint256 i = 0; i < logs.length; ++i) {
                vm.assertTrue(logs[i].topics[0] != IAgentRunner.RunRefused.selector);
                if (logs[i].topics[0] != IAgentRunner.ActionRefused.selector) continue;
                (uint256 index,, Action memory action) = abi.decode(logs[i].data, (uint256, uint256, Action));
                vm.assertEq(index, found);
                vm.assertEq(abi.encode(action), abi.encode(wanted[found++]));
            }
            vm.assertEq(found, wanted.length);
        } catch {
            vm.recordLogs();
            _assertRun("decision", 0);
        }
    }

    function _twoActions() private pure returns (bytes memory) {
        Action[] memory actions = new Action[](2);
        actions[0] = _action(address(0x1234567890), "thirty-seven bytes of data, and so on");
        actions[0].approvals = new Approval[](2);
        (actions[0].approvals[0], actions[0].approvals[1]) = (Approval(address(1), 2), Approval(address(3), 4));
        actions[1] = _action(address(0x2345678901), hex"12345678");
        actions[1].value = 5;
        actions[1].approvals = new Approval[](1);
        actions[1].approvals[0] = Approval(address(6), 7);
        return abi.encode(actions);
    }

    /// Every word of a decision replaced by numbers at the edges of what it may be.
    function test_decision_withAnyWordChanged_isDecodedAsByAbiDecode() public {
        bytes memory answer = _twoActions();
        this.compare(answer);
        for (uint256 place = 32; place <= answer.length; place += 32) {
            uint256 word;
            assembly {
                word := mload(add(answer, place))
            }
            uint256[9] memory others = [
                word + 32,
                word < 32 ? 1 : word - 32,
                answer.length - 32,
                answer.length - 64,
                answer.length,
                answer.length + 1,
                type(uint160).max,
                uint256(1) << 160,
                type(uint256).max
            ];
            for (uint256 i = 0; i < others.length; ++i) {
                uint256 other = others[i];
                assembly {
                    mstore(add(answer, place), other)
                }
                this.compare(answer);
            }
            assembly {
                mstore(add(answer, place), word)
            }
        }
    }

    function test_decision_cutAnywhere_isDecodedAsByAbiDecode() public {
        bytes memory answer = _twoActions();
        uint256 length = answer.length;
        // The shortest that is one: no actions; and one action whose five words are the last, and its lists' lengths too.
        this.compare(new bytes(32));
        this.compare(abi.encode(32, 1, 32, 0, 0, 1, 0, 32));
        for (uint256 kept = 0; kept <= length; kept += kept % 32 == 1 ? 30 : 1) {
            assembly {
                mstore(answer, kept)
            }
            this.compare(answer);
        }
    }

    /// @dev Runs these on an account with the terms; the rules of its refusals, in order.
    function _refusals(Terms memory terms, Action[] memory actions) private returns (bytes32[] memory rules) {
        account = _create(terms, _rules());
        uint256 own = _book(MODEL, actions);
        vm.recordLogs();
        vm.prank(OPERATOR);
        (, uint256 refused) = RUNNER.run(own);
        rules = new bytes32[](refused);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAgentRunner.ActionRefused.selector) rules[found++] = logs[i].topics[3];
        }
        vm.assertEq(found, refused);
    }

    function _payments(uint256 count) private view returns (Action[] memory actions) {
        actions = new Action[](count);
        for (uint256 i = 0; i < count; ++i) {
            actions[i] = _pay(PAYEE, 1);
        }
    }

    function test_actions_asManyAsTheTermsSay() public {
        Terms memory terms = _terms();
        terms.maxActions = 2;
        vm.assertEq(_refusals(terms, _payments(2)).length, 0);
        vm.assertEq(cash.balanceOf(PAYEE), 2);
        (bytes32 rule, uint256 margin) = _run(_book(MODEL, _payments(3)));
        vm.assertEq(rule, "actions");
        vm.assertEq(margin, 1);
        // Of two rounds, the second has what the first one left.
        bytes[] memory contexts = new bytes[](2);
        contexts[0] = abi.encode(MODEL, _payments(1));
        contexts[1] = abi.encode(MODEL, _payments(3));
        vm.prank(owner);
        uint256 both = RUNNER.book(account, address(strategy), contexts);
        (rule, margin) = _run(both);
        vm.assertEq(rule, "actions");
        vm.assertEq(margin, 2);
        vm.assertEq(cash.balanceOf(PAYEE), 3);
    }

    function test_gas_asMuchAsTheTermsSay() public {
        Terms memory terms = _terms();
        terms.runGas = 1_200_000;
        Action[] memory actions = _payments(3);
        vm.assertEq(_refusals(terms, actions).length, 0);
        actions[2].gas += 1;
        bytes32[] memory rules = _refusals(terms, actions);
        vm.assertEq(rules.length, 1);
        vm.assertEq(rules[0], "runGas");
        (, uint256 margin) = _run(_book(MODEL, actions));
        vm.assertEq(margin, 1);
        Action memory action = _pay(PAYEE, 1);
        action.gas = terms.actionGas;
        _assertExecuted(action);
        action.gas += 1;
        bytes32 rule;
        (rule, margin) = _try(action);
        vm.assertEq(rule, "actionGas");
        vm.assertEq(margin, 1);
        action.gas = 0;
        _assertRefused(action, "failed");
    }

    /// What was refused once in a run is refused again.
    function test_refusal_isNotRememberedAsAPermission() public {
        Action[] memory actions = new Action[](4);
        actions[0] = _action(address(venue), hex"12345678");
        actions[1] = actions[0];
        actions[2] = _action(address(venue), hex"00000000");
        actions[3] = _pay(PAYEE, 1);
        bytes32[] memory rules = _refusals(_terms(), actions);
        vm.assertEq(rules.length, 3);
        vm.assertEq(rules[0], "target");
        vm.assertEq(rules[1], "target");
        vm.assertEq(rules[2], "selector");
    }

    /// Validators, executors and hooks are no targets; a fallback handler is one.
    function test_modules_ofWhichKinds() public {
        account = _create(_terms(), _rules());
        Action memory action = _action(address(venue), abi.encodeCall(Venue.take, ()));
        for (uint256 kind = 1; kind <= 4; ++kind) {
            bytes memory call = abi.encodeCall(IERC7579ModuleConfig.isModuleInstalled, (kind, address(venue), ""));
            vm.mockCall(account, call, abi.encode(true));
            if (kind == 3) _assertExecuted(action);
            else _assertRefused(action, "module");
            vm.mockCall(account, call, abi.encode(false));
        }
    }
}
