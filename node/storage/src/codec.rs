//! Values. Each decoder takes exactly what its encoder gives, and a table and key to name in the error.

use crate::{StorageError, tables::StateTable};
use alloy_consensus::{BlockBody, constants::KECCAK_EMPTY};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};
use praxis_primitives::{Account, BlockNumHash, Header, InferenceEntry, InferenceRecord, Receipt, Transaction, TxType};

/// Where a value stands: for the error.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) table: &'static str,
    pub(crate) key: &'a [u8],
}

impl At<'_> {
    pub(crate) fn corrupt(self, reason: &'static str) -> StorageError {
        StorageError::Corrupt { table: self.table, key: Bytes::copy_from_slice(self.key), reason }
    }

    pub(crate) fn rlp<T: Decodable>(self, bytes: &[u8]) -> Result<T, StorageError> {
        alloy_rlp::decode_exact(bytes).map_err(|_| self.corrupt("the value does not decode"))
    }

    pub(crate) fn array<const N: usize>(self, bytes: &[u8]) -> Result<[u8; N], StorageError> {
        bytes.try_into().map_err(|_| self.corrupt("the value has the wrong length"))
    }
}

#[derive(RlpEncodable, RlpDecodable)]
struct StoredAccount {
    nonce: u64,
    balance: U256,
    /// Empty where there is no code.
    code_hash: Bytes,
}

pub(crate) fn encode_account(account: &Account) -> Vec<u8> {
    let code_hash = if account.code_hash == KECCAK_EMPTY {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(account.code_hash.as_slice())
    };
    alloy_rlp::encode(StoredAccount { nonce: account.nonce, balance: account.balance, code_hash })
}

pub(crate) fn decode_account(at: At<'_>, bytes: &[u8]) -> Result<Account, StorageError> {
    let stored: StoredAccount = at.rlp(bytes)?;
    let code_hash = if stored.code_hash.is_empty() { KECCAK_EMPTY } else { B256::from(at.array(&stored.code_hash)?) };
    Ok(Account { nonce: stored.nonce, balance: stored.balance, code_hash })
}

/// A slot's value without leading zeros; `None` for zero, which is not stored.
pub(crate) fn encode_slot(value: U256) -> Option<Vec<u8>> {
    (!value.is_zero()).then(|| value.to_be_bytes_trimmed_vec())
}

pub(crate) fn decode_slot(at: At<'_>, bytes: &[u8]) -> Result<U256, StorageError> {
    match U256::try_from_be_slice(bytes) {
        Some(value) if !value.is_zero() && bytes.first() != Some(&0) => Ok(value),
        _ => Err(at.corrupt("the value is not a slot's")),
    }
}

#[derive(RlpEncodable)]
struct StoredBodyRef<'a> {
    senders: Vec<Address>,
    body: &'a BlockBody<Transaction, Header>,
}

/// A block's senders and body.
#[derive(RlpDecodable)]
pub(crate) struct StoredBody {
    pub(crate) senders: Vec<Address>,
    pub(crate) body: BlockBody<Transaction, Header>,
}

pub(crate) fn encode_body(senders: &[Address], body: &BlockBody<Transaction, Header>) -> Vec<u8> {
    alloy_rlp::encode(StoredBodyRef { senders: senders.to_vec(), body })
}

#[derive(RlpEncodable)]
struct StoredReceiptRef<'a> {
    tx_type: u8,
    success: bool,
    cumulative_gas_used: u64,
    logs: &'a Vec<Log>,
}

#[derive(RlpDecodable)]
struct StoredReceipt {
    tx_type: u8,
    success: bool,
    cumulative_gas_used: u64,
    logs: Vec<Log>,
}

/// Receipts without their blooms, which follow from the logs.
pub(crate) fn encode_receipts(receipts: &[Receipt]) -> Vec<u8> {
    encode_list(receipts.iter().map(|receipt| StoredReceiptRef {
        tx_type: receipt.tx_type.into(),
        success: receipt.success,
        cumulative_gas_used: receipt.cumulative_gas_used,
        logs: &receipt.logs,
    }))
}

pub(crate) fn decode_receipts(at: At<'_>, bytes: &[u8]) -> Result<Vec<Receipt>, StorageError> {
    let stored: Vec<StoredReceipt> = at.rlp(bytes)?;
    stored
        .into_iter()
        .map(|receipt| {
            let tx_type = TxType::try_from(receipt.tx_type)
                .map_err(|_| at.corrupt("a receipt of an unknown transaction type"))?;
            let StoredReceipt { success, cumulative_gas_used, logs, .. } = receipt;
            Ok(Receipt { tx_type, success, cumulative_gas_used, logs })
        })
        .collect()
}

#[derive(RlpEncodable, RlpDecodable)]
struct StoredInference {
    transaction_index: u32,
    call_index: u32,
    caller: Address,
    model: B256,
    input_hash: B256,
    output_hash: B256,
    gas: u64,
    is_static: bool,
    reverted: bool,
    inputs: Bytes,
    outputs: Bytes,
}

