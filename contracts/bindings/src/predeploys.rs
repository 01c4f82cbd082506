//! The accounts with code that every L2 genesis holds.

use alloy_primitives::{Address, Bytes, U256};

use crate::{
    addresses,
    artifacts::{self, Artifact, PREINSTALLS, Preinstall},
    layout,
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

/// All genesis contracts, with fee vaults that have no recipient: they collect, and `withdraw` reverts.
pub fn predeploys() -> Vec<Predeploy> {
    predeploys_with_fee_recipient(Address::ZERO)
}

/// All genesis contracts, sorted by address, with fee vaults that pay to `recipient`: the project's own, the usual
/// preinstalls, and the system contracts of EIP-2935 and EIP-4788.
pub fn predeploys_with_fee_recipient(recipient: Address) -> Vec<Predeploy> {
    let own: [(&'static str, Address, &Artifact); 8] = [
        ("ModelRegistry", addresses::MODEL_REGISTRY, &artifacts::MODEL_REGISTRY),
        ("L1Block", addresses::L1_BLOCK, &artifacts::L1_BLOCK),
        ("L2ToL1MessagePasser", addresses::L2_TO_L1_MESSAGE_PASSER, &artifacts::L2_TO_L1_MESSAGE_PASSER),
        ("GasPriceOracle", addresses::GAS_PRICE_ORACLE, &artifacts::GAS_PRICE_ORACLE),
        ("WETH9", addresses::WETH9, &artifacts::WETH9),
        ("SequencerFeeVault", addresses::SEQUENCER_FEE_VAULT, &artifacts::FEE_VAULT),
        ("BaseFeeVault", addresses::BASE_FEE_VAULT, &artifacts::FEE_VAULT),
        ("L1FeeVault", addresses::L1_FEE_VAULT, &artifacts::FEE_VAULT),
    ];
    let own = own.into_iter().map(|(name, address, artifact)| Predeploy {
        name,
        address,
        nonce: 1,
        code: artifact.runtime().clone(),
        storage: storage(artifact, recipient),
    });
    let mut all: Vec<_> = own.chain(preinstalls()).collect();
    all.sort_by_key(|predeploy| predeploy.address);
    all
}

/// Other projects' contracts alone, which stand at the same addresses on every chain: what a development L1 starts with.
pub fn preinstalls() -> Vec<Predeploy> {
    let predeploy = |entry: &Preinstall| Predeploy {
        name: entry.name,
        address: entry.address,
        nonce: entry.nonce,
        code: entry.code.clone(),
        storage: Vec::new(),
    };
    PREINSTALLS.iter().map(predeploy).collect()
}

fn storage(artifact: &Artifact, recipient: Address) -> Vec<(U256, U256)> {
    if artifact.name() == artifacts::FEE_VAULT.name() && recipient != Address::ZERO {
        vec![(layout::FEE_VAULT_RECIPIENT_SLOT, layout::address_word(recipient))]
    } else {
        Vec::new()
    }
}
