//! The independent verifier of the demo: an empty database, L1, and nothing else.

use super::stage::Stage;
use crate::{
    failure::Failure,
    system::{driver, open_chain},
};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_derive::logs::LogSources;
use praxis_l1::{L1Client, L1ClientConfig};
use praxis_storage::Durability;
use praxis_verifier::{Difference, DriverConfig, Verifier};
use std::time::Duration;

/// How long L1 may take to hold the block and a claim about it.
const PATIENCE: Duration = Duration::from_secs(180);

/// What the replay found.
pub(super) struct Replayed {
    /// Output root after the block.
    pub(super) output_root: B256,
    /// L1 block that completed the batch.
    pub(super) l1_block: BlockNumHash,
    /// The batcher's transaction in it.
    pub(super) l1_transaction: Option<B256>,
    /// Hashes of the decision's inference, as the replay computed them.
    pub(super) input_hash: Option<B256>,
    pub(super) output_hash: Option<B256>,
    /// Claims that the replay confirms, the one about this block or a later one among them.
    pub(super) claims_right: u64,
    /// The first claim that it contradicts.
    pub(super) difference: Option<Difference>,
    /// Blocks that were executed.
    pub(super) blocks: u64,
}

/// Derives and executes the chain from L1 until it holds `block` and a claim that covers it has been judged.
pub(super) async fn replay(stage: &Stage, block: u64, transaction: B256) -> Result<Replayed, Failure> {
    let directory = tempfile::Builder::new().prefix("praxis-demo-verifier-").tempdir()?;
    let chain = open_chain(&stage.config, directory.path(), Durability::ProcessCrash)?;
    let driver_config = DriverConfig {
        poll: Duration::from_millis(200),
        claims_of: Some(stage.config.l1.dispute_game_factory),
        ..DriverConfig::default()
    };
    let (driver, _) = driver(chain.clone(), &stage.access(), driver_config).await?;
    let mut verifier = Verifier::new(driver, None).await?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut holder = None;
    let report = loop {
        let (advance, _) = verifier.advance().await?;
        if let Some((_, l1)) = advance.blocks.iter().find(|(info, _)| info.number == block) {
            holder = Some(*l1);
        }
        let report = verifier.report()?;
        let judged = report.last_right.is_some_and(|right| right >= block) || report.first_difference.is_some();
        if judged && holder.is_some() {
            break report;
        }
        if tokio::time::Instant::now() > deadline {
            return Err(Failure::failed(format!(
                "after {} seconds L1 held L2 blocks up to {} and claims up to {:?}, but not block {block} with a claim",
                PATIENCE.as_secs(),
                report.safe_block,
                report.last_right
            )));
        }
        if advance.idle {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let l1_block = holder.ok_or_else(|| Failure::failed("the replay lost the block's place on L1"))?;
    let entry = chain
        .db()
        .transaction_location(transaction)?
        .and_then(|(number, index)| Some((chain.db().inferences(number).ok()??, index)))
        .and_then(|(entries, index)| entries.into_iter().find(|e| e.record.transaction_index == index));
    Ok(Replayed {
        output_root: chain.output(block)?.root(),
        l1_block,
        l1_transaction: batch_transaction(stage, l1_block).await?,
        input_hash: entry.as_ref().map(|e| e.record.input_hash),
        output_hash: entry.as_ref().map(|e| e.record.output_hash),
        claims_right: report.claims_right,
        difference: report.first_difference,
        blocks: report.safe_block,
    })
}

/// The last transaction of the batcher in an L1 block.
async fn batch_transaction(stage: &Stage, l1: BlockNumHash) -> Result<Option<B256>, Failure> {
    let client = L1Client::new(stage.l1.as_str(), L1ClientConfig::default())?;
    let info = client.block_info(l1.hash, stage.config.batch_inbox, LogSources::of(&stage.config)).await?;
    let mine = info.batcher_transactions.iter().rev().find(|tx| tx.from == stage.config.batcher);
    Ok(mine.map(|tx| tx.hash))
}
