//! Prices of the precompile's calls beyond what the model itself costs, and the meter that charges them.
//!
//! | what | price |
//! |---|---|
//! | any call | 400 gas |
//! | a byte of calldata, which is decoded and hashed | 1 gas |
//! | reading the model's word in ModelRegistry | EIP-2929: 2,600 if the account is cold, then 2,100 or 100 for the slot |
//! | a run | the model's warm gas, for each row |
//! | the model's first run in a transaction | the model's cold gas |
//! | reading the model's royalty | EIP-2929: 2,100 or 100 |
//! | the model's royalty | its owner's share, at most a fifth, of the run's warm gas and, in the first run, the cold gas |
//! | the record of an inference | 2,000 gas, and 8 gas for each byte of the tensors, which nodes keep as they keep logs |
//! | an element that `inferFixed` converts | 60 gas |
//! | a byte of ABI-encoded results | 1 gas |
//! | validation of a model | 10,000 gas, 1 gas for 4 of its bytes, and 8 gas for each byte of its graph section |
//!
//! A charge is taken before the work that it pays for. Calls that revert keep what was charged.

use crate::outcome::Stop;

/// Gas of any call.
pub const CALL_GAS: u64 = 400;
/// Gas of a byte of calldata.
pub const INPUT_BYTE_GAS: u64 = 1;
/// Gas of a byte of ABI-encoded results.
pub const OUTPUT_BYTE_GAS: u64 = 1;
/// Gas of an inference's record.
pub const RECORD_GAS: u64 = 2_000;
/// Gas of a byte of the canonical input and output tensors, the price of a log's byte.
pub const RECORD_BYTE_GAS: u64 = 8;
/// Gas of an element converted from or to fixed point.
pub const FIXED_ELEMENT_GAS: u64 = 60;
/// Gas of reading from an account that the transaction has not touched (EIP-2929).
pub const COLD_ACCOUNT_GAS: u64 = 2_600;
/// Gas of reading a slot that the transaction has not touched (EIP-2929).
pub const COLD_SLOT_GAS: u64 = 2_100;
/// Gas of reading a slot again (EIP-2929).
pub const WARM_SLOT_GAS: u64 = 100;
/// Gas of validating a model.
pub const VALIDATE_GAS: u64 = 10_000;
/// Bytes of a model that is validated for one gas: loading it and checking what its constants hold. A model of 32 MiB,
/// the largest, can be activated within EIP-7825's cap of 16,777,216 gas.
pub const VALIDATE_BYTES_PER_GAS: u64 = 4;
/// Gas of a byte of the graph section of a model that is validated: decoding nodes, computing types and price again.
pub const VALIDATE_GRAPH_BYTE_GAS: u64 = 8;

/// Gas of validating a model of this length, without its graph section.
pub const fn validation_gas(length: u32) -> u64 {
    VALIDATE_GAS + (length as u64).div_ceil(VALIDATE_BYTES_PER_GAS)
}

/// What `inferenceGas` answers: the gas that a cold call of a model costs, apart from its calldata, its results and the
/// bytes of its record. Reading ModelRegistry counts as cold.
pub const fn cold_call_gas(warm_gas: u64, cold_gas: u64, royalty_gas: u64) -> u64 {
    CALL_GAS
        .saturating_add(COLD_ACCOUNT_GAS + 2 * COLD_SLOT_GAS + RECORD_GAS)
        .saturating_add(warm_gas)
        .saturating_add(cold_gas)
        .saturating_add(royalty_gas)
}

/// Gas of a record whose tensors take `bytes` in canonical encoding.
pub(crate) const fn record_gas(bytes: u64) -> u64 {
    RECORD_GAS.saturating_add(bytes.saturating_mul(RECORD_BYTE_GAS))
}

/// Counts gas against a limit.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: u64,
    used: u64,
}

impl Meter {
    pub(crate) const fn new(limit: u64) -> Self {
        Self { limit, used: 0 }
    }

    /// Charges `gas`, or stops the call when there is not enough.
    pub(crate) fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        let used = self.used.checked_add(gas).filter(|used| *used <= self.limit).ok_or(Stop::OutOfGas)?;
        self.used = used;
        Ok(())
    }

    /// [`Self::charge`] of `count` times `gas`.
    pub(crate) fn charge_each(&mut self, count: u64, gas: u64) -> Result<(), Stop> {
        self.charge(count.checked_mul(gas).ok_or(Stop::OutOfGas)?)
    }

    pub(crate) const fn used(&self) -> u64 {
        self.used
    }
}
