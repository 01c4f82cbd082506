// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579Module, MODULE_TYPE_EXECUTOR} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Allowance, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {Action} from "../interfaces/agents/IStrategy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Allowances} from "./libraries/Allowances.sol";
import {Blob} from "./libraries/Blob.sol";
import {Lists} from "./libraries/Lists.sol";
import {Rounds} from "./Rounds.sol";

/// @title Runs strategies for accounts, under their policies
/// @dev The parts: `Enforcer` one action (in `RuleChecks`, which has room for it), `Ledger` units and marks, `Rounds` inference and decision, here who may do what.
contract AgentRunner is Rounds, IERC7579Module {
    uint256 internal constant MAX_CONTEXTS = 4;

    /// @dev `runs`: how many of them decided.
    struct Booking {
        address account;
        uint32 epoch;
        bool cancelled;
        uint56 runs;
        address strategy;
        address contexts;
    }

    mapping(uint256 id => Booking) private _bookings;
    uint256 private _bookingCount;

    /// @inheritdoc IERC7579Module
    /// @dev `data`: abi.encode(address owner, Terms, Rule[]). A reinstallation only proposes terms and rules.
    function onInstall(bytes calldata data) external {
        POLICY.install(msg.sender, data);
    }

    /// @inheritdoc IERC7579Module
    function onUninstall(bytes calldata) external {
        POLICY.revoke(msg.sender);
    }

    /// @inheritdoc IERC7579Module
    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_EXECUTOR;
    }

    /// @inheritdoc IAgentRunner
    function book(address account, address strategy, bytes[] calldata contexts) external returns (uint256 booking) {
        if (!_isOwner(account, msg.sender)) revert NotPermitted(msg.sender);
        if (contexts.length == 0 || contexts.length > MAX_CONTEXTS) revert BadBooking();
        (uint32 epoch,,) = POLICY.stateOf(account);
        booking = ++_bookingCount;
        _bookings[booking] = Booking(account, epoch, false, 0, strategy, Blob.store(abi.encode(contexts)));
        emit Booked(account, booking, strategy, contexts);
    }

    /// @inheritdoc IAgentRunner
    function cancelBooking(uint256 booking) external {
        address account = _bookings[booking].account;
        if (account == address(0)) revert UnknownBooking(booking);
        if (!_isOwner(account, msg.sender)) revert NotPermitted(msg.sender);
        _bookings[booking].cancelled = true;
        emit BookingCancelled(account, booking);
    }

    /// @inheritdoc IAgentRunner
    function run(uint256 booking) external returns (uint256 executed, uint256 refused) {
        Booking memory booked = _bookings[booking];
        if (booked.account == address(0)) revert UnknownBooking(booking);
        _lock(booked.account);
        Run memory current;
        current.booking = booking;
        (bytes32 rule, uint256 margin) = _begin(current, booked.account, booked.strategy);
        if (
            msg.sender != Predeploys.SCHEDULER && !_isOwner(booked.account, msg.sender)
                && !Lists.has(current.terms.operators, msg.sender)
        ) revert NotPermitted(msg.sender);
        if (booked.cancelled || booked.epoch != current.frame.epoch) (rule, margin) = ("booking", 0);
        else if (rule == 0) (rule, margin) = _checkStrategy(current);
        if (rule == 0) {
            bytes[] memory contexts = abi.decode(Blob.load(booked.contexts), (bytes[]));
            for (uint256 i = 0; i < contexts.length && rule == 0; ++i) {
                (rule, margin) = _round(current, contexts[i]);
            }
            _end(current);
            if (rule == 0) ++_bookings[booking].runs;
        }
        if (rule != 0) emit RunRefused(booked.account, booking, rule, margin);
        emit RunCompleted(booked.account, booking, current.executed, current.refused);
        _unlock(booked.account);
        return (current.executed, current.refused);
    }

    /// @inheritdoc IAgentRunner
    function runSigned(Action[] memory actions) external returns (uint256 executed, uint256 refused) {
        _lock(msg.sender);
        Run memory current;
        (bytes32 rule, uint256 margin) = _begin(current, msg.sender, msg.sender);
        if (rule == 0) {
            (rule, margin) = _perform(current, "", actions);
            _end(current);
        }
        if (rule != 0) emit RunRefused(msg.sender, 0, rule, margin);
        emit RunCompleted(msg.sender, 0, current.executed, current.refused);
        _unlock(msg.sender);
        return (current.executed, current.refused);
    }

    /// @inheritdoc IAgentRunner
    function settle(address account) external {
        if (!_isOwner(account, msg.sender)) revert NotPermitted(msg.sender);
        _lock(account);
        _settle(account);
        _unlock(account);
    }

    /// @inheritdoc IAgentRunner
    function charge(address account, bytes32 what, uint256 amount) external {
        bool permitted = msg.sender == Predeploys.SCHEDULER || msg.sender == Predeploys.AGENT_MARKET
            || (msg.sender == Predeploys.AGENT_VALIDATOR && what == "gas");
        if (!permitted) revert NotPermitted(msg.sender);
        (uint32 epoch, Terms memory terms) = _terms(account);
        uint8 position = what == "gas" ? terms.gasLimit : what == "royalty" ? terms.royaltyLimit : terms.feeLimit;
        // Default deny: what has no limit may not be charged.
        if (position == 0) revert Refused(what, amount);
        Allowance memory limit = terms.allowances[position - 1];
        uint256 over = Allowances.spend(_usage[account][epoch][limit.id], limit, amount);
        if (over != 0) revert Refused(what, over);
        emit Charged(account, what, amount);
    }

    /// @inheritdoc IAgentRunner
    function bookedFor(uint256 booking) external view returns (address account, address strategy, uint256 runs) {
        Booking storage booked = _bookings[booking];
        return (booked.account, booked.strategy, booked.runs);
    }

    /// @inheritdoc IAgentRunner
    function actionHash(address account, uint32 epoch, Action calldata action) external pure returns (bytes32) {
        return _actionHash(account, epoch, action);
    }

    /// @inheritdoc IAgentRunner
    function left(address account, uint256 position) external view returns (uint256) {
        (uint32 epoch, Terms memory terms) = _terms(account);
        Allowance memory limit = terms.allowances[position - 1];
        return Allowances.left(_usage[account][epoch][limit.id], limit);
    }

    function _isOwner(address account, address caller) private view returns (bool) {
        return caller == account || (caller == POLICY.ownerOf(account) && caller != address(0));
    }

    function _lock(address account) private {
        bool locked;
        assembly ("memory-safe") {
            locked := tload(account)
            tstore(account, 1)
        }
        if (locked) revert Locked(account);
    }

    function _unlock(address account) private {
        assembly ("memory-safe") {
            tstore(account, 0)
        }
    }
}
