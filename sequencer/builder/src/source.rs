//! The pool as a block's source of transactions.

use crate::order::Order;
use alloy_consensus::Transaction as _;
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, B256};
use praxis_chain::{Chain, PendingBlock, PendingPart, TransactionSource};
use praxis_pool::{BestTransactions, Pool};
use praxis_primitives::{Fault, RecoveredTransaction};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// Below this much gas nothing fits any more.
const SMALLEST_TRANSACTION_GAS: u64 = 21_000;
/// How many transactions are written to disk together at most.
const GROUP: usize = 256;
/// How long an executed transaction waits for others to be written with.
const GROUP_TIME: Duration = Duration::from_millis(10);
/// How long the pool is not looked through again, when there is something left from the last look and when there is not.
const LOOK_AGAIN: Duration = Duration::from_millis(25);
const LOOK_AGAIN_EMPTY: Duration = Duration::from_millis(2);
/// How often a waiting builder looks whether it still should.
const SLICE: Duration = Duration::from_millis(50);

/// How long a block stays open.
#[derive(Debug, Clone, Copy)]
pub struct Open<'a> {
    /// It takes what comes until then; `None`: only what is there.
    pub until: Option<Instant>,
    /// How long its transactions may run altogether. What a block holds is not consensus, so the builder may look at the
    /// clock.
    pub budget: Option<Duration>,
    /// Most bytes of transactions that it takes from the pool.
    pub bytes: u64,
    /// Set when the node stops: an open block is then left unsealed.
    pub stop: &'a AtomicBool,
}

/// Hands what was promised, and then the pool's best transactions, to a block until gas or time is used up, and drops those
/// that turn out invalid. Executed ones are written down in groups and then shown.
pub struct PoolSource<'a> {
    chain: &'a Chain,
    pool: &'a Pool,
    order: &'a mut Order,
    open: Open<'a>,
    base_fee: u64,
    parent: B256,
    promised: VecDeque<RecoveredTransaction>,
    best: BestTransactions,
    looked: Instant,
    news: u64,
    /// The next nonce of each sender that the block has something of.
    next: BTreeMap<Address, u64>,
    /// Whose transaction was handed out last, the sender's nonce in `next` before, and when.
    handed: Option<(Address, Option<u64>, Instant)>,
    ran: Duration,
    unwritten: PendingPart,
    written: Instant,
    left: bool,
    fault: Option<Fault>,
}

impl<'a> PoolSource<'a> {
    /// A source for the block after the chain's head.
    pub(crate) fn new(chain: &'a Chain, pool: &'a Pool, order: &'a mut Order, open: Open<'a>) -> Self {
        let head = chain.head();
        let base_fee = chain.spec().base_fee_after(head.header());
        let now = Instant::now();
        Self {
            news: pool.news(),
            best: pool.best(base_fee),
            promised: order.promised().iter().cloned().collect(),
            chain,
            pool,
            order,
            open,
            base_fee,
            parent: head.hash(),
            looked: now,
            next: BTreeMap::new(),
            handed: None,
            ran: Duration::ZERO,
            unwritten: PendingPart::default(),
            written: now,
            left: false,
            fault: None,
        }
    }

    /// Whether the block may be sealed; not when it was left because the head moved or the node stops.
    ///
    /// # Errors
    /// When the order could not be written.
    pub(crate) fn finish(self) -> Result<bool, Fault> {
        self.fault.map_or(Ok(!self.left), Err)
    }

    fn has_time(&self) -> bool {
        self.open.budget.is_none_or(|budget| self.ran < budget)
    }

    fn is_due(&self) -> bool {
        self.open.until.is_none_or(|until| Instant::now() >= until)
    }

    fn look(&mut self) {
        self.news = self.pool.news();
        self.best = self.pool.best_from(self.base_fee, &self.next);
        self.looked = Instant::now();
    }

