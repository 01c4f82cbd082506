//! Tests over made-up accounts. Nothing is signed: the pool takes senders as recovered.

mod delegation;
mod eviction;
mod journal;
mod order;
mod property;
mod rules;
mod update;

use crate::{MAX_TRANSACTION_GAS, Pool, PoolConfig, PoolError, PoolHead, PoolLimits};
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use praxis_primitives::{Account, Fault, RecoveredTransaction, StateReader, Transaction};
use std::collections::BTreeMap;

const CHAIN_ID: u64 = 5;
const GWEI: u128 = 1_000_000_000;

/// Accounts; whoever is not listed has a thousand ether and nonce 0.
#[derive(Clone, Default)]
struct Accounts(BTreeMap<Address, Account>, BTreeMap<B256, Bytes>);

impl Accounts {
    fn nonce(mut self, sender: u8, nonce: u64) -> Self {
        self.set_nonce(sender, nonce);
        self
    }

    fn set_nonce(&mut self, sender: u8, nonce: u64) {
        self.0.entry(address(sender)).or_insert_with(rich).nonce = nonce;
    }

    fn set_balance(&mut self, sender: u8, wei: u128) {
        self.0.entry(address(sender)).or_insert_with(rich).balance = U256::from(wei);
    }

    fn set_code(&mut self, sender: u8, code: &[u8]) {
        let hash = alloy_primitives::keccak256(code);
        self.1.insert(hash, code.to_vec().into());
        self.0.entry(address(sender)).or_insert_with(rich).code_hash = hash;
    }

    fn head(&self) -> PoolHead {
        PoolHead::new(self.clone(), 0, 30_000_000)
    }
}

fn rich() -> Account {
    Account { balance: U256::from(1000 * GWEI * GWEI), ..Account::default() }
}

impl StateReader for Accounts {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        Ok(Some(self.0.get(&address).copied().unwrap_or_else(rich)))
    }
    fn storage(&self, _: Address, _: U256) -> Result<U256, Fault> {
        Err(Fault::new("the pool reads no storage"))
    }
    fn code(&self, hash: B256) -> Result<Bytes, Fault> {
        self.1.get(&hash).cloned().ok_or_else(|| Fault::new("no such code"))
    }
    fn block_hash(&self, _: u64) -> Result<B256, Fault> {
        Err(Fault::new("the pool reads no block hash"))
    }
}

fn address(sender: u8) -> Address {
    Address::repeat_byte(sender + 1)
}

/// Fee cap and tip in gwei.
fn unsigned(nonce: u64, fee: u128, tip: u128) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 100_000,
        max_fee_per_gas: fee * GWEI,
        max_priority_fee_per_gas: tip * GWEI,
        to: TxKind::Call(Address::ZERO),
        ..TxEip1559::default()
    }
}

/// The recipient is made the sender, so that no two senders' transactions have one hash.
fn from(sender: u8, mut tx: TxEip1559) -> RecoveredTransaction {
    if tx.to.is_call() {
        tx.to = TxKind::Call(address(sender));
    }
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    RecoveredTransaction::new_unchecked(tx, address(sender))
}

fn tx(sender: u8, nonce: u64, fee: u128) -> RecoveredTransaction {
    from(sender, unsigned(nonce, fee, fee))
}

fn sized(sender: u8, nonce: u64, fee: u128, bytes: usize) -> RecoveredTransaction {
    from(sender, TxEip1559 { input: vec![0; bytes].into(), ..unsigned(nonce, fee, fee) })
}

fn config(limits: PoolLimits) -> PoolConfig {
    PoolConfig { chain_id: CHAIN_ID, tx_gas_cap: MAX_TRANSACTION_GAS, min_base_fee: 1_000, limits }
}

fn pool(limits: PoolLimits) -> Pool {
    pool_on(limits, &Accounts::default())
}

fn pool_on(limits: PoolLimits, accounts: &Accounts) -> Pool {
    Pool::new(config(limits), accounts.head())
}

fn usual() -> Pool {
    pool(PoolLimits::default())
}

fn usual_on(accounts: &Accounts) -> Pool {
    pool_on(PoolLimits::default(), accounts)
}

/// (sender, nonce) in the order in which a block would take them.
fn order(pool: &Pool, base_fee: u128) -> Vec<(u8, u64)> {
    use alloy_consensus::Transaction as _;
    let best = pool.best(u64::try_from(base_fee * GWEI).unwrap());
    best.map(|pooled| (pooled.sender().0[0] - 1, pooled.tx.nonce())).collect()
}

fn refused(result: Result<B256, PoolError>) -> PoolError {
    result.expect_err("the pool should refuse this")
}
