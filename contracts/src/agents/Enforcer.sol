// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IActionPolicy} from "../interfaces/agents/IActionPolicy.sol";
import {Allowance, Caveat, Condition, Rule, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {ICaveatEnforcer} from "../interfaces/agents/ICaveatEnforcer.sol";
import {IRuleChecks, Query} from "../interfaces/agents/IRuleChecks.sol";
import {Action} from "../interfaces/agents/IStrategy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Limits} from "./Limits.sol";
import {Allowances} from "./libraries/Allowances.sol";
import {Blob} from "./libraries/Blob.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {Conditions} from "./libraries/Conditions.sol";
import {Encoded} from "./libraries/Encoded.sol";
import {Operators} from "./libraries/Operators.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title One action under the policy: checked before, executed, measured, checked after
/// @dev All of it happens in one frame that reverts on a violation, so a refused action leaves nothing behind. The runner opens the
/// frame by DELEGATECALL: usage is the runner's storage, and the runner is who calls the account.
abstract contract Enforcer is Limits, IRuleChecks {
    /// @dev What the runner copies of a call's answer.
    uint256 internal constant MAX_RETURN = 4096;
    /// @dev Gas kept for the checks after the call, besides the hooks.
    uint256 internal constant AFTER_GAS = 300_000;
    uint256 internal constant MAX_APPROVALS = 4;

    /// @inheritdoc IRuleChecks
    /// @dev The arguments are read by `Encoded`: they come from the runner, and decoding them would cost more than the checks.
    function act(IAgentRunner.Frame calldata, bytes calldata, Action calldata)
        external
        returns (uint256[] memory balances, uint256[] memory counted)
    {
        if (address(this) != Predeploys.AGENT_RUNNER) revert IAgentRunner.OnlySelf();
        (IAgentRunner.Frame[] memory frames, bytes memory outputs, Action[] memory actions) = Encoded.actArguments();
        return _act(frames[0], outputs, actions[0]);
    }

    function _act(IAgentRunner.Frame memory frame, bytes memory outputs, Action memory action)
        private
        returns (uint256[] memory balances, uint256[] memory counted)
    {
        Terms memory terms = Encoded.terms(Blob.load(frame.terms))[0];
        Rule memory rule = Encoded.rule(Blob.load(frame.rule))[0];
        _checkArguments(frame, terms, rule, outputs, action);
        bool asks = rule.actionPolicy != address(0) || rule.caveats.length != 0;
        bytes32 id = asks ? keccak256(abi.encode(frame.account, frame.epoch, action.target, rule.selector)) : bytes32(0);
        if (rule.actionPolicy != address(0)) _ask(rule.actionPolicy, id, frame.account, action);
        _hooks(ICaveatEnforcer.beforeHook.selector, rule.caveats, id, frame.account, action);
        _approve(frame.account, terms, action, true);
        _call(frame.account, action, rule.caveats.length);
        _approve(frame.account, terms, action, false);
        _hooks(ICaveatEnforcer.afterHook.selector, rule.caveats, id, frame.account, action);
        return _settleAction(frame, terms, rule, action);
    }

    function _checkArguments(
        IAgentRunner.Frame memory frame,
        Terms memory terms,
        Rule memory rule,
        bytes memory outputs,
        Action memory action
    ) private {
        if (action.value != 0 && !(rule.sendsValue && _isAsset(terms, address(0)))) {
            revert IAgentRunner.Refused("value", action.value);
        }
        if (action.approvals.length > MAX_APPROVALS) revert IAgentRunner.Refused("approvals", action.approvals.length);
        _spend(frame, terms, terms.rateLimit, 1, "rate");
        if (_movesUndeclared(terms, action)) revert IAgentRunner.Refused("undeclared", 0);
        if (rule.conditions.length == 0) return;
        Query memory query = Query({
            tree: rule.conditions,
            data: action.data,
            avatar: frame.account,
            value: action.value,
            outputs: outputs,
            rests: _rests(frame, terms, rule.conditions),
            amounts: new uint256[](terms.allowances.length)
        });
        if (!Conditions.holds(query)) revert IAgentRunner.Refused("arguments", 0);
        for (uint256 i = 0; i < query.amounts.length; ++i) {
            // casting is safe: at most 16 allowances
            if (query.amounts[i] != 0) _spend(frame, terms, uint8(i + 1), query.amounts[i], "allowance");
        }
    }

    /// @dev What the allowances have that the conditions name; zero for the others.
    function _rests(IAgentRunner.Frame memory frame, Terms memory terms, Condition[] memory tree)
        private
        view
        returns (uint256[] memory rests)
    {
        rests = new uint256[](terms.allowances.length);
        for (uint256 i = 0; i < tree.length; ++i) {
            if (tree[i].operator < Operators.WITHIN_ALLOWANCE) continue;
            uint256 position = uint256(bytes32(tree[i].compValue));
            if (position == 0 || position > rests.length) revert IAgentRunner.Refused("allowance", position);
            Allowance memory limit = terms.allowances[position - 1];
            rests[position - 1] = Allowances.left(_usage[frame.account][frame.epoch][limit.id], limit);
        }
    }

    /// @dev A transfer function of a contract that is no declared asset.
    function _movesUndeclared(Terms memory terms, Action memory action) private pure returns (bool) {
        return Valuation.isTransfer(bytes4(action.data)) && !_isAsset(terms, action.target);
    }

    function _ask(address policy, bytes32 id, address account, Action memory action) private view {
        bytes memory call =
            abi.encodeCall(IActionPolicy.checkAction, (id, account, action.target, action.value, action.data));
        _keep(HOOK_GAS);
        (bool ok, uint256 answer) = BoundedCall.tryWord(policy, HOOK_GAS, call);
        if (!ok) revert IAgentRunner.Refused("actionPolicy", 0);
        (address aggregator, bool outOfRange) = ERC4337Utils.getValidationData(answer);
        if (aggregator != address(0) || outOfRange) revert IAgentRunner.Refused("actionPolicy", answer);
    }

    function _hooks(bytes4 hook, Caveat[] memory caveats, bytes32 id, address account, Action memory action) private {
        if (caveats.length == 0) return;
        bytes memory execution = abi.encodePacked(action.target, action.value, action.data);
        for (uint256 i = 0; i < caveats.length; ++i) {
            bytes memory call =
                abi.encodeWithSelector(hook, caveats[i].terms, "", bytes32(0), execution, id, account, address(this));
            _keep(HOOK_GAS);
            (bool ok,) = BoundedCall.tryCall(caveats[i].enforcer, HOOK_GAS, 0, call);
            if (!ok || caveats[i].enforcer.code.length == 0) revert IAgentRunner.Refused("caveat", i);
        }
    }

    /// @dev Grants the declared approvals, or resets them and makes sure that nothing is left.
    function _approve(address account, Terms memory terms, Action memory action, bool grant) private {
        for (uint256 i = 0; i < action.approvals.length; ++i) {
            address token = action.approvals[i].token;
            if (token == address(0) || !_isAsset(terms, token)) revert IAgentRunner.Refused("approval", i);
            uint256 amount = grant ? action.approvals[i].amount : 0;
            _keep(HOOK_GAS);
            (bool ok,) = _execute(
                account,
                HOOK_GAS,
                token,
                0,
                abi.encodeWithSignature("approve(address,uint256)", action.target, amount),
                0
            );
            if (!ok) revert IAgentRunner.Refused("approval", i);
            if (grant) continue;
            bytes memory call = abi.encodeWithSignature("allowance(address,address)", account, action.target);
            (bool answered, uint256 rest) = BoundedCall.tryWord(token, HOOK_GAS, call);
            if (!answered || rest != 0) revert IAgentRunner.Refused("approval", rest);
        }
    }

    function _isAsset(Terms memory terms, address token) private pure returns (bool) {
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            if (terms.assets[i].token == token) return true;
        }
        return false;
    }

    function _call(address account, Action memory action, uint256 caveats) private {
        // What follows the call must fit as well, or a starved check would look like a refusal.
        uint256 later = AFTER_GAS + HOOK_GAS * (caveats + 2 * action.approvals.length);
        uint256 needed = (action.gas + 1) * 64 / 63 + later;
        if (gasleft() < needed) revert IAgentRunner.NeedGas(needed);
        (bool ok, bytes memory answer) =
            _execute(account, action.gas, action.target, action.value, action.data, MAX_RETURN);
        if (!ok) revert IAgentRunner.CallFailed(answer);
    }

    /// @dev Measures, then checks amounts, price, loss, drawdown and the owner's approval.
    function _settleAction(IAgentRunner.Frame memory frame, Terms memory terms, Rule memory rule, Action memory action)
        private
        returns (uint256[] memory balances, uint256[] memory counted)
    {
        _keep(Valuation.READ_GAS);
        balances = Valuation.balances(frame.account, terms.assets);
        counted = new uint256[](balances.length);
        uint256 valueOut = 0;
        uint256 valueIn = 0;
        for (uint256 i = 0; i < balances.length; ++i) {
            (uint256 out, uint256 incoming) = Valuation.flow(frame.balances[i], balances[i]);
            counted[i] = frame.counted[i] + incoming;
            counted[i] = counted[i] > out ? counted[i] - out : 0;
            uint256 decoded = Valuation.decodedOut(frame.account, terms.assets[i].token, action);
            if (decoded > out) out = decoded;
            if (out > terms.assets[i].perAction) {
                revert IAgentRunner.Refused("perAction", out - terms.assets[i].perAction);
            }
            _spend(frame, terms, terms.assets[i].allowance, out, "window");
            valueOut += Valuation.up(out, frame.prices[i]);
            valueIn += Valuation.down(incoming, frame.prices[i]);
        }
        _checkValue(frame, terms, rule, valueOut, valueIn);
        uint256 equity = Valuation.equity(counted, frame.prices);
        if (equity < frame.floor) revert IAgentRunner.Refused("drawdown", frame.floor - equity);
        if (valueOut > terms.approvalAbove) {
            bytes32 hash = _actionHash(frame.account, frame.epoch, action);
            if (!POLICY.useApproval(frame.account, hash)) {
                revert IAgentRunner.Refused("ownerApproval", valueOut - terms.approvalAbove);
            }
        }
    }

    function _checkValue(
        IAgentRunner.Frame memory frame,
        Terms memory terms,
        Rule memory rule,
        uint256 valueOut,
        uint256 valueIn
    ) private {
        uint256 least = (valueOut * (10_000 - rule.slippageBps) + 9_999) / 10_000;
        if (valueIn < least) revert IAgentRunner.Refused("price", least - valueIn);
        if (valueOut > valueIn) _spend(frame, terms, terms.lossLimit, valueOut - valueIn, "loss");
    }
}
