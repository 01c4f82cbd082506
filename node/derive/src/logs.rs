//! Logs of an L1 block to what they say: updates of the configuration, and users' deposits.
//!
//! Only `SystemConfig` and `Portal` are heard, and only in the exact encoding that Solidity gives; anything else says nothing.
//! `SPEC.md` has the rules.

use crate::limits::{MAX_CONFIG_GAS_LIMIT, MAX_CONFIG_UPDATES, MAX_DEPOSIT_GAS};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, b256};
use praxis_primitives::{ConfigUpdate, Eip1559Params, LoggedUpdate, RollupConfig, TxDeposit, UserDepositSource};

/// `ConfigUpdate(uint256,uint8,bytes)`.
pub const CONFIG_UPDATE_TOPIC: B256 = b256!("0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be");
/// `TransactionDeposited(address,address,uint256,bytes)`.
pub const DEPOSIT_TOPIC: B256 = b256!("0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32");

/// Bytes of a deposit's opaque data before the calldata: mint, value, gas limit, whether it creates a contract.
const OPAQUE_HEAD: usize = 32 + 32 + 8 + 1;

/// The L1 contracts whose logs count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSources {
    /// `SystemConfig`.
    pub system_config: Address,
    /// `Portal`.
    pub portal: Address,
}

impl LogSources {
    /// Those of a rollup.
    pub const fn of(config: &RollupConfig) -> Self {
        Self { system_config: config.l1.system_config, portal: config.l1.portal }
    }
}

/// What the logs of one L1 block say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadLogs {
    /// Updates of the configuration, in log order.
    pub config_updates: Vec<LoggedUpdate>,
    /// Users' deposits, in log order.
    pub deposits: Vec<TxDeposit>,
}

/// Reads the logs of the L1 block `hash`: all of them, of all its transactions, in order.
pub fn read_logs<'a>(sources: LogSources, hash: B256, logs: impl IntoIterator<Item = &'a Log>) -> ReadLogs {
    let mut read = ReadLogs::default();
    let (mut deposit_gas, mut state_updates) = (0u64, 0);
    for (index, log) in (0u64..).zip(logs) {
        if log.address == sources.portal {
            let Some(deposit) = decode_deposit(log, hash, index) else { continue };
            let sum = deposit_gas.saturating_add(deposit.gas_limit);
            if sum <= MAX_DEPOSIT_GAS {
                deposit_gas = sum;
                read.deposits.push(deposit);
            }
        } else if log.address == sources.system_config {
            let Some(update) = decode_update(log) else { continue };
            if update.calldata().is_some() {
                state_updates += 1;
                if state_updates > MAX_CONFIG_UPDATES {
                    continue;
                }
            }
            read.config_updates.push(LoggedUpdate { log_index: index, update });
        }
    }
    read
}

/// The only `bytes` argument of an event, in the one encoding that Solidity gives it.
fn only_bytes(data: &[u8]) -> Option<&[u8]> {
    let (offset, rest) = data.split_at_checked(32)?;
    let (length, padded) = rest.split_at_checked(32)?;
    if U256::from_be_slice(offset) != U256::from(32) {
        return None;
    }
    let length = usize::try_from(U256::from_be_slice(length)).ok()?;
    let (bytes, padding) = padded.split_at_checked(length)?;
    let exact = padded.len() == length.checked_next_multiple_of(32)?;
    (exact && padding.iter().all(|byte| *byte == 0)).then_some(bytes)
}

/// A `ConfigUpdate` log; `None` for one that says nothing.
pub fn decode_update(log: &Log) -> Option<ConfigUpdate> {
    let [topic, version, kind] = *log.topics() else { return None };
    if topic != CONFIG_UPDATE_TOPIC || version != B256::ZERO {
        return None;
    }
    let kind = u8::try_from(U256::from_be_bytes(kind.0)).ok()?;
    let payload = only_bytes(&log.data.data)?;
    if !payload.len().is_multiple_of(32) {
        return None;
    }
    let words: Vec<U256> = payload.chunks_exact(32).take(4).map(U256::from_be_slice).collect();
    match (kind, &words[..]) {
        (0, [hash]) => Some(ConfigUpdate::Batcher(B256::from(*hash))),
        (1, [zero, scalar]) if zero.is_zero() => fee_scalars(*scalar),
        (2, [limit]) => {
            let limit = u64::try_from(*limit).ok()?;
            (1..=MAX_CONFIG_GAS_LIMIT).contains(&limit).then_some(ConfigUpdate::GasLimit(limit))
        }
        (3, [signer]) => Some(ConfigUpdate::UnsafeBlockSigner(address(*signer)?)),
        (4, [packed]) => {
            let packed = u64::try_from(*packed).ok()?;
            let (denominator, elasticity) = ((packed >> 32) as u32, packed as u32);
            let sound = denominator > 0 && elasticity > 0;
            sound.then_some(ConfigUpdate::Eip1559(Eip1559Params { denominator, elasticity }))
        }
        (5, [packed]) => {
            let scalar = u32::try_from(*packed >> 64usize).ok()?;
            Some(ConfigUpdate::OperatorFee { scalar, constant: packed.as_limbs()[0] })
        }
        (8, [version, timestamp_ms]) => Some(ConfigUpdate::Engine {
            version: u32::try_from(*version).ok()?,
            timestamp_ms: u64::try_from(*timestamp_ms).ok()?,
        }),
        (9, [until_ms]) => Some(ConfigUpdate::InferencePause { until_ms: u64::try_from(*until_ms).ok()? }),
        (10, [name, enabled, timestamp_ms]) => Some(ConfigUpdate::Feature {
            name: B256::from(*name),
            enabled: boolean(*enabled)?,
            timestamp_ms: u64::try_from(*timestamp_ms).ok()?,
        }),
        _ => None,
    }
}

/// Version 1 in the highest byte, then zeros, the blob base fee's scalar and the base fee's in the lowest 8 bytes.
fn fee_scalars(word: U256) -> Option<ConfigUpdate> {
    let low = u64::try_from(word ^ (U256::ONE << 248usize)).ok()?;
    Some(ConfigUpdate::FeeScalars { base_fee: low as u32, blob_base_fee: (low >> 32) as u32 })
}

fn address(word: U256) -> Option<Address> {
    (word >> 160usize).is_zero().then(|| Address::from_word(B256::from(word)))
}

fn boolean(word: U256) -> Option<bool> {
    u8::try_from(word).ok().filter(|value| *value <= 1).map(|value| value == 1)
}

/// A `TransactionDeposited` log of the L1 block `l1`; `None` for one that says nothing.
pub fn decode_deposit(log: &Log, l1: B256, log_index: u64) -> Option<TxDeposit> {
    let [topic, from, to, version] = *log.topics() else { return None };
    if topic != DEPOSIT_TOPIC || version != B256::ZERO {
        return None;
    }
    let (from, to) = (address(from.into())?, address(to.into())?);
    let opaque = only_bytes(&log.data.data)?;
    let (head, input) = opaque.split_at_checked(OPAQUE_HEAD)?;
    let creates = match head[72] {
        0 => false,
        1 => true,
        _ => return None,
    };
    Some(TxDeposit {
        source_hash: UserDepositSource::new(l1, log_index).source_hash(),
        from,
        to: if creates { TxKind::Create } else { TxKind::Call(to) },
        mint: u128::try_from(U256::from_be_slice(&head[..32])).ok()?,
        value: U256::from_be_slice(&head[32..64]),
        gas_limit: u64::try_from(U256::from_be_slice(&head[64..72])).ok()?,
        is_system_transaction: false,
        input: Bytes::copy_from_slice(input),
    })
}
