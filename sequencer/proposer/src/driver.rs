//! The task that connects the core to L1.

use crate::{ClaimRequest, L2Outputs, ProposerCore};
use alloy_primitives::Address;
use praxis_l1::{BlockTag, L1Client, L1Error, TxError, TxManager, TxRequest, oracle::propose_calldata};
use praxis_primitives::Fault;
use std::time::Duration;
use tokio::time::sleep;
use tracing::{error, info, warn};

/// How the proposer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposerConfig {
    /// The contract that holds the claims.
    pub oracle: Address,
    /// Time between two looks.
    pub poll_interval: Duration,
    /// Longest wait between two looks while something does not work.
    pub max_backoff: Duration,
}

/// Why a look did not succeed. The proposer logs it and looks again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProposerError {
    /// L1 cannot be read.
    #[error("claims wait: {0}")]
    L1(#[from] L1Error),
    /// The claim was not included.
    #[error("a claim was not made and will be tried again: {0}")]
    Tx(#[from] TxError),
    /// The node cannot read its chain.
    #[error("the proposer cannot read the chain: {0}")]
    Fault(#[from] Fault),
}

/// The proposer.
pub struct Proposer<S> {
    config: ProposerConfig,
    l2: S,
    l1: L1Client,
    manager: TxManager,
    core: Option<ProposerCore>,
}

impl<S: L2Outputs> Proposer<S> {
    /// A proposer whose `manager` owns the account that the contract lets claim.
    pub const fn new(config: ProposerConfig, l2: S, l1: L1Client, manager: TxManager) -> Self {
        Self { config, l2, l1, manager, core: None }
    }

    /// Runs until the task is dropped.
    pub async fn run(mut self) {
        let mut failures = 0u32;
        loop {
            match self.look().await {
                Ok(_) => failures = 0,
                Err(error) => {
                    failures = failures.saturating_add(1);
                    match &error {
                        ProposerError::L1(_) => warn!("{error}"),
                        ProposerError::Tx(_) | ProposerError::Fault(_) => error!("{error}"),
                    }
                }
            }
            let factor = 1u32.checked_shl(failures.min(16)).unwrap_or(u32::MAX);
            let longest = self.config.max_backoff.max(self.config.poll_interval);
            sleep(self.config.poll_interval.saturating_mul(factor).min(longest)).await;
        }
    }

    /// Makes the claim that is due, if one is, and waits until it is on L1.
    ///
    /// # Errors
    /// When L1 or the chain cannot be read, or the claim is not included; the next look starts over.
    pub async fn look(&mut self) -> Result<Option<ClaimRequest>, ProposerError> {
        let Some((head, _)) = self.l1.head(BlockTag::Latest).await? else { return Ok(None) };
        let oracle = self.config.oracle;
        if self.core.is_none() {
            let interval = self.l1.submission_interval(oracle, head.hash).await?;
            info!(interval, %oracle, "claiming output roots");
            self.core = Some(ProposerCore::new(interval));
        }
        let claimed = self.l1.latest_claimed_block(oracle, head.hash).await?;
        let Some(core) = &mut self.core else { return Ok(None) };
        let Some(claim) = core.next_claim(&self.l2, head.number, claimed)? else { return Ok(None) };
        let label = format!("the claim of L2 block {}", claim.l2_block_number);
        let data = propose_calldata(claim.output_root, claim.l2_block_number, claim.l1);
        self.manager.send(TxRequest::call(label, oracle, data)).await?.included().await?;
        metrics::counter!("praxis_proposer_claims").increment(1);
        metrics::gauge!("praxis_proposer_claimed_block").set(claim.l2_block_number as f64);
        Ok(Some(claim))
    }
}
