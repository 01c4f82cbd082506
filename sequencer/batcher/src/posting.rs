//! Blobs or calldata, and how submissions become transactions.

use alloy_primitives::{Bytes, U256};
use praxis_derive::{Submission, blob::MAX_BLOB_DATA};
use praxis_l1::{L1Prices, TRANSFER_GAS, calldata_gas};

/// Most blobs of one transaction, by EIP-7594.
pub const MAX_BLOBS_PER_TRANSACTION: usize = 6;
/// The other way is taken when it costs less than this much of the one in use: each change waits until what is under way is
/// included, because mempools take one type of transaction at a time.
const SWITCH_PERCENT: u64 = 80;
/// How many posts go as calldata after L1 has refused blobs.
const REFUSED_POSTS: u32 = 100;

/// Which way batches may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DataPolicy {
    /// Whichever is cheaper at the moment.
    #[default]
    Cheapest,
    /// Blobs only.
    Blobs,
    /// Calldata only.
    Calldata,
}

/// The way that batches go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// Blob transactions.
    Blobs,
    /// Plain transactions.
    Calldata,
}

/// Chooses between blobs and calldata.
#[derive(Debug, Clone)]
pub struct Posting {
    policy: DataPolicy,
    kind: DataKind,
    /// Posts that still go as calldata because L1 refused blobs.
    avoid_blobs: u32,
}

impl Posting {
    /// A choice by `policy`. Blobs are assumed to be cheaper until prices say otherwise.
    pub const fn new(policy: DataPolicy) -> Self {
        let kind = if matches!(policy, DataPolicy::Calldata) { DataKind::Calldata } else { DataKind::Blobs };
        Self { policy, kind, avoid_blobs: 0 }
    }

    /// The way in use.
    pub const fn kind(&self) -> DataKind {
        self.kind
    }

    /// The way for these submissions at these prices.
    pub fn choose(&mut self, submissions: &[Submission], prices: L1Prices) -> DataKind {
        if self.policy != DataPolicy::Cheapest {
            return self.kind;
        }
        self.avoid_blobs = self.avoid_blobs.saturating_sub(1);
        let calldata = submissions.iter().map(|one| prices.cost(calldata_gas(&one.calldata), 0));
        let calldata = calldata.fold(U256::ZERO, U256::saturating_add);
        let blobs = prices.cost(TRANSFER_GAS, pack(submissions).len());
        let much_cheaper =
            |new: U256, old: U256| new.saturating_mul(U256::from(100)) < old.saturating_mul(U256::from(SWITCH_PERCENT));
        self.kind = match self.kind {
            _ if prices.blob_base_fee.is_none() || self.avoid_blobs > 0 => DataKind::Calldata,
            DataKind::Blobs if much_cheaper(calldata, blobs) => DataKind::Calldata,
            DataKind::Calldata if much_cheaper(blobs, calldata) => DataKind::Blobs,
            kind => kind,
        };
        self.kind
    }

    /// L1 refused a post of the kind in use. Where calldata may be used, it is for a while.
    pub fn refused(&mut self) {
        if self.policy == DataPolicy::Cheapest && self.kind == DataKind::Blobs {
            (self.kind, self.avoid_blobs) = (DataKind::Calldata, REFUSED_POSTS);
        }
    }
}

/// The data of blobs that carry these submissions, in order, as many in each as fit: data is a version byte and one frame or
/// more, so the frames of several pieces make one.
pub fn pack(submissions: &[Submission]) -> Vec<Bytes> {
    let mut packed: Vec<Vec<u8>> = Vec::new();
    for Submission { calldata, .. } in submissions {
        match packed.last_mut() {
            Some(data) if data.len() + calldata.len() - 1 <= MAX_BLOB_DATA => data.extend_from_slice(&calldata[1..]),
            _ => packed.push(calldata.to_vec()),
        }
    }
    packed.into_iter().map(Bytes::from).collect()
}
