//! The order that was promised: transactions of the open block, on disk before anybody hears of them.

use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::B256;
use praxis_chain::{Chain, ChainError};
use praxis_pool::RecordLog;
use praxis_primitives::{Fault, RecoveredTransaction, Transaction};
use std::{collections::BTreeSet, path::Path};

/// Longest record: more than any transaction that the pool takes.
const MAX_RECORD: usize = 1 << 20;

/// Promised transactions that no block holds yet, and the file that remembers them.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// `None`: nothing is remembered, so nothing may be promised.
    log: Option<RecordLog>,
    /// Whether to wait for the disk, or only for the system.
    sync: bool,
    /// In the promised order.
    promised: Vec<RecoveredTransaction>,
    hashes: BTreeSet<B256>,
}

impl Order {
    /// Opens the file. What is in it and in no block comes first in the next one.
    pub(crate) fn open(chain: &Chain, path: &Path, sync: bool) -> Result<Self, ChainError> {
        let (log, records) = RecordLog::open(path, MAX_RECORD)
            .map_err(|error| ChainError::Fault { number: chain.head().number, fault: unusable(path, error) })?;
        let (mut promised, mut hashes) = (Vec::new(), BTreeSet::new());
        for tx in records.iter().filter_map(|record| decode(record)) {
            let included = chain.db().transaction_location(tx.hash())?.is_some();
            if !included && hashes.insert(tx.hash()) {
                promised.push(tx);
            }
        }
        if !promised.is_empty() {
            tracing::info!(count = promised.len(), "the next block begins with what was preconfirmed before the stop");
        }
        Ok(Self { log: Some(log), sync, promised, hashes })
    }

    /// Whether there is a file.
    pub(crate) const fn is_kept(&self) -> bool {
        self.log.is_some()
    }

    /// What was promised and is in no block, in order.
    pub(crate) fn promised(&self) -> &[RecoveredTransaction] {
        &self.promised
    }

    /// Remembers these, after those before. On return they are on disk.
    pub(crate) fn promise(&mut self, transactions: &[RecoveredTransaction]) -> Result<(), Fault> {
        let Some(log) = &mut self.log else { return Err(Fault::new("there is no file to keep the order in")) };
        if transactions.is_empty() {
            return Ok(());
        }
        let new: Vec<_> = transactions.iter().filter(|tx| self.hashes.insert(tx.hash())).collect();
        let records: Vec<_> = new.iter().map(|tx| tx.encoded_2718()).collect();
        let started = std::time::Instant::now();
        let written = log.append(records.iter().map(Vec::as_slice)).and_then(|()| match self.sync {
            true => log.sync(),
            false => Ok(()),
        });
        metrics::histogram!("praxis_order_write_seconds").record(started.elapsed().as_secs_f64());
        written
            .map_err(|error| Fault::new(format!("the order of preconfirmed transactions can't be written: {error}")))?;
        self.promised.extend(new.into_iter().cloned());
        Ok(())
    }

    /// A block with these transactions is on disk: they need no promise any more. Those that are left could not be
    /// executed, or had no room.
    pub(crate) fn sealed<'a>(&mut self, included: impl Iterator<Item = &'a Transaction>) -> Result<(), Fault> {
        if self.promised.is_empty() {
            return Ok(());
        }
        for tx in included {
            self.hashes.remove(&tx.hash());
        }
        self.promised.retain(|tx| self.hashes.contains(&tx.hash()));
        let Some(log) = &mut self.log else { return Ok(()) };
        let kept = match self.promised.is_empty() {
            true => log.clear(),
            false => log.replace(self.promised.iter().map(|tx| tx.encoded_2718())),
        };
        kept.map_err(|error| Fault::new(format!("the order of preconfirmed transactions can't be cut off: {error}")))
    }

    /// Forgets every promise: the blocks before them are taken back.
    pub(crate) fn forget(&mut self) -> Result<(), Fault> {
        self.promised.clear();
        self.hashes.clear();
        let Some(log) = &mut self.log else { return Ok(()) };
        log.clear()
            .map_err(|error| Fault::new(format!("the order of preconfirmed transactions can't be cut off: {error}")))
    }

    /// A promise that can't be kept: the transaction is not valid any more.
    pub(crate) fn broken(&mut self, hash: B256, reason: &str) {
        if self.hashes.remove(&hash) {
            tracing::warn!(%hash, reason, "a preconfirmed transaction is not valid any more");
            metrics::counter!("praxis_preconfirmations_broken_total").increment(1);
            self.promised.retain(|tx| tx.hash() != hash);
        }
    }
}

fn unusable(path: &Path, error: std::io::Error) -> Fault {
    Fault::new(format!(
        "the file with the order of preconfirmed transactions, {}, can't be used: {error}",
        path.display()
    ))
}

fn decode(record: &[u8]) -> Option<RecoveredTransaction> {
    let tx = Transaction::decode_2718_exact(record).ok()?;
    let signer = tx.recover_signer().ok()?;
    Some(RecoveredTransaction::new_unchecked(tx, signer))
}
