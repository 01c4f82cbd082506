// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentPolicy, Rule, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Blob} from "./libraries/Blob.sol";
import {ConditionTree} from "./libraries/ConditionTree.sol";
import {Privileged} from "./libraries/Privileged.sol";
import {TermsCheck} from "./libraries/TermsCheck.sol";

/// @title The policy of every account, and how it changes
/// @dev Terms and rules are blobs; an epoch's blobs are unreachable once it has ended.
contract AgentPolicy is IAgentPolicy {
    uint256 internal constant MAX_PAUSE = 72 hours;
    uint256 internal constant PAUSE_PERIOD = 14 days;
    /// @dev A proposed change lapses this long after it could have been enacted.
    uint256 internal constant CHANGE_LIFE = 14 days;
    uint256 internal constant MAX_RULES = 64;
    uint256 internal constant MAX_CAVEATS = 4;
    /// @dev The delay that holds before the first terms: nothing is shorter.
    uint32 internal constant MIN_DELAY = 1 hours;

    struct State {
        address owner;
        uint32 epoch;
        uint40 pausedUntil;
        address terms;
        uint32 delay;
    }

    mapping(address account => State) private _states;
    mapping(bytes32 rule => address blob) private _rules;
    mapping(bytes32 change => uint256 readyAt) private _changes;
    mapping(address account => mapping(address guardian => uint256 next)) private _nextPause;
    mapping(bytes32 approval => uint256 deadline) private _approvals;

    modifier onlyOwner(address account) {
        if (msg.sender != account && msg.sender != _states[account].owner) revert NotOwner(msg.sender);
        if (_states[account].owner == address(0)) revert NotInstalled(account);
        _;
    }

    modifier onlyRunner() {
        if (msg.sender != Predeploys.AGENT_RUNNER) revert NotRunner(msg.sender);
        _;
    }

    /// @inheritdoc IAgentPolicy
    function install(address account, bytes calldata data) external onlyRunner {
        (address owner, Terms memory terms, Rule[] memory rules) = abi.decode(data, (address, Terms, Rule[]));
        State storage state = _states[account];
        if (state.owner != address(0)) {
            _propose(account, terms, rules);
            return;
        }
        if (owner == address(0)) revert NotOwner(owner);
        state.owner = owner;
        emit Installed(account, owner);
        _set(account, terms, rules);
    }

    /// @inheritdoc IAgentPolicy
    function propose(address account, Terms calldata terms, Rule[] calldata rules)
        external
        onlyOwner(account)
        returns (bytes32 change)
    {
        return _propose(account, terms, rules);
    }

    /// @inheritdoc IAgentPolicy
    function enact(address account, Terms calldata terms, Rule[] calldata rules) external onlyOwner(account) {
        bytes32 change = _changeId(account, terms, rules);
        uint256 readyAt = _changes[change];
        if (readyAt == 0) revert UnknownChange(change);
        uint256 until = readyAt + CHANGE_LIFE;
        if (block.timestamp < readyAt || block.timestamp > until) revert NotReady(readyAt, until);
        delete _changes[change];
        _set(account, terms, rules);
    }

    /// @inheritdoc IAgentPolicy
    function cancel(address account, bytes32 change) external onlyOwner(account) {
        if (_changes[change] == 0) revert UnknownChange(change);
        delete _changes[change];
        emit ChangeCancelled(account, change);
    }

    /// @inheritdoc IAgentPolicy
    function tighten(address account, Terms calldata terms) external onlyOwner(account) {
        State storage state = _states[account];
        TermsCheck.valid(terms);
        TermsCheck.tighter(abi.decode(Blob.load(state.terms), (Terms)), terms);
        _setTerms(account, state, terms);
    }

    /// @inheritdoc IAgentPolicy
    function removeRule(address account, address target, bytes4 selector) external onlyOwner(account) {
        delete _rules[_ruleId(account, _states[account].epoch, target, selector)];
        emit RuleRemoved(account, target, selector);
    }

    /// @inheritdoc IAgentPolicy
    function pause(address account, uint256 time) external {
        State storage state = _states[account];
        if (msg.sender != state.owner && msg.sender != account && !_isGuardian(state.terms, msg.sender)) {
            revert NotGuardian(msg.sender);
        }
        if (time > MAX_PAUSE) revert PauseTooLong(time);
        uint256 next = _nextPause[account][msg.sender];
        if (block.timestamp < next) revert PausedAlready(next);
        _nextPause[account][msg.sender] = block.timestamp + PAUSE_PERIOD;
        // casting is safe: timestamps fit for 34,000 years
        uint40 until = uint40(block.timestamp + time);
        if (until > state.pausedUntil) state.pausedUntil = until;
        emit Paused(account, msg.sender, state.pausedUntil);
    }

    /// @inheritdoc IAgentPolicy
    function revoke(address account) external {
        State storage state = _states[account];
        if (msg.sender != state.owner && msg.sender != account && msg.sender != Predeploys.AGENT_RUNNER) {
            revert NotOwner(msg.sender);
        }
        state.terms = address(0);
        emit Revoked(account, ++state.epoch);
    }

    /// @inheritdoc IAgentPolicy
    function approveAction(address account, bytes32 action, uint40 deadline) external onlyOwner(account) {
        if (deadline < block.timestamp) revert DeadlinePassed(deadline);
        _approvals[_approvalId(account, action)] = deadline;
        emit ActionApproved(account, action, deadline);
    }

    /// @inheritdoc IAgentPolicy
    function useApproval(address account, bytes32 action) external onlyRunner returns (bool) {
        bytes32 id = _approvalId(account, action);
        uint256 deadline = _approvals[id];
        if (deadline == 0 || block.timestamp > deadline) return false;
        delete _approvals[id];
        return true;
    }

    /// @inheritdoc IAgentPolicy
    function ownerOf(address account) external view returns (address) {
        return _states[account].owner;
    }

    /// @inheritdoc IAgentPolicy
    function stateOf(address account) external view returns (uint32 epoch, uint40 pausedUntil, address terms) {
        State storage state = _states[account];
        return (state.epoch, state.pausedUntil, state.terms);
    }

    /// @inheritdoc IAgentPolicy
    /// @dev Asked before each action: what has become privileged since it was listed is not permitted either.
    function ruleOf(address account, uint32 epoch, address target, bytes4 selector) external view returns (address) {
        if (Privileged.isTarget(target) || Privileged.isSelector(selector)) return address(0);
        return _rules[_ruleId(account, epoch, target, selector)];
    }

    /// @inheritdoc IAgentPolicy
    function termsOf(address account) external view returns (Terms memory terms) {
        address blob = _states[account].terms;
        if (blob != address(0)) terms = abi.decode(Blob.load(blob), (Terms));
    }

    function _propose(address account, Terms memory terms, Rule[] memory rules) private returns (bytes32 change) {
        TermsCheck.valid(terms);
        _checkRules(account, rules);
        change = _changeId(account, terms, rules);
        uint32 delay = _states[account].delay;
        uint256 readyAt = block.timestamp + (delay < MIN_DELAY ? MIN_DELAY : delay);
        _changes[change] = readyAt;
        emit ChangeProposed(account, change, readyAt, terms, rules);
    }

    function _set(address account, Terms memory terms, Rule[] memory rules) private {
        TermsCheck.valid(terms);
        _checkRules(account, rules);
        State storage state = _states[account];
        _setTerms(account, state, terms);
        for (uint256 i = 0; i < rules.length; ++i) {
            address blob = Blob.store(abi.encode(rules[i]));
            _rules[_ruleId(account, state.epoch, rules[i].target, rules[i].selector)] = blob;
            emit RuleSet(account, rules[i].target, rules[i].selector, blob);
        }
    }

    function _setTerms(address account, State storage state, Terms memory terms) private {
        state.terms = Blob.store(abi.encode(terms));
        state.delay = terms.delay;
        emit TermsSet(account, state.epoch, state.terms);
    }

    function _checkRules(address account, Rule[] memory rules) private pure {
        if (rules.length > MAX_RULES) revert BadTerms("rules");
        for (uint256 i = 0; i < rules.length; ++i) {
            Rule memory rule = rules[i];
            if (rule.target == account || Privileged.isTarget(rule.target) || Privileged.isSelector(rule.selector)) {
                revert PrivilegedCall(rule.target, rule.selector);
            }
            if (rule.slippageBps > 10_000) revert BadTerms("slippageBps");
            if (rule.caveats.length > MAX_CAVEATS) revert BadTerms("caveats");
            if (rule.selector == 0 && rule.conditions.length != 0) revert BadCondition(0);
            ConditionTree.check(rule.conditions);
        }
    }

    function _isGuardian(address blob, address caller) private view returns (bool) {
        if (blob == address(0)) return false;
        Terms memory terms = abi.decode(Blob.load(blob), (Terms));
        for (uint256 i = 0; i < terms.guardians.length; ++i) {
            if (terms.guardians[i] == caller) return true;
        }
        return false;
    }

    function _ruleId(address account, uint32 epoch, address target, bytes4 selector) private pure returns (bytes32) {
        return keccak256(abi.encode(account, epoch, target, selector));
    }

    function _changeId(address account, Terms memory terms, Rule[] memory rules) private view returns (bytes32) {
        return keccak256(abi.encode(account, _states[account].epoch, terms, rules));
    }

    function _approvalId(address account, bytes32 action) private view returns (bytes32) {
        return keccak256(abi.encode(account, _states[account].epoch, action));
    }
}
