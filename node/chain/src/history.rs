//! How much of the past is kept.

use crate::{Chain, ChainError};
use praxis_contracts::addresses::L2_TO_L1_MESSAGE_PASSER;
use praxis_primitives::{Fault, StateReader};
use praxis_storage::{Database, KeptProofs, Prune, Pruned, Reader, StorageError};
use std::{fmt, str::FromStr};

/// Days for which a withdrawal can be proved in every mode.
pub const PROOF_DAYS: u64 = 30;
/// States that a pruned node keeps unless told otherwise: six hours of blocks of 250 ms.
pub const DEFAULT_KEPT_STATES: u64 = 86_400;
/// The fewest: what BLOCKHASH reaches.
pub const MIN_KEPT_STATES: u64 = 256;

/// Which old states a node keeps. Blocks, receipts, inferences and models are kept in every mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HistoryMode {
    /// All of them.
    #[default]
    Archive,
    /// Those of the newest blocks, and of older ones what proving a withdrawal takes, for [`PROOF_DAYS`].
    Pruned {
        /// How many blocks; the finalized block's state and those above it are kept in any case.
        blocks: u64,
    },
}

/// A history mode that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write archive, pruned, or pruned=BLOCKS with at least {MIN_KEPT_STATES} blocks")]
pub struct UnknownHistoryMode;

impl FromStr for HistoryMode {
    type Err = UnknownHistoryMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            None if text == "archive" => Ok(Self::Archive),
            None if text == "pruned" => Ok(Self::Pruned { blocks: DEFAULT_KEPT_STATES }),
            Some(("pruned", blocks)) => match blocks.parse() {
                Ok(blocks) if blocks >= MIN_KEPT_STATES => Ok(Self::Pruned { blocks }),
                _ => Err(UnknownHistoryMode),
            },
            _ => Err(UnknownHistoryMode),
        }
    }
}

impl fmt::Display for HistoryMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive => f.write_str("archive"),
            Self::Pruned { blocks } => write!(f, "pruned={blocks}"),
        }
    }
}

/// Forgets what `mode` does not keep in `db`, at most `max_blocks` blocks of it; commits may come between. Call it again
/// until it is done. `None` where nothing is ever forgotten.
///
/// # Errors
/// When the database fails.
pub fn prune(db: &Database, mode: HistoryMode, max_blocks: u64) -> Result<Option<Pruned>, StorageError> {
    let HistoryMode::Pruned { blocks } = mode else { return Ok(None) };
    let view = db.state_latest()?;
    let (reader, head) = (view.reader(), view.block().number);
    let finalized = reader.heads()?.ok_or(StorageError::Empty)?.finalized.number;
    let states_before = head.saturating_sub(blocks).min(finalized);
    // An embedded L1 has no withdrawals.
    let rollup = view.account(L2_TO_L1_MESSAGE_PASSER).map_err(fault)?.is_some();
    let proofs = match rollup {
        false => None,
        true => Some(KeptProofs { address: L2_TO_L1_MESSAGE_PASSER, before: first_provable(reader, head)? }),
    };
    Ok(Some(db.prune(Prune { states_before, proofs, max_blocks })?))
}

fn fault(fault: Fault) -> StorageError {
    StorageError::Io { action: "read", table: "accounts", reason: fault.to_string() }
}

/// The oldest block whose withdrawals must still be provable.
fn first_provable(reader: &Reader, head: u64) -> Result<u64, StorageError> {
    let timestamp = |number| -> Result<u64, StorageError> {
        Ok(reader.header(number)?.ok_or(StorageError::NoSuchBlock { number, head })?.timestamp)
    };
    let since = timestamp(head)?.saturating_sub(PROOF_DAYS * 24 * 60 * 60);
    let (mut low, mut high) = (0, head);
    while low < high {
        let middle = low + (high - low) / 2;
        if timestamp(middle)? < since {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

impl Chain {
    /// [`prune`] in this chain's database.
    ///
    /// # Errors
    /// When the database fails.
    pub fn prune(&self, mode: HistoryMode, max_blocks: u64) -> Result<Option<Pruned>, ChainError> {
        Ok(prune(&self.db, mode, max_blocks)?)
    }

    /// Makes block `number` the head and the finalized block, and derivation go on from the newest L1 block that it was
    /// derived from: for a copy of somebody else's database, of which this block has been checked.
    ///
    /// # Errors
    /// When there is no such block, states have been pruned above it, or the database fails.
    pub fn reset_to(&self, number: u64) -> Result<(), ChainError> {
        let _writing = self.writer.lock();
        crate::derived::truncate_checkpoints(&self.db, number)?;
        self.db.reset_to(number)?;
        *self.head.write() = self.db.header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_they_are_written() {
        for mode in [HistoryMode::Archive, HistoryMode::Pruned { blocks: 300 }] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!("pruned".parse(), Ok(HistoryMode::Pruned { blocks: DEFAULT_KEPT_STATES }));
        for text in ["", "full", "pruned=", "pruned=255", "pruned=-1", "archive=3"] {
            assert_eq!(text.parse::<HistoryMode>(), Err(UnknownHistoryMode), "{text}");
        }
    }
}
