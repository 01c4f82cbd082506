// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Action} from "./IStrategy.sol";

/// @title Runs strategies for accounts, under their policies
/// @notice An ERC-7579 executor. A refused action is undone, recorded, and stays recorded: a run returns after refusals.
interface IAgentRunner {
    /// @notice What one action needs to know of its run.
    /// @param account Whose run.
    /// @param epoch The policy's.
    /// @param terms Blob of the policy's terms.
    /// @param rule Blob of the rule that lists the action's target and function.
    /// @param floor Least value of the counted parts that the drawdown rule leaves.
    /// @param prices Per asset of the terms, read once per run.
    /// @param balances Per asset, when the action starts.
    /// @param counted Per asset: the part of the balance that the high-water mark knows of.
    struct Frame {
        address account;
        uint32 epoch;
        address terms;
        address rule;
        uint256 floor;
        uint256[] prices;
        uint256[] balances;
        uint256[] counted;
    }

    event Booked(address indexed account, uint256 indexed booking, address indexed strategy, bytes[] contexts);
    event BookingCancelled(address indexed account, uint256 indexed booking);
    event Inferred(address indexed account, uint256 indexed booking, bytes32 indexed model);
    event ActionExecuted(
        address indexed account, uint256 indexed booking, uint256 index, address indexed target, bytes32 action
    );
    /// @param margin By how much the rule was broken, in the rule's unit; 0 where it has none.
    event ActionRefused(
        address indexed account,
        uint256 indexed booking,
        uint256 index,
        bytes32 indexed rule,
        uint256 margin,
        Action action
    );
    /// @notice The call itself failed; `reason` is at most 4 KiB of what it returned.
    event ActionFailed(address indexed account, uint256 indexed booking, uint256 index, bytes reason, Action action);
    /// @notice The run ended before its actions.
    event RunRefused(address indexed account, uint256 indexed booking, bytes32 indexed rule, uint256 margin);
    event RunCompleted(address indexed account, uint256 indexed booking, uint256 executed, uint256 refused);
    event Settled(address indexed account, uint256 units, uint256 mark);
    event Charged(address indexed account, bytes32 indexed what, uint256 amount);

    /// @notice A rule of the policy refuses. Reaches no caller of `run`: it becomes an event.
    error Refused(bytes32 rule, uint256 margin);
    /// @notice The action's call failed. Reaches no caller of `run`: it becomes an event.
    error CallFailed(bytes reason);
    /// @notice The transaction needs at least this much more gas at this point.
    error NeedGas(uint256 gas);
    /// @notice Only Scheduler, owner and operators start runs.
    error NotPermitted(address caller);
    /// @notice Only the runner calls this, on itself.
    error OnlySelf();
    /// @notice A run of this account is going on.
    error Locked(address account);
    /// @notice No such booking.
    error UnknownBooking(uint256 booking);
    /// @notice A booking has 1 to 4 contexts.
    error BadBooking();

    /// @notice Books runs of a strategy on fixed contexts; each context is one round of features, inference, decision and
    /// actions. A later round reads earlier outputs by `IInference.observed`. Owner only; ends with the epoch.
    function book(address account, address strategy, bytes[] calldata contexts) external returns (uint256 booking);

    /// @notice Cancels a booking. Owner only.
    function cancelBooking(uint256 booking) external;

    /// @notice Runs what was booked. Scheduler, owner and operators only.
    function run(uint256 booking) external returns (uint256 executed, uint256 refused);

    /// @notice Runs given actions for the calling account: the way of off-chain keys through `AgentValidator`.
    function runSigned(Action[] calldata actions) external returns (uint256 executed, uint256 refused);

    /// @notice Counts all that the account holds of its declared assets as put in: moves units, leaves the mark. Owner only.
    function settle(address account) external;

    /// @notice Spends the account's allowance for "gas", "royalty" or "fee"; Scheduler, Market and AgentValidator only.
    function charge(address account, bytes32 what, uint256 amount) external;

    /// @notice Whose booking this is (zero: nobody's), for which strategy, and how many of its runs came to all their decisions.
    function bookedFor(uint256 booking) external view returns (address account, address strategy, uint256 runs);

    /// @notice What an owner approves: binds the account, the policy's epoch and the whole action.
    function actionHash(address account, uint32 epoch, Action calldata action) external pure returns (bytes32);

    /// @notice What is left of the allowance at `position` (from 1) of the account's terms.
    function left(address account, uint256 position) external view returns (uint256);
}
