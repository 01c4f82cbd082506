//! Prices: what to pay, and what was paid.

use crate::{Args, Context, Failure, gate::Deadline, register::Registrar};
use alloy_consensus::Transaction as _;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{U64, U128};
use jsonrpsee::server::RegisterMethodError;
use praxis_primitives::{ChainSpec, Header, Receipt, RecoveredBlock};
use serde::{Serialize, Serializer};

/// Blocks that the suggested tip looks at.
const TIP_BLOCKS: u64 = 20;
/// It is this percentile of the tips in them.
const TIP_PERCENTILE: usize = 60;
/// And never more than this, in wei.
const MAX_TIP: u128 = 500_000_000_000;
/// Percentiles of one fee history.
const MAX_PERCENTILES: usize = 100;

/// `eth_feeHistory`'s answer. The base fee lists hold one more than there are blocks: the next one's.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct FeeHistory {
    oldest_block: U64,
    base_fee_per_gas: Vec<U128>,
    gas_used_ratio: Vec<Ratio>,
    base_fee_per_blob_gas: Vec<U128>,
    blob_gas_used_ratio: Vec<Ratio>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<Vec<Vec<U128>>>,
}

/// A part of a whole. None and all of it are the integers 0 and 1, as other clients write them.
#[derive(Debug, Clone, Copy)]
struct Ratio(f64);

impl Ratio {
    fn new(part: u64, whole: u64) -> Self {
        Self(part as f64 / whole.max(1) as f64)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 { serializer.serialize_u64(self.0 as u64) } else { serializer.serialize_f64(self.0) }
    }
}

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.read("eth_gasPrice", |c, _| Ok(U128::from(suggested_tip(c)? + u128::from(next_base_fee(c)))))?;
    r.read("eth_maxPriorityFeePerGas", |c, _| Ok(U128::from(suggested_tip(c)?)))?;
    r.quick("eth_blobBaseFee", |c, _| Ok(U128::from(c.chain.spec().blob_base_fee(&c.chain.head()))))?;
    r.heavy("eth_feeHistory", fee_history)
}

fn next_base_fee(c: &Context) -> u64 {
    c.chain.spec().base_fee_after(&c.chain.head())
}

/// A tip that recent blocks would have taken.
pub(super) fn suggested_tip(c: &Context) -> Result<u128, Failure> {
    let view = c.view()?;
    let head = view.heads.head;
    if let Some((hash, tip)) = *c.tip.lock()
        && hash == head.hash
    {
        return Ok(tip);
    }
    let mut tips = Vec::new();
    for number in head.number.saturating_sub(TIP_BLOCKS - 1)..=head.number {
        if let Some(block) = view.reader.block(number)? {
            tips.extend(block_tips(&block));
        }
    }
    let tip = percentile_tip(tips).min(MAX_TIP).max(c.limits.min_suggested_tip);
    *c.tip.lock() = Some((head.hash, tip));
    Ok(tip)
}

fn block_tips(block: &RecoveredBlock) -> impl Iterator<Item = u128> + '_ {
    let base_fee = block.base_fee_per_gas.unwrap_or_default();
    let paying = block.body().transactions.iter().filter(|tx| !tx.is_deposit());
    paying.filter_map(move |tx| tx.effective_tip_per_gas(base_fee))
}

fn percentile_tip(mut tips: Vec<u128>) -> u128 {
    tips.sort_unstable();
    let at = tips.len().saturating_sub(1) * TIP_PERCENTILE / 100;
    tips.get(at).copied().unwrap_or(0)
}

