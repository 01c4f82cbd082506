//! The batcher without I/O.

use crate::{L2Source, SafeView};
use praxis_derive::{AddBlock, EncodeError, Encoder, EncoderConfig, SafeUpdate, Submission, SubmissionId, Waiting};
use praxis_primitives::{Fault, RollupConfig};
use std::sync::Arc;
use tracing::{info, warn};

/// Most blocks that one pull reads, so that it ends soon.
const MAX_BLOCKS_PER_PULL: usize = 2048;

/// A pull that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CoreError {
    /// The node cannot read its chain.
    #[error("the batcher cannot read the chain: {0}")]
    Fault(#[from] Fault),
    /// A block of the chain cannot be batched. No later attempt changes that.
    #[error("the batcher cannot go on: {0}")]
    Encode(#[from] EncodeError),
}

/// What a pull found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Every block of the chain is in a channel.
    UpToDate,
    /// There is more, but enough waits to become safe, or the pull was long enough.
    More,
    /// Derivation has not caught up with L1 yet, so it is not known which blocks are on L1 already.
    SafeHeadUnknown,
    /// The next block is a forced one: it becomes safe by itself.
    Forced(u64),
}

/// Encoder and chain together; see the crate.
#[derive(Debug)]
pub struct BatcherCore {
    rollup: Arc<RollupConfig>,
    config: EncoderConfig,
    begin_after_l1: u64,
    encoder: Option<Encoder>,
    restarts: u64,
}

impl BatcherCore {
    /// A core that begins at the safe head once derivation has consumed L1 block `begin_after_l1`: the newest one when the
    /// batcher started, so that nothing which an earlier run posted is posted twice. `config.salt` must be new each
    /// time.
    pub const fn new(rollup: Arc<RollupConfig>, config: EncoderConfig, begin_after_l1: u64) -> Self {
        Self { rollup, config, begin_after_l1, encoder: None, restarts: 0 }
    }

    /// The encoder, once the safe head is known.
    pub const fn encoder(&self) -> Option<&Encoder> {
        self.encoder.as_ref()
    }

    /// How often everything above the safe head was encoded again.
    pub const fn restarts(&self) -> u64 {
        self.restarts
    }

    /// Takes in what L1 and derivation did, then the chain's new blocks. `l1_head` is the number of the newest L1 block.
    ///
    /// # Errors
    /// When the chain cannot be read or holds a block that cannot be batched.
    pub fn pull(&mut self, l2: &dyn L2Source, l1_head: u64) -> Result<Pulled, CoreError> {
        let Some(view) = l2.safe()? else { return Ok(Pulled::SafeHeadUnknown) };
        self.follow_safe(&view, l1_head);
        let Some(encoder) = &mut self.encoder else { return Ok(Pulled::SafeHeadUnknown) };
        encoder.advance_l1(l1_head)?;
        let head = l2.head()?;
        for _ in 0..MAX_BLOCKS_PER_PULL {
            let number = encoder.next_block();
            let block = if number <= head { l2.block(number)? } else { None };
            let Some(block) = block else { return Ok(Pulled::UpToDate) };
            match encoder.add_block(&block) {
                Ok(AddBlock::Added) => {}
                Ok(AddBlock::Full) => return Ok(Pulled::More),
                Err(EncodeError::Forced(number)) => return Ok(Pulled::Forced(number)),
                Err(error @ EncodeError::Reorg { .. }) => {
                    warn!("encoding again from the safe head: {error}");
                    encoder.reset(&view.safe);
                    self.restarts += 1;
                    return Ok(Pulled::More);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Pulled::More)
    }

    fn follow_safe(&mut self, view: &SafeView, l1_head: u64) {
        let Some(encoder) = &mut self.encoder else {
            if view.derived_l1.number < self.begin_after_l1 {
                return;
            }
            info!(safe = view.safe.number, l1_head, "batching from the safe head on");
            self.encoder = Some(Encoder::new(self.rollup.clone(), self.config.clone(), &view.safe, l1_head));
            return;
        };
        if encoder.update_safe(&view.safe, view.derived_l1.number) == SafeUpdate::Restarted {
            warn!(safe = view.safe.number, derived_l1 = view.derived_l1.number, "encoding again from the safe head");
            self.restarts += 1;
        }
    }

    /// Closes the open channel without waiting for it to fill.
    ///
    /// # Errors
    /// As [`Encoder::close`].
    pub fn flush(&mut self) -> Result<(), CoreError> {
        Ok(self.encoder.as_mut().map_or(Ok(()), Encoder::close)?)
    }

    /// The next calldata to send to the inbox; it counts as sent.
    pub fn next_submission(&mut self) -> Option<Submission> {
        self.encoder.as_mut()?.next_submission()
    }

    /// Why nothing is sent though blocks wait.
    pub fn waiting(&self) -> Option<Waiting> {
        self.encoder.as_ref()?.waiting()
    }

    /// The submission is in this L1 block.
    pub fn confirm(&mut self, id: SubmissionId, l1: u64) {
        self.encoder.as_mut().map(|encoder| encoder.confirm(id, l1));
    }

    /// The submission will not be on L1: it and everything after it is sent again.
    pub fn requeue(&mut self, id: SubmissionId) {
        self.encoder.as_mut().map(|encoder| encoder.requeue(id));
    }
}
