//! The project's contracts as Rust sees them: addresses, ABIs, storage layouts, compiled code and the genesis accounts.
//!
//! - [`addresses`]: where each predeploy, preinstall and system account stands on L2.
//! - [`interfaces`]: `sol!` types of every contract that the node calls or whose logs it reads.
//! - [`agents`], [`market`], [`scheduler`]: agents, who hires them, and when they run.
//! - [`settlement`]: those that settle on L1, as far as the node calls them.
//! - [`layout`]: storage slots that the node reads or proves directly.
//! - [`artifacts`]: creation and runtime code, from the committed output of `contracts/build.sh`.
//! - [`predeploys()`]: the accounts with code that every L2 genesis holds.
//!
//! Solidity is the source of truth. Tests compare the `sol!` interfaces with the compiled ABIs, and the slots with the
//! compiler's storage layout, so the two languages can't drift apart.

pub mod addresses;
pub mod agents;
pub mod artifacts;
mod inference_proof;
pub mod interfaces;
pub mod layout;
pub mod market;
mod predeploys;
pub mod scheduler;
pub mod settlement;

pub use inference_proof::IInferenceProof;
pub use interfaces::{
    ICaller, IFeeVault, IGasPriceOracle, IInference, IL1Block, IL2ToL1MessagePasser, IModelRegistry, IModelValidator,
    IProxyAdmin, IRebalanceAgent,
};
pub use predeploys::{GenesisParams, Predeploy, VaultParams, predeploys, preinstalls};

#[cfg(test)]
mod tests;
