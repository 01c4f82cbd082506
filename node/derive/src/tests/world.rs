//! A sequencer, an L1 and an execution that are just enough to run derivation in both directions.

use crate::{
    Checkpoint, DerivationPipeline, Frame, PipelineError, Step, WantedBlobs, attributes, blob::encode_blob,
    frame::encode_calldata, origin,
};
use alloy_consensus::{BlockBody, SignableTransaction, TxLegacy};
use alloy_eips::{BlockNumHash, Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use praxis_primitives::{
    BatcherTransaction, Block, ConfigUpdate, Eip1559Params, FeeParams, Header, L1BlockInfo, L2BlockInfo, LoggedUpdate,
    PayloadAttributes, RollupConfig, RollupGenesis, SealedBlock, Transaction, TxDeposit,
};
use std::{collections::BTreeMap, sync::Arc};

pub(super) use crate::samples::Rng;

pub(super) const BATCHER: Address = Address::repeat_byte(0xBA);

/// L1, the sequencer's chain and what both agree on.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) config: Arc<RollupConfig>,
    pub(super) l1: Vec<Arc<L1BlockInfo>>,
    pub(super) blocks: Vec<SealedBlock>,
    pub(super) head: L2BlockInfo,
    pub(super) rng: Rng,
    /// By what stands for the versioned hash.
    pub(super) blobs: BTreeMap<B256, Bytes>,
}

pub(super) fn config() -> RollupConfig {
    RollupConfig {
        genesis: RollupGenesis {
            l1: BlockNumHash::new(100, B256::ZERO),
            l2: BlockNumHash::new(0, keccak256("l2 genesis")),
            l2_time_ms: 1_000_000,
            balances: Default::default(),
        },
        l1_chain_id: 1,
        l2_chain_id: 2,
        block_time_ms: 250,
        max_sequencer_drift_ms: 3_000,
        sequencing_window: 12,
        channel_timeout: 5,
        batch_inbox: Address::repeat_byte(0xFF),
        batcher: BATCHER,
        l1: Default::default(),
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams::ETHEREUM,
    }
}

/// What stands for execution: a block that commits to its attributes and nothing else.
pub(super) fn execute(attributes: &PayloadAttributes) -> SealedBlock {
    let transactions: Vec<Transaction> =
        attributes.transactions.iter().map(|tx| Transaction::decode_2718_exact(tx).unwrap()).collect();
    let header = Header {
        number: attributes.number,
        parent_hash: attributes.parent_hash,
        timestamp: attributes.timestamp_ms / 1000,
        mix_hash: attributes.prev_randao,
        parent_beacon_block_root: Some(attributes.parent_beacon_block_root),
        gas_limit: attributes.gas_limit,
        extra_data: attributes.extra_data.clone(),
        state_root: keccak256(attributes.transactions.concat()),
        ..Header::default()
    };
    SealedBlock::seal_slow(Block { header, body: BlockBody { transactions, ..Default::default() } })
}

