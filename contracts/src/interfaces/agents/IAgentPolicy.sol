// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Something that runs out. All three limits hold at once; an allowance of zeros permits nothing.
/// @param id Names its usage: two allowances with one id would share it, so ids are distinct.
/// @param capacity Most that a full bucket holds.
/// @param window Seconds in which an empty bucket refills; 0: no bucket. Over a time t at most capacity * (1 + t / window) passes.
/// @param life Most that ever passes in an epoch; the type's maximum: no limit.
/// @param initial Streaming: what is there at `start`.
/// @param perSecond Streaming: what is added each second after `start`.
/// @param start Seconds since 1970; 0: no stream.
struct Allowance {
    uint32 id;
    uint96 capacity;
    uint32 window;
    uint120 life;
    uint120 initial;
    uint96 perSecond;
    uint40 start;
}

/// @notice An asset that the agent may move. What is not declared is worth nothing and cannot move.
/// @param token ERC-20 contract; zero: ether.
/// @param valuer Its price; zero: worth nothing.
/// @param perAction Most that leaves in one action.
/// @param allowance Position in `Terms.allowances` counted from 1; outflow spends it. 0: none.
struct AssetTerms {
    address token;
    address valuer;
    uint128 perAction;
    uint8 allowance;
}

/// @notice Bounds on one element of a model's output, both inclusive, with 18 decimals.
struct OutputBound {
    uint8 tensor;
    uint32 element;
    int128 low;
    int128 high;
}

/// @notice A model that may decide. Without any listed model no strategy runs.
struct ModelTerms {
    bytes32 model;
    OutputBound[] bounds;
}

/// @notice What an agent may do at all. Numbers named `…Limit` are positions in `allowances` counted from 1, 0 for none.
/// @param delay Seconds that a change which permits more has to wait.
/// @param expiry Last second in which the agent acts.
/// @param hourMask Bit h: acts in hour h of the day, UTC.
/// @param maxActions Per run, at most 32.
/// @param actionGas Most gas that an action declares.
/// @param runGas Most gas that all actions of a run declare together.
/// @param drawdownBps How far the value per unit may lie below its high-water mark, in 1/10,000; 10,000: any.
/// @param approvalAbove An action that lets more value out needs the owner's approval.
/// @param rateLimit Counts actions.
/// @param lossLimit Sums max(0, value out - value in).
/// @param gasLimit Sums wei: gas used times its price.
/// @param royaltyLimit Sums wei of royalties, charged by the Scheduler or the Market.
/// @param feeLimit Sums wei of market fees, charged by the Scheduler or the Market.
/// @param operators Who starts runs besides owner and Scheduler.
/// @param guardians Who pauses besides the owner.
/// @param keys Off-chain keys: they sign actions that no model has to precede.
struct Terms {
    uint32 delay;
    uint40 expiry;
    uint24 hourMask;
    uint8 maxActions;
    uint32 actionGas;
    uint64 runGas;
    uint16 drawdownBps;
    uint128 approvalAbove;
    uint8 rateLimit;
    uint8 lossLimit;
    uint8 gasLimit;
    uint8 royaltyLimit;
    uint8 feeLimit;
    Allowance[] allowances;
    AssetTerms[] assets;
    ModelTerms[] models;
    address[] strategies;
    address[] operators;
    address[] guardians;
    address[] keys;
}

/// @notice How a parameter lies in calldata. Numbered as in Zodiac Roles.
enum ParameterType {
    None,
    Static,
    Dynamic,
    Tuple,
    Array,
    Calldata,
    AbiEncoded
}

/// @notice A node of a flat tree of conditions, parents before children, in the shape of Zodiac Roles. Node 0 is the root.
/// @param parent Index of the parent; the root's is 0.
/// @param paramType The parameter's layout; a logical node takes its first child's.
/// @param operator One of `Operators`.
/// @param compValue What to compare with: a word, or `Operators` says otherwise.
struct Condition {
    uint8 parent;
    ParameterType paramType;
    uint8 operator;
    bytes compValue;
}

/// @notice An extra rule by another contract.
struct Caveat {
    address enforcer;
    bytes terms;
}

/// @notice One permitted function of one permitted target.
/// @param target The contract, or the recipient of plain ether.
/// @param selector Function; zero: plain ether without calldata.
/// @param slippageBps How much less value may come in than goes out, in 1/10,000; 10,000: a payment.
/// @param sendsValue Whether ether may go along.
/// @param actionPolicy Asked by STATICCALL; zero: none.
/// @param conditions On the arguments; none: any arguments.
/// @param caveats Called before and after.
struct Rule {
    address target;
    bytes4 selector;
    uint16 slippageBps;
    bool sendsValue;
    address actionPolicy;
    Condition[] conditions;
    Caveat[] caveats;
}

