//! Blocks of batches, and forced blocks, to attributes on the safe head.

use super::L1Traversal;
use crate::{BatchBlock, CriticalError, PipelineError, attributes::build, origin::old_enough};
use praxis_primitives::{L2BlockInfo, PayloadAttributes, RollupConfig};

/// Where attributes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A batch, with transactions besides deposits.
    Batch,
    /// Nothing but L1: execution has no reason to reject them.
    L1Only,
}

/// The attributes that were given out and are not executed yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttributesQueue(Option<(Source, PayloadAttributes)>);

impl AttributesQueue {
    pub(crate) fn pending(&self) -> Option<&PayloadAttributes> {
        self.0.as_ref().map(|(_, attributes)| attributes)
    }

    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }

    /// The next block of a batch.
    pub(crate) fn batched(
        &mut self,
        config: &RollupConfig,
        safe: &L2BlockInfo,
        l1: &L1Traversal,
        block: BatchBlock,
    ) -> Result<(), CriticalError> {
        let origin = l1.origin(safe.l1_origin.number + u64::from(block.advances_origin))?;
        let source = if block.transactions.is_empty() { Source::L1Only } else { Source::Batch };
        self.0 = Some((source, build(config, safe, origin, false, block.transactions)?));
        Ok(())
    }

    /// A block that no batch covers. It takes the next L1 origin as soon as it is old enough for it.
    pub(crate) fn forced(
        &mut self,
        config: &RollupConfig,
        safe: &L2BlockInfo,
        l1: &L1Traversal,
    ) -> Result<u64, CriticalError> {
        let number = safe.number.saturating_add(1);
        let next = l1.origin(safe.l1_origin.number + 1)?;
        let advance = old_enough(next, config.timestamp_ms(number));
        let origin = if advance { next } else { l1.origin(safe.l1_origin.number)? };
        self.0 = Some((Source::L1Only, build(config, safe, origin, true, Vec::new())?));
        Ok(number)
    }

    /// Replaces rejected attributes by the same with deposits only. Gives the block's number.
    pub(crate) fn reject(
        &mut self,
        config: &RollupConfig,
        safe: &L2BlockInfo,
        l1: &L1Traversal,
    ) -> Result<u64, PipelineError> {
        let (source, attributes) = self.0.as_ref().ok_or(CriticalError::NothingToReject)?;
        let (number, origin) = (attributes.number, attributes.l1_origin.number);
        if *source == Source::L1Only {
            return Err(CriticalError::DepositsRejected { number }.into());
        }
        let origin = l1.origin(origin)?;
        let attributes = build(config, safe, origin, true, Vec::new()).map_err(CriticalError::from)?;
        self.0 = Some((Source::L1Only, attributes));
        Ok(number)
    }
}
