//! The pool itself.

use crate::{
    BestTransactions, PoolError, PoolHead, PoolLimits, PooledTransaction, inner::Inner, journal::Journal, news::News,
    rules::check_form, sender::AccountView,
};
use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256};
use parking_lot::{Mutex, RwLock};
use praxis_primitives::{DataSize, Fault, RecoveredTransaction};
use std::{collections::BTreeMap, io, path::Path, sync::Arc, time::Instant};
use tokio::sync::broadcast;

/// How many announcements a slow listener may fall behind.
const ANNOUNCEMENTS: usize = 4096;

/// What the pool needs to know of its chain.
#[derive(Debug, Clone, Copy)]
pub struct PoolConfig {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The most gas that a transaction may have (EIP-7825).
    pub tx_gas_cap: u64,
    /// The lowest base fee that the chain can have, in wei.
    pub min_base_fee: u64,
    /// The pool's bounds.
    pub limits: PoolLimits,
}

/// How many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Executable at the head.
    pub pending: usize,
    /// Behind a gap of nonces.
    pub queued: usize,
}

/// The pool. Shared by reference; every method but [`Pool::wait`] locks for a short, bounded time.
pub struct Pool {
    config: PoolConfig,
    inner: RwLock<Inner>,
    /// Taken before `inner`, never after it.
    journal: Mutex<Option<Journal>>,
    news: News,
    announcements: broadcast::Sender<Arc<PooledTransaction>>,
}

impl Pool {
    /// An empty pool on `head` that forgets everything when it is dropped.
    pub fn new(config: PoolConfig, head: PoolHead) -> Self {
        Self {
            config,
            inner: RwLock::new(Inner::new(head)),
            journal: Mutex::new(None),
            news: News::default(),
            announcements: broadcast::channel(ANNOUNCEMENTS).0,
        }
    }

    /// A pool on `head` that keeps its transactions in the file at `path`, and begins with those that are there and still
    /// valid.
    ///
    /// # Errors
    /// When the file can't be read or written. What is damaged in it is left out.
    pub fn open(config: PoolConfig, head: PoolHead, path: &Path) -> io::Result<Self> {
        let pool = Self::new(config, head);
        let (journal, transactions) = Journal::open(path, config.limits.transaction_bytes)?;
        let found = transactions.len();
        for tx in transactions {
            let hash = tx.hash();
            if let Err(error) = pool.take(tx) {
                tracing::debug!(%hash, %error, "left out a transaction of the journal");
            }
        }
        *pool.journal.lock() = Some(journal);
        pool.rewrite_journal()?;
        if found > 0 {
            let kept = pool.inner.read().by_hash.len();
            tracing::info!(kept, left_out = found - kept, "took the pool's transactions from its journal");
        }
        Ok(pool)
    }

    /// Checks a transaction against the head's state and takes it.
    ///
    /// # Errors
    /// When it can't ever be valid, its sender can't pay, or there is no place for it.
    pub fn add(&self, tx: RecoveredTransaction) -> Result<B256, PoolError> {
        let pooled = self.take(tx)?;
        if let Some(journal) = &mut *self.journal.lock()
            && let Err(error) = journal.append(pooled.tx.inner())
        {
            metrics::counter!("praxis_pool_journal_errors_total").increment(1);
            tracing::error!(%error, hash = %pooled.hash(), "a transaction would not survive a restart: the pool's \
                journal can't be written");
        }
        self.news.add();
        let hash = pooled.hash();
        // No listener is no error.
        let _ = self.announcements.send(pooled);
        Ok(hash)
    }

    fn take(&self, tx: RecoveredTransaction) -> Result<Arc<PooledTransaction>, PoolError> {
        let hash = tx.hash();
        let sender = tx.signer();
        let encoded_len = tx.encode_2718_len();
        let block_gas_limit = self.inner.read().head.gas_limit;
        check_form(&self.config, &tx, encoded_len, block_gas_limit)?;
        let (generation, known, head) = {
            let inner = self.inner.read();
            if inner.by_hash.contains_key(&hash) {
                return Err(PoolError::AlreadyKnown(hash));
            }
            (inner.generation, inner.known(sender), inner.head.clone())
        };
        let view = match known {
            Some(view) => view,
            None => AccountView::read(&*head.state, sender)?,
        };
        let authorities = tx.authorization_list().unwrap_or_default().iter();
        let authorities = authorities.filter_map(|signed| signed.recover_authority().ok()).collect();
        let data_size = DataSize::of(tx.inner());
        let mut pooled = PooledTransaction { tx, encoded_len, data_size, arrival: 0, authorities };
        view.check(&pooled, &head.data_fees)?;

        let mut inner = self.inner.write();
        inner.arrivals += 1;
        pooled.arrival = inner.arrivals;
        // What is in the pool is up to date; what was read may be of a head that is gone.
        let view = match inner.known(sender) {
            Some(view) => view,
            None if inner.generation == generation => view,
            None => AccountView::read(&*inner.head.state, sender)?,
        };
        let pooled = Arc::new(pooled);
        inner.insert(&pooled, view, &self.config.limits)?;
        Ok(pooled)
    }

