//! The EVM's own work: loops of one kind of instruction, executed by the node's own executor on a database on disk.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use anyhow::{Result, bail};
use praxis_chain::{Chain, ChainOptions};
use praxis_evm::{BlockContext, CallRequest, CallStatus, ModelCache, ResultCache, StateOverrides, simulate};
use praxis_primitives::{ChainSpec, EthereumRules, FeeParams, GenesisAccount, GenesisSpec, Rules};

use super::{Row, fastest};

/// Slots that the storage loop can read before it begins again.
const SLOTS: u64 = 200_000;
/// Gas of one measured call.
const GAS: u64 = 10_000_000;

/// A kind of work: the body of an endless loop, with what stands before it. The stack holds a counter.
struct Work {
    name: &'static str,
    before: Vec<u8>,
    body: Vec<u8>,
}

/// One row for each kind.
pub(crate) fn measure(chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let works: Vec<Work> = works().into_iter().filter(|work| chosen(work.name)).collect();
    let folder = tempfile::tempdir()?;
    let address = |index: usize| Address::with_last_byte(0xC0 + index as u8);
    let mut alloc = BTreeMap::new();
    for (index, work) in works.iter().enumerate() {
        let storage = match work.name.contains("storage") {
            true => (0..SLOTS).map(|slot| (U256::from(slot), U256::from(slot + 1))).collect(),
            false => BTreeMap::new(),
        };
        alloc.insert(address(index), GenesisAccount { nonce: 1, balance: U256::ZERO, code: code(work), storage });
    }
    let chain = Chain::open(folder.path(), spec(alloc), options())?;
    let state = chain.state_at(0)?;
    let context = BlockContext::at_header(chain.spec(), chain.head().header());
    let mut rows = Vec::new();
    for (index, work) in works.iter().enumerate() {
        let request = CallRequest {
            to: TxKind::Call(address(index)),
            gas: Some(GAS),
            // The loop's first counter.
            data: Bytes::from(U256::from(index as u64 * 977).to_be_bytes_vec()),
            ..CallRequest::default()
        };
        let mut used = 0;
        let nanoseconds = fastest(|| {
            let outcome =
                simulate(chain.spec(), &context, &state, chain.models(&state), &request, &StateOverrides::default())?;
            if outcome.status == CallStatus::Success {
                bail!("{}: the loop ended", work.name);
            }
            used = outcome.gas_used;
            Ok(())
        })?;
        rows.push(Row { name: work.name.to_owned(), detail: String::new(), nanoseconds, gas: used, work: None });
    }
    Ok(rows)
}

fn options() -> ChainOptions {
    ChainOptions {
        models: Arc::new(ModelCache::default()),
        results: Arc::new(ResultCache::default()),
        database: Default::default(),
        diff_hook: None,
    }
}

fn spec(alloc: BTreeMap<Address, GenesisAccount>) -> ChainSpec {
    ChainSpec {
        chain_id: 1337,
        genesis: GenesisSpec {
            timestamp_ms: 1_700_000_000_000,
            gas_limit: 60_000_000,
            base_fee: 7,
            beneficiary: Address::ZERO,
            extras: Default::default(),
            alloc,
        },
        fees: FeeParams::ETHEREUM,
        rules: Rules::Ethereum(EthereumRules::osaka(1)),
    }
}

/// `before`, then JUMPDEST, the body, and a jump back.
fn code(work: &Work) -> Bytes {
    let mut code = work.before.clone();
    let start = code.len() as u16;
    code.push(0x5b);
    code.extend(&work.body);
    code.push(0x61);
    code.extend(start.to_be_bytes());
    code.push(0x56);
    code.into()
}

