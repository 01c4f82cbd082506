//! Inference records: what ran, as the header commits to it.

use crate::merkle_root;
use alloy_eips::eip7685::Requests;
use alloy_primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

/// EIP-7685 request type under which a block commits to its inference records.
pub const INFERENCE_REQUEST_TYPE: u8 = 0xA1;

/// One completed inference of a committed transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InferenceRecord {
    /// Index of the transaction in its block.
    pub transaction_index: u32,
    /// How many inferences the transaction had completed before this one.
    pub call_index: u32,
    /// The address that the precompile saw as its caller.
    pub caller: Address,
    /// The model's id.
    pub model: B256,
    /// Hash of the canonical input tensors.
    pub input_hash: B256,
    /// Hash of the canonical output tensors.
    pub output_hash: B256,
    /// Gas that the precompile charged.
    pub gas: u64,
    /// Whether the call came in a static context.
    #[serde(rename = "static")]
    pub is_static: bool,
    /// Whether an enclosing frame or the whole transaction reverted.
    pub reverted: bool,
}

impl InferenceRecord {
    /// Length of the canonical encoding in bytes.
    pub const ENCODED_LEN: usize = 4 + 4 + 20 + 32 * 3 + 8 + 1;

    /// Canonical encoding: fields in order, integers big-endian, then one byte of flags (bit 0 static, bit 1
    /// reverted).
    pub fn encode(&self) -> [u8; Self::ENCODED_LEN] {
        let mut out = [0u8; Self::ENCODED_LEN];
        let fields: [&[u8]; 8] = [
            &self.transaction_index.to_be_bytes(),
            &self.call_index.to_be_bytes(),
            self.caller.as_slice(),
            self.model.as_slice(),
            self.input_hash.as_slice(),
            self.output_hash.as_slice(),
            &self.gas.to_be_bytes(),
            &[u8::from(self.is_static) | u8::from(self.reverted) << 1],
        ];
        let mut at = 0;
        for field in fields {
            out[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        }
        out
    }
}

/// A record with the tensors behind its two hashes, in canonical encoding. Kept for people; consensus holds the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InferenceEntry {
    /// The record.
    pub record: InferenceRecord,
    /// Canonical encoding of the input tensors.
    pub inputs: Bytes,
    /// Canonical encoding of the output tensors.
    pub outputs: Bytes,
}

/// What a block's request says of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InferenceCommitment {
    /// Merkle root over the encoded records in order.
    pub root: B256,
    /// How many there are.
    pub count: u32,
}

impl InferenceCommitment {
    /// Commits to `records`; `None` when there are none.
    pub fn of(records: &[InferenceRecord]) -> Option<Self> {
        if records.is_empty() {
            return None;
        }
        let encoded: Vec<_> = records.iter().map(InferenceRecord::encode).collect();
        let count = u32::try_from(records.len()).expect("a block's gas bounds its inferences far below 2^32");
        Some(Self { root: merkle_root(&encoded), count })
    }

    /// The request: type, root, count as a big-endian u32.
    pub fn request(&self) -> Bytes {
        let mut out = Vec::with_capacity(37);
        out.push(INFERENCE_REQUEST_TYPE);
        out.extend_from_slice(self.root.as_slice());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.into()
    }
}

/// The block's EIP-7685 requests: the inference commitment alone, or nothing.
pub fn inference_requests(records: &[InferenceRecord]) -> Requests {
    Requests::from_requests(InferenceCommitment::of(records).map(|c| c.request()))
}

/// A piece of a model, as a ModelRegistry log brought it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChunk {
    /// The model's id.
    pub model: B256,
    /// Position of the chunk in the model.
    pub index: u32,
    /// Its bytes.
    pub data: Bytes,
}
