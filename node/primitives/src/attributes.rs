//! Payload attributes, and the L1 attributes deposit that begins each block.

use crate::{L1BlockInfo, Transaction, TxDeposit};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use op_alloy_consensus::L1InfoDepositSource;
use praxis_contracts::addresses::{DEPOSITOR, L1_BLOCK};

/// Gas limit of the L1 attributes deposit.
pub const L1_ATTRIBUTES_GAS_LIMIT: u64 = 1_000_000;

/// What a block is to be built from: derivation and the sequencer meet here. Execution adds nothing but what the state
/// itself demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadAttributes {
    /// Number of the block.
    pub number: u64,
    /// Hash of its parent.
    pub parent_hash: B256,
    /// T_ms of the block.
    pub timestamp_ms: u64,
    /// The L1 origin's randao mix.
    pub prev_randao: B256,
    /// The L1 origin's parent beacon block root.
    pub parent_beacon_block_root: B256,
    /// Its L1 origin.
    pub l1_origin: BlockNumHash,
    /// Its position among the blocks of that origin.
    pub sequence_number: u64,
    /// No batch covers the block.
    pub forced: bool,
    /// Transactions in EIP-2718 encoding: the L1 attributes deposit, the L1 deposits, then those of the batch.
    pub transactions: Vec<Bytes>,
}

/// The values that the first transaction of each block writes to the L1Block predeploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct L1Attributes {
    /// Number of the L1 origin.
    pub number: u64,
    /// Its timestamp in seconds.
    pub timestamp: u64,
    /// Its base fee in wei.
    pub base_fee: u64,
    /// Its price of a blob gas in wei.
    pub blob_base_fee: u128,
    /// Its hash.
    pub hash: B256,
    /// Position of the L2 block among those of this origin.
    pub sequence_number: u64,
    /// Address of the batcher, left-padded to a word.
    pub batcher_hash: B256,
    /// T_ms of the L2 block.
    pub timestamp_ms: u64,
    /// No batch covers the L2 block.
    pub forced: bool,
}

/// A block whose first transaction is not a well-formed L1 attributes deposit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum L1AttributesError {
    /// The block is empty.
    #[error("the block has no transaction, but each begins with an L1 attributes deposit")]
    Missing,
    /// The first transaction is something else.
    #[error("the block's first transaction is not an L1 attributes deposit: {0}")]
    Malformed(&'static str),
}

const WORDS: usize = 9;

fn selector() -> [u8; 4] {
    let signature = "setL1BlockValues((uint64,uint64,uint256,uint256,bytes32,uint64,bytes32,uint64,bool))";
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

impl L1Attributes {
    /// The attributes of the L2 block `sequence_number` of `origin`.
    pub fn new(origin: &L1BlockInfo, sequence_number: u64, batcher: Address, timestamp_ms: u64, forced: bool) -> Self {
        Self {
            number: origin.number,
            timestamp: origin.timestamp,
            base_fee: origin.base_fee,
            blob_base_fee: origin.blob_base_fee,
            hash: origin.hash,
            sequence_number,
            batcher_hash: batcher.into_word(),
            timestamp_ms,
            forced,
        }
    }

    /// ABI-encoded call of the L1Block predeploy.
    pub fn calldata(&self) -> Bytes {
        let words: [U256; WORDS] = [
            U256::from(self.number),
            U256::from(self.timestamp),
            U256::from(self.base_fee),
            U256::from(self.blob_base_fee),
            self.hash.into(),
            U256::from(self.sequence_number),
            self.batcher_hash.into(),
            U256::from(self.timestamp_ms),
            U256::from(u8::from(self.forced)),
        ];
        let mut out = Vec::with_capacity(4 + 32 * WORDS);
        out.extend_from_slice(&selector());
        for word in words {
            out.extend_from_slice(&word.to_be_bytes::<32>());
        }
        out.into()
    }

    /// The deposit transaction.
    pub fn transaction(&self) -> Transaction {
        Transaction::deposit(TxDeposit {
            source_hash: L1InfoDepositSource::new(self.hash, self.sequence_number).source_hash(),
            from: DEPOSITOR,
            to: TxKind::Call(L1_BLOCK),
            mint: 0,
            value: U256::ZERO,
            gas_limit: L1_ATTRIBUTES_GAS_LIMIT,
            is_system_transaction: false,
            input: self.calldata(),
        })
    }

    /// Reads the attributes out of a block's first transaction; the exact inverse of [`Self::transaction`].
    ///
    /// # Errors
    /// When it is not a deposit to the L1Block predeploy, or is not what [`Self::transaction`] would make.
    pub fn from_transaction(tx: &Transaction) -> Result<Self, L1AttributesError> {
        use L1AttributesError::Malformed;
        let deposit = tx.as_deposit().ok_or(Malformed("it is not a deposit"))?;
        if deposit.to != TxKind::Call(L1_BLOCK) || deposit.from != DEPOSITOR {
            return Err(Malformed("it does not call the L1Block predeploy from the depositor account"));
        }
        let attributes = Self::decode(&deposit.input).ok_or(Malformed("its calldata does not decode"))?;
        if attributes.transaction().hash() != tx.hash() {
            return Err(Malformed("it is not in canonical form"));
        }
        Ok(attributes)
    }

    fn decode(input: &[u8]) -> Option<Self> {
        let words = input.strip_prefix(&selector())?;
        if words.len() != 32 * WORDS {
            return None;
        }
        let word = |i: usize| U256::from_be_slice(&words[32 * i..32 * (i + 1)]);
        Some(Self {
            number: word(0).try_into().ok()?,
            timestamp: word(1).try_into().ok()?,
            base_fee: word(2).try_into().ok()?,
            blob_base_fee: word(3).try_into().ok()?,
            hash: word(4).into(),
            sequence_number: word(5).try_into().ok()?,
            batcher_hash: word(6).into(),
            timestamp_ms: word(7).try_into().ok()?,
            forced: match word(8) {
                U256::ZERO => false,
                U256::ONE => true,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes() -> L1Attributes {
        L1Attributes {
            number: 7,
            timestamp: 1_700_000_000,
            base_fee: 3,
            blob_base_fee: 1 << 70,
            hash: B256::repeat_byte(9),
            sequence_number: 2,
            batcher_hash: Address::repeat_byte(4).into_word(),
            timestamp_ms: 1_700_000_000_250,
            forced: true,
        }
    }

    #[test]
    fn a_deposit_reads_back_as_its_attributes() {
        let a = attributes();
        assert_eq!(L1Attributes::from_transaction(&a.transaction()), Ok(a));
    }

    #[test]
    fn any_changed_byte_of_the_calldata_is_noticed() {
        let a = attributes();
        let deposit = a.transaction().as_deposit().unwrap().inner().clone();
        for at in 0..deposit.input.len() {
            let mut changed = deposit.clone();
            let mut input = changed.input.to_vec();
            input[at] ^= 0x80;
            changed.input = input.into();
            let read = L1Attributes::from_transaction(&Transaction::deposit(changed));
            assert_ne!(read, Ok(a.clone()), "byte {at}");
        }
    }
}