fn works() -> Vec<Work> {
    let plain = |name, body: &[u8]| Work { name, before: vec![], body: body.to_vec() };
    // DUP1s on two large numbers: PUSH32 a, PUSH32 b stand below.
    let mut large = Vec::new();
    for word in [U256::MAX - U256::from(12_345u64), U256::MAX >> 3] {
        large.push(0x7f);
        large.extend(word.to_be_bytes::<32>());
    }
    let on_large = |name, body: &[u8]| Work { name, before: large.clone(), body: body.to_vec() };
    let mut works = vec![
        plain("jumps", &[]),
        on_large("arithmetic: ADD", &[0x81, 0x81, 0x01, 0x50].repeat(30)),
        on_large("arithmetic: DIV", &[0x80, 0x82, 0x04, 0x50].repeat(30)),
        on_large("arithmetic: SDIV", &[0x80, 0x82, 0x05, 0x50].repeat(30)),
        on_large("arithmetic: MULMOD", &[0x80, 0x82, 0x83, 0x09, 0x50].repeat(30)),
        on_large("arithmetic: ADDMOD", &[0x80, 0x82, 0x83, 0x08, 0x50].repeat(30)),
        on_large("arithmetic: EXP", &[0x80, 0x82, 0x0a, 0x50].repeat(10)),
        // keccak256 of 32 bytes, and of 8 KiB.
        plain("keccak, 32 bytes", &[0x60, 0x20, 0x60, 0x00, 0x20, 0x50].repeat(30)),
        plain("keccak, 8192 bytes", &[0x61, 0x20, 0x00, 0x60, 0x00, 0x20, 0x50].repeat(10)),
        // A counter from the calldata, plus one each time, is the slot.
        Work {
            name: "cold storage",
            before: vec![0x60, 0x00, 0x35],
            body: [0x60, 0x01, 0x01, 0x80, 0x54, 0x50].repeat(10),
        },
        // The counter times a large odd number: addresses that nothing stands at.
        Work {
            name: "cold accounts",
            before: [&[0x60, 0x00, 0x35][..]].concat(),
            body: [0x60, 0x01, 0x01, 0x80, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0x20, 0x31, 0x50].repeat(10),
        },
        Work { name: "logs", before: vec![], body: [0x61, 0x04, 0x00, 0x60, 0x00, 0xa0].repeat(10) },
        Work {
            name: "memory copies",
            before: vec![],
            body: [0x61, 0x20, 0x00, 0x60, 0x20, 0x60, 0x00, 0x5e].repeat(10),
        },
    ];
    works.extend(precompiles());
    works
}

/// STATICCALLs of precompiles with fixed input.
fn precompiles() -> Vec<Work> {
    let g1 = [U256::from(1), U256::from(2)];
    let negative = [g1[0], field() - g1[1]];
    let g2 = hex!(
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
        "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
        "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
    );
    let point = |p: [U256; 2]| [p[0].to_be_bytes::<32>(), p[1].to_be_bytes::<32>()].concat();
    let pairing = [point(g1), g2.to_vec(), point(negative), g2.to_vec()].concat();
    let half: U256 = U256::MAX >> 1;
    let mul = [point(g1), half.to_be_bytes::<32>().to_vec()].concat();
    let modexp = |base: usize, exponent: usize, modulus: usize, even: bool| {
        let mut input: Vec<u8> =
            [base, exponent, modulus].iter().flat_map(|&n| U256::from(n).to_be_bytes::<32>()).collect();
        input.extend(vec![0xfe; base]);
        input.extend(vec![0xff; exponent]);
        input.extend(vec![0xfd; modulus]);
        if even && let Some(last) = input.last_mut() {
            *last = 0xfc;
        }
        input
    };
    let recover = [
        B256::repeat_byte(0x45).to_vec(),
        U256::from(28).to_be_bytes::<32>().to_vec(),
        B256::repeat_byte(0x11).to_vec(),
        B256::repeat_byte(0x22).to_vec(),
    ]
    .concat();
    vec![
        call("modexp, 32 bytes, odd", 5, &modexp(32, 32, 32, false)),
        call("modexp, 256 bytes, odd", 5, &modexp(256, 32, 256, false)),
        call("modexp, 256 bytes, even", 5, &modexp(256, 32, 256, true)),
        call("modexp, 1024 bytes, short exponent", 5, &modexp(1024, 1, 1024, false)),
        call("pairing of two points (bn254)", 8, &pairing),
        call("point multiplication (bn254)", 7, &mul),
        call("point addition (bn254)", 6, &[point(g1), point(g1)].concat()),
        call("ecrecover", 1, &recover),
        call("sha256, 1024 bytes", 2, &[0x5a; 1024]),
        call("ripemd160, 1024 bytes", 3, &[0x5a; 1024]),
    ]
}

/// The prime of bn254's base field.
fn field() -> U256 {
    U256::from_be_bytes(hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47"))
}

/// The input is written to memory first; the loop calls with all gas.
fn call(name: &'static str, address: u8, input: &[u8]) -> Work {
    let mut before = Vec::new();
    for (index, word) in input.chunks(32).enumerate() {
        let mut padded = [0; 32];
        padded[..word.len()].copy_from_slice(word);
        before.push(0x7f);
        before.extend(padded);
        before.push(0x61);
        before.extend((index as u16 * 32).to_be_bytes());
        before.push(0x52);
    }
    let [high, low] = (input.len() as u16).to_be_bytes();
    // out size, out offset, in size, in offset, address, GAS, STATICCALL, POP
    let body = vec![0x60, 0x00, 0x60, 0x00, 0x61, high, low, 0x60, 0x00, 0x60, address, 0x5a, 0xfa, 0x50];
    Work { name, before, body }
}
