//! What logs of L1 say, and which say nothing.

use crate::{
    limits::{MAX_CONFIG_UPDATES, MAX_DEPOSIT_GAS},
    logs::{CONFIG_UPDATE_TOPIC, DEPOSIT_TOPIC, LogSources, decode_deposit, decode_update, read_logs},
};
use alloy_primitives::{Address, B256, Bytes, Log, LogData, TxKind, U256};
use praxis_primitives::{ConfigUpdate, Eip1559Params};
use proptest::prelude::*;

const SYSTEM_CONFIG: Address = Address::repeat_byte(0x5C);
const PORTAL: Address = Address::repeat_byte(0x90);
const SOURCES: LogSources = LogSources { system_config: SYSTEM_CONFIG, portal: PORTAL };

fn word(value: impl TryInto<U256, Error: std::fmt::Debug>) -> [u8; 32] {
    value.try_into().unwrap().to_be_bytes()
}

/// `abi.encode(bytes)`.
fn bytes_argument(payload: &[u8]) -> Bytes {
    let mut out = [word(U256::from(32)), word(U256::from(payload.len()))].concat();
    out.extend_from_slice(payload);
    out.resize(64 + payload.len().next_multiple_of(32), 0);
    out.into()
}

fn update_log(kind: u64, words: &[U256]) -> Log {
    let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    let topics = vec![CONFIG_UPDATE_TOPIC, B256::ZERO, word(U256::from(kind)).into()];
    Log { address: SYSTEM_CONFIG, data: LogData::new_unchecked(topics, bytes_argument(&payload)) }
}

fn deposit_log(mint: u128, gas_limit: u64, creates: u8, input: &[u8]) -> Log {
    let head = [&word(U256::from(mint))[..], &word(U256::from(7)), &gas_limit.to_be_bytes(), &[creates], input];
    let topics =
        vec![DEPOSIT_TOPIC, Address::repeat_byte(1).into_word(), Address::repeat_byte(2).into_word(), B256::ZERO];
    Log { address: PORTAL, data: LogData::new_unchecked(topics, bytes_argument(&head.concat())) }
}

/// One of each kind, with what it says.
fn updates() -> Vec<(Log, ConfigUpdate)> {
    let u = |value: u64| U256::from(value);
    let scalars = (U256::ONE << 248) | (u(5) << 32) | u(6);
    let hash = B256::repeat_byte(3);
    vec![
        (update_log(0, &[hash.into()]), ConfigUpdate::Batcher(hash)),
        (update_log(1, &[U256::ZERO, scalars]), ConfigUpdate::FeeScalars { base_fee: 6, blob_base_fee: 5 }),
        (update_log(2, &[u(60_000_000)]), ConfigUpdate::GasLimit(60_000_000)),
        (update_log(3, &[u(9)]), ConfigUpdate::UnsafeBlockSigner(Address::with_last_byte(9))),
        (
            update_log(4, &[u((1000 << 32) | 2)]),
            ConfigUpdate::Eip1559(Eip1559Params { denominator: 1000, elasticity: 2 }),
        ),
        (update_log(5, &[(u(7) << 64) | u(u64::MAX)]), ConfigUpdate::OperatorFee { scalar: 7, constant: u64::MAX }),
        (update_log(8, &[u(2), u(99)]), ConfigUpdate::Engine { version: 2, timestamp_ms: 99 }),
        (update_log(9, &[u(99)]), ConfigUpdate::InferencePause { until_ms: 99 }),
        (
            update_log(10, &[hash.into(), u(1), u(99)]),
            ConfigUpdate::Feature { name: hash, enabled: true, timestamp_ms: 99 },
        ),
    ]
}

#[test]
fn each_kind_of_update_is_read() {
    for (log, expected) in updates() {
        assert_eq!(decode_update(&log), Some(expected));
    }
}

#[test]
fn an_update_in_another_encoding_says_nothing() {
    for (log, _) in updates() {
        let with_data = |data: Vec<u8>| Log {
            address: SYSTEM_CONFIG,
            data: LogData::new_unchecked(log.topics().to_vec(), data.into()),
        };
        let data = log.data.data.to_vec();
        assert_eq!(decode_update(&with_data([&data[..], &[0; 32]].concat())), None, "a word too many");
        assert_eq!(decode_update(&with_data(data[..data.len() - 32].to_vec())), None, "a word too few");
        let mut moved = data.clone();
        moved[31] = 64;
        assert_eq!(decode_update(&with_data(moved)), None, "an offset of 64");
        let mut shorter = data.clone();
        shorter[63] -= 1;
        assert_eq!(decode_update(&with_data(shorter)), None, "a length that is no whole word");
        let mut topics = log.topics().to_vec();
        topics[1] = B256::with_last_byte(1);
        let other = Log { address: SYSTEM_CONFIG, data: LogData::new_unchecked(topics, data.into()) };
        assert_eq!(decode_update(&other), None, "version 1");
    }
}

