//! A batcher: the node's own core, with the miner in the place of the network.

use crate::{BATCHER, L1Miner, TestSequencer};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes};
use praxis_batcher::{BatcherCore, CoreError, L2Source, MAX_BLOBS_PER_TRANSACTION, Pulled, SafeView, pack};
use praxis_chain::Chain;
use praxis_derive::{
    Batch, EncoderConfig, Frame, SubmissionId,
    channel::{compress, decompress},
    frame::{decode_calldata, encode_calldata},
};
use praxis_primitives::{Fault, RollupConfig, SealedBlock};
use std::{collections::BTreeSet, sync::Arc};

/// Alters what is posted. `None`: it is lost on the way, though the batcher takes it for posted.
pub type Alter = Box<dyn FnMut(Bytes) -> Option<Bytes>>;

struct Source {
    chain: Arc<Chain>,
    safe: Option<SafeView>,
}

impl L2Source for Source {
    fn head(&self) -> Result<u64, Fault> {
        Ok(self.chain.head().number)
    }

    fn safe(&self) -> Result<Option<SafeView>, Fault> {
        Ok(self.safe)
    }

    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault> {
        let block = self.chain.db().block(number).map_err(Fault::new)?;
        Ok(block.map(|block| block.sealed_block().clone()))
    }
}

/// See the module.
pub struct TestBatcher {
    core: BatcherCore,
    in_flight: Vec<(SubmissionId, B256)>,
    /// Alters what is posted.
    pub alter: Option<Alter>,
    /// Channels close at each step, however little is in them.
    pub eager: bool,
    /// It posts blob transactions, as the node's batcher packs them; nothing is altered then.
    pub blobs: bool,
    /// What neither a block nor the mempool holds is published again, as the node's transaction manager does it.
    pub republishes: bool,
    /// From where it posts.
    pub address: Address,
    /// How many transactions to the inbox it made.
    pub posted: usize,
}

impl TestBatcher {
    /// A batcher that closes a channel at each step. `salt` must be another one for each that a test starts.
    pub fn new(rollup: Arc<RollupConfig>, salt: u8, change: impl FnOnce(&mut EncoderConfig)) -> Self {
        let mut config = EncoderConfig { salt: B256::repeat_byte(salt), ..EncoderConfig::default() };
        change(&mut config);
        let core = BatcherCore::new(rollup, config, 0);
        Self {
            core,
            in_flight: vec![],
            alter: None,
            eager: true,
            blobs: false,
            republishes: false,
            address: BATCHER,
            posted: 0,
        }
    }

    /// The core.
    pub const fn core(&self) -> &BatcherCore {
        &self.core
    }

    /// Sees what L1 included, reads the sequencer's new blocks, posts.
    pub fn step(&mut self, sequencer: &TestSequencer, l1: &mut L1Miner) -> Pulled {
        self.try_step(sequencer, l1).expect("the batcher steps")
    }

    /// As [`Self::step`].
    ///
    /// # Errors
    /// When a block can't be batched.
    pub fn try_step(&mut self, sequencer: &TestSequencer, l1: &mut L1Miner) -> Result<Pulled, CoreError> {
        let core = &mut self.core;
        self.in_flight.retain(|(id, hash)| match l1.included(*hash) {
            Some(block) => {
                core.confirm(*id, block.number);
                false
            }
            None => true,
        });
        if self.republishes {
            let lost = self.in_flight.iter().map(|(_, hash)| *hash).filter(|hash| !l1.knows(*hash));
            let lost: BTreeSet<B256> = lost.collect();
            lost.into_iter().for_each(|hash| l1.publish_again(hash));
        }
        let safe_chain = sequencer.follower().safe_chain();
        let derived_l1: BlockNumHash = safe_chain.consumed().l1;
        let safe = Some(SafeView { safe: *safe_chain.safe(), derived_l1 });
        let source = Source { chain: sequencer.chain().clone(), safe };
        let pulled = core.pull(&source, l1.head().number)?;
        if self.eager {
            core.flush()?;
        }
        while self.blobs {
            let submissions: Vec<_> =
                std::iter::from_fn(|| core.next_submission()).take(MAX_BLOBS_PER_TRANSACTION).collect();
            if submissions.is_empty() {
                break;
            }
            self.posted += 1;
            let hash = l1.submit_blobs(self.address, &pack(&submissions));
            self.in_flight.extend(submissions.iter().map(|submission| (submission.id, hash)));
        }
        while let Some(submission) = core.next_submission() {
            self.posted += 1;
            let data = match &mut self.alter {
                Some(alter) => alter(submission.calldata),
                None => Some(submission.calldata),
            };
            let hash = data.map_or(B256::ZERO, |data| l1.submit_from(self.address, data));
            self.in_flight.push((submission.id, hash));
        }
        Ok(pulled)
    }
}

/// Decodes the batch that a channel of one frame holds, alters it and encodes it again.
///
/// # Panics
/// When the calldata is not exactly one whole channel.
pub fn rewrite_batch(calldata: &[u8], alter: impl FnOnce(&mut Batch)) -> Bytes {
    let frames = decode_calldata(calldata).expect("calldata of the batcher");
    let [frame] = &frames[..] else { panic!("one frame, not {}", frames.len()) };
    assert!(frame.number == 0 && frame.is_last, "the whole channel in one frame");
    let mut batch = Batch::decode(&decompress(&frame.data).expect("a channel")).expect("a batch");
    alter(&mut batch);
    let data = compress(&batch.encode(), 5);
    encode_calldata(&[Frame { channel: frame.channel, number: 0, data, is_last: true }]).into()
}
