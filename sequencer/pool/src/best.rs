//! Pending transactions in the order in which a block takes them.

use crate::PooledTransaction;
use alloy_primitives::{Address, B256};
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
    vec,
};

/// The next transaction of one sender. Greater means sooner: by tip, then by age.
struct Candidate {
    tip: u128,
    tx: Arc<PooledTransaction>,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tip.cmp(&other.tip).then_with(|| other.tx.arrival.cmp(&self.tx.arrival))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// A walk over the executable transactions: the best tip first, each sender in nonce order. A snapshot: the pool may
/// change meanwhile.
pub struct BestTransactions {
    heap: BinaryHeap<Candidate>,
    /// What follows the next transaction of each sender. Looked up, never walked.
    rest: HashMap<Address, vec::IntoIter<Arc<PooledTransaction>>>,
    base_fee: u64,
    last: Option<Address>,
}

impl BestTransactions {
    pub(crate) fn new(senders: impl Iterator<Item = Vec<Arc<PooledTransaction>>>, base_fee: u64) -> Self {
        let mut best = Self { heap: BinaryHeap::new(), rest: HashMap::new(), base_fee, last: None };
        for transactions in senders {
            let mut iter = transactions.into_iter();
            if let Some(first) = iter.next() {
                let sender = first.sender();
                if best.push(first) {
                    best.rest.insert(sender, iter);
                }
            }
        }
        best
    }

    /// Takes the transaction as its sender's next, unless it does not pay the base fee: then those after it wait too.
    fn push(&mut self, tx: Arc<PooledTransaction>) -> bool {
        match tx.effective_tip(self.base_fee) {
            Some(tip) => {
                self.heap.push(Candidate { tip, tx });
                true
            }
            None => false,
        }
    }

    /// Leaves out what follows the last transaction by the same sender.
    pub fn skip_sender(&mut self) {
        if let Some(sender) = self.last.take() {
            self.rest.remove(&sender);
        }
    }

    /// Hash of each transaction that is still to come, for tests.
    pub fn hashes(self) -> Vec<B256> {
        self.map(|tx| tx.hash()).collect()
    }
}

impl Iterator for BestTransactions {
    type Item = Arc<PooledTransaction>;

    fn next(&mut self) -> Option<Self::Item> {
        // Only now is the last one's successor due: the caller may have skipped its sender.
        if let Some(sender) = self.last.take() {
            let successor = self.rest.get_mut(&sender).and_then(Iterator::next);
            if let Some(tx) = successor
                && !self.push(tx)
            {
                self.rest.remove(&sender);
            }
        }
        let Candidate { tx, .. } = self.heap.pop()?;
        self.last = Some(tx.sender());
        Some(tx)
    }
}
