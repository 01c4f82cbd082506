//! `eth_config` (EIP-7910): which fork is live and which come next, with their parameters.

use crate::{Context, Failure, register::Registrar};
use alloy_eips::{
    eip2124::ForkHash, eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
};
use alloy_primitives::{Address, Bytes, U64, address};
use jsonrpsee::server::RegisterMethodError;
use praxis_contracts::addresses::{BEACON_ROOTS, HISTORY_STORAGE, INFERENCE};
use praxis_primitives::{ChainSpec, Fork, ForkPoints, Rules, SealedHeader};
use serde::Serialize;
use std::collections::BTreeMap;

/// Ethereum's precompiles by the names of EIP-7910, and the fork that brought each.
const PRECOMPILES: [(Fork, &str, Address); 18] = [
    (Fork::Istanbul, "BLAKE2F", address!("0000000000000000000000000000000000000009")),
    (Fork::Prague, "BLS12_G1ADD", address!("000000000000000000000000000000000000000b")),
    (Fork::Prague, "BLS12_G1MSM", address!("000000000000000000000000000000000000000c")),
    (Fork::Prague, "BLS12_G2ADD", address!("000000000000000000000000000000000000000d")),
    (Fork::Prague, "BLS12_G2MSM", address!("000000000000000000000000000000000000000e")),
    (Fork::Prague, "BLS12_MAP_FP2_TO_G2", address!("0000000000000000000000000000000000000011")),
    (Fork::Prague, "BLS12_MAP_FP_TO_G1", address!("0000000000000000000000000000000000000010")),
    (Fork::Prague, "BLS12_PAIRING_CHECK", address!("000000000000000000000000000000000000000f")),
    (Fork::Byzantium, "BN254_ADD", address!("0000000000000000000000000000000000000006")),
    (Fork::Byzantium, "BN254_MUL", address!("0000000000000000000000000000000000000007")),
    (Fork::Byzantium, "BN254_PAIRING", address!("0000000000000000000000000000000000000008")),
    (Fork::Frontier, "ECREC", address!("0000000000000000000000000000000000000001")),
    (Fork::Frontier, "ID", address!("0000000000000000000000000000000000000004")),
    (Fork::Cancun, "KZG_POINT_EVALUATION", address!("000000000000000000000000000000000000000a")),
    (Fork::Byzantium, "MODEXP", address!("0000000000000000000000000000000000000005")),
    (Fork::Osaka, "P256VERIFY", address!("0000000000000000000000000000000000000100")),
    (Fork::Frontier, "RIPEMD160", address!("0000000000000000000000000000000000000003")),
    (Fork::Frontier, "SHA256", address!("0000000000000000000000000000000000000002")),
];

#[derive(Debug, Serialize)]
struct Forks {
    current: Live,
    /// The one after it, where one is planned.
    next: Option<Live>,
    /// The last that is planned, where one is.
    last: Option<Live>,
}

/// A fork that is live from a time on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Live {
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
    let view = c.view()?;
    let genesis = view.reader.header(0)?.ok_or_else(Failure::unknown_block)?;
    let (spec, head) = (c.chain.spec(), c.chain.head());
    let none = ForkPoints::default();
    let points = match &spec.rules {
        Rules::Ethereum(rules) => rules.forks.points(),
        Rules::Rollup(_) => &none,
    };
    let live = |time: u64| Live::new(spec, points, &genesis, &head, time);
    let passed = points.times.iter().rev().find(|time| **time <= head.timestamp).copied().unwrap_or(0);
    let mut planned = points.times.iter().filter(|time| **time > head.timestamp).copied();
    let next = planned.next();
    Ok(Forks { current: live(passed), next: next.map(live), last: planned.last().or(next).map(live) })
}

impl Live {
    /// What holds from `time` on.
    fn new(spec: &ChainSpec, points: &ForkPoints, genesis: &SealedHeader, head: &SealedHeader, time: u64) -> Self {
        let fork = spec.fork(head.number, time.max(genesis.timestamp));
        let blobs = spec.blob_params(fork, time);
        let precompiles = PRECOMPILES.into_iter().filter(|(from, _, _)| *from <= fork);
        let inference = spec.rollup().map(|_| ("INFERENCE", INFERENCE));
        Self {
            activation_time: time,
            blob_schedule: BlobSchedule {
                base_fee_update_fraction: blobs.update_fraction,
                max: blobs.max_blob_count,
                target: blobs.target_blob_count,
            },
            chain_id: U64::from(spec.chain_id),
            fork_id: fork_hash(points, genesis, head, time).0.into(),
            precompiles: precompiles.map(|(_, name, address)| (name, address)).chain(inference).collect(),
            system_contracts: system_contracts(spec, fork),
        }
    }
}

/// EIP-2124: a checksum over the genesis hash and every point that has been passed.
fn fork_hash(points: &ForkPoints, genesis: &SealedHeader, head: &SealedHeader, time: u64) -> ForkHash {
    let blocks = points.blocks.iter().filter(|block| **block <= head.number);
    let times = points.times.iter().filter(|passed| **passed <= time && **passed > genesis.timestamp);
    blocks.chain(times).fold(ForkHash::from(genesis.hash()), |hash, point| hash + *point)
}

fn system_contracts(spec: &ChainSpec, fork: Fork) -> BTreeMap<&'static str, Address> {
    let mut contracts = BTreeMap::new();
    if fork >= Fork::Cancun {
        contracts.insert("BEACON_ROOTS_ADDRESS", BEACON_ROOTS);
    }
    if fork >= Fork::Prague {
        contracts.insert("HISTORY_STORAGE_ADDRESS", HISTORY_STORAGE);
    }
    if let Rules::Ethereum(rules) = &spec.rules
        && fork >= Fork::Prague
    {
        contracts.insert("CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS", CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS);
        contracts.insert("DEPOSIT_CONTRACT_ADDRESS", rules.deposit_contract);
        contracts.insert("WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS", WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS);
    }
    contracts
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;
    use praxis_primitives::Header;

    /// The checksums that EIP-2124 states for Ethereum's main network.
    #[test]
    fn identifiers_of_forks_are_those_of_the_specification() {
        let hash = b256!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
        let genesis = SealedHeader::new(Header::default(), hash);
        let blocks = vec![1_150_000, 1_920_000, 2_463_000, 2_675_000, 4_370_000, 7_280_000];
        let points = ForkPoints { blocks, times: vec![] };
        let at = |number: u64| {
            let head = SealedHeader::new(Header { number, ..Header::default() }, hash);
            fork_hash(&points, &genesis, &head, 0).0
        };
        assert_eq!(at(0), [0xfc, 0x64, 0xec, 0x04]);
        assert_eq!(at(1_150_000), [0x97, 0xc2, 0xc3, 0x4c]);
        assert_eq!(at(7_279_999), [0xa0, 0x0b, 0xc3, 0x24]);
        assert_eq!(at(7_280_000), [0x66, 0x8d, 0xb0, 0xaf]);
    }
}
