//! Transactions: Ethereum's types as the execution-apis specification has them, and the deposit as op-node's clients
//! expect it.

use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U128, U256};
use praxis_primitives::{Header, RecoveredTransaction, Transaction, TxDeposit};
use serde::Serialize;

/// Where a mined transaction stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) block_hash: B256,
    pub(crate) block_number: u64,
    pub(crate) timestamp: u64,
    pub(crate) base_fee: Option<u64>,
    pub(crate) index: usize,
}

impl Position {
    pub(crate) fn new(header: &Header, block_hash: B256, index: usize) -> Self {
        Self {
            block_hash,
            block_number: header.number,
            timestamp: header.timestamp,
            base_fee: header.base_fee_per_gas,
            index,
        }
    }
}

/// A transaction, mined or waiting.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcTransaction {
    #[serde(flatten)]
    envelope: Envelope,
    from: Address,
    /// Also where the envelope has fee caps: then the price that was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_price: Option<U128>,
    block_hash: Option<B256>,
    block_number: Option<U64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_timestamp: Option<U64>,
    transaction_index: Option<U64>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Envelope {
    Ethereum(Box<EthereumTxEnvelope<TxEip4844>>),
    Deposit(Box<RpcDeposit>),
}

/// A deposit has no signature and pays nothing; zeros stand where libraries insist on a field.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcDeposit {
    #[serde(rename = "type")]
    kind: U64,
    hash: B256,
    source_hash: B256,
    to: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mint: Option<U128>,
    value: U256,
    gas: U64,
    is_system_tx: bool,
    input: Bytes,
    nonce: U64,
    r: U256,
    s: U256,
    v: U64,
    y_parity: U64,
}

impl RpcDeposit {
    fn new(tx: &TxDeposit, hash: B256, nonce: u64) -> Self {
        Self {
            kind: U64::from(praxis_primitives::DEPOSIT_TX_TYPE),
            hash,
            source_hash: tx.source_hash,
            to: match tx.to {
                TxKind::Call(to) => Some(to),
                TxKind::Create => None,
            },
            mint: (tx.mint != 0).then(|| U128::from(tx.mint)),
            value: tx.value,
            gas: U64::from(tx.gas_limit),
            is_system_tx: tx.is_system_transaction,
            input: tx.input.clone(),
            nonce: U64::from(nonce),
            r: U256::ZERO,
            s: U256::ZERO,
            v: U64::ZERO,
            y_parity: U64::ZERO,
        }
    }
}

impl RpcTransaction {
    /// A transaction of a block.
    pub(crate) fn mined(tx: RecoveredTransaction, position: Position) -> Self {
        let price = tx.effective_gas_price(position.base_fee);
        let mut out = Self::new(tx, price);
        out.block_hash = Some(position.block_hash);
        out.block_number = Some(U64::from(position.block_number));
        out.block_timestamp = Some(U64::from(position.timestamp));
        out.transaction_index = Some(U64::from(position.index));
        out
    }

    /// A transaction of the pool.
    pub(crate) fn waiting(tx: RecoveredTransaction) -> Self {
        let price = tx.max_fee_per_gas();
        Self::new(tx, price)
    }

    fn new(tx: RecoveredTransaction, price: u128) -> Self {
        let (tx, from) = tx.into_parts();
        // Legacy and EIP-2930 transactions serialise their own.
        let gas_price = tx.gas_price().is_none().then(|| U128::from(price));
        let envelope = match tx {
            Transaction::Ethereum(tx) => Envelope::Ethereum(Box::new(tx)),
            Transaction::Deposit(tx) => Envelope::Deposit(Box::new(RpcDeposit::new(tx.inner(), tx.seal(), 0))),
        };
        Self {
            envelope,
            from,
            gas_price,
            block_hash: None,
            block_number: None,
            block_timestamp: None,
            transaction_index: None,
        }
    }

    /// Takes the block's hash away: it is still open.
    pub(crate) const fn unseal(&mut self) {
        self.block_hash = None;
    }

    /// Says which nonce of its sender a deposit used: its own encoding does not hold it.
    pub(crate) fn set_deposit_nonce(&mut self, nonce: u64) {
        if let Envelope::Deposit(deposit) = &mut self.envelope {
            deposit.nonce = U64::from(nonce);
        }
    }
}