fn fee_history(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<FeeHistory, Failure> {
    let wanted: U64 = args.required()?;
    let newest: BlockNumberOrTag = args.required()?;
    let percentiles: Option<Vec<f64>> = args.optional()?;
    let percentiles = percentiles.filter(|p| !p.is_empty());
    check_percentiles(percentiles.as_deref().unwrap_or_default())?;
    let view = c.view()?;
    let last = view.number_of(BlockId::Number(newest))?.ok_or_else(|| {
        Failure::Rejected(format!("request beyond head block: requested {newest}, head {}", view.heads.head.number))
    })?;
    let count = wanted.to::<u64>().min(c.limits.fee_history_blocks).min(last + 1);
    if count == 0 {
        return Ok(FeeHistory::default());
    }
    let first = last + 1 - count;
    let mut history = History::new(first, percentiles.is_some());
    for number in first..=last {
        deadline.check()?;
        let id = BlockId::number(number);
        let header = match &percentiles {
            None => view.header(id)?.ok_or_else(Failure::unknown_block)?.into_header(),
            Some(percentiles) => {
                let (block, receipts) = view.block_and_receipts(id)?.ok_or_else(Failure::unknown_block)?;
                history.rewards.push(rewards(&block, &receipts, percentiles).into_iter().map(U128::from).collect());
                block.clone_header()
            }
        };
        history.push(header);
    }
    Ok(history.close(c.chain.spec()))
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), Failure> {
    if percentiles.len() > MAX_PERCENTILES {
        return Err(Failure::Params(format!("over the query limit {MAX_PERCENTILES} for reward percentiles")));
    }
    if let Some(bad) = percentiles.iter().find(|p| !(0.0..=100.0).contains(*p)) {
        return Err(Failure::Params(format!("invalid reward percentile: {bad}, must be between 0 and 100")));
    }
    if let Some(pair) = percentiles.windows(2).find(|pair| pair[0] > pair[1]) {
        let reason = format!("invalid reward percentile: {} stands before {}, they must ascend", pair[0], pair[1]);
        return Err(Failure::Params(reason));
    }
    Ok(())
}

/// The tip at each percentile of the block's gas, cheapest gas first.
fn rewards(block: &RecoveredBlock, receipts: &[Receipt], percentiles: &[f64]) -> Vec<u128> {
    let base_fee = block.base_fee_per_gas.unwrap_or_default();
    let (mut before, mut paid) = (0, Vec::with_capacity(receipts.len()));
    for (tx, receipt) in block.body().transactions.iter().zip(receipts) {
        let gas = receipt.cumulative_gas_used.saturating_sub(before);
        before = receipt.cumulative_gas_used;
        // Deposits pay no tip and could not be outbid.
        if !tx.is_deposit() {
            paid.push((tx.effective_tip_per_gas(base_fee).unwrap_or(0), gas));
        }
    }
    at_percentiles(paid, percentiles)
}

fn at_percentiles(mut paid: Vec<(u128, u64)>, percentiles: &[f64]) -> Vec<u128> {
    paid.sort_unstable();
    let total: u64 = paid.iter().map(|(_, gas)| gas).sum();
    let reward = |percentile: &f64| {
        let threshold = (total as f64 * percentile / 100.0) as u64;
        let mut sum = 0;
        let reached = paid.iter().find(|(_, gas)| {
            sum += gas;
            sum >= threshold
        });
        reached.or(paid.last()).map_or(0, |(tip, _)| *tip)
    };
    percentiles.iter().map(reward).collect()
}

/// A fee history in the making.
struct History {
    first: u64,
    headers: Vec<Header>,
    rewards: Vec<Vec<U128>>,
    rewarded: bool,
}

impl History {
    const fn new(first: u64, rewarded: bool) -> Self {
        Self { first, headers: Vec::new(), rewards: Vec::new(), rewarded }
    }

    fn push(&mut self, header: Header) {
        self.headers.push(header);
    }

    fn close(self, spec: &ChainSpec) -> FeeHistory {
        let blobs = |h: &Header| spec.blob_params(spec.fork(h.number, h.timestamp), h.timestamp);
        let mut base: Vec<u64> = self.headers.iter().map(|h| h.base_fee_per_gas.unwrap_or_default()).collect();
        let mut blob: Vec<u128> = self.headers.iter().map(|h| spec.blob_base_fee(h)).collect();
        if let Some(last) = self.headers.last() {
            // The next block's time is not known: one second later stands for it.
            let fork = spec.fork(last.number.saturating_add(1), last.timestamp.saturating_add(1));
            base.push(spec.next_base_fee(fork, last));
            let excess = last.next_block_excess_blob_gas(blobs(last));
            blob.push(excess.map_or(0, |excess| blobs(last).calc_blob_fee(excess)));
        }
        let blob_ratio = |h: &Header| Ratio::new(h.blob_gas_used.unwrap_or(0), blobs(h).max_blob_gas_per_block());
        FeeHistory {
            oldest_block: U64::from(self.first),
            base_fee_per_gas: base.into_iter().map(U128::from).collect(),
            gas_used_ratio: self.headers.iter().map(|h| Ratio::new(h.gas_used, h.gas_limit)).collect(),
            base_fee_per_blob_gas: blob.into_iter().map(U128::from).collect(),
            blob_gas_used_ratio: self.headers.iter().map(blob_ratio).collect(),
            reward: self.rewarded.then_some(self.rewards),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_weigh_by_gas() {
        let paid = vec![(30, 10), (10, 80), (20, 10)];
        assert_eq!(
            at_percentiles(paid.clone(), &[0.0, 50.0, 80.0, 85.0, 90.0, 91.0, 100.0]),
            [10, 10, 10, 20, 20, 30, 30]
        );
        assert_eq!(at_percentiles(Vec::new(), &[0.0, 100.0]), [0, 0]);
    }

    #[test]
    fn the_tip_is_a_percentile_and_zero_without_transactions() {
        assert_eq!(percentile_tip((1..=10).rev().collect()), 6);
        assert_eq!(percentile_tip(vec![7]), 7);
        assert_eq!(percentile_tip(Vec::new()), 0);
    }

    #[test]
    fn percentiles_must_ascend_between_0_and_100() {
        assert!(check_percentiles(&[0.0, 5.0, 5.0, 100.0]).is_ok());
        for bad in [&[1.0, 0.5][..], &[-1.0], &[100.5], &[f64::NAN]] {
            assert!(check_percentiles(bad).is_err(), "{bad:?}");
        }
        assert!(check_percentiles(&[1.0; 101]).is_err());
    }

    #[test]
    fn a_history_has_one_base_fee_more_than_blocks() {
        let genesis = r#"{"config": {"chainId": 1, "londonBlock": 0}, "nonce": "0x0", "timestamp": "0x0", "extraData": "0x",
            "gasLimit": "0x1e", "difficulty": "0x1", "mixHash": "0x0000000000000000000000000000000000000000000000000000000000000000",
            "coinbase": "0x0000000000000000000000000000000000000000", "alloc": {}}"#;
        let spec = ChainSpec::from_genesis_file(genesis).unwrap();
        let mut history = History::new(7, true);
        for gas_used in [0, 15] {
            let header = Header { gas_used, gas_limit: 30, base_fee_per_gas: Some(100), ..Header::default() };
            history.push(header);
            history.rewards.push(vec![U128::from(1), U128::from(2)]);
        }
        let json = serde_json::to_value(history.close(&spec)).unwrap();
        let expected = serde_json::json!({
            "oldestBlock": "0x7",
            "baseFeePerGas": ["0x64", "0x64", "0x64"],
            "gasUsedRatio": [0, 0.5],
            "baseFeePerBlobGas": ["0x0", "0x0", "0x0"],
            "blobGasUsedRatio": [0, 0],
            "reward": [["0x1", "0x2"], ["0x1", "0x2"]],
        });
        assert_eq!(json, expected);
    }
}
