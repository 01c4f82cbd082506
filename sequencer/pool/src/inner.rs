//! What the pool holds, behind its lock.

use crate::{
    BestTransactions, PoolError, PoolHead, PoolLimits, PooledTransaction,
    eviction::Tails,
    sender::{AccountView, Code, Sender},
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use praxis_primitives::Fault;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A transaction that had to go, with its sender's account.
type Gone = (Arc<PooledTransaction>, AccountView);

/// The transactions and their indices.
pub(crate) struct Inner {
    pub(crate) head: PoolHead,
    /// Counts heads: what was read of an account is as old as the head that it was read at.
    pub(crate) generation: u64,
    pub(crate) senders: HashMap<Address, Sender>,
    pub(crate) by_hash: HashMap<B256, Arc<PooledTransaction>>,
    /// How many transactions carry an authorization of this account.
    authorities: HashMap<Address, usize>,
    /// Who gives way first; made when it is needed.
    tails: Option<Tails>,
    pub(crate) bytes: usize,
    pub(crate) arrivals: u64,
}

impl Inner {
    pub(crate) fn new(head: PoolHead) -> Self {
        Self {
            head,
            generation: 0,
            senders: HashMap::new(),
            by_hash: HashMap::new(),
            authorities: HashMap::new(),
            tails: None,
            bytes: 0,
            arrivals: 0,
        }
    }

    /// The account as the pool knows it, if it does.
    pub(crate) fn known(&self, address: Address) -> Option<AccountView> {
        self.senders.get(&address).map(|sender| sender.view)
    }

    /// Takes a transaction in, or refuses it and changes nothing.
    pub(crate) fn insert(
        &mut self,
        tx: &Arc<PooledTransaction>,
        view: AccountView,
        limits: &PoolLimits,
    ) -> Result<(), PoolError> {
        if self.by_hash.contains_key(&tx.hash()) {
            return Err(PoolError::AlreadyKnown(tx.hash()));
        }
        view.check(tx, &self.head.data_fees)?;
        self.check_delegation(tx, view)?;
        let replaced = self.replaced(tx, limits)?;
        self.check_funds(tx, view)?;
        if let Some(old) = &replaced {
            self.take_out(old);
        }
        self.put_in(tx, view);
        let mut gone = Vec::new();
        let room = self.make_room(tx, limits, &mut gone);
        if room.is_err() {
            self.take_out(tx);
            gone.extend(replaced.map(|old| (old, view)));
            for (old, view) in &gone {
                self.put_in(old, *view);
            }
        } else if !gone.is_empty() {
            tracing::debug!(count = gone.len(), "gave up the least paying transactions of a full pool");
            metrics::counter!("praxis_pool_evicted_total").increment(gone.len() as u64);
        }
        room
    }

    /// One transaction at a time for accounts whose code may spend their balance, as geth has it: else one block could
    /// make many transactions unpayable at once.
    fn check_delegation(&self, tx: &PooledTransaction, view: AccountView) -> Result<(), PoolError> {
        let own = self.senders.get(&tx.sender());
        if view.code == Code::Delegation || self.authorities.contains_key(&tx.sender()) {
            let (expected, given) = (view.account.nonce, tx.tx.nonce());
            match own {
                None if given != expected => return Err(PoolError::DelegatedGap { expected, given }),
                Some(sender) if !sender.transactions.contains_key(&given) => return Err(PoolError::InflightLimit),
                _ => {}
            }
        }
        let crowded = |authority| self.senders.get(authority).is_some_and(|sender| sender.transactions.len() > 1);
        if tx.authorities.iter().any(crowded) {
            return Err(PoolError::AuthorityReserved);
        }
        Ok(())
    }

    fn replaced(
        &self,
        tx: &PooledTransaction,
        limits: &PoolLimits,
    ) -> Result<Option<Arc<PooledTransaction>>, PoolError> {
        let old = self.senders.get(&tx.sender()).and_then(|s| s.transactions.get(&tx.tx.nonce()));
        match old {
            Some(old) if !tx.may_replace(old, limits.replacement_percent) => {
                Err(PoolError::Underpriced { percent: limits.replacement_percent })
            }
            other => Ok(other.cloned()),
        }
    }

    /// The sender must be able to pay everything that it has executable, this one included.
    fn check_funds(&self, tx: &PooledTransaction, view: AccountView) -> Result<(), PoolError> {
        let (own, fees) = (self.senders.get(&tx.sender()), &self.head.data_fees);
        let queued = own.map_or(U256::ZERO, |sender| sender.executable_cost_without(tx.tx.nonce(), fees));
        let (balance, cost) = (view.account.balance, tx.max_cost(fees));
        if queued.saturating_add(cost) > balance {
            return Err(PoolError::Overdraft { balance, queued, cost });
        }
        Ok(())
    }

    /// Gives up what `tx` needs room for, the least missed first; what went is in `gone` either way.
    fn make_room(
        &mut self,
        tx: &PooledTransaction,
        limits: &PoolLimits,
        gone: &mut Vec<Gone>,
    ) -> Result<(), PoolError> {
        while let Some(own) = self.senders.get(&tx.sender()) {
            let (transactions, bytes) = (own.transactions.len(), own.bytes);
            if transactions <= limits.per_sender && bytes <= limits.per_sender_bytes {
                break;
            }
            match own.tail().filter(|tail| tail.hash() != tx.hash()).cloned() {
                Some(tail) => self.give_up(tail, gone),
                None => {
                    let (transactions, bytes) = (transactions - 1, bytes - tx.encoded_len);
                    return Err(PoolError::AccountLimit { transactions, bytes });
                }
            }
        }
        while self.by_hash.len() > limits.transactions || self.bytes > limits.bytes {
            let (senders, base_fee) = (&self.senders, self.head.base_fee);
            let worst = self.tails.get_or_insert_with(|| Tails::new(senders, base_fee)).worst();
            let tail = worst.and_then(|address| self.senders.get(&address)?.tail().cloned());
            match tail.filter(|tail| tail.hash() != tx.hash()) {
                Some(tail) => self.give_up(tail, gone),
                None => return Err(PoolError::PoolFull),
            }
        }
        Ok(())
    }

    fn give_up(&mut self, tail: Arc<PooledTransaction>, gone: &mut Vec<Gone>) {
        let view = self.known(tail.sender()).unwrap_or_default();
        self.take_out(&tail);
        gone.push((tail, view));
    }

    fn put_in(&mut self, tx: &Arc<PooledTransaction>, view: AccountView) {
        self.bytes += tx.encoded_len;
        self.by_hash.insert(tx.hash(), tx.clone());
        for authority in &tx.authorities {
            *self.authorities.entry(*authority).or_default() += 1;
        }
        let sender = self.senders.entry(tx.sender()).or_default();
        sender.view = view;
        sender.bytes += tx.encoded_len;
        sender.transactions.insert(tx.tx.nonce(), tx.clone());
        self.note(tx.sender());
    }

    fn take_out(&mut self, tx: &PooledTransaction) {
        if self.by_hash.remove(&tx.hash()).is_none() {
            return;
        }
        self.bytes -= tx.encoded_len;
        for authority in &tx.authorities {
            if let Some(count) = self.authorities.get_mut(authority) {
                *count -= 1;
                if *count == 0 {
                    self.authorities.remove(authority);
                }
            }
        }
        if let Some(sender) = self.senders.get_mut(&tx.sender()) {
            sender.transactions.remove(&tx.tx.nonce());
            sender.bytes -= tx.encoded_len;
            if sender.transactions.is_empty() {
                self.senders.remove(&tx.sender());
            }
        }
        self.note(tx.sender());
    }

    fn note(&mut self, address: Address) {
        if let Some(tails) = &mut self.tails {
            tails.set(address, self.senders.get(&address), self.head.base_fee);
        }
    }

    /// Drops the sender's transactions from `nonce` on.
    pub(crate) fn remove_from(&mut self, sender: Address, nonce: u64) {
        let Some(entry) = self.senders.get(&sender) else { return };
        let out: Vec<_> = entry.transactions.range(nonce..).map(|(_, tx)| tx.clone()).collect();
        for tx in out {
            self.take_out(&tx);
        }
    }

    /// A new head. Call [`Self::refresh`] for the accounts that it changed. What its fees make unpayable and what its blocks have no
    /// room for goes here: that concerns every sender.
    pub(crate) fn set_head(&mut self, head: PoolHead) {
        let repriced = head.data_fees != self.head.data_fees;
        let lowered = head.gas_limit < self.head.gas_limit;
        self.head = head;
        self.generation += 1;
        self.tails = None;
        if repriced {
            let fees = self.head.data_fees;
            let unpayable = |sender: &Sender| sender.refused(&sender.view, &fees);
            let out: Vec<_> = self.senders.values().flat_map(unpayable).collect();
            out.iter().for_each(|tx| self.take_out(tx));
        }
        if lowered {
            let most = self.head.gas_limit;
            let out: Vec<_> = self.by_hash.values().filter(|tx| tx.tx.gas_limit() > most).cloned().collect();
            out.iter().for_each(|tx| self.take_out(tx));
        }
    }

    /// Brings a sender up to the head: used nonces go, and what it can't pay or may not send any more.
    pub(crate) fn refresh(&mut self, address: Address) -> Result<(), Fault> {
        if !self.senders.contains_key(&address) {
            return Ok(());
        }
        let view = AccountView::read(&*self.head.state, address)?;
        let Some(entry) = self.senders.get_mut(&address) else { return Ok(()) };
        entry.view = view;
        for tx in entry.refused(&view, &self.head.data_fees) {
            self.take_out(&tx);
        }
        Ok(())
    }

    /// The executable transactions that pay at least `base_fee` and whose nonce is at least what `next` says of their
    /// sender, best first.
    pub(crate) fn best(&self, base_fee: u64, next: &BTreeMap<Address, u64>) -> BestTransactions {
        let rest = self.senders.iter().map(|(address, sender)| {
            let from = next.get(address).copied().unwrap_or_default();
            sender.executable().filter(|tx| tx.tx.nonce() >= from).cloned().collect()
        });
        BestTransactions::new(rest, base_fee)
    }
}
