//! The pool itself.

use crate::{BestTransactions, MAX_TRANSACTION_GAS, PoolError, PoolLimits, intrinsic_gas};
use alloy_consensus::{Transaction as _, Typed2718, constants::EIP4844_TX_TYPE_ID};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, U256};
use parking_lot::RwLock;
use praxis_primitives::{Account, Fault, RecoveredTransaction, StateReader};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tokio::sync::broadcast;

/// How many announcements a slow listener may fall behind.
const ANNOUNCEMENTS: usize = 1024;

/// What the pool needs to know of its chain.
#[derive(Debug, Clone, Copy)]
pub struct PoolConfig {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// A block's gas limit.
    pub block_gas_limit: u64,
    /// The lowest base fee that the chain can have, in wei.
    pub min_base_fee: u64,
    /// The pool's bounds.
    pub limits: PoolLimits,
}

/// A transaction in the pool.
#[derive(Debug)]
pub struct PooledTransaction {
    /// The transaction with its sender.
    pub tx: RecoveredTransaction,
    /// Length of its EIP-2718 encoding in bytes.
    pub encoded_len: usize,
    /// Order of arrival; earlier ones go first among equals.
    pub arrival: u64,
}

impl PooledTransaction {
    /// Its hash.
    pub fn hash(&self) -> B256 {
        self.tx.hash()
    }

    /// Its sender.
    pub fn sender(&self) -> Address {
        self.tx.signer()
    }

    /// What it pays the builder per gas, in wei; `None` when it can't pay the base fee.
    pub fn effective_tip(&self, base_fee: u64) -> Option<u128> {
        self.tx.effective_tip_per_gas(base_fee)
    }

    fn max_cost(&self) -> U256 {
        U256::from(self.tx.max_fee_per_gas())
            .saturating_mul(U256::from(self.tx.gas_limit()))
            .saturating_add(self.tx.value())
    }
}

/// How many transactions wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Executable at the head.
    pub pending: usize,
    /// Behind a gap of nonces.
    pub queued: usize,
}

#[derive(Default)]
struct Sender {
    nonce: u64,
    transactions: BTreeMap<u64, Arc<PooledTransaction>>,
}

impl Sender {
    /// The transactions that can follow each other from the account's nonce on.
    fn executable(&self) -> impl Iterator<Item = (&u64, &Arc<PooledTransaction>)> {
        self.transactions
            .iter()
            .enumerate()
            .take_while(|(i, (nonce, _))| self.nonce + *i as u64 == **nonce)
            .map(|(_, e)| e)
    }
}

#[derive(Default)]
struct Inner {
    senders: HashMap<Address, Sender>,
    by_hash: HashMap<B256, Arc<PooledTransaction>>,
    /// (fee cap, later arrivals first, hash): the first to give way stands first.
    by_fee: BTreeSet<(u128, u64, B256)>,
    bytes: usize,
    arrivals: u64,
}

/// The pool. Shared by reference; every method locks for a short, bounded time.
pub struct Pool {
    config: PoolConfig,
    inner: RwLock<Inner>,
    announcements: broadcast::Sender<Arc<PooledTransaction>>,
}

impl Pool {
    /// An empty pool.
    pub fn new(config: PoolConfig) -> Self {
        Self { config, inner: RwLock::default(), announcements: broadcast::channel(ANNOUNCEMENTS).0 }
    }

    /// Checks a transaction against the head's state and takes it.
    ///
    /// # Errors
    /// When it can't ever be valid, its sender can't pay, or there is no place for it.
    pub fn add(&self, tx: RecoveredTransaction, state: &dyn StateReader) -> Result<B256, PoolError> {
        let encoded_len = tx.encode_2718_len();
        self.check_form(&tx, encoded_len)?;
        let account = state.account(tx.signer())?.unwrap_or_default();
        let mut inner = self.inner.write();
        inner.arrivals += 1;
        let pooled = Arc::new(PooledTransaction { tx, encoded_len, arrival: inner.arrivals });
        self.check_account(&pooled, &account)?;
        inner.insert(&pooled, account.nonce, &self.config.limits)?;
        drop(inner);
        // No listener is no error.
        let _ = self.announcements.send(pooled.clone());
        Ok(pooled.hash())
    }