pub(crate) fn encode_inferences(entries: &[InferenceEntry]) -> Vec<u8> {
    encode_list(entries.iter().map(|InferenceEntry { record, inputs, outputs }| StoredInference {
        transaction_index: record.transaction_index,
        call_index: record.call_index,
        caller: record.caller,
        model: record.model,
        input_hash: record.input_hash,
        output_hash: record.output_hash,
        gas: record.gas,
        is_static: record.is_static,
        reverted: record.reverted,
        inputs: inputs.clone(),
        outputs: outputs.clone(),
    }))
}

pub(crate) fn decode_inferences(at: At<'_>, bytes: &[u8]) -> Result<Vec<InferenceEntry>, StorageError> {
    let stored: Vec<StoredInference> = at.rlp(bytes)?;
    let entry = |stored: StoredInference| InferenceEntry {
        record: InferenceRecord {
            transaction_index: stored.transaction_index,
            call_index: stored.call_index,
            caller: stored.caller,
            model: stored.model,
            input_hash: stored.input_hash,
            output_hash: stored.output_hash,
            gas: stored.gas,
            is_static: stored.is_static,
            reverted: stored.reverted,
        },
        inputs: stored.inputs,
        outputs: stored.outputs,
    };
    Ok(stored.into_iter().map(entry).collect())
}

fn encode_list<T: Encodable>(items: impl Iterator<Item = T>) -> Vec<u8> {
    let items: Vec<T> = items.collect();
    alloy_rlp::encode(items)
}

pub(crate) fn encode_id(id: BlockNumHash) -> [u8; 40] {
    let mut out = [0; 40];
    out[..8].copy_from_slice(&id.number.to_be_bytes());
    out[8..].copy_from_slice(id.hash.as_slice());
    out
}

pub(crate) fn decode_id(at: At<'_>, bytes: &[u8]) -> Result<BlockNumHash, StorageError> {
    let bytes: [u8; 40] = at.array(bytes)?;
    let (number, hash) = bytes.split_at(8);
    Ok(BlockNumHash::new(decode_number(at, number)?, B256::from_slice(hash)))
}

pub(crate) fn decode_number(at: At<'_>, bytes: &[u8]) -> Result<u64, StorageError> {
    at.array(bytes).map(u64::from_be_bytes)
}

/// Splits a block number off the front.
pub(crate) fn split_number<'v>(at: At<'_>, bytes: &'v [u8]) -> Result<(u64, &'v [u8]), StorageError> {
    let (number, rest) = bytes.split_at_checked(8).ok_or_else(|| at.corrupt("the value is too short"))?;
    Ok((decode_number(at, number)?, rest))
}

pub(crate) fn encode_location(number: u64, index: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&number.to_be_bytes());
    out[8..].copy_from_slice(&index.to_be_bytes());
    out
}

pub(crate) fn decode_location(at: At<'_>, bytes: &[u8]) -> Result<(u64, u32), StorageError> {
    let (number, index) = split_number(at, bytes)?;
    Ok((number, u32::from_be_bytes(at.array(index)?)))
}

/// What stood at a key before a block: a byte that says whether anything did, then the value.
pub(crate) fn encode_previous(value: Option<&[u8]>) -> Vec<u8> {
    match value {
        None => vec![0],
        Some(value) => [&[1], value].concat(),
    }
}

pub(crate) fn decode_previous<'v>(at: At<'_>, bytes: &'v [u8]) -> Result<Option<&'v [u8]>, StorageError> {
    match bytes.split_first() {
        Some((0, [])) => Ok(None),
        Some((1, value)) => Ok(Some(value)),
        _ => Err(at.corrupt("the value is not a row of history")),
    }
}

/// A row that a block changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Of a table with history.
    State(StateTable, Vec<u8>),
    /// A model's chunk that came in.
    Chunk(Vec<u8>),
}

const CHUNK_TAG: u8 = 4;

/// A block's changes: for each a tag, the key's length in a byte, the key.
pub(crate) fn encode_changes(changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::new();
    for change in changes {
        let (tag, key) = match change {
            Change::State(StateTable::Accounts, key) => (0, key),
            Change::State(StateTable::Storage, key) => (1, key),
            Change::State(StateTable::AccountNodes, key) => (2, key),
            Change::State(StateTable::StorageNodes, key) => (3, key),
            Change::Chunk(key) => (CHUNK_TAG, key),
        };
        // The longest key is that of a storage node: 65 bytes.
        out.extend_from_slice(&[tag, key.len() as u8]);
        out.extend_from_slice(key);
    }
    out
}

pub(crate) fn decode_changes(at: At<'_>, mut bytes: &[u8]) -> Result<Vec<Change>, StorageError> {
    let mut changes = Vec::new();
    while let [tag, len, rest @ ..] = bytes {
        let (key, rest) =
            rest.split_at_checked(usize::from(*len)).ok_or_else(|| at.corrupt("a changed key is cut short"))?;
        let key = key.to_vec();
        changes.push(match *tag {
            0 => Change::State(StateTable::Accounts, key),
            1 => Change::State(StateTable::Storage, key),
            2 => Change::State(StateTable::AccountNodes, key),
            3 => Change::State(StateTable::StorageNodes, key),
            CHUNK_TAG => Change::Chunk(key),
            _ => return Err(at.corrupt("a change of an unknown table")),
        });
        bytes = rest;
    }
    if bytes.is_empty() { Ok(changes) } else { Err(at.corrupt("bytes follow the last change")) }
}