    /// Moves to a new head, which changed these accounts: what is used, unpayable or not allowed any more leaves.
    ///
    /// # Errors
    /// A fault when an account can't be read.
    pub fn update(&self, head: PoolHead, changed: impl IntoIterator<Item = Address>) -> Result<(), Fault> {
        let mut inner = self.inner.write();
        inner.set_head(head);
        for address in changed {
            inner.refresh(address)?;
        }
        metrics::gauge!("praxis_pool_transactions").set(inner.by_hash.len() as f64);
        metrics::gauge!("praxis_pool_bytes").set(inner.bytes as f64);
        Ok(())
    }

    /// Moves to a new head that may have changed any account, as after a reorg.
    ///
    /// # Errors
    /// A fault when an account can't be read.
    pub fn update_all(&self, head: PoolHead) -> Result<(), Fault> {
        let senders: Vec<Address> = self.inner.read().senders.keys().copied().collect();
        self.update(head, senders)
    }

    /// Drops a transaction that turned out invalid, and with it those of its sender that come after.
    pub fn remove(&self, hash: B256) {
        let mut inner = self.inner.write();
        if let Some(tx) = inner.by_hash.get(&hash).cloned() {
            inner.remove_from(tx.sender(), tx.tx.nonce());
        }
    }

    /// The executable transactions that pay at least `base_fee`, best first.
    pub fn best(&self, base_fee: u64) -> BestTransactions {
        self.best_from(base_fee, &BTreeMap::new())
    }

    /// The same for a block that has some already: of the senders in `next`, from that nonce on.
    pub fn best_from(&self, base_fee: u64, next: &BTreeMap<Address, u64>) -> BestTransactions {
        self.inner.read().best(base_fee, next)
    }

    /// How many transactions have come so far: for [`Self::wait`].
    pub fn news(&self) -> u64 {
        self.news.count()
    }

    /// Waits until more than `seen` transactions have come, or until `deadline`; gives how many have.
    pub fn wait(&self, seen: u64, deadline: Instant) -> u64 {
        self.news.wait(seen, deadline)
    }

    /// A transaction by hash.
    pub fn get(&self, hash: B256) -> Option<Arc<PooledTransaction>> {
        self.inner.read().by_hash.get(&hash).cloned()
    }

    /// The nonce that the sender's next transaction should have, given the account's nonce.
    pub fn next_nonce(&self, sender: Address, account_nonce: u64) -> u64 {
        let inner = self.inner.read();
        let Some(entry) = inner.senders.get(&sender) else { return account_nonce };
        let following = entry.transactions.range(account_nonce..).zip(account_nonce..);
        account_nonce + following.take_while(|((nonce, _), next)| *nonce == next).count() as u64
    }

    /// The nonce of its sender that a transaction waits for, if it is queued.
    pub fn missing_nonce(&self, hash: B256) -> Option<u64> {
        let inner = self.inner.read();
        let tx = inner.by_hash.get(&hash)?;
        let sender = inner.senders.get(&tx.sender())?;
        let next = sender.view.account.nonce + sender.executable().count() as u64;
        (next <= tx.tx.nonce()).then_some(next)
    }

    /// How many wait.
    pub fn status(&self) -> PoolStatus {
        let inner = self.inner.read();
        let pending = inner.senders.values().map(|s| s.executable().count()).sum();
        PoolStatus { pending, queued: inner.by_hash.len() - pending }
    }

    /// All transactions: the executable ones, then those behind a gap; each by sender and nonce.
    pub fn content(&self) -> (Vec<Arc<PooledTransaction>>, Vec<Arc<PooledTransaction>>) {
        let inner = self.inner.read();
        let mut pending = Vec::new();
        let mut queued = Vec::new();
        for sender in inner.senders.values() {
            let executable = sender.executable().count();
            for (i, tx) in sender.transactions.values().enumerate() {
                if i < executable { pending.push(tx.clone()) } else { queued.push(tx.clone()) }
            }
        }
        (pending, queued)
    }

    /// Announces each transaction that the pool takes. A listener that falls behind loses the oldest.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<PooledTransaction>> {
        self.announcements.subscribe()
    }

    /// Rewrites the journal when it is mostly waste; to be called now and then. Transactions that come meanwhile wait.
    ///
    /// # Errors
    /// When the file can't be written; the old one goes on then.
    pub fn tidy_journal(&self) -> io::Result<()> {
        if self.journal.lock().as_ref().is_some_and(Journal::is_long) {
            self.rewrite_journal()?;
        }
        Ok(())
    }

    fn rewrite_journal(&self) -> io::Result<()> {
        let mut journal = self.journal.lock();
        let Some(journal) = &mut *journal else { return Ok(()) };
        let mut all: Vec<_> = self.inner.read().by_hash.values().cloned().collect();
        all.sort_unstable_by_key(|tx| tx.arrival);
        journal.rewrite(all.iter().map(|pooled| pooled.tx.inner()))
    }
}
