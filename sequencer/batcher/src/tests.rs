use crate::{BatcherCore, L2Source, Pulled, SafeView};
use alloy_consensus::BlockBody;
use alloy_eips::{BlockNumHash, Decodable2718};
use alloy_primitives::{Address, B256};
use praxis_derive::{Checkpoint, EncoderConfig, attributes};
use praxis_primitives::{
    Block, Fault, FeeParams, Header, L1BlockInfo, L2BlockInfo, RollupConfig, RollupGenesis, SealedBlock, Transaction,
};
use std::sync::Arc;

struct Chain {
    config: Arc<RollupConfig>,
    origin: L1BlockInfo,
    blocks: Vec<SealedBlock>,
    safe: Option<SafeView>,
}

fn origin() -> L1BlockInfo {
    L1BlockInfo {
        number: 10,
        hash: B256::repeat_byte(1),
        parent_hash: B256::ZERO,
        timestamp: 1,
        base_fee: 1,
        blob_base_fee: 1,
        prev_randao: B256::ZERO,
        parent_beacon_block_root: B256::ZERO,
        batcher_transactions: vec![],
        config_updates: vec![],
        deposits: vec![],
    }
}

fn chain() -> Chain {
    let origin = origin();
    let config = RollupConfig {
        genesis: RollupGenesis {
            l1: origin.id(),
            l2: BlockNumHash::new(0, B256::repeat_byte(2)),
            l2_time_ms: 1000,
            balances: Default::default(),
        },
        l1_chain_id: 1,
        l2_chain_id: 2,
        block_time_ms: 250,
        max_sequencer_drift_ms: 60_000,
        sequencing_window: 100,
        channel_timeout: 20,
        batch_inbox: Address::ZERO,
        batcher: Address::ZERO,
        l1: Default::default(),
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams::ETHEREUM,
    };
    let safe = Some(SafeView { safe: Checkpoint::genesis(&config).safe, derived_l1: origin.id() });
    let mut chain = Chain { config: Arc::new(config), origin, blocks: vec![], safe };
    (0..8).for_each(|_| chain.build(0));
    chain
}

impl Chain {
    fn info(&self, number: u64) -> L2BlockInfo {
        match number.checked_sub(1) {
            None => Checkpoint::genesis(&self.config).safe,
            Some(index) => L2BlockInfo::of(&self.blocks[index as usize], &self.config).unwrap(),
        }
    }

    /// Adds an empty block; `fork` makes it another one.
    fn build(&mut self, fork: u8) {
        let parent = self.info(self.blocks.len() as u64);
        let attributes = attributes::build(&self.config, &parent, &self.origin, false, vec![]).unwrap();
        let decode = |tx| Transaction::decode_2718_exact(tx).unwrap();
        let transactions = attributes.transactions.iter().map(|tx| decode(tx)).collect();
        let state_root = B256::repeat_byte(fork);
        let header = Header {
            number: attributes.number,
            parent_hash: parent.hash,
            state_root,
            gas_limit: attributes.gas_limit,
            extra_data: attributes.extra_data.clone(),
            ..Header::default()
        };
        let body = BlockBody { transactions, ..Default::default() };
        self.blocks.push(SealedBlock::seal_slow(Block { header, body }));
    }

    fn derived(&mut self, safe: u64, l1: u64) {
        let derived_l1 = BlockNumHash::new(l1, B256::ZERO);
        self.safe = Some(SafeView { safe: self.info(safe), derived_l1 });
    }
}

impl L2Source for Chain {
    fn head(&self) -> Result<u64, Fault> {
        Ok(self.blocks.len() as u64)
    }
    fn safe(&self) -> Result<Option<SafeView>, Fault> {
        Ok(self.safe)
    }
    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault> {
        Ok(number.checked_sub(1).and_then(|index| self.blocks.get(index as usize)).cloned())
    }
}

fn core(chain: &Chain, begin_after_l1: u64) -> BatcherCore {
    BatcherCore::new(chain.config.clone(), EncoderConfig::default(), begin_after_l1)
}

#[test]
fn nothing_is_posted_before_it_is_known_what_is_on_l1_already() {
    let mut chain = chain();
    let mut core = core(&chain, 12);
    let view = chain.safe.take();
    assert_eq!(core.pull(&chain, 12).unwrap(), Pulled::SafeHeadUnknown);
    chain.safe = view;
    assert_eq!(core.pull(&chain, 12).unwrap(), Pulled::SafeHeadUnknown, "derivation is at L1 block 10");
    chain.derived(5, 12);
    assert_eq!(core.pull(&chain, 12).unwrap(), Pulled::UpToDate);
    core.flush().unwrap();
    assert_eq!(core.next_submission().unwrap().blocks, 6..=8);
}

#[test]
fn a_chain_that_reorganised_is_batched_from_the_safe_head_on() {
    let mut chain = chain();
    let mut core = core(&chain, 0);
    assert_eq!(core.pull(&chain, 11).unwrap(), Pulled::UpToDate);
    chain.derived(3, 11);
    chain.blocks.truncate(5);
    (0..6).for_each(|_| chain.build(9));
    assert_eq!(core.pull(&chain, 11).unwrap(), Pulled::UpToDate, "the safe head moved into the open channel");
    assert_eq!(core.restarts(), 1);
    chain.blocks.truncate(9);
    (0..6).for_each(|_| chain.build(8));
    assert_eq!(core.pull(&chain, 11).unwrap(), Pulled::More, "block 12 builds on another block 11");
    assert_eq!(core.pull(&chain, 11).unwrap(), Pulled::UpToDate);
    core.flush().unwrap();
    assert_eq!(core.next_submission().unwrap().blocks, 4..=15);
    assert_eq!(core.restarts(), 2);
}

