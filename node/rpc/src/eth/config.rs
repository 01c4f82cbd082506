//! `eth_config` (EIP-7910): which fork is live, with its parameters.

use crate::{Context, Failure, register::Registrar};
use alloy_eips::{eip2124::ForkHash, eip7840::BlobParams};
use alloy_primitives::{Address, Bytes, U64, address};
use jsonrpsee::server::RegisterMethodError;
use praxis_contracts::addresses::{BEACON_ROOTS, HISTORY_STORAGE, INFERENCE};
use serde::Serialize;
use std::collections::BTreeMap;

/// Ethereum's precompiles at Osaka, by the names of EIP-7910.
const PRECOMPILES: [(&str, Address); 18] = [
    ("BLAKE2F", address!("0000000000000000000000000000000000000009")),
    ("BLS12_G1ADD", address!("000000000000000000000000000000000000000b")),
    ("BLS12_G1MSM", address!("000000000000000000000000000000000000000c")),
    ("BLS12_G2ADD", address!("000000000000000000000000000000000000000d")),
    ("BLS12_G2MSM", address!("000000000000000000000000000000000000000e")),
    ("BLS12_MAP_FP2_TO_G2", address!("0000000000000000000000000000000000000011")),
    ("BLS12_MAP_FP_TO_G1", address!("0000000000000000000000000000000000000010")),
    ("BLS12_PAIRING_CHECK", address!("000000000000000000000000000000000000000f")),
    ("BN254_ADD", address!("0000000000000000000000000000000000000006")),
    ("BN254_MUL", address!("0000000000000000000000000000000000000007")),
    ("BN254_PAIRING", address!("0000000000000000000000000000000000000008")),
    ("ECREC", address!("0000000000000000000000000000000000000001")),
    ("ID", address!("0000000000000000000000000000000000000004")),
    ("KZG_POINT_EVALUATION", address!("000000000000000000000000000000000000000a")),
    ("MODEXP", address!("0000000000000000000000000000000000000005")),
    ("P256VERIFY", address!("0000000000000000000000000000000000000100")),
    ("RIPEMD160", address!("0000000000000000000000000000000000000003")),
    ("SHA256", address!("0000000000000000000000000000000000000002")),
];

/// What is live, and what comes next: nothing, on these chains, which begin at Osaka and have no fork planned.
#[derive(Debug, Serialize)]
struct Forks {
    current: Fork,
    next: Option<Fork>,
    last: Option<Fork>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fork {
    /// In seconds.
    activation_time: u64,
    blob_schedule: BlobSchedule,
    chain_id: U64,
    fork_id: Bytes,
    precompiles: BTreeMap<&'static str, Address>,
    system_contracts: BTreeMap<&'static str, Address>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlobSchedule {
    base_fee_update_fraction: u128,
    max: u64,
    target: u64,
}

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("eth_config", |c, _| config(c))
}

fn config(c: &Context) -> Result<Forks, Failure> {
    let genesis = c.view()?.reader.header(0)?.ok_or_else(Failure::unknown_block)?;
    let blobs = BlobParams::osaka();
    let inference = c.chain.rollup().map(|_| ("INFERENCE", INFERENCE));
    let current = Fork {
        activation_time: 0,
        blob_schedule: BlobSchedule {
            base_fee_update_fraction: blobs.update_fraction,
            max: blobs.max_blob_count,
            target: blobs.target_blob_count,
        },
        chain_id: U64::from(c.chain.spec().chain_id),
        fork_id: ForkHash::from(genesis.hash()).0.into(),
        precompiles: PRECOMPILES.into_iter().chain(inference).collect(),
        system_contracts: BTreeMap::from([
            ("BEACON_ROOTS_ADDRESS", BEACON_ROOTS),
            ("HISTORY_STORAGE_ADDRESS", HISTORY_STORAGE),
        ]),
    };
    Ok(Forks { current, next: None, last: None })
}
