//! Compiled code, from the committed output of `contracts/build.sh`.

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes};
use serde_json::Value;

/// A compiled contract.
#[derive(Debug)]
pub struct Artifact {
    name: &'static str,
    json: &'static str,
    code: LazyLock<Code>,
}

#[derive(Debug, Default)]
struct Code {
    creation: Bytes,
    runtime: Bytes,
}

macro_rules! artifacts {
    ($($(#[$doc:meta])* $ident:ident = $name:literal;)+) => {
        $(
            $(#[$doc])*
            pub static $ident: Artifact = Artifact {
                name: $name,
                json: include_str!(concat!("../../artifacts/", $name, ".json")),
                code: LazyLock::new(|| parse_code($ident.json)),
            };
        )+

        /// Every compiled contract.
        pub static ALL: &[&Artifact] = &[$(&$ident),+];
    };
}

artifacts! {
    /// L2: models.
    MODEL_REGISTRY = "ModelRegistry";
    /// L2: the L1 origin's values.
    L1_BLOCK = "L1Block";
    /// L2: messages to L1.
    L2_TO_L1_MESSAGE_PASSER = "L2ToL1MessagePasser";
    /// L2: fees beyond gas.
    GAS_PRICE_ORACLE = "GasPriceOracle";
    /// L2: the code of all three fee vaults.
    FEE_VAULT = "FeeVault";
    /// L2: what predeploys stand behind.
    PREDEPLOY_PROXY = "PredeployProxy";
    /// L2: wrapped ether.
    WETH9 = "WETH9";
    /// L1: keys, limits, fees, rules, pauses. Behind a proxy; call `initialize`.
    SYSTEM_CONFIG = "SystemConfig";
    /// L1: deposits and withdrawals. Constructor: `(uint256 proofMaturityDelaySeconds)`. Behind a proxy; call `initialize`.
    PORTAL = "Portal";
    /// L1: where claims are made. Behind a proxy; call `initialize`.
    DISPUTE_GAME_FACTORY = "DisputeGameFactory";
    /// L1: which claims count. Constructor: `(uint256 finalityDelaySeconds)`. Behind a proxy; call `initialize`.
    ANCHOR_STATE_REGISTRY = "AnchorStateRegistry";
    /// L1: what the factory clones. Constructor: `(uint32 gameType, uint256 l2ChainId, uint64 claimWindow, uint64
    /// resolveWindow, address anchorStateRegistry, address resolver)`.
    OUTPUT_GAME = "OutputGame";
    /// L1: verifiers judge contested claims. Constructor: `(address registry, address anchorStateRegistry, uint256 baseBond,
    /// uint256 maxDoublings, uint256 attestationReward, uint256 attestationInterval)`.
    QUORUM_RESOLVER = "QuorumResolver";
    /// L1: verifiers' keys and stakes. Constructor: `(uint256 l2ChainId, uint256 minStake, uint256 exitDelay, address
    /// anchorStateRegistry)`.
    VERIFIER_REGISTRY = "VerifierRegistry";
    /// L1: the bridge's side there. Behind a proxy; call `initialize`.
    L1_STANDARD_BRIDGE = "L1StandardBridge";
    /// L1: checks what a model said on L2.
    INFERENCE_PROOF = "InferenceProof";
    /// L2: the bridge's side there; slot 0 holds the L1 bridge's address.
    L2_STANDARD_BRIDGE = "L2StandardBridge";
    /// Both sides: a token that the bridge mints.
    OPTIMISM_MINTABLE_ERC20 = "OptimismMintableERC20";
    /// Both sides: makes such tokens; slot 0 holds the bridge's address.
    OPTIMISM_MINTABLE_ERC20_FACTORY = "OptimismMintableERC20Factory";
    /// OpenZeppelin's proxy. Constructor: `(address implementation, address adminOwner, bytes call)`.
    TRANSPARENT_UPGRADEABLE_PROXY = "TransparentUpgradeableProxy";
    /// OpenZeppelin's admin of proxies, as a predeploy; slot 0 holds its owner.
    PROXY_ADMIN = "ProxyAdmin";
    /// OpenZeppelin's timelock. Constructor: `(uint256 minDelay, address[] proposers, address[] executors, address admin)`.
    TIMELOCK_CONTROLLER = "TimelockController";
    /// The demo's strategy. Constructor: `(bytes32 model)`.
    REBALANCE_AGENT = "RebalanceAgent";
    /// L2: runs strategies under policies.
    AGENT_RUNNER = "AgentRunner";
    /// L2: what agents may do.
    AGENT_POLICY = "AgentPolicy";
    /// L2: rules without state.
    RULE_CHECKS = "RuleChecks";
    /// L2: strategies whose code was checked.
    STRATEGY_REGISTRY = "StrategyRegistry";
    /// L2: the code that agents' accounts share. It has immutables.
    AGENT_ACCOUNT = "AgentAccount";
    /// L2: makes accounts for agents.
    AGENT_ACCOUNT_FACTORY = "AgentAccountFactory";
    /// L2: validates what agents' off-chain keys sign.
    AGENT_VALIDATOR = "AgentValidator";
    /// L2: books calls that the state transition makes.
    SCHEDULER = "Scheduler";
    /// L2: ERC-8004's registry of agents.
    IDENTITY_REGISTRY = "IdentityRegistry";
    /// L2: ERC-8004's registry of feedback.
    REPUTATION_REGISTRY = "ReputationRegistry";
    /// L2: ERC-8004's registry of validations.
    VALIDATION_REGISTRY = "ValidationRegistry";
    /// L2: the second address of the two registries above it.
    REGISTRY_FORWARDER = "RegistryForwarder";
    /// L2: listings, hires and payment of agents.
    AGENT_MARKET = "AgentMarket";
    /// L2: a checker of authors' bonds.
    STRATEGY_CHECKER = "StrategyChecker";
    /// L2: bonded verifiers.
    VERIFIER_HUB = "VerifierHub";
    /// Test contract that calls the precompile in every way.
    CALLER = "Caller";
}

impl Artifact {
    /// The contract's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The artifact as committed: `contract`, `abi`, `bytecode`, `deployedBytecode`.
    pub fn json(&self) -> &'static str {
        self.json
    }

    /// Creation code without constructor arguments; append their ABI encoding.
    pub fn creation(&self) -> &Bytes {
        &self.code.creation
    }

    /// Creation code followed by ABI-encoded constructor arguments: the data of a deployment.
    pub fn deployment(&self, encoded_arguments: &[u8]) -> Bytes {
        [self.creation().as_ref(), encoded_arguments].concat().into()
    }

    /// Runtime code. Immutables in it are zero: for contracts that have them, use what a deployment gives.
    pub fn runtime(&self) -> &Bytes {
        &self.code.runtime
    }
}

/// Another project's contract as genesis holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Preinstall {
    pub(crate) name: &'static str,
    pub(crate) address: Address,
    pub(crate) nonce: u64,
    pub(crate) code: Bytes,
}

pub(crate) static PREINSTALLS: LazyLock<Vec<Preinstall>> = LazyLock::new(parse_preinstalls);

static PREINSTALLS_JSON: LazyLock<Value> = LazyLock::new(|| parse(include_str!("../../artifacts/preinstalls.json")));

// The files below are part of this crate and a test reads every one of them, hence the panics.

fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("committed artifact is JSON")
}

fn hex_field(value: &Value, field: &str) -> Bytes {
    let text = value[field].as_str().expect("committed artifact has this field");
    text.parse().expect("committed artifact holds hex")
}

fn parse_code(json: &str) -> Code {
    let value = parse(json);
    Code { creation: hex_field(&value, "bytecode"), runtime: hex_field(&value, "deployedBytecode") }
}

fn parse_preinstalls() -> Vec<Preinstall> {
    let entries = PREINSTALLS_JSON.as_array().expect("committed list of preinstalls");
    entries
        .iter()
        .map(|entry| Preinstall {
            name: entry["name"].as_str().expect("preinstall has a name"),
            address: Address::from_slice(&hex_field(entry, "address")),
            nonce: entry["nonce"].as_u64().expect("preinstall has a nonce"),
            code: hex_field(entry, "code"),
        })
        .collect()
}
