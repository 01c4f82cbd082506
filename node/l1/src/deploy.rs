//! Deployment of the L1 contracts.

use crate::{Included, L1Client, L1Error, TxError, TxManager, TxRequest};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use praxis_contracts::artifacts::OUTPUT_ORACLE;

/// A deployment that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// The transaction was not included.
    #[error("deploying the output oracle: {0}")]
    Transaction(#[from] TxError),
    /// L1 cannot be read.
    #[error("deploying the output oracle: {0}")]
    L1(#[from] L1Error),
    /// The transaction is included, yet there is no contract.
    #[error("the deployment of the output oracle in transaction {0} left no code behind")]
    NoCode(alloy_primitives::B256),
}

/// Deploys the contract that holds claims and gives its address.
///
/// `proposer` is the one account that may claim; `submission_interval` is the least distance between two claims in L2
/// blocks, at most 8000.
///
/// # Errors
/// When the transaction cannot be sent, reverts, or leaves no code.
pub async fn deploy_output_oracle(
    client: &L1Client,
    manager: &TxManager,
    proposer: Address,
    l2_chain_id: u64,
    submission_interval: u64,
) -> Result<Address, DeployError> {
    let arguments = (proposer, U256::from(l2_chain_id), U256::from(submission_interval)).abi_encode_params();
    let request = TxRequest::create("the output oracle's deployment", OUTPUT_ORACLE.deployment(&arguments));
    let Included { contract, hash, .. } = manager.send(request).await?.included().await?;
    let address = contract.ok_or(DeployError::NoCode(hash))?;
    if client.code(address).await?.is_empty() {
        return Err(DeployError::NoCode(hash));
    }
    Ok(address)
}