impl World {
    pub(super) fn new(seed: u64, change: impl FnOnce(&mut RollupConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        let mut rng = Rng(seed);
        let mut first = l1_block(&mut rng, 100, B256::ZERO, config.genesis.l2_time_ms / 1000);
        (first.deposits, first.config_updates) = (vec![], vec![]);
        config.genesis.l1.hash = first.hash;
        let head = Checkpoint::genesis(&config).safe;
        Self { config: Arc::new(config), l1: vec![Arc::new(first)], blocks: vec![], head, rng, blobs: BTreeMap::new() }
    }

    pub(super) fn l1_head(&self) -> &Arc<L1BlockInfo> {
        self.l1.last().unwrap()
    }

    pub(super) fn l1_at(&self, number: u64) -> Option<&Arc<L1BlockInfo>> {
        self.l1.get((number - 100) as usize)
    }

    /// Adds an L1 block `seconds` after the last with this calldata from the batcher.
    pub(super) fn mine(&mut self, seconds: u64, calldata: Vec<Bytes>) -> BlockNumHash {
        let parent = self.l1_head().clone();
        let mut block = l1_block(&mut self.rng, parent.number + 1, parent.hash, parent.timestamp + seconds);
        block.batcher_transactions = calldata.into_iter().map(|data| self.batcher_tx(BATCHER, data)).collect();
        self.push_l1(block)
    }

    pub(super) fn push_l1(&mut self, block: L1BlockInfo) -> BlockNumHash {
        let id = block.id();
        self.l1.push(Arc::new(block));
        id
    }

    pub(super) fn batcher_tx(&mut self, from: Address, data: Bytes) -> BatcherTransaction {
        BatcherTransaction {
            from,
            hash: self.rng.bits().to_be_bytes().repeat(4).as_slice().try_into().unwrap(),
            data,
            blobs: vec![],
        }
    }

    /// A transaction with one blob of each of `data`.
    pub(super) fn blob_tx(&mut self, from: Address, data: &[&[u8]]) -> BatcherTransaction {
        let mut tx = self.batcher_tx(from, Bytes::from_static(b"not looked at"));
        for data in data {
            let blob = encode_blob(data).unwrap();
            let hash = keccak256(&blob);
            self.blobs.insert(hash, blob.into());
            tx.blobs.push(hash);
        }
        tx
    }

    pub(super) fn blobs_of(&self, wanted: &[WantedBlobs]) -> Vec<Bytes> {
        wanted.iter().flat_map(|tx| &tx.hashes).map(|hash| self.blobs[hash].clone()).collect()
    }

    pub(super) fn mine_frames(&mut self, seconds: u64, frames: &[Frame]) -> BlockNumHash {
        self.mine(seconds, frames.iter().map(|f| encode_calldata(std::slice::from_ref(f)).into()).collect())
    }

    pub(super) fn transaction(&mut self, calldata: usize) -> Bytes {
        let tx = TxLegacy {
            nonce: self.rng.below(1 << 20),
            gas_limit: 21_000,
            to: TxKind::Call(Address::repeat_byte(3)),
            value: U256::from(self.rng.bits()),
            input: self.rng.bytes(calldata).into(),
            ..TxLegacy::default()
        };
        Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into()).encoded_2718().into()
    }

    /// The sequencer builds a block with up to `transactions` transactions.
    pub(super) fn build(&mut self, transactions: usize, calldata: usize) -> &SealedBlock {
        let current = self.l1_at(self.head.l1_origin.number).unwrap().clone();
        let next = self.l1_at(self.head.l1_origin.number + 1).cloned();
        let choice = origin::next_origin(&self.config, &self.head, &current, next.as_deref()).unwrap();
        let count = if choice.deposits_only { 0 } else { transactions };
        let transactions = (0..count).map(|_| self.transaction(calldata)).collect();
        let origin = if choice.advance { next.unwrap() } else { current };
        let attributes = attributes::build(&self.config, &self.head, &origin, false, transactions).unwrap();
        let block = execute(&attributes);
        self.head = L2BlockInfo::of(&block, &self.config).unwrap();
        self.blocks.push(block);
        self.blocks.last().unwrap()
    }

    pub(super) fn build_many(&mut self, blocks: usize, transactions: usize, calldata: usize) {
        for _ in 0..blocks {
            self.build(transactions, calldata);
        }
    }

