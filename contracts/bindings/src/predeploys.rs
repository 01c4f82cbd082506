//! The accounts with code that every L2 genesis holds.

use alloy_primitives::{Address, Bytes, U256};

use crate::{
    addresses,
    artifacts::{self, Artifact, PREINSTALLS, Preinstall},
    layout::{self, address_word},
};

/// A genesis account with code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predeploy {
    /// The contract's name.
    pub name: &'static str,
    /// Where it stands.
    pub address: Address,
    /// Its account nonce: what it would be had transactions made the account.
    pub nonce: u64,
    /// Runtime code.
    pub code: Bytes,
    /// Storage at genesis, sorted by slot, without zeros.
    pub storage: Vec<(U256, U256)>,
}

/// What genesis writes into the predeploys of one rollup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenesisParams {
    /// The L1 timelock, whose alias owns the proxies' admin. Without one nobody upgrades.
    pub timelock: Address,
    /// The bridge's side on L1.
    pub l1_standard_bridge: Address,
    /// Where fees go.
    pub vaults: VaultParams,
}

/// Where the fee vaults pay to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VaultParams {
    /// Who is paid; with the zero address the vaults collect and `withdraw` reverts.
    pub recipient: Address,
    /// Paid on L1, by a withdrawal, instead of on L2.
    pub on_l1: bool,
    /// The least that is paid out, in wei.
    pub minimum: U256,
}

/// Behind what a contract stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A proxy, so it can be upgraded.
    Proxy,
    /// Nothing: its code is for ever.
    Fixed,
}

/// The project's own contracts.
fn own() -> [(&'static str, Address, &'static Artifact, Place); 27] {
    use Place::{Fixed, Proxy};
    [
        ("ModelRegistry", addresses::MODEL_REGISTRY, &artifacts::MODEL_REGISTRY, Proxy),
        ("AgentAccountFactory", addresses::AGENT_ACCOUNT_FACTORY, &artifacts::AGENT_ACCOUNT_FACTORY, Fixed),
        ("AgentRunner", addresses::AGENT_RUNNER, &artifacts::AGENT_RUNNER, Fixed),
        ("AgentPolicy", addresses::AGENT_POLICY, &artifacts::AGENT_POLICY, Fixed),
        ("AgentValidator", addresses::AGENT_VALIDATOR, &artifacts::AGENT_VALIDATOR, Fixed),
        ("StrategyRegistry", addresses::STRATEGY_REGISTRY, &artifacts::STRATEGY_REGISTRY, Fixed),
        ("RuleChecks", addresses::RULE_CHECKS, &artifacts::RULE_CHECKS, Fixed),
        // Its code is consensus: the state transition calls it in every block.
        ("Scheduler", addresses::SCHEDULER, &artifacts::SCHEDULER, Fixed),
        ("IdentityRegistry", addresses::ERC8004_IDENTITY, &artifacts::IDENTITY_REGISTRY, Fixed),
        ("ReputationRegistry", addresses::ERC8004_REPUTATION, &artifacts::REPUTATION_REGISTRY, Fixed),
        ("IdentityForwarder", addresses::AGENT_REGISTRY, &artifacts::REGISTRY_FORWARDER, Fixed),
        ("ReputationForwarder", addresses::REPUTATION_REGISTRY, &artifacts::REGISTRY_FORWARDER, Fixed),
        ("ValidationRegistry", addresses::VALIDATION_REGISTRY, &artifacts::VALIDATION_REGISTRY, Fixed),
        ("AgentMarket", addresses::AGENT_MARKET, &artifacts::AGENT_MARKET, Fixed),
        ("StrategyChecker", addresses::STRATEGY_CHECKER, &artifacts::STRATEGY_CHECKER, Fixed),
        ("VerifierHub", addresses::VERIFIER_HUB, &artifacts::VERIFIER_HUB, Fixed),
        // A transfer with its 2,300 gas must reach it.
        ("WETH9", addresses::WETH9, &artifacts::WETH9, Fixed),
        ("GasPriceOracle", addresses::GAS_PRICE_ORACLE, &artifacts::GAS_PRICE_ORACLE, Proxy),
        ("L2StandardBridge", addresses::L2_STANDARD_BRIDGE, &artifacts::L2_STANDARD_BRIDGE, Proxy),
        ("SequencerFeeVault", addresses::SEQUENCER_FEE_VAULT, &artifacts::FEE_VAULT, Proxy),
        (
            "OptimismMintableERC20Factory",
            addresses::OPTIMISM_MINTABLE_ERC20_FACTORY,
            &artifacts::OPTIMISM_MINTABLE_ERC20_FACTORY,
            Proxy,
        ),
        ("L1Block", addresses::L1_BLOCK, &artifacts::L1_BLOCK, Proxy),
        ("L2ToL1MessagePasser", addresses::L2_TO_L1_MESSAGE_PASSER, &artifacts::L2_TO_L1_MESSAGE_PASSER, Proxy),
        ("ProxyAdmin", addresses::PROXY_ADMIN, &artifacts::PROXY_ADMIN, Fixed),
        ("BaseFeeVault", addresses::BASE_FEE_VAULT, &artifacts::FEE_VAULT, Proxy),
        ("L1FeeVault", addresses::L1_FEE_VAULT, &artifacts::FEE_VAULT, Proxy),
        ("OperatorFeeVault", addresses::OPERATOR_FEE_VAULT, &artifacts::FEE_VAULT, Proxy),
    ]
}