    fn check_form(&self, tx: &RecoveredTransaction, encoded_len: usize) -> Result<(), PoolError> {
        let limits = &self.config.limits;
        if tx.is_deposit() {
            return Err(PoolError::Type("deposits come from L1 or from the state, never from a wallet"));
        }
        if tx.ty() == EIP4844_TX_TYPE_ID {
            return Err(PoolError::Type("this chain takes no blob transactions (type 3)"));
        }
        if encoded_len > limits.transaction_bytes {
            return Err(PoolError::Oversized { given: encoded_len, limit: limits.transaction_bytes });
        }
        // Legacy transactions may leave the chain id out (before EIP-155); deployment proxies are made so.
        let expected = self.config.chain_id;
        if let Some(given) = tx.chain_id().filter(|id| *id != expected) {
            return Err(PoolError::ChainId { given, expected });
        }
        let gas_cap = self.config.block_gas_limit.min(MAX_TRANSACTION_GAS);
        if tx.gas_limit() > gas_cap {
            return Err(PoolError::GasLimit { given: tx.gas_limit(), limit: gas_cap });
        }
        let needed = intrinsic_gas(tx.inner());
        if tx.gas_limit() < needed {
            return Err(PoolError::IntrinsicGas { given: tx.gas_limit(), needed });
        }
        if tx.max_fee_per_gas() < u128::from(self.config.min_base_fee) {
            return Err(PoolError::FeeTooLow { given: tx.max_fee_per_gas(), floor: self.config.min_base_fee });
        }
        if tx.max_priority_fee_per_gas().is_some_and(|tip| tip > tx.max_fee_per_gas()) {
            return Err(PoolError::TipAboveFeeCap);
        }
        Ok(())
    }

    fn check_account(&self, tx: &PooledTransaction, account: &Account) -> Result<(), PoolError> {
        let (expected, given) = (account.nonce, tx.tx.nonce());
        if given < expected {
            return Err(PoolError::NonceTooLow { expected, given });
        }
        let limit = self.config.limits.per_sender;
        if given - expected >= limit as u64 {
            return Err(PoolError::NonceTooHigh { expected, given, limit });
        }
        if account.balance < tx.max_cost() {
            return Err(PoolError::InsufficientFunds {
                address: tx.sender(),
                have: account.balance,
                want: tx.max_cost(),
            });
        }
        Ok(())
    }

    /// Brings the named accounts up to the new head's state: used nonces leave.
    ///
    /// # Errors
    /// A fault when an account can't be read.
    pub fn update(&self, state: &dyn StateReader, changed: impl IntoIterator<Item = Address>) -> Result<(), Fault> {
        let mut inner = self.inner.write();
        for address in changed {
            if inner.senders.contains_key(&address) {
                let account = state.account(address)?.unwrap_or_default();
                inner.set_nonce(address, account.nonce, &self.config.limits);
            }
        }
        metrics::gauge!("praxis_pool_transactions").set(inner.by_hash.len() as f64);
        Ok(())
    }

    /// Brings every account up to the new head's state, as after a reorg.
    ///
    /// # Errors
    /// A fault when an account can't be read.
    pub fn update_all(&self, state: &dyn StateReader) -> Result<(), Fault> {
        let senders: Vec<Address> = self.inner.read().senders.keys().copied().collect();
        self.update(state, senders)
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
        let inner = self.inner.read();
        let senders = inner
            .senders
            .values()
            .map(|sender| sender.executable().map(|(nonce, tx)| (*nonce, tx.clone())).collect())
            .collect();
        BestTransactions::new(senders, base_fee)
    }

    /// A transaction by hash.
    pub fn get(&self, hash: B256) -> Option<Arc<PooledTransaction>> {
        self.inner.read().by_hash.get(&hash).cloned()
    }

    /// The nonce that the sender's next transaction should have, given the account's nonce at the head.
    pub fn next_nonce(&self, sender: Address, account_nonce: u64) -> u64 {
        let inner = self.inner.read();
        let Some(entry) = inner.senders.get(&sender) else { return account_nonce };
        let mut nonce = account_nonce;
        while entry.transactions.contains_key(&nonce) {
            nonce += 1;
        }
        nonce
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
}

impl Inner {
    fn insert(
        &mut self,
        tx: &Arc<PooledTransaction>,
        account_nonce: u64,
        limits: &PoolLimits,
    ) -> Result<(), PoolError> {
        if self.by_hash.contains_key(&tx.hash()) {
            return Err(PoolError::AlreadyKnown(tx.hash()));
        }
        self.set_nonce(tx.sender(), account_nonce, limits);
        let replaced = self.replaced(tx, limits)?;
        for old in self.to_give_up(tx, replaced.as_deref(), limits)? {
            tracing::debug!(hash = %old.hash(), "gave up one of the worst paying transactions of a full pool");
            self.take_out(&old);
        }
        if let Some(old) = &replaced {
            self.take_out(old);
        }
        self.senders.entry(tx.sender()).or_default().nonce = account_nonce;
        self.put_in(tx);
        Ok(())
    }

