//! The pool's transactions on disk, so that they survive a restart.
//!
//! Each transaction is written when it is taken. None is ever struck out: what was used, replaced or can't be paid any
//! more is found out when the file is read again. The file is rewritten when most of it is such waste.

use crate::RecordLog;
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use praxis_primitives::{RecoveredTransaction, Transaction};
use std::{io, path::Path};

/// Below this many bytes the file is not worth rewriting.
const SMALL: u64 = 4 << 20;

/// The file.
#[derive(Debug)]
pub(crate) struct Journal {
    log: RecordLog,
    /// Length above which it is rewritten.
    rewrite_at: u64,
}

impl Journal {
    /// Opens the file and gives its transactions in the order in which they came.
    pub(crate) fn open(path: &Path, max_transaction: usize) -> io::Result<(Self, Vec<RecoveredTransaction>)> {
        let (log, records) = RecordLog::open(path, max_transaction)?;
        let transactions = records.iter().filter_map(|record| decode(record)).collect();
        Ok((Self { log, rewrite_at: SMALL }, transactions))
    }

    pub(crate) fn append(&mut self, tx: &Transaction) -> io::Result<()> {
        self.log.append([tx.encoded_2718().as_slice()])
    }

    /// Whether it should be rewritten.
    pub(crate) const fn is_long(&self) -> bool {
        self.log.len() > self.rewrite_at
    }

    /// Leaves `transactions` alone in the file.
    pub(crate) fn rewrite<'a>(&mut self, transactions: impl Iterator<Item = &'a Transaction>) -> io::Result<()> {
        self.log.replace(transactions.map(|tx| tx.encoded_2718()))?;
        self.rewrite_at = SMALL.max(2 * self.log.len());
        Ok(())
    }
}

fn decode(record: &[u8]) -> Option<RecoveredTransaction> {
    let tx = Transaction::decode_2718_exact(record).ok()?;
    let signer = tx.recover_signer().ok()?;
    Some(RecoveredTransaction::new_unchecked(tx, signer))
}