/// All genesis contracts, sorted by address: the project's own with their proxies, the usual preinstalls, and the system
/// contracts of EIP-2935 and EIP-4788.
pub fn predeploys(params: &GenesisParams) -> Vec<Predeploy> {
    let mut all: Vec<_> = PREINSTALLS.iter().map(installed).collect();
    for (name, address, artifact, place) in own() {
        let code = artifact.runtime().clone();
        let mut storage = storage(address, params);
        let code = if place == Place::Proxy {
            let implementation = addresses::implementation(address);
            storage.push((layout::IMPLEMENTATION_SLOT, address_word(implementation)));
            storage.push((layout::ADMIN_SLOT, address_word(addresses::PROXY_ADMIN)));
            all.push(Predeploy { name, address: implementation, nonce: 1, code, storage: Vec::new() });
            artifacts::PREDEPLOY_PROXY.runtime().clone()
        } else {
            code
        };
        storage.retain(|(_, value)| !value.is_zero());
        storage.sort_unstable();
        all.push(Predeploy { name, address, nonce: 1, code, storage });
    }
    all.sort_by_key(|predeploy| predeploy.address);
    all
}

/// Other projects' contracts alone, which stand at the same addresses on every chain: what a development L1 starts with.
pub fn preinstalls() -> Vec<Predeploy> {
    PREINSTALLS.iter().filter(|entry| entry.address != addresses::AGENT_ACCOUNT).map(installed).collect()
}

fn installed(entry: &Preinstall) -> Predeploy {
    Predeploy {
        name: entry.name,
        address: entry.address,
        nonce: entry.nonce,
        code: entry.code.clone(),
        storage: Vec::new(),
    }
}

/// What genesis writes into a contract's storage besides what makes it a proxy's.
fn storage(address: Address, params: &GenesisParams) -> Vec<(U256, U256)> {
    use addresses::{BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT, SEQUENCER_FEE_VAULT};
    let VaultParams { recipient, on_l1, minimum } = params.vaults;
    match address {
        SEQUENCER_FEE_VAULT | BASE_FEE_VAULT | L1_FEE_VAULT | OPERATOR_FEE_VAULT => {
            let network = U256::from(u8::from(!on_l1)) << layout::FEE_VAULT_NETWORK_BIT;
            vec![
                (layout::FEE_VAULT_RECIPIENT_SLOT, address_word(recipient) | network),
                (layout::FEE_VAULT_MINIMUM_SLOT, minimum),
            ]
        }
        addresses::PROXY_ADMIN if params.timelock != Address::ZERO => {
            vec![(layout::PROXY_ADMIN_OWNER_SLOT, address_word(addresses::alias(params.timelock)))]
        }
        addresses::L2_STANDARD_BRIDGE => vec![(layout::BRIDGE_OTHER_SLOT, address_word(params.l1_standard_bridge))],
        addresses::OPTIMISM_MINTABLE_ERC20_FACTORY => {
            vec![(layout::TOKEN_FACTORY_BRIDGE_SLOT, address_word(addresses::L2_STANDARD_BRIDGE))]
        }
        _ => Vec::new(),
    }
}
