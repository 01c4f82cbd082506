//! Payload attributes, and the L1 attributes deposit that begins each block.

use crate::{Eip1559Params, FeeScalars, L1BlockInfo, SystemConfig, Transaction, TxDeposit};
use alloy_eips::BlockNumHash;
use alloy_primitives::{B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use op_alloy_consensus::L1InfoDepositSource;
use praxis_contracts::{
    IL1Block::{L1Values, setL1BlockValuesCall},
    addresses::{DEPOSITOR, L1_BLOCK},
};

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
    /// The header's gas limit: the configured one, or the one with which the block's deposits leave the scheduled calls their
    /// quarter, where that is more. Deposits have been paid for, and the limit may have been lowered since.
    pub gas_limit: u64,
    /// The header's extra data: on the rollup the EIP-1559 parameters from which the next block's base fee follows.
    pub extra_data: Bytes,
    /// Transactions in EIP-2718 encoding: the L1 attributes deposit, the L1 deposits, then those of the batch. Scheduled calls
    /// are no attributes: execution adds them.
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
    /// T_ms of the L2 block.
    pub timestamp_ms: u64,
    /// No batch covers the L2 block.
    pub forced: bool,
    /// The configuration that holds for the L2 block.
    pub config: SystemConfig,
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

impl L1Attributes {
    /// The attributes of the L2 block `sequence_number` of `origin`, under `config`.
    pub const fn new(
        origin: &L1BlockInfo,
        sequence_number: u64,
        config: SystemConfig,
        timestamp_ms: u64,
        forced: bool,
    ) -> Self {
        Self {
            number: origin.number,
            timestamp: origin.timestamp,
            base_fee: origin.base_fee,
            blob_base_fee: origin.blob_base_fee,
            hash: origin.hash,
            sequence_number,
            timestamp_ms,
            forced,
            config,
        }
    }

    /// ABI-encoded call of the L1Block predeploy.
    pub fn calldata(&self) -> Bytes {
        let SystemConfig { batcher_hash, scalars, gas_limit, eip1559 } = self.config;
        let values = L1Values {
            number: self.number,
            timestamp: self.timestamp,
            basefee: U256::from(self.base_fee),
            blobBaseFee: U256::from(self.blob_base_fee),
            hash: self.hash,
            sequenceNumber: self.sequence_number,
            batcherHash: batcher_hash,
            timestampMs: self.timestamp_ms,
            forced: self.forced,
            baseFeeScalar: scalars.base_fee,
            blobBaseFeeScalar: scalars.blob_base_fee,
            operatorFeeScalar: scalars.operator_fee,
            operatorFeeConstant: scalars.operator_fee_constant,
            gasLimit: gas_limit,
            eip1559Denominator: eip1559.denominator,
            eip1559Elasticity: eip1559.elasticity,
        };
        setL1BlockValuesCall { values }.abi_encode().into()
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

    /// Reads the calldata; whether it is in canonical form, the caller checks.
    fn decode(input: &[u8]) -> Option<Self> {
        let values = setL1BlockValuesCall::abi_decode(input).ok()?.values;
        Some(Self {
            number: values.number,
            timestamp: values.timestamp,
            base_fee: values.basefee.try_into().ok()?,
            blob_base_fee: values.blobBaseFee.try_into().ok()?,
            hash: values.hash,
            sequence_number: values.sequenceNumber,
            timestamp_ms: values.timestampMs,
            forced: values.forced,
            config: SystemConfig {
                batcher_hash: values.batcherHash,
                scalars: FeeScalars {
                    base_fee: values.baseFeeScalar,
                    blob_base_fee: values.blobBaseFeeScalar,
                    operator_fee: values.operatorFeeScalar,
                    operator_fee_constant: values.operatorFeeConstant,
                },
                gas_limit: values.gasLimit,
                eip1559: Eip1559Params { denominator: values.eip1559Denominator, elasticity: values.eip1559Elasticity },
            },
        })
    }

    /// The gas limit of the header of a block with these attributes, whose other deposits may use `deposit_gas`: what deposits
    /// may use is at most three quarters of it, and scheduled calls have the fourth.
    pub fn header_gas_limit(&self, deposit_gas: u64) -> u64 {
        let deposits = deposit_gas.saturating_add(L1_ATTRIBUTES_GAS_LIMIT);
        self.config.gas_limit.max(deposits.saturating_add(deposits.div_ceil(3)))
    }

    /// What a block's transactions say about its header: gas limit and extra data.
    ///
    /// # Errors
    /// When the first is not a well-formed L1 attributes deposit.
    pub fn header_terms(transactions: &[Transaction]) -> Result<(u64, Bytes), L1AttributesError> {
        let (first, rest) = transactions.split_first().ok_or(L1AttributesError::Missing)?;
        let attributes = Self::from_transaction(first)?;
        let deposits = rest.iter().take_while(|tx| !tx.is_scheduled()).map_while(Transaction::as_deposit);
        let gas = deposits.fold(0u64, |sum, deposit| sum.saturating_add(deposit.gas_limit));
        Ok((attributes.header_gas_limit(gas), attributes.config.eip1559.extra_data()))
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
            timestamp_ms: 1_700_000_000_250,
            forced: true,
            config: SystemConfig {
                batcher_hash: B256::repeat_byte(4),
                scalars: FeeScalars { base_fee: 1, blob_base_fee: 2, operator_fee: 3, operator_fee_constant: 4 },
                gas_limit: 5,
                eip1559: Eip1559Params { denominator: 6, elasticity: 7 },
            },
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