    fn hand(&mut self, tx: RecoveredTransaction) -> RecoveredTransaction {
        let sender = tx.signer();
        self.open.bytes = self.open.bytes.saturating_sub(tx.encode_2718_len() as u64);
        let before = self.next.insert(sender, tx.nonce().saturating_add(1));
        self.handed = Some((sender, before, Instant::now()));
        tx
    }

    /// The best one that fits; `None` when the pool has nothing for now.
    fn best_fitting(&mut self, gas_left: u64) -> Option<RecoveredTransaction> {
        if self.looked.elapsed() >= LOOK_AGAIN && self.pool.news() > self.news {
            self.look();
        }
        loop {
            let pooled = self.best.next()?;
            if self.next.get(&pooled.sender()).is_some_and(|next| pooled.tx.nonce() < *next) {
                // Promised before, or replaced since.
                continue;
            }
            if pooled.tx.gas_limit() <= gas_left && pooled.tx.encode_2718_len() as u64 <= self.open.bytes {
                return Some(pooled.tx.clone());
            }
            // It may fit into the next block; what follows it by nonce has to wait with it.
            self.best.skip_sender();
        }
    }

    fn write(&mut self) -> Result<(), Fault> {
        self.written = Instant::now();
        if self.unwritten.transactions.is_empty() {
            return Ok(());
        }
        let part = std::mem::take(&mut self.unwritten);
        self.order.promise(&part.transactions)?;
        metrics::counter!("praxis_preconfirmed_transactions_total").increment(part.transactions.len() as u64);
        self.chain.preconfirm(part);
        Ok(())
    }

    /// Waits for news of the pool; false when the block is due or is left.
    fn wait(&mut self, for_news: bool) -> bool {
        loop {
            if self.is_due() {
                return false;
            }
            if self.open.stop.load(Ordering::Relaxed) || self.chain.head().hash() != self.parent {
                self.left = true;
                return false;
            }
            let now = Instant::now();
            let slice = self.open.until.map_or(now, |until| until.min(now + SLICE));
            if !for_news {
                std::thread::sleep(slice - now);
            } else if self.pool.wait(self.news, slice) > self.news {
                std::thread::sleep(LOOK_AGAIN_EMPTY.saturating_sub(self.looked.elapsed()));
                self.look();
                return true;
            }
        }
    }
}

impl TransactionSource for PoolSource<'_> {
    fn next(&mut self, gas_left: u64) -> Option<RecoveredTransaction> {
        if let Some((.., since)) = self.handed.take() {
            self.ran += since.elapsed();
        }
        loop {
            let room = gas_left >= SMALLEST_TRANSACTION_GAS && self.has_time();
            // The promised order holds: what does not fit waits for the next block, and everything after it.
            if let Some(first) = self.promised.front() {
                if gas_left >= first.gas_limit() {
                    let tx = self.promised.pop_front()?;
                    return Some(self.hand(tx));
                }
            } else if room && let Some(tx) = self.best_fitting(gas_left) {
                return Some(self.hand(tx));
            }
            if let Err(fault) = self.write() {
                self.fault = Some(fault);
                return None;
            }
            if !self.wait(room && self.promised.is_empty()) {
                return None;
            }
        }
    }

    fn rejected(&mut self, hash: B256, reason: &str) {
        tracing::debug!(%hash, reason, "dropped a transaction that can't be executed");
        if let Some((sender, before, _)) = self.handed {
            match before {
                Some(nonce) => self.next.insert(sender, nonce),
                None => self.next.remove(&sender),
            };
        }
        self.best.skip_sender();
        self.pool.remove(hash);
        self.order.broken(hash, reason);
    }

    fn follows(&self) -> bool {
        self.order.is_kept()
    }

    fn opened(&mut self, block: PendingBlock) -> Result<(), Fault> {
        self.chain.show_pending(block);
        Ok(())
    }

    fn executed(&mut self, part: PendingPart) -> Result<(), Fault> {
        self.unwritten.extend(part);
        if self.unwritten.transactions.len() >= GROUP || self.written.elapsed() >= GROUP_TIME {
            self.write()
        } else {
            Ok(())
        }
    }
}
