//! Fixed addresses on L2.

use alloy_primitives::{Address, U160, address, hex};

/// The inference precompile.
pub const INFERENCE: Address = address!("0x00000000000000000000000000000000000000A1");

/// Models: chunks, activation, status.
pub const MODEL_REGISTRY: Address = address!("0x5000000000000000000000000000000000000001");
/// Scheduled calls.
pub const SCHEDULER: Address = address!("0x5000000000000000000000000000000000000002");
/// ERC-8004 identity registry: the second address of [`ERC8004_IDENTITY`].
pub const AGENT_REGISTRY: Address = address!("0x5000000000000000000000000000000000000003");
/// ERC-8004 reputation registry: the second address of [`ERC8004_REPUTATION`].
pub const REPUTATION_REGISTRY: Address = address!("0x5000000000000000000000000000000000000004");
/// ERC-8004 validation registry.
pub const VALIDATION_REGISTRY: Address = address!("0x5000000000000000000000000000000000000005");
/// Where agents are hired.
pub const AGENT_MARKET: Address = address!("0x5000000000000000000000000000000000000006");
/// Deploys agents' accounts.
pub const AGENT_ACCOUNT_FACTORY: Address = address!("0x5000000000000000000000000000000000000007");
/// The ERC-7579 executor that runs a strategy under its policy.
pub const AGENT_RUNNER: Address = address!("0x5000000000000000000000000000000000000008");
/// What agents may do.
pub const AGENT_POLICY: Address = address!("0x500000000000000000000000000000000000000a");
/// The code that agents' accounts share.
pub const AGENT_ACCOUNT: Address = address!("0x500000000000000000000000000000000000000B");
/// Validates what agents' off-chain keys sign.
pub const AGENT_VALIDATOR: Address = address!("0x500000000000000000000000000000000000000c");
/// Strategies whose code was checked.
pub const STRATEGY_REGISTRY: Address = address!("0x500000000000000000000000000000000000000d");
/// Rules without state.
pub const RULE_CHECKS: Address = address!("0x500000000000000000000000000000000000000E");
/// Bonded verifiers of what agents said.
pub const VERIFIER_HUB: Address = address!("0x5000000000000000000000000000000000000009");
/// Whether a listed strategy is what was listed: a checker of authors' bonds.
pub const STRATEGY_CHECKER: Address = address!("0x500000000000000000000000000000000000000F");

/// ERC-8004's registry of agents, where its clients know it from other chains; [`AGENT_REGISTRY`] forwards to it.
pub const ERC8004_IDENTITY: Address = address!("0x8004A169FB4a3325136EB29fA0ceB6D2e539a432");
/// ERC-8004's registry of feedback, where its clients know it; [`REPUTATION_REGISTRY`] forwards to it.
pub const ERC8004_REPUTATION: Address = address!("0x8004BAa17C55a88189AE136b182e5fdA19dE9b63");

/// Wrapped ether.
pub const WETH9: Address = address!("0x4200000000000000000000000000000000000006");
/// What a transaction costs beyond its L2 gas.
pub const GAS_PRICE_ORACLE: Address = address!("0x420000000000000000000000000000000000000F");
/// Collects priority fees.
pub const SEQUENCER_FEE_VAULT: Address = address!("0x4200000000000000000000000000000000000011");
/// What L2 knows about its L1 origin.
pub const L1_BLOCK: Address = address!("0x4200000000000000000000000000000000000015");
/// Withdrawals and messages to L1.
pub const L2_TO_L1_MESSAGE_PASSER: Address = address!("0x4200000000000000000000000000000000000016");
/// Collects base fees.
pub const BASE_FEE_VAULT: Address = address!("0x4200000000000000000000000000000000000019");
/// Collects L1 data fees.
pub const L1_FEE_VAULT: Address = address!("0x420000000000000000000000000000000000001A");
/// Collects operator fees.
pub const OPERATOR_FEE_VAULT: Address = address!("0x420000000000000000000000000000000000001b");
/// Upgrades the contracts that stand behind proxies; owned by the L1 timelock's alias.
pub const PROXY_ADMIN: Address = address!("0x4200000000000000000000000000000000000018");
/// The bridge's side on L2.
pub const L2_STANDARD_BRIDGE: Address = address!("0x4200000000000000000000000000000000000010");
/// Makes counterparts of L1's tokens.
pub const OPTIMISM_MINTABLE_ERC20_FACTORY: Address = address!("0x4200000000000000000000000000000000000012");

/// Multicall3.
pub const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");
/// The deterministic deployer: CREATE2 of `salt ‖ creation code`.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");
/// ERC-4337 EntryPoint, v0.8.
pub const ENTRY_POINT: Address = address!("0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108");
/// The contract that EntryPoint v0.8 created in its constructor, through which it calls account factories.
pub const SENDER_CREATOR: Address = address!("0x449ED7C3e6Fee6a97311d4b55475DF59C44AdD33");

/// EIP-2935: the hashes of the last 8191 blocks.
pub const HISTORY_STORAGE: Address = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
/// EIP-4788: parent beacon block roots.
pub const BEACON_ROOTS: Address = address!("0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// The sender of EIP-2935's and EIP-4788's system calls.
pub const SYSTEM_ADDRESS: Address = address!("0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE");

/// The sender of the L1 attributes deposit, the only account that may set [`L1_BLOCK`]'s values.
pub const DEPOSITOR: Address = address!("0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001");

/// Where the code of a predeploy that stands behind a proxy stands at genesis: for `0x4200…`, where the OP Stack has it; for
/// `0x5000…`, beside that.
pub fn implementation(proxy: Address) -> Address {
    const SPACE: Address = address!("0xc0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d3c0d30000");
    let mut out = SPACE.into_array();
    if proxy[0] != 0x42 {
        out[16..18].copy_from_slice(&proxy[..2]);
    }
    out[18..].copy_from_slice(&proxy[18..]);
    out.into()
}

/// Who an L1 contract is on L2: the sender of its deposits.
pub fn alias(l1: Address) -> Address {
    const OFFSET: U160 = U160::from_be_slice(&hex!("1111000000000000000000000000000000001111"));
    U160::from_be_bytes(l1.into_array()).wrapping_add(OFFSET).to_be_bytes::<20>().into()
}
