// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {IInference} from "../interfaces/IInference.sol";
import {ModelTerms, OutputBound, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IRuleChecks} from "../interfaces/agents/IRuleChecks.sol";
import {Action, IStrategy} from "../interfaces/agents/IStrategy.sol";
import {IStrategyRegistry} from "../interfaces/agents/IStrategyRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Ledger} from "./Ledger.sol";
import {Blob} from "./libraries/Blob.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {Encoded} from "./libraries/Encoded.sol";
import {Lists} from "./libraries/Lists.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title From a booked context to actions, and through them
abstract contract Rounds is Ledger {
    /// @dev Bytes that the runner takes from `features`, and from `decide`.
    uint256 internal constant MAX_FEATURES = 131_072;
    uint256 internal constant MAX_DECISION = 32_768;
    uint256 internal constant MAX_ACTIONS = 32;
    /// @dev What the frame around an action needs besides the action's own gas.
    uint256 internal constant GUARD_GAS = 400_000;
    /// @dev What is kept for the runner itself after each call to a strategy or a model, besides what their answers' bytes cost, and for
    /// each asset at the end of a run. Else a run could end for want of gas without saying so.
    uint256 internal constant OWN_GAS = 100_000;
    uint256 internal constant BYTE_GAS = 16;
    uint256 internal constant ASSET_GAS = 30_000;
    IRuleChecks internal constant CHECKS = IRuleChecks(Predeploys.RULE_CHECKS);

    /// @dev `known`, `rules`: the functions that this run has called for, and their rules' blobs. They are read once.
    struct Run {
        Frame frame;
        Position position;
        Terms terms;
        address strategy;
        uint256[] known;
        address[] rules;
        uint256 booking;
        uint256 index;
        uint256 executed;
        uint256 refused;
        uint256 declared;
    }

    /// @dev Loads the policy and the account; a rule's name where nothing may run now.
    function _begin(Run memory current, address account, address strategy)
        internal
        view
        returns (bytes32 rule, uint256 margin)
    {
        _keep(2 * Valuation.READ_GAS);
        uint40 pausedUntil;
        Frame memory frame = current.frame;
        (frame.account, current.strategy) = (account, strategy);
        (frame.epoch, pausedUntil, frame.terms) = POLICY.stateOf(account);
        if (frame.terms == address(0)) return ("revoked", 0);
        current.terms = Encoded.terms(Blob.load(frame.terms))[0];
        if (block.timestamp < pausedUntil) return ("paused", pausedUntil - block.timestamp);
        if (block.timestamp > current.terms.expiry) return ("expired", block.timestamp - current.terms.expiry);
        if (current.terms.hourMask >> (block.timestamp / 1 hours % 24) & 1 == 0) return ("hours", 0);
        return _read(frame, current.position, current.terms);
    }

    /// @dev Listed, registered, and unchanged since.
    function _checkStrategy(Run memory current) internal view returns (bytes32 rule, uint256 margin) {
        address strategy = current.strategy;
        if (!Lists.has(current.terms.strategies, strategy)) return ("strategy", 0);
        if (!IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).isIntact(strategy)) return ("strategyCode", 0);
    }

    /// @dev Features, inference, decision, actions. What `features` returns is the encoding of `infer`'s arguments, and what
    /// `infer` returns that of `decide`'s second one: neither is taken apart.
    function _round(Run memory current, bytes memory context) internal returns (bytes32 rule, uint256 margin) {
        address strategy = current.strategy;
        uint256 before = gasleft();
        (bool ok, bytes memory asked) =
            BoundedCall.tryStatic(strategy, gasleft(), MAX_FEATURES + 1, abi.encodeCall(IStrategy.features, (context)));
        if (!ok) _notStarved(before);
        if (!ok || asked.length < 64 || asked.length > MAX_FEATURES) return ("features", asked.length);
        _keep(OWN_GAS + BYTE_GAS * asked.length);
        bytes32 model = bytes32(asked);
        (bool listed, OutputBound[] memory bounds) = _boundsOf(current.terms, model);
        if (!listed) return ("model", 0);
        bytes memory outputs;
        before = gasleft();
        (ok, outputs) = _infer(current.frame.account, asked);
        if (!ok) _notStarved(before);
        if (!ok) return ("inference", outputs.length);
        _keep(OWN_GAS + BYTE_GAS * outputs.length);
        emit Inferred(current.frame.account, current.booking, model);
        if (bounds.length != 0) {
            before = gasleft();
            try CHECKS.checkOutputs(bounds, outputs) {}
            catch (bytes memory reason) {
                _notStarved(before);
                return _refusal(reason, "output");
            }
        }
        return _decide(current, context, outputs);
    }

    /// @dev After a call that failed: if it used up what it was given, more gas may help, so the run reverts and refuses nothing.
    /// Each of up to four nested frames keeps a 64th.
    function _notStarved(uint256 before) private view {
        if (gasleft() < before / 12) revert NeedGas(2 * before);
    }

    function _boundsOf(Terms memory terms, bytes32 model) private pure returns (bool, OutputBound[] memory none) {
        for (uint256 i = 0; i < terms.models.length; ++i) {
            ModelTerms memory listed = terms.models[i];
            if (listed.model == model) return (true, listed.bounds);
        }
        return (false, none);
    }

    /// @dev The account itself calls 0xA1, so the record's caller is the account.
    function _infer(address account, bytes memory asked) private returns (bool ok, bytes memory outputs) {
        bytes memory data = bytes.concat(IInference.infer.selector, asked);
        bytes memory answer;
        (ok, answer) = _execute(account, gasleft(), Predeploys.INFERENCE, 0, data, MAX_FEATURES);
        if (!ok) return (false, answer);
        outputs = abi.decode(answer, (bytes[]))[0];
        // The encoding of a single dynamic value starts with the offset 32.
        return (outputs.length >= 64 && bytes32(outputs) == bytes32(uint256(32)), outputs);
    }

    function _decide(Run memory current, bytes memory context, bytes memory outputs)
        private
        returns (bytes32 rule, uint256 margin)
    {
        uint256 before = gasleft();
        (bool ok, bytes memory decision) =
            BoundedCall.tryStatic(current.strategy, gasleft(), MAX_DECISION + 1, _decideCall(context, outputs));
        if (!ok) _notStarved(before);
        if (!ok || decision.length > MAX_DECISION) return ("decision", decision.length);
        _keep(OWN_GAS + BYTE_GAS * decision.length);
        (bool decoded, Action[] memory actions) = Encoded.tryActions(decision);
        if (!decoded) return ("decision", 0);
        return _perform(current, outputs, actions);
    }

    /// @dev abi.encodeCall(IStrategy.decide, (context, outputs)), with the outputs encoded already.
    function _decideCall(bytes memory context, bytes memory outputs) private pure returns (bytes memory) {
        uint256 padded = (context.length + 31) / 32 * 32;
        bytes memory padding = new bytes(padded - context.length);
        bytes memory head = abi.encode(uint256(64), 96 + padded, context.length);
        bytes memory tail = new bytes(outputs.length - 32);
        assembly ("memory-safe") {
            mcopy(add(tail, 32), add(outputs, 64), mload(tail))
        }
        return bytes.concat(IStrategy.decide.selector, head, context, padding, tail);
    }

    /// @dev Acts one after another. A refused action leaves the others alone.
    function _perform(Run memory current, bytes memory outputs, Action[] memory actions)
        internal
        returns (bytes32 rule, uint256 margin)
    {
        uint256 most = current.terms.maxActions < MAX_ACTIONS ? current.terms.maxActions : MAX_ACTIONS;
        if (current.index + actions.length > most) return ("actions", current.index + actions.length - most);
        if (current.known.length == 0) (current.known, current.rules) = (new uint256[](most), new address[](most));
        for (uint256 i = 0; i < actions.length; ++i) {
            _attempt(current, outputs, actions[i]);
            ++current.index;
        }
    }

    function _attempt(Run memory current, bytes memory outputs, Action memory action) private {
        if (action.gas > current.terms.actionGas) {
            return _refuse(current, "actionGas", action.gas - current.terms.actionGas, action);
        }
        current.declared += action.gas;
        if (current.declared > current.terms.runGas) {
            return _refuse(current, "runGas", current.declared - current.terms.runGas, action);
        }
        uint256 needed = action.gas + GUARD_GAS;
        if (gasleft() * 63 / 64 < needed) revert NeedGas(needed * 64 / 63 + 1);
        bytes32 refusal;
        (current.frame.rule, refusal) = _ruleOf(current, action);
        if (refusal != 0) return _refuse(current, refusal, 0, action);
        bytes memory call = abi.encodeCall(IRuleChecks.act, (current.frame, outputs, action));
        (bool ok, bytes memory answer) = BoundedCall.tryDelegate(Predeploys.RULE_CHECKS, call);
        if (!ok) return _sort(current, answer, needed, action);
        (current.frame.balances, current.frame.counted) = abi.decode(answer, (uint256[], uint256[]));
        ++current.executed;
        bytes32 hash = _actionHash(current.frame.account, current.frame.epoch, action);
        emit ActionExecuted(current.frame.account, current.booking, current.index, action.target, hash);
    }

    /// @dev The blob of the rule for an action, or what refuses it.
    function _ruleOf(Run memory current, Action memory action) private view returns (address rule, bytes32 refusal) {
        bytes4 selector = bytes4(action.data);
        if (action.data.length != 0 && (action.data.length < 4 || selector == 0)) return (rule, "selector");
        // Never zero for what is permitted: target zero is privileged.
        uint256 key = uint256(uint160(action.target)) << 32 | uint32(selector);
        uint256 i = 0;
        for (; i < current.known.length && current.known[i] != 0; ++i) {
            if (current.known[i] == key) return (current.rules[i], 0);
        }
        (rule, refusal) = _permitted(current.frame, action.target, selector);
        // An action asks for one function, so there is room.
        if (refusal == 0) (current.known[i], current.rules[i]) = (key, rule);
    }

    /// @dev The blob of the rule that lists target and function, or what refuses; the lists themselves cannot allow what is
    /// privileged.
    function _permitted(Frame memory frame, address target, bytes4 selector)
        private
        view
        returns (address rule, bytes32 refusal)
    {
        if (target == frame.account) return (address(0), "privileged");
        rule = POLICY.ruleOf(frame.account, frame.epoch, target, selector);
        if (rule == address(0)) {
            return (rule, CHECKS.isPrivileged(target, selector) ? bytes32("privileged") : bytes32("target"));
        }
        for (uint256 kind = 1; kind <= 4; ++kind) {
            // Fallback handlers (3) act when somebody calls the account, which no action does.
            if (kind != 3 && _isModule(frame.account, kind, target)) return (rule, "module");
        }
    }

    /// @dev What cannot answer is taken for no module: the account's own code answers here.
    function _isModule(address account, uint256 kind, address target) private view returns (bool) {
        bytes memory call = abi.encodeCall(IERC7579ModuleConfig.isModuleInstalled, (kind, target, ""));
        (bool ok, uint256 installed) = BoundedCall.tryWord(account, HOOK_GAS, call);
        return ok && installed != 0;
    }

    /// @dev What `act` reverted with is the runner's own: a target's answer comes wrapped in `CallFailed`.
    function _sort(Run memory current, bytes memory reason, uint256 needed, Action memory action) private {
        bytes4 kind = bytes4(reason);
        if (kind == NeedGas.selector) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        // Out of gas: the checks took more than the guard's share.
        if (reason.length == 0) revert NeedGas(2 * needed);
        if (kind == CallFailed.selector) {
            ++current.refused;
            bytes memory inner = abi.decode(_arguments(reason), (bytes));
            emit ActionFailed(current.frame.account, current.booking, current.index, inner, action);
            return;
        }
        (bytes32 rule, uint256 margin) = _refusal(reason, "arithmetic");
        _refuse(current, rule, margin, action);
    }

    function _refuse(Run memory current, bytes32 rule, uint256 margin, Action memory action) private {
        ++current.refused;
        emit ActionRefused(current.frame.account, current.booking, current.index, rule, margin, action);
    }

    function _refusal(bytes memory reason, bytes32 otherwise) private pure returns (bytes32 rule, uint256 margin) {
        if (bytes4(reason) != Refused.selector) return (otherwise, 0);
        return abi.decode(_arguments(reason), (bytes32, uint256));
    }

    function _arguments(bytes memory reason) private pure returns (bytes memory arguments) {
        arguments = new bytes(reason.length - 4);
        assembly ("memory-safe") {
            mcopy(add(arguments, 32), add(reason, 36), mload(arguments))
        }
    }

    function _end(Run memory current) internal {
        _keep(OWN_GAS + ASSET_GAS * current.terms.assets.length);
        _write(current.frame, current.position, current.terms);
    }
}