    pub(super) fn mine_empty(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.mine(1, vec![]);
        }
    }

    pub(super) fn info(&self, number: u64) -> L2BlockInfo {
        match number {
            0 => Checkpoint::genesis(&self.config).safe,
            _ => L2BlockInfo::of(&self.blocks[number as usize - 1], &self.config).unwrap(),
        }
    }

    pub(super) fn pipeline(&self) -> DerivationPipeline {
        DerivationPipeline::new(self.config.clone(), Checkpoint::genesis(&self.config)).unwrap()
    }

    /// Derives from `pipeline` on until L1 ends.
    pub(super) fn derive_with(&self, pipeline: &mut DerivationPipeline) -> Derived {
        let mut derived = Derived::default();
        let mut safe = *pipeline.safe();
        loop {
            match pipeline.step(&safe).unwrap() {
                Step::Attributes(attributes) => {
                    safe = L2BlockInfo::of(&execute(&attributes), &self.config).unwrap();
                    derived.attributes.push(*attributes);
                }
                Step::Consumed(checkpoint) => derived.checkpoints.push(checkpoint),
                Step::NeedL1(number) => match self.l1_at(number) {
                    Some(block) => pipeline.push_l1(block.clone()).unwrap(),
                    None => return derived,
                },
                Step::NeedBlobs(wanted) => pipeline.push_blobs(self.blobs_of(&wanted)).unwrap(),
            }
        }
    }

    pub(super) fn derive(&self) -> Derived {
        self.derive_with(&mut self.pipeline())
    }

    /// The attributes of the sequencer's blocks, from block `first` on.
    pub(super) fn expected(&self, first: u64) -> Vec<PayloadAttributes> {
        let blocks = &self.blocks[first as usize - 1..];
        blocks.iter().map(|block| crate::attributes_of_block(&self.config, block).unwrap()).collect()
    }
}

/// What a run of the pipeline gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Derived {
    pub(super) attributes: Vec<PayloadAttributes>,
    pub(super) checkpoints: Vec<Checkpoint>,
}

/// Steps until the pipeline gives attributes or wants more L1 than there is.
pub(super) fn next_attributes(
    world: &World,
    pipeline: &mut DerivationPipeline,
    safe: &L2BlockInfo,
) -> Result<Option<PayloadAttributes>, PipelineError> {
    loop {
        match pipeline.step(safe)? {
            Step::Attributes(attributes) => return Ok(Some(*attributes)),
            Step::Consumed(_) => {}
            Step::NeedL1(number) => match world.l1_at(number) {
                Some(block) => pipeline.push_l1(block.clone())?,
                None => return Ok(None),
            },
            Step::NeedBlobs(wanted) => pipeline.push_blobs(world.blobs_of(&wanted))?,
        }
    }
}

/// Any update but that of the batcher, which a test makes on purpose.
fn update(rng: &mut Rng) -> ConfigUpdate {
    let small = 1 + rng.below(1 << 20) as u32;
    match rng.below(8) {
        0 => ConfigUpdate::FeeScalars { base_fee: small, blob_base_fee: small * 2 },
        1 => ConfigUpdate::GasLimit(u64::from(small) * 100),
        2 => ConfigUpdate::UnsafeBlockSigner(Address::repeat_byte(small as u8)),
        3 => ConfigUpdate::Eip1559(Eip1559Params { denominator: small, elasticity: 2 }),
        4 => ConfigUpdate::OperatorFee { scalar: small, constant: small.into() },
        5 => ConfigUpdate::Engine { version: small, timestamp_ms: small.into() },
        6 => ConfigUpdate::InferencePause { until_ms: small.into() },
        _ => {
            ConfigUpdate::Feature { name: keccak256([small as u8]), enabled: small.is_multiple_of(2), timestamp_ms: 7 }
        }
    }
}

fn l1_block(rng: &mut Rng, number: u64, parent_hash: B256, timestamp: u64) -> L1BlockInfo {
    let hash = keccak256([parent_hash.as_slice(), &rng.bits().to_be_bytes()].concat());
    let deposits = (0..rng.below(3)).map(|index| TxDeposit {
        source_hash: keccak256([hash.as_slice(), &index.to_be_bytes()].concat()),
        from: Address::repeat_byte(9),
        to: TxKind::Call(Address::repeat_byte(index as u8)),
        mint: u128::from(index),
        value: U256::from(index),
        gas_limit: 21_000,
        is_system_transaction: false,
        input: Bytes::new(),
    });
    let deposits = deposits.collect();
    let config_updates =
        (0..rng.below(6).saturating_sub(3)).map(|log_index| LoggedUpdate { log_index, update: update(rng) });
    let config_updates = config_updates.collect();
    L1BlockInfo {
        number,
        hash,
        parent_hash,
        timestamp,
        base_fee: number,
        blob_base_fee: 1,
        prev_randao: keccak256(hash),
        parent_beacon_block_root: keccak256(number.to_be_bytes()),
        batcher_transactions: vec![],
        config_updates,
        deposits,
    }
}
