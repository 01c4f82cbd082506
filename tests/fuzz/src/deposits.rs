//! Any bytes as the logs of an L1 block.

use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256};
use praxis_derive::{
    limits::{MAX_CONFIG_UPDATES, MAX_DEPOSIT_GAS},
    logs::{CONFIG_UPDATE_TOPIC, DEPOSIT_TOPIC, LogSources, decode_deposit, read_logs},
};

/// The contracts that are heard.
const SOURCES: LogSources = LogSources { system_config: Address::repeat_byte(1), portal: Address::repeat_byte(2) };
const L1: B256 = B256::repeat_byte(9);
/// Most logs that are made of an input.
const MAX_LOGS: usize = 64;

/// Any bytes as logs: what is read is within its limits and in order, and a deposit was logged in the only encoding that says it.
pub fn deposits(bytes: &[u8]) {
    let logs = logs(bytes);
    let read = read_logs(SOURCES, L1, &logs);
    let gas: u64 = read.deposits.iter().map(|deposit| deposit.gas_limit).sum();
    assert!(gas <= MAX_DEPOSIT_GAS, "{gas} gas");
    let states = read.config_updates.iter().filter(|logged| logged.update.calldata().is_some());
    assert!(states.count() <= MAX_CONFIG_UPDATES);
    assert!(read.config_updates.is_sorted_by_key(|logged| logged.log_index));
    for (index, log) in logs.iter().enumerate() {
        let Some(deposit) = decode_deposit(log, L1, index as u64) else { continue };
        let to = log.topics()[2];
        assert!(deposit.to.to().is_none_or(|called| called.into_word() == to), "{deposit:?}");
        let flag = u8::from(deposit.to.is_create());
        let mint = U256::from(deposit.mint).to_be_bytes::<32>();
        let value = deposit.value.to_be_bytes::<32>();
        let opaque = [&mint[..], &value, &deposit.gas_limit.to_be_bytes(), &[flag], &deposit.input].concat();
        let topics = vec![DEPOSIT_TOPIC, deposit.from.into_word(), to, B256::ZERO];
        assert_eq!(log.data, LogData::new_unchecked(topics, only_bytes(&opaque)), "{deposit:?}");
    }
}

/// Solidity's encoding of one argument of type `bytes`.
pub fn only_bytes(bytes: &[u8]) -> Bytes {
    let mut data = U256::from(32).to_be_bytes::<32>().to_vec();
    data.extend_from_slice(&U256::from(bytes.len()).to_be_bytes::<32>());
    data.extend_from_slice(bytes);
    data.resize(data.len().next_multiple_of(32), 0);
    data.into()
}

/// Logs from bytes. Of each: a byte whose bits say who logs (0 and 1), the first topic (2 and 3), and how many topics follow
/// (4 and 5); these; a length in two bytes; the data.
fn logs(bytes: &[u8]) -> Vec<Log> {
    let mut rest = bytes;
    let mut logs = Vec::new();
    while logs.len() < MAX_LOGS
        && let Some((&[head], after)) = rest.split_first_chunk::<1>()
    {
        rest = after;
        let address = [SOURCES.portal, SOURCES.system_config, Address::ZERO, SOURCES.portal][usize::from(head & 3)];
        let mut topics = Vec::new();
        match head >> 2 & 3 {
            0 => topics.push(DEPOSIT_TOPIC),
            1 => topics.push(CONFIG_UPDATE_TOPIC),
            2 => topics.extend(take(&mut rest).map(B256::new)),
            _ => {}
        }
        (0..head >> 4 & 3).for_each(|_| topics.extend(take(&mut rest).map(B256::new)));
        let length = take(&mut rest).map_or(0, |length| usize::from(u16::from_le_bytes(length)));
        let (data, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        logs.push(Log { address, data: LogData::new_unchecked(topics, Bytes::copy_from_slice(data)) });
    }
    logs
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

/// One log as [`deposits`] reads it: `head` as there, then up to three topics and the data.
pub fn log(head: u8, topics: &[[u8; 32]], data: &[u8]) -> Vec<u8> {
    [&[head | (topics.len() as u8) << 4][..], &topics.concat(), &(data.len() as u16).to_le_bytes(), data].concat()
}