/// @title What each account's agent may do, and how that changes
/// @notice Default deny. What permits less acts at once: `tighten`, `removeRule`, `pause`, `revoke`. Everything else is proposed,
/// waits for the delay and dies on revocation. The owner's own transactions never pass here.
interface IAgentPolicy {
    event Installed(address indexed account, address indexed owner);
    event ChangeProposed(address indexed account, bytes32 indexed change, uint256 readyAt, Terms terms, Rule[] rules);
    event ChangeCancelled(address indexed account, bytes32 indexed change);
    event TermsSet(address indexed account, uint32 indexed epoch, address blob);
    event RuleSet(address indexed account, address indexed target, bytes4 indexed selector, address blob);
    event RuleRemoved(address indexed account, address indexed target, bytes4 indexed selector);
    event Paused(address indexed account, address indexed guardian, uint256 until);
    event Revoked(address indexed account, uint32 epoch);
    event ActionApproved(address indexed account, bytes32 indexed action, uint256 deadline);

    /// @notice Only the owner or the account itself does this.
    error NotOwner(address caller);
    /// @notice Only the runner does this.
    error NotRunner(address caller);
    /// @notice Only the owner or a guardian pauses.
    error NotGuardian(address caller);
    /// @notice This account has not installed the runner.
    error NotInstalled(address account);
    /// @notice A field of the terms is out of range.
    error BadTerms(bytes32 field);
    /// @notice This target or function is refused whatever the lists say.
    error PrivilegedCall(address target, bytes4 selector);
    /// @notice The token rebases or calls its holders; declare a wrapped form of it.
    error UnsupportedToken(address token);
    /// @notice The conditions are not a well-formed tree.
    error BadCondition(uint256 node);
    /// @notice The new terms permit more in this field: propose them.
    error NotTighter(bytes32 field);
    /// @notice This change was not proposed in this epoch.
    error UnknownChange(bytes32 change);
    /// @notice The change cannot be enacted before `readyAt`, nor after `until`.
    error NotReady(uint256 readyAt, uint256 until);
    /// @notice This guardian paused this account already; again from `next` on.
    error PausedAlready(uint256 next);
    /// @notice A pause lasts at most 72 hours.
    error PauseTooLong(uint256 time);
    /// @notice An approval's deadline has passed.
    error DeadlinePassed(uint256 deadline);

    /// @notice Called by the runner when an account installs it. The first installation sets owner, terms and rules at once; a
    /// later one only proposes them.
    /// @param data abi.encode(address owner, Terms terms, Rule[] rules).
    function install(address account, bytes calldata data) external;

    /// @notice Proposes new terms and further rules. Fails where `enact` would.
    function propose(address account, Terms calldata terms, Rule[] calldata rules) external returns (bytes32 change);

    /// @notice Enacts a proposed change when its delay has passed. Owner only.
    function enact(address account, Terms calldata terms, Rule[] calldata rules) external;

    /// @notice Forgets a proposed change.
    function cancel(address account, bytes32 change) external;

    /// @notice Replaces the terms by terms that permit no more in any field, at once.
    function tighten(address account, Terms calldata terms) external;

    /// @notice Removes a permitted function, at once.
    function removeRule(address account, address target, bytes4 selector) external;

    /// @notice Stops runs for up to 72 hours; each guardian once in 14 days.
    function pause(address account, uint256 time) external;

    /// @notice Ends the policy and all that was proposed, at once: nothing is permitted, nothing that was booked runs.
    function revoke(address account) external;

    /// @notice Permits one action above the threshold, once, in this epoch. All rules are checked again.
    /// @param action `IAgentRunner.actionHash`.
    function approveAction(address account, bytes32 action, uint40 deadline) external;

    /// @notice Whether the owner approved this action; the approval is used up. Runner only.
    function useApproval(address account, bytes32 action) external returns (bool);

    /// @notice Who owns the account's policy.
    function ownerOf(address account) external view returns (address);

    /// @notice Epoch, end of a pause (0: none), and the blob of the terms (zero: none).
    function stateOf(address account) external view returns (uint32 epoch, uint40 pausedUntil, address terms);

    /// @notice The blob of a rule, zero where nothing is permitted: never for what is privileged.
    function ruleOf(address account, uint32 epoch, address target, bytes4 selector) external view returns (address);

    /// @notice The terms in force.
    function termsOf(address account) external view returns (Terms memory);
}