    fn replaced(
        &self,
        tx: &Arc<PooledTransaction>,
        limits: &PoolLimits,
    ) -> Result<Option<Arc<PooledTransaction>>, PoolError> {
        let Some(old) = self.senders.get(&tx.sender()).and_then(|s| s.transactions.get(&tx.tx.nonce())) else {
            return Ok(None);
        };
        let percent = limits.replacement_percent;
        let raised = |old: u128, new: u128| new.saturating_mul(100) >= old.saturating_mul(100 + percent) && new > old;
        let tip = |tx: &PooledTransaction| tx.tx.max_priority_fee_per_gas().unwrap_or(tx.tx.max_fee_per_gas());
        if raised(old.tx.max_fee_per_gas(), tx.tx.max_fee_per_gas()) && raised(tip(old), tip(tx)) {
            Ok(Some(old.clone()))
        } else {
            Err(PoolError::Underpriced { percent })
        }
    }

    /// The worst paying transactions that have to go so that `tx` fits, each with those of its sender that come after it.
    /// Changes nothing: a transaction that is refused pushes nobody out.
    fn to_give_up(
        &self,
        tx: &PooledTransaction,
        replaced: Option<&PooledTransaction>,
        limits: &PoolLimits,
    ) -> Result<Vec<Arc<PooledTransaction>>, PoolError> {
        let mut count = self.by_hash.len() + 1 - usize::from(replaced.is_some());
        let mut bytes = self.bytes + tx.encoded_len - replaced.map_or(0, |old| old.encoded_len);
        let mut out = Vec::new();
        let mut gone = BTreeSet::new();
        let mut worst = self.by_fee.iter().filter(|(.., hash)| replaced.is_none_or(|old| old.hash() != *hash));
        while count > limits.transactions || bytes > limits.bytes {
            let Some((_, _, hash)) = worst.next().filter(|(fee, ..)| *fee < tx.tx.max_fee_per_gas()) else {
                return Err(PoolError::PoolFull);
            };
            if gone.contains(hash) {
                continue;
            }
            // A sender can't push its own earlier nonces out: what follows them would be stuck.
            let old = self.by_hash.get(hash).filter(|old| old.sender() != tx.sender()).ok_or(PoolError::PoolFull)?;
            for later in self.from(old.sender(), old.tx.nonce()) {
                if gone.insert(later.hash()) {
                    count -= 1;
                    bytes -= later.encoded_len;
                    out.push(later);
                }
            }
        }
        Ok(out)
    }

    fn fee_key(tx: &PooledTransaction) -> (u128, u64, B256) {
        (tx.tx.max_fee_per_gas(), u64::MAX - tx.arrival, tx.hash())
    }

    fn put_in(&mut self, tx: &Arc<PooledTransaction>) {
        self.bytes += tx.encoded_len;
        self.by_fee.insert(Self::fee_key(tx));
        self.by_hash.insert(tx.hash(), tx.clone());
        self.senders.entry(tx.sender()).or_default().transactions.insert(tx.tx.nonce(), tx.clone());
    }

    fn take_out(&mut self, tx: &PooledTransaction) {
        if self.by_hash.remove(&tx.hash()).is_none() {
            return;
        }
        self.bytes -= tx.encoded_len;
        self.by_fee.remove(&Self::fee_key(tx));
        if let Some(sender) = self.senders.get_mut(&tx.sender()) {
            sender.transactions.remove(&tx.tx.nonce());
            if sender.transactions.is_empty() {
                self.senders.remove(&tx.sender());
            }
        }
    }

    /// The sender's transactions from `nonce` on.
    fn from(&self, sender: Address, nonce: u64) -> Vec<Arc<PooledTransaction>> {
        let entry = self.senders.get(&sender);
        entry.map_or_else(Vec::new, |entry| entry.transactions.range(nonce..).map(|(_, tx)| tx.clone()).collect())
    }

    fn remove_from(&mut self, sender: Address, nonce: u64) {
        for tx in self.from(sender, nonce) {
            self.take_out(&tx);
        }
    }

    /// Used nonces go, and after a reorg those that are now further ahead than the pool keeps.
    fn set_nonce(&mut self, address: Address, nonce: u64, limits: &PoolLimits) {
        let Some(entry) = self.senders.get_mut(&address) else { return };
        entry.nonce = nonce;
        let used: Vec<_> = entry.transactions.range(..nonce).map(|(_, tx)| tx.clone()).collect();
        for tx in used {
            self.take_out(&tx);
        }
        self.remove_from(address, nonce.saturating_add(limits.per_sender as u64));
    }
}