#[test]
fn blocks_are_done_when_they_are_safe_and_not_when_they_are_included() {
    let mut chain = chain();
    let mut core = core(&chain, 0);
    core.pull(&chain, 11).unwrap();
    core.flush().unwrap();
    let first = core.next_submission().unwrap();
    core.confirm(first.id, 12);
    core.pull(&chain, 12).unwrap();
    assert_eq!(core.next_submission(), None);
    chain.derived(0, 12);
    core.pull(&chain, 12).unwrap();
    core.flush().unwrap();
    let again = core.next_submission().expect("L1 block 12 was derived without it");
    assert_eq!((again.blocks.clone(), again.channel == first.channel), (1..=8, false));
    core.confirm(again.id, 13);
    chain.derived(8, 13);
    core.pull(&chain, 13).unwrap();
    assert_eq!((core.next_submission(), core.encoder().unwrap().pending_bytes()), (None, 0));
}

#[test]
fn a_submission_that_failed_is_sent_again() {
    let chain = chain();
    let mut core = core(&chain, 0);
    core.pull(&chain, 11).unwrap();
    core.flush().unwrap();
    let first = core.next_submission().unwrap();
    assert_eq!(core.next_submission(), None);
    core.requeue(first.id);
    assert_eq!(core.next_submission().unwrap().calldata, first.calldata);
}

/// Submissions whose frames have this many bytes of data.
fn submissions(sizes: &[usize]) -> Vec<praxis_derive::Submission> {
    let chain = chain();
    let mut core = core(&chain, 0);
    core.pull(&chain, 11).unwrap();
    core.flush().unwrap();
    let one = core.next_submission().unwrap();
    let with = |(number, size): (u16, &usize)| {
        let data = vec![number as u8 + 1; *size];
        let frame = praxis_derive::Frame { channel: one.channel, number, data, is_last: false };
        praxis_derive::Submission { calldata: praxis_derive::frame::encode_calldata(&[frame]).into(), ..one.clone() }
    };
    (0..).zip(sizes).map(with).collect()
}

#[test]
fn blobs_are_filled_with_as_many_frames_as_fit_in_order() {
    use praxis_derive::{blob::MAX_BLOB_DATA, frame::decode_calldata};
    let overhead = praxis_derive::frame::FRAME_OVERHEAD;
    let exact = MAX_BLOB_DATA - 1 - 2 * overhead - 70_000;
    let packed = crate::pack(&submissions(&[70_000, exact, 1, 100_000, 40_000]));
    let sizes = |data: &[u8]| decode_calldata(data).unwrap().iter().map(|frame| frame.data.len()).collect::<Vec<_>>();
    let held: Vec<_> = packed.iter().map(|data| sizes(data)).collect();
    assert_eq!(held, [vec![70_000, exact], vec![1, 100_000], vec![40_000]]);
    assert_eq!(packed[0].len(), MAX_BLOB_DATA);
}

#[test]
fn the_cheaper_way_is_taken_and_kept_until_the_other_is_much_cheaper() {
    use crate::{DataKind, DataPolicy, Posting};
    let mut posting = Posting::new(DataPolicy::Cheapest);
    let full = submissions(&[130_000]);
    let prices = |blob: u128| praxis_l1::L1Prices { base_fee: 1_000_000_000, tip: 0, blob_base_fee: Some(blob) };
    // Calldata takes 40 gas a byte, 5.2 M gas; blobs take 131,072 blob gas and 21,000 gas: equal at some 39.7 gwei.
    assert_eq!(posting.choose(&full, prices(1)), DataKind::Blobs);
    assert_eq!(posting.choose(&full, prices(45_000_000_000)), DataKind::Blobs, "an eighth more is no reason");
    assert_eq!(posting.choose(&full, prices(60_000_000_000)), DataKind::Calldata);
    assert_eq!(posting.choose(&full, prices(35_000_000_000)), DataKind::Calldata);
    assert_eq!(posting.choose(&full, prices(20_000_000_000)), DataKind::Blobs);
    // A blob costs the same however little is in it.
    assert_eq!(posting.choose(&submissions(&[1000]), prices(20_000_000_000)), DataKind::Calldata);
    let without = praxis_l1::L1Prices { blob_base_fee: None, ..prices(0) };
    assert_eq!(posting.choose(&full, prices(1)), DataKind::Blobs);
    assert_eq!(posting.choose(&full, without), DataKind::Calldata);
    let mut posting = Posting::new(DataPolicy::Cheapest);
    posting.refused();
    assert!((0..99).all(|_| posting.choose(&full, prices(1)) == DataKind::Calldata), "L1 refused blobs");
    assert_eq!(posting.choose(&full, prices(1)), DataKind::Blobs, "and is asked again later");
    assert_eq!(Posting::new(DataPolicy::Blobs).choose(&full, prices(u128::MAX / 1_000_000)), DataKind::Blobs);
    assert_eq!(Posting::new(DataPolicy::Calldata).choose(&full, prices(1)), DataKind::Calldata);
}
