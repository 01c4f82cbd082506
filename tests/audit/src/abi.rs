//! Events, functions and stored forms, written down from the contracts' documentation.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_primitives::{Address, address};
use alloy_sol_types::sol;

pub(crate) const INFERENCE: Address = address!("0x00000000000000000000000000000000000000A1");
pub(crate) const SCHEDULER: Address = address!("0x5000000000000000000000000000000000000002");
pub(crate) const RUNNER: Address = address!("0x5000000000000000000000000000000000000008");
pub(crate) const POLICY: Address = address!("0x500000000000000000000000000000000000000a");
/// ERC-4337's, v0.8.
pub(crate) const ENTRY_POINT: Address = address!("0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108");
/// The code that accounts share.
pub(crate) const ACCOUNT_CODE: Address = address!("0x500000000000000000000000000000000000000B");
/// No policy can permit calls to these: the chain's contracts, EntryPoint v0.8, the message passer, the precompile.
pub(crate) const PRIVILEGED: [Address; 15] = [
    INFERENCE,
    SCHEDULER,
    address!("0x5000000000000000000000000000000000000003"),
    address!("0x5000000000000000000000000000000000000004"),
    address!("0x5000000000000000000000000000000000000005"),
    address!("0x5000000000000000000000000000000000000006"),
    address!("0x5000000000000000000000000000000000000007"),
    RUNNER,
    address!("0x5000000000000000000000000000000000000009"),
    POLICY,
    ACCOUNT_CODE,
    address!("0x500000000000000000000000000000000000000c"),
    address!("0x500000000000000000000000000000000000000d"),
    address!("0x4200000000000000000000000000000000000016"),
    ENTRY_POINT,
];

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct Allowance {
        uint32 id;
        uint96 capacity;
        uint32 window;
        uint120 life;
        uint120 initial;
        uint96 perSecond;
        uint40 start;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct AssetTerms {
        address token;
        address valuer;
        uint128 perAction;
        uint8 allowance;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct OutputBound {
        uint8 tensor;
        uint32 element;
        int128 low;
        int128 high;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct ModelTerms {
        bytes32 model;
        OutputBound[] bounds;
    }

    #[derive(Debug, PartialEq, Eq)]
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

    #[derive(Debug, PartialEq, Eq)]
    struct Condition {
        uint8 parent;
        uint8 paramType;
        uint8 operator;
        bytes compValue;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Caveat {
        address enforcer;
        bytes terms;
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Rule {
        address target;
        bytes4 selector;
        uint16 slippageBps;
        bool sendsValue;
        address actionPolicy;
        Condition[] conditions;
        Caveat[] caveats;
    }

    struct Tensor {
        uint8 dtype;
        uint32[] shape;
        bytes data;
    }

    event Installed(address indexed account, address indexed owner);
    event ChangeProposed(address indexed account, bytes32 indexed change, uint256 readyAt, Terms terms, Rule[] rules);
    event TermsSet(address indexed account, uint32 indexed epoch, address blob);
    event RuleSet(address indexed account, address indexed target, bytes4 indexed selector, address blob);
    event RuleRemoved(address indexed account, address indexed target, bytes4 indexed selector);
    event Paused(address indexed account, address indexed guardian, uint256 until);
    event Revoked(address indexed account, uint32 epoch);
    event ActionApproved(address indexed account, bytes32 indexed action, uint256 deadline);
    event Booked(address indexed account, uint256 indexed booking, address indexed strategy, bytes[] contexts);
    event BookingCancelled(address indexed account, uint256 indexed booking);
    event ActionExecuted(address indexed account, uint256 indexed booking, uint256 index, address indexed target, bytes32 action);
    event RunCompleted(address indexed account, uint256 indexed booking, uint256 executed, uint256 refused);
    event Charged(address indexed account, bytes32 indexed what, uint256 amount);
    event Ran(uint64 indexed id, uint64 indexed occurrence, bool success, uint256 gasUsed, uint256 price, uint256 royalty);
    event Transfer(address indexed from, address indexed to, uint256 value);

    function run(uint256 booking) external;
    function price() external view returns (uint256);
    function balanceOf(address of) external view returns (uint256);
    function approve(address spender, uint256 amount) external;
    function features(bytes context) external view;
    function decide(bytes context, Tensor[] outputs) external view;
    function infer(bytes32 model, Tensor[] inputs) external returns (Tensor[] outputs);
}