#[test]
fn an_update_whose_value_does_not_fit_says_nothing() {
    let (u, max) = (|value: u64| U256::from(value), U256::MAX);
    let wrong = [
        (1, vec![U256::ONE, U256::ONE << 248]),
        (1, vec![U256::ZERO, U256::ZERO]),
        (1, vec![U256::ZERO, (U256::ONE << 248) | (U256::ONE << 64)]),
        (2, vec![U256::ZERO]),
        (2, vec![u(200_000_001)]),
        (3, vec![U256::ONE << 160]),
        (4, vec![u(1000 << 32)]),
        (4, vec![u(2)]),
        (4, vec![U256::ONE << 64 | u(1 << 32 | 1)]),
        (5, vec![U256::ONE << 96]),
        (6, vec![u(1)]),
        (7, vec![u(1)]),
        (8, vec![u(1 << 32), u(1)]),
        (8, vec![u(1), max]),
        (9, vec![max]),
        (10, vec![max, u(2), u(1)]),
        (11, vec![u(1)]),
        (256, vec![u(1)]),
    ];
    for (kind, words) in wrong {
        assert_eq!(decode_update(&update_log(kind, &words)), None, "{kind} {words:?}");
    }
}

#[test]
fn a_deposit_is_read_and_named_by_block_and_index() {
    let deposit = decode_deposit(&deposit_log(5, 90_000, 0, b"data"), B256::repeat_byte(8), 3).unwrap();
    assert_eq!((deposit.mint, deposit.value, deposit.gas_limit), (5, U256::from(7), 90_000));
    assert_eq!((deposit.from, deposit.to), (Address::repeat_byte(1), TxKind::Call(Address::repeat_byte(2))));
    assert_eq!((&deposit.input[..], deposit.is_system_transaction), (&b"data"[..], false));
    let created = decode_deposit(&deposit_log(5, 90_000, 1, b"data"), B256::repeat_byte(8), 4).unwrap();
    assert_eq!(created.to, TxKind::Create);
    assert_ne!(created.source_hash, deposit.source_hash);
    assert_eq!(decode_deposit(&deposit_log(5, 90_000, 2, b""), B256::ZERO, 0), None, "neither a call nor a creation");
    let mut short = deposit_log(5, 90_000, 0, b"");
    short.data.data = bytes_argument(&[0; 72]);
    assert_eq!(decode_deposit(&short, B256::ZERO, 0), None);
    let mut rich = deposit_log(5, 90_000, 0, b"");
    rich.data.data = bytes_argument(&[&[1; 16][..], &[0; 57]].concat());
    assert_eq!(decode_deposit(&rich, B256::ZERO, 0), None, "it mints more than 2^128");
}

#[test]
fn only_the_two_contracts_are_heard_and_bounds_hold() {
    let stranger = |mut log: Log| {
        log.address = Address::repeat_byte(0x77);
        log
    };
    let mut logs = vec![stranger(deposit_log(1, 21_000, 0, b"")), stranger(updates()[0].0.clone())];
    logs.push(deposit_log(1, MAX_DEPOSIT_GAS - 21_000, 0, b""));
    logs.push(deposit_log(2, 21_001, 0, b""));
    logs.push(deposit_log(3, 21_000, 0, b""));
    logs.extend((0..=MAX_CONFIG_UPDATES as u64).map(|until| update_log(9, &[U256::from(until)])));
    logs.push(update_log(2, &[U256::from(1)]));
    let read = read_logs(SOURCES, B256::ZERO, &logs);
    let mints: Vec<_> = read.deposits.iter().map(|deposit| deposit.mint).collect();
    assert_eq!(mints, [1, 3], "the second does not fit, the third does");
    assert_eq!(read.config_updates.len(), MAX_CONFIG_UPDATES + 1);
    assert_eq!(read.config_updates[0].log_index, 5);
    let last = read.config_updates.last().unwrap();
    assert_eq!((last.log_index, last.update), (5 + MAX_CONFIG_UPDATES as u64 + 1, ConfigUpdate::GasLimit(1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes of any kind under the right topics: read or ignored, never a panic.
    #[test]
    fn any_bytes_are_read_or_ignored(
        kind in 0..16u64,
        data in prop::collection::vec(any::<u8>(), 0..300),
        sound in any::<bool>(),
    ) {
        let data = if sound { bytes_argument(&data) } else { data.into() };
        let mut update = update_log(kind, &[]);
        update.data.data = data.clone();
        let mut deposit = deposit_log(0, 0, 0, b"");
        deposit.data.data = data;
        read_logs(SOURCES, B256::ZERO, &[update, deposit]);
    }
}
