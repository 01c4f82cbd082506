// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579Execution, IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IActionPolicy} from "../interfaces/agents/IActionPolicy.sol";
import {Allowance, Caveat, Condition, IAgentPolicy, Rule, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {ICaveatEnforcer} from "../interfaces/agents/ICaveatEnforcer.sol";
import {IRuleChecks, Query} from "../interfaces/agents/IRuleChecks.sol";
import {Action} from "../interfaces/agents/IStrategy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Allowances} from "./libraries/Allowances.sol";
import {Blob} from "./libraries/Blob.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {Operators} from "./libraries/Operators.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title One action under the policy: checked before, executed, measured, checked after
/// @dev All of it happens in one frame that reverts on a violation, so a refused action leaves nothing behind.
abstract contract Enforcer is IAgentRunner {
    /// @dev What the runner copies of a call's answer.
    uint256 internal constant MAX_RETURN = 4096;
    /// @dev Gas for each call to a token, an enforcer or an action policy.
    uint256 internal constant HOOK_GAS = 200_000;
    /// @dev Gas kept for the checks after the call, besides the hooks.
    uint256 internal constant AFTER_GAS = 300_000;
    uint256 internal constant MAX_APPROVALS = 4;
    IRuleChecks internal constant CHECKS = IRuleChecks(Predeploys.RULE_CHECKS);
    IAgentPolicy internal constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);

    mapping(address account => mapping(uint32 epoch => mapping(uint32 id => Allowances.Usage))) internal _usage;

    /// @notice Performs one action and returns the balances after it, and the counted parts of them. Reverts with `Refused`,
    /// `CallFailed` or `NeedGas`. The runner calls this on itself.
    function act(Frame memory frame, bytes memory outputs, Action memory action)
        external
        returns (uint256[] memory balances, uint256[] memory counted)
    {
        if (msg.sender != address(this)) revert OnlySelf();
        Terms memory terms = _decodeTerms(frame.terms);
        Rule memory rule = _permitted(frame, action);
        _checkArguments(frame, terms, rule, outputs, action);
        bytes32 id = keccak256(abi.encode(frame.account, frame.epoch, action.target, rule.selector));
        if (rule.actionPolicy != address(0)) _ask(rule.actionPolicy, id, frame.account, action);
        _hooks(ICaveatEnforcer.beforeHook.selector, rule.caveats, id, frame.account, action);
        _approve(frame.account, terms, action, true);
        _call(frame.account, action, rule.caveats.length);
        _approve(frame.account, terms, action, false);
        _hooks(ICaveatEnforcer.afterHook.selector, rule.caveats, id, frame.account, action);
        return _settleAction(frame, terms, rule, action);
    }

    /// @inheritdoc IAgentRunner
    function actionHash(address account, uint32 epoch, Action memory action) public pure returns (bytes32) {
        return keccak256(abi.encode(account, epoch, action));
    }

    /// @dev The rule that lists target and function; the lists themselves cannot allow what is privileged.
    function _permitted(Frame memory frame, Action memory action) private view returns (Rule memory) {
        bytes4 selector = bytes4(action.data);
        if (action.data.length != 0 && (action.data.length < 4 || selector == 0)) revert Refused("selector", 0);
        address target = action.target;
        if (target == frame.account) revert Refused("privileged", 0);
        address blob = POLICY.ruleOf(frame.account, frame.epoch, target, selector);
        if (blob == address(0)) {
            revert Refused(CHECKS.isPrivileged(target, selector) ? bytes32("privileged") : bytes32("target"), 0);
        }
        for (uint256 kind = 1; kind <= 4; ++kind) {
            // Fallback handlers (3) act when somebody calls the account, which no action does.
            if (kind != 3 && _isModule(frame.account, kind, target)) revert Refused("module", 0);
        }
        return abi.decode(Blob.load(blob), (Rule));
    }

    /// @dev What cannot answer is taken for no module: the account's own code answers here.
    function _isModule(address account, uint256 kind, address target) private view returns (bool) {
        bytes memory call = abi.encodeCall(IERC7579ModuleConfig.isModuleInstalled, (kind, target, ""));
        (bool ok, uint256 installed) = BoundedCall.tryWord(account, HOOK_GAS, call);
        return ok && installed != 0;
    }

    function _checkArguments(
        Frame memory frame,
        Terms memory terms,
        Rule memory rule,
        bytes memory outputs,
        Action memory action
    ) private {
        if (action.value != 0 && !(rule.sendsValue && _isAsset(terms, address(0)))) {
            revert Refused("value", action.value);
        }
        if (action.approvals.length > MAX_APPROVALS) revert Refused("approvals", action.approvals.length);
        _spend(frame, terms, terms.rateLimit, 1, "rate");
        if (_movesUndeclared(terms, action)) revert Refused("undeclared", 0);
        if (rule.conditions.length == 0) return;
        uint256[] memory amounts = CHECKS.checkConditions(
            Query({
                tree: rule.conditions,
                data: action.data,
                avatar: frame.account,
                value: action.value,
                outputs: outputs,
                rests: _rests(frame, terms, rule.conditions),
                amounts: new uint256[](terms.allowances.length)
            })
        );
        for (uint256 i = 0; i < amounts.length; ++i) {
            // casting is safe: at most 16 allowances
            if (amounts[i] != 0) _spend(frame, terms, uint8(i + 1), amounts[i], "allowance");
        }
    }

    /// @dev What the allowances have that the conditions name; zero for the others.
    function _rests(Frame memory frame, Terms memory terms, Condition[] memory tree)
        private
        view
        returns (uint256[] memory rests)
    {
        rests = new uint256[](terms.allowances.length);
        for (uint256 i = 0; i < tree.length; ++i) {
            if (tree[i].operator < Operators.WITHIN_ALLOWANCE) continue;
            uint256 position = uint256(bytes32(tree[i].compValue));
            if (position == 0 || position > rests.length) revert Refused("allowance", position);
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
        if (!ok) revert Refused("actionPolicy", 0);
        (address aggregator, bool outOfRange) = ERC4337Utils.getValidationData(answer);
        if (aggregator != address(0) || outOfRange) revert Refused("actionPolicy", answer);
    }

    function _hooks(bytes4 hook, Caveat[] memory caveats, bytes32 id, address account, Action memory action) private {
        if (caveats.length == 0) return;
        bytes memory execution = abi.encodePacked(action.target, action.value, action.data);
        for (uint256 i = 0; i < caveats.length; ++i) {
            bytes memory call =
                abi.encodeWithSelector(hook, caveats[i].terms, "", bytes32(0), execution, id, account, address(this));
            _keep(HOOK_GAS);
            (bool ok,) = BoundedCall.tryCall(caveats[i].enforcer, HOOK_GAS, 0, call);
            if (!ok || caveats[i].enforcer.code.length == 0) revert Refused("caveat", i);
        }
    }

    /// @dev Grants the declared approvals, or resets them and makes sure that nothing is left.
    function _approve(address account, Terms memory terms, Action memory action, bool grant) private {
        for (uint256 i = 0; i < action.approvals.length; ++i) {
            address token = action.approvals[i].token;
            if (token == address(0) || !_isAsset(terms, token)) revert Refused("approval", i);
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
            if (!ok) revert Refused("approval", i);
            if (grant) continue;
            bytes memory call = abi.encodeWithSignature("allowance(address,address)", account, action.target);
            (bool answered, uint256 rest) = BoundedCall.tryWord(token, HOOK_GAS, call);
            if (!answered || rest != 0) revert Refused("approval", rest);
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
        if (gasleft() < needed) revert NeedGas(needed);
        (bool ok, bytes memory answer) =
            _execute(account, action.gas, action.target, action.value, action.data, MAX_RETURN);
        if (!ok) revert CallFailed(answer);
    }

    /// @dev Measures, then checks amounts, price, loss, drawdown and the owner's approval.
    function _settleAction(Frame memory frame, Terms memory terms, Rule memory rule, Action memory action)
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
            if (out > terms.assets[i].perAction) revert Refused("perAction", out - terms.assets[i].perAction);
            _spend(frame, terms, terms.assets[i].allowance, out, "window");
            valueOut += Valuation.up(out, frame.prices[i]);
            valueIn += Valuation.down(incoming, frame.prices[i]);
        }
        _checkValue(frame, terms, rule, valueOut, valueIn);
        _checkDrawdown(frame, terms, Valuation.equity(counted, frame.prices));
        if (valueOut > terms.approvalAbove) {
            bytes32 hash = actionHash(frame.account, frame.epoch, action);
            if (!POLICY.useApproval(frame.account, hash)) {
                revert Refused("ownerApproval", valueOut - terms.approvalAbove);
            }
        }
    }

    function _checkValue(Frame memory frame, Terms memory terms, Rule memory rule, uint256 valueOut, uint256 valueIn)
        private
    {
        uint256 least = (valueOut * (10_000 - rule.slippageBps) + 9_999) / 10_000;
        if (valueIn < least) revert Refused("price", least - valueIn);
        if (valueOut > valueIn) _spend(frame, terms, terms.lossLimit, valueOut - valueIn, "loss");
    }

    function _checkDrawdown(Frame memory frame, Terms memory terms, uint256 equity) private pure {
        if (terms.drawdownBps >= 10_000) return;
        uint256 floor = Valuation.drawdownFloor(frame.units, frame.mark, terms.drawdownBps);
        if (equity < floor) revert Refused("drawdown", floor - equity);
    }

    /// @dev Position 0 names no allowance.
    function _spend(Frame memory frame, Terms memory terms, uint8 position, uint256 amount, bytes32 rule) private {
        if (position == 0 || amount == 0) return;
        Allowances.Usage storage usage = _usage[frame.account][frame.epoch][terms.allowances[position - 1].id];
        uint256 over = Allowances.spend(usage, terms.allowances[position - 1], amount);
        if (over != 0) revert Refused(rule, over);
    }

    /// @dev The epoch and terms in force; reverts where there are none.
    function _terms(address account) internal view returns (uint32 epoch, Terms memory terms) {
        address blob;
        (epoch,, blob) = POLICY.stateOf(account);
        if (blob == address(0)) revert Refused("revoked", 0);
        terms = _decodeTerms(blob);
    }

    function _decodeTerms(address blob) internal view returns (Terms memory) {
        return abi.decode(Blob.load(blob), (Terms));
    }

    /// @dev Lets the account make one call. At most `most` bytes of the answer are copied.
    function _execute(address account, uint256 gas_, address target, uint256 value, bytes memory data, uint256 most)
        internal
        returns (bool ok, bytes memory answer)
    {
        bytes memory single = abi.encodePacked(target, value, data);
        return BoundedCall.tryCall(
            account, gas_, most, abi.encodeCall(IERC7579Execution.executeFromExecutor, (bytes32(0), single))
        );
    }

    /// @dev A call with this much gas must get all of it: else the caller could make a check fail by sending little.
    function _keep(uint256 gas_) internal view {
        uint256 needed = (gas_ + 1) * 64 / 63 + 10_000;
        if (gasleft() < needed) revert NeedGas(needed);
    }
}
