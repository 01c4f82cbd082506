//! Makes the chain once and leaves what a verifier is given: the rollup's configuration and L1.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use anyhow::{Context as _, Result, bail, ensure};
use praxis_chain::{Chain, ChainOptions};
use praxis_derive::{AddBlock, Encoder, EncoderConfig, attributes, logs::LogSources};
use praxis_evm::{ModelCache, ResultCache};
use praxis_l1::{L1Client, L1ClientConfig};
use praxis_primitives::{FeeParams, L2BlockInfo, RollupConfig, RollupGenesis};
use praxis_storage::{DatabaseOptions, Durability};
use serde::{Deserialize, Serialize};

use super::{
    l1::{self, L1},
    work::{self, Work},
};

/// Milliseconds between two L2 blocks.
pub(super) const BLOCK_TIME_MS: u64 = 250;
/// L2 blocks before the first full one: they bring the model and the tokens.
const PREPARATION: u64 = 4;

/// What was made.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) blocks: u64,
    pub(super) transactions: u64,
    pub(super) gas: u64,
    pub(super) l1_blocks: u64,
    pub(super) calldata_bytes: u64,
    pub(super) head: B256,
}

fn config(batcher: Address, l1_genesis: B256) -> Result<Arc<RollupConfig>> {
    let ether = U256::from(10u64).pow(U256::from(18));
    let balances: BTreeMap<_, _> =
        work::senders()?.into_iter().map(|sender| (sender, ether * U256::from(100_000))).collect();
    let mut config = RollupConfig {
        genesis: RollupGenesis {
            l1: BlockNumHash::new(0, l1_genesis),
            l2: BlockNumHash::new(0, B256::ZERO),
            l2_time_ms: l1::GENESIS_TIME * 1000,
            balances,
        },
        l1_chain_id: l1::CHAIN_ID,
        l2_chain_id: 77_801,
        block_time_ms: BLOCK_TIME_MS,
        max_sequencer_drift_ms: 600_000,
        sequencing_window: 300,
        channel_timeout: 50,
        batch_inbox: Address::repeat_byte(0xff),
        batcher,
        l1: Default::default(),
        claim_interval: 240,
        fee_vaults: Default::default(),
        scalars: Default::default(),
        gas_limit: 30_000_000,
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        fees: FeeParams { denominator: 1000, elasticity: 2, initial_base_fee: 1_000_000, min_base_fee: 1_000 },
    };
    let spec = Arc::new(config.clone()).chain_spec();
    config.genesis.l2.hash = Chain::genesis_hash(&spec)?;
    Ok(Arc::new(config))
}

/// Sequencer, batcher and L1 in one.
struct Generator {
    config: Arc<RollupConfig>,
    chain: Arc<Chain>,
    encoder: Encoder,
    work: Work,
    batcher: PrivateKeySigner,
    l1: L1,
    client: L1Client,
    l1_head: B256,
    tip: L2BlockInfo,
    made: Made,
    submissions: u64,
}

/// Makes `blocks` L2 blocks in `folder`, a new one.
pub(super) async fn generate(folder: &Path, blocks: u64) -> Result<Made> {
    fs::create_dir_all(folder)?;
    let batcher = PrivateKeySigner::from_bytes(&keccak256("praxis replay batcher"))?;
    let l1 = L1::default();
    let genesis = l1.seal(Vec::new());
    let config = config(batcher.address(), genesis)?;
    let work = Work::new(config.l2_chain_id)?;
    let options = ChainOptions {
        models: Arc::new(ModelCache::default()),
        results: Arc::new(ResultCache::default()),
        database: DatabaseOptions { durability: Durability::ProcessCrash, ..DatabaseOptions::default() },
        diff_hook: None,
    };
    let sequencer = tempfile::tempdir_in(folder)?;
    let chain = Chain::open(sequencer.path(), config.chain_spec(), options)?;
    let tip = chain.block_info(0)?;
    let encoder = Encoder::new(config.clone(), EncoderConfig::default(), &tip, 0);
    let client = L1Client::new(&l1.serve().await?, L1ClientConfig::default())?;
    let made = Made { blocks, transactions: 0, gas: 0, l1_blocks: 1, calldata_bytes: 0, head: B256::ZERO };
    let mut generator =
        Generator { config, chain, encoder, work, batcher, l1, client, l1_head: genesis, tip, made, submissions: 0 };
    while generator.tip.number < blocks {
        generator.interval().await?;
        if generator.made.l1_blocks.is_multiple_of(20) {
            eprintln!("{} of {blocks} blocks made", generator.tip.number);
        }
    }
    // One block more, so that what was posted last is not the head.
    generator.l1.seal(Vec::new());
    let made = Made { head: generator.tip.hash, l1_blocks: generator.made.l1_blocks + 1, ..generator.made };
    generator.l1.write(&folder.join("l1.rlp"))?;
    fs::write(folder.join("rollup.json"), serde_json::to_string_pretty(&*generator.config)?)?;
    fs::write(folder.join("made.json"), serde_json::to_string_pretty(&made)?)?;
    Ok(made)
}

impl Generator {
    /// The L2 blocks of one L1 block's time, and the next L1 block with them.
    async fn interval(&mut self) -> Result<()> {
        let origin =
            self.client.block_info(self.l1_head, self.config.batch_inbox, LogSources::of(&self.config)).await?;
        let until_ms = (origin.timestamp + l1::BLOCK_SECONDS) * 1000;
        while self.tip.number < self.made.blocks && self.config.timestamp_ms(self.tip.number + 1) < until_ms {
            self.block(&origin)?;
        }
        self.encoder.close()?;
        let number = origin.number + 1;
        let (mut transactions, mut sent) = (Vec::new(), Vec::new());
        while let Some(submission) = self.encoder.next_submission() {
            self.made.calldata_bytes += submission.calldata.len() as u64;
            let inbox = self.config.batch_inbox;
            transactions.push(l1::inbox_transaction(&self.batcher, self.submissions, inbox, submission.calldata)?);
            self.submissions += 1;
            sent.push(submission.id);
        }
        self.l1_head = self.l1.seal(transactions);
        self.made.l1_blocks += 1;
        for id in sent {
            ensure!(self.encoder.confirm(id, number), "the encoder knows what it sent");
        }
        self.encoder.update_safe(&self.tip, number);
        self.encoder.advance_l1(number)?;
        Ok(())
    }

    fn block(&mut self, origin: &praxis_primitives::L1BlockInfo) -> Result<()> {
        let number = self.tip.number + 1;
        if number <= PREPARATION {
            self.work.prepare(number)?
        } else {
            self.work.block()?
        }
        let attributes = attributes::build(&self.config, &self.tip, origin, false, Vec::new())?;
        let built = self.chain.build(&attributes, &mut self.work)?;
        if let Some(reason) = &self.work.refused {
            bail!("{reason}");
        }
        let failed = built.receipts.iter().position(|receipt| !receipt.success);
        ensure!(failed.is_none(), "transaction {failed:?} of block {number} fails");
        let imported = self.chain.import(&built.block)?;
        self.made.transactions += imported.receipts.len() as u64;
        self.made.gas += imported.block.gas_used;
        let added = self.encoder.add_block(imported.block.sealed_block())?;
        ensure!(added == AddBlock::Added, "the encoder is full");
        self.tip = self.chain.block_info(number).context("the block that was made")?;
        Ok(())
    }
}
