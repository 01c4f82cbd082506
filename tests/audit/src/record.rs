//! A chain as its traces show it.

use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use serde::{Deserialize, Serialize};

/// Blocks in order, without gaps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its time, seconds since 1970.
    pub timestamp: u64,
    /// What it holds, in order.
    pub transactions: Vec<Transaction>,
    /// What the Scheduler says of the calls that were made, in their receipts; it is not part of their traces.
    #[serde(default)]
    pub scheduled: Vec<Log>,
}

/// A transaction and how it went.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Its hash.
    pub tx_hash: B256,
    /// Its outermost call.
    pub result: Frame,
}

/// A call, as geth's `callTracer` shows it with `withLog`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Frame {
    /// `CALL`, `STATICCALL`, `DELEGATECALL`, `CREATE` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who calls.
    pub from: Address,
    /// Whom; of a creation the new contract.
    pub to: Option<Address>,
    /// Wei.
    pub value: Option<U256>,
    /// Gas given.
    pub gas: U256,
    /// Gas used.
    pub gas_used: U256,
    /// Calldata, or creation code.
    pub input: Bytes,
    /// What it returned.
    pub output: Option<Bytes>,
    /// Why it failed.
    pub error: Option<String>,
    /// Its own logs.
    pub logs: Vec<Log>,
    /// The calls that it made.
    pub calls: Vec<Frame>,
}

/// A log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// Who.
    pub address: Address,
    /// Topics.
    pub topics: Vec<B256>,
    /// Data.
    pub data: Bytes,
}

impl Log {
    /// As alloy's decoders take it.
    pub(crate) fn as_alloy(&self) -> alloy_primitives::Log {
        let data = LogData::new_unchecked(self.topics.clone(), self.data.clone());
        alloy_primitives::Log { address: self.address, data }
    }
}

impl Frame {
    /// Whether it and what it did stands, as far as it decides.
    pub(crate) fn stands(&self) -> bool {
        self.error.is_none()
    }

    /// Whether it may change something by itself: no static call, no creation.
    pub(crate) fn is_call(&self) -> bool {
        self.kind == "CALL"
    }

    /// First four bytes of the calldata; zeros where there are fewer.
    pub(crate) fn selector(&self) -> [u8; 4] {
        self.input.get(..4).and_then(|head| head.try_into().ok()).unwrap_or_default()
    }

    /// This frame's calls and those below, as long as they stand, outer before inner.
    pub(crate) fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Frame)) {
        if !self.stands() {
            return;
        }
        see(self);
        self.calls.iter().for_each(|call| call.walk(see));
    }

    /// All logs of this frame and those below that stand.
    pub(crate) fn all_logs(&self) -> Vec<&Log> {
        let mut all = vec![];
        self.walk(&mut |frame| all.extend(&frame.logs));
        all
    }
}
