// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What makes a booking's call due.
enum Trigger {
    /// At `start`, then every `interval`; milliseconds of L2 time.
    Time,
    /// At `start`, then every `interval`; L2 block numbers.
    Block,
    /// A question to a contract, asked at `start` and then every `interval` milliseconds; a yes makes the call due.
    Predicate
}

/// @notice A call to be made later. "Units" are milliseconds, or blocks for `Trigger.Block`.
/// @param trigger What makes it due.
/// @param start First occurrence, in units since the trigger's origin (1970, or block 0).
/// @param interval Units from one occurrence to the next; 0: one occurrence.
/// @param count Occurrences, for a predicate runs; 0: no end.
/// @param ttl Units after its time in which an occurrence may still run. At least the jitter.
/// @param jitter Most units by which an occurrence is put off, drawn from the L1 randao when it comes.
/// @param gasLimit Of the call, intrinsic gas included. At most half the share.
/// @param maxPrice Wei per gas; an occurrence waits while the share's price is higher.
/// @param inForced Whether to run also in blocks that no batch covers, and in the time of grace after them.
/// @param target Called with `data` and without value.
/// @param data Calldata.
/// @param asked A predicate's contract.
/// @param question Calldata for it. Yes: it returns a word that is not zero.
/// @param questionGas Gas for it, paid each time that it is asked.
struct Plan {
    Trigger trigger;
    uint64 start;
    uint64 interval;
    uint32 count;
    uint32 ttl;
    uint32 jitter;
    uint32 gasLimit;
    uint128 maxPrice;
    bool inForced;
    address target;
    bytes data;
    address asked;
    bytes question;
    uint32 questionGas;
}

/// @notice Where a booking stands.
enum Stage {
    None,
    Waiting,
    Running,
    Done,
    Cancelled
}

/// @notice What happened to a booking last.
enum Reason {
    None,
    /// The call was made and succeeded.
    Ran,
    /// The call was made and failed. It is not repeated.
    Reverted,
    /// The share's price is above the booking's, now.
    Price,
    /// The occurrence's time to live passed.
    Expired,
    /// The balance does not pay for the call; tried again.
    Balance,
    /// The account's policy does not permit the cost; tried again.
    Policy,
    /// The predicate said no, or did not answer.
    NotYet,
    /// The share has become too small for the call.
    TooLarge,
    /// The balance did not even pay for looking at it: cancelled.
    Empty,
    /// The account's policy was revoked: cancelled.
    Revoked,
    /// Cancelled by its owner.
    Cancelled
}

/// @notice A call that the state transition makes now, from the Scheduler's address. `id` 0: none.
struct Due {
    uint64 id;
    address target;
    uint64 gasLimit;
    uint256 price;
    bytes data;
}

/// @notice What `status` tells.
/// @param next Time or block of the next occurrence, before jitter; of the last one where there is no next.
/// @param runway Further calls that the balance pays at the present price, predicates' questions left out.
struct Status {
    Stage stage;
    Reason reason;
    uint64 next;
    uint32 ran;
    uint32 failed;
    uint32 missed;
    uint256 balance;
    uint256 runway;
}

/// @title Calls that the chain makes by itself
/// @notice Due calls are made by the state transition in each block, after the L1 deposits, in blocks without a batch too. They have
/// a share of the block's gas with a price of its own. Who offers the higher price goes first, then who booked first; all pay
/// the share's price. A call is made at most once per occurrence, whether it succeeds or not.
interface IScheduler {
    event Booked(uint64 indexed id, address indexed owner, address indexed account, Plan plan);
    event Funded(uint64 indexed id, address indexed from, uint256 amount);
    event Withdrawn(uint64 indexed id, address indexed to, uint256 amount);
    event Cancelled(uint64 indexed id);
    event Swept(uint256 amount);
    /// @notice In the receipt of the call, after the call's own logs.
    event Ran(
        uint64 indexed id, uint64 indexed occurrence, bool success, uint256 gasUsed, uint256 price, uint256 royalty
    );

    /// @notice A field of the plan is out of range.
    error BadPlan(bytes32 field);
    /// @notice The chain's own contracts are no targets; agents' runs are booked by `bookRun`.
    error PrivilegedTarget(address target);
    /// @notice Only the booking's owner does this; for `bookRun`, only the account or its owner.
    error NotOwner(address caller);
    /// @notice No such booking, or it has ended.
    error NotBooked(uint64 id);
    /// @notice The booking has less than this.
    error NotCovered(uint256 balance);
    /// @notice The receiver refused the ether.
    error NotSent(address to);
    /// @notice Only the state transition calls this.
    error NotSystem(address caller);
    /// @notice A call is out and has not been settled, or none is out that could be.
    error OutOfTurn(uint64 running);
    /// @notice No block has opened the schedule yet.
    error NotOpen();

    /// @notice Books a call and funds it with the value sent.
    function book(Plan calldata plan) external payable returns (uint64 id);

    /// @notice Books a run of an agent: target and data of the plan are left empty. The cost counts against the policy's gas
    /// allowance, royalties against its royalty allowance; it ends with the policy's epoch. Account or its owner only.
    function bookRun(address account, uint256 booking, Plan calldata plan) external payable returns (uint64 id);

    /// @notice Adds to a booking's balance; anyone may.
    function fund(uint64 id) external payable;

    /// @notice Takes from a booking's balance. Owner only.
    function withdraw(uint64 id, uint256 amount, address payable to) external;

    /// @notice Ends a booking. What looking at its entry will cost stays behind; the rest can be withdrawn. Owner only.
    function cancel(uint64 id) external;

    /// @notice Moves the fees collected so far to the base fee vault.
    function sweep() external returns (uint256 amount);

    /// @notice The next call of this block. State transition only; then it makes the call, then `settle`, then asks again until
    /// `id` is 0.
    /// @param budget The share: gas that scheduled calls may use in this block.
    function next(uint64 budget) external returns (Due memory due);

    /// @notice Accounts for the call that `next` gave. State transition only.
    /// @param gasUsed After refunds, royalties included.
    /// @param royaltyGas The part of it that is royalties.
    /// @return royalty Wei that the state transition moves from the Scheduler to the models' payees.
    function settle(bool success, uint64 gasUsed, uint64 royaltyGas) external returns (uint256 royalty);

    /// @notice The booking whose call is being made, and its owner: for targets that want to know who sent the Scheduler.
    function current() external view returns (uint64 id, address owner);

    /// @notice Where a booking stands.
    function status(uint64 id) external view returns (Status memory);

    /// @notice What was booked, and by whom. `account` is zero for calls that are no agent's run.
    function planOf(uint64 id) external view returns (address owner, address account, Plan memory plan);

    /// @notice Wei per gas that scheduled calls pay in this block.
    function price() external view returns (uint256);

    /// @notice Gas that each look at an entry costs its booking: made due, put off, asked, or found expired.
    function lookGas() external pure returns (uint256);
}
