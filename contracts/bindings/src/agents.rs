//! `sol!` types of agents' contracts. Documentation stands in the sources under `contracts/src/interfaces/agents`.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    /// A tensor as the precompile takes it.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Tensor {
        uint8 dtype;
        uint32[] shape;
        bytes data;
    }

    /// An ERC-20 approval that an action declares.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Approval {
        address token;
        uint256 amount;
    }

    /// A call that a strategy decides on.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Action {
        address target;
        uint256 value;
        uint256 gas;
        bytes data;
        Approval[] approvals;
    }

    /// What agents' authors write.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IStrategy {
        function features(bytes calldata context) external view returns (bytes32 model, Tensor[] memory inputs);
        function decide(bytes calldata context, Tensor[] calldata outputs)
            external
            view
            returns (Action[] memory actions);
    }

    /// A contract that a strategy reads, by code hash.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Read {
        address target;
        bytes32 codeHash;
    }

    /// Strategies whose code was checked.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IStrategyRegistry {
        event StrategyRegistered(address indexed strategy, bytes32 indexed codeHash, Read[] reads);
        error NoOwnCode(address strategy);
        error ForbiddenOpcode(uint256 position, uint8 opcode);
        error CodeHashDiffers(address target, bytes32 declared, bytes32 found);
        error BadRegistration(address strategy);
        function register(address strategy, Read[] calldata reads) external;
        function isIntact(address strategy) external view returns (bool);
        function readsOf(address strategy) external view returns (bytes32 codeHash, Read[] memory reads);
    }

    /// A bucket that refills, a sum for life, a stream, or all three.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Allowance {
        uint32 id;
        uint96 capacity;
        uint32 window;
        uint120 life;
        uint120 initial;
        uint96 perSecond;
        uint40 start;
    }

    /// An asset that a policy declares.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct AssetTerms {
        address token;
        address valuer;
        uint128 perAction;
        uint8 allowance;
    }

    /// Bounds on one element of a model's outputs.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct OutputBound {
        uint8 tensor;
        uint32 element;
        int128 low;
        int128 high;
    }

    /// A model that a policy permits.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct ModelTerms {
        bytes32 model;
        OutputBound[] bounds;
    }

    /// A policy without its rules.
    #[derive(Debug, Default, PartialEq, Eq)]
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

    /// How a condition reads an argument.
    #[derive(Debug, PartialEq, Eq)]
    enum ParameterType {
        None,
        Static,
        Dynamic,
        Tuple,
        Array,
        Calldata,
        AbiEncoded
    }

    /// A node of a tree of conditions on arguments.
    #[derive(Debug, PartialEq, Eq)]
    struct Condition {
        uint8 parent;
        ParameterType paramType;
        uint8 operator;
        bytes compValue;
    }

    /// An extra rule with an enforcer of its own.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Caveat {
        address enforcer;
        bytes terms;
    }

    /// What a policy permits of one function.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Rule {
        address target;
        bytes4 selector;
        uint16 slippageBps;
        bool sendsValue;
        address actionPolicy;
        Condition[] conditions;
        Caveat[] caveats;
    }

    /// What agents may do.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
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
        error NotOwner(address caller);
        error NotRunner(address caller);
        error NotGuardian(address caller);
        error NotInstalled(address account);
        error BadTerms(bytes32 field);
        error PrivilegedCall(address target, bytes4 selector);
        error UnsupportedToken(address token);
        error BadCondition(uint256 node);
        error NotTighter(bytes32 field);
        error UnknownChange(bytes32 change);
        error NotReady(uint256 readyAt, uint256 until);
        error PausedAlready(uint256 next);
        error PauseTooLong(uint256 time);
        error DeadlinePassed(uint256 deadline);
        function install(address account, bytes calldata data) external;
        function propose(address account, Terms calldata terms, Rule[] calldata rules) external returns (bytes32 change);
        function enact(address account, Terms calldata terms, Rule[] calldata rules) external;
        function cancel(address account, bytes32 change) external;
        function tighten(address account, Terms calldata terms) external;
        function removeRule(address account, address target, bytes4 selector) external;
        function pause(address account, uint256 time) external;
        function revoke(address account) external;
        function approveAction(address account, bytes32 action, uint40 deadline) external;
        function useApproval(address account, bytes32 action) external returns (bool);
        function ownerOf(address account) external view returns (address);
        function stateOf(address account) external view returns (uint32 epoch, uint40 pausedUntil, address terms);
        function ruleOf(address account, uint32 epoch, address target, bytes4 selector) external view returns (address);
        function termsOf(address account) external view returns (Terms memory);
    }

    /// Runs strategies under policies.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IAgentRunner {
        struct Frame {
            address account;
            uint32 epoch;
            address terms;
            address strategy;
            uint256[] prices;
            uint256[] balances;
            uint256[] counted;
            uint256 units;
            uint256 mark;
        }
        event Booked(address indexed account, uint256 indexed booking, address indexed strategy, bytes[] contexts);
        event BookingCancelled(address indexed account, uint256 indexed booking);
        event Inferred(address indexed account, uint256 indexed booking, bytes32 indexed model);
        event ActionExecuted(
            address indexed account, uint256 indexed booking, uint256 index, address indexed target, bytes32 action
        );
        event ActionRefused(
            address indexed account,
            uint256 indexed booking,
            uint256 index,
            bytes32 indexed rule,
            uint256 margin,
            Action action
        );
        event ActionFailed(address indexed account, uint256 indexed booking, uint256 index, bytes reason, Action action);
        event RunRefused(address indexed account, uint256 indexed booking, bytes32 indexed rule, uint256 margin);
        event RunCompleted(address indexed account, uint256 indexed booking, uint256 executed, uint256 refused);
        event Settled(address indexed account, uint256 units, uint256 mark);
        event Charged(address indexed account, bytes32 indexed what, uint256 amount);
        error Refused(bytes32 rule, uint256 margin);
        error CallFailed(bytes reason);
        error NeedGas(uint256 gas);
        error NotPermitted(address caller);
        error OnlySelf();
        error Locked(address account);
        error UnknownBooking(uint256 booking);
        error BadBooking();
        function book(address account, address strategy, bytes[] calldata contexts) external returns (uint256 booking);
        function cancelBooking(uint256 booking) external;
        function run(uint256 booking) external returns (uint256 executed, uint256 refused);
        function runSigned(Action[] calldata actions) external returns (uint256 executed, uint256 refused);
        function settle(address account) external;
        function charge(address account, bytes32 what, uint256 amount) external;
        function bookedFor(uint256 booking) external view returns (address account, address strategy, uint256 runs);
        function actionHash(address account, uint32 epoch, Action calldata action) external pure returns (bytes32);
        function left(address account, uint256 position) external view returns (uint256);
    }

    /// An agent's account.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IAgentAccount {
        error NotInitializer(address caller);
        error AlreadyInitialized();
        function initialize(bytes calldata policy) external;
        function owner() external view returns (address);
    }

    /// Makes accounts for agents.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IAgentAccountFactory {
        event AccountCreated(address indexed account, address indexed owner, bytes32 salt);
        function createAccount(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
            external
            returns (address account);
        function addressOf(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
            external
            view
            returns (address account);
    }
}
