//! What can be known of an Ethereum block before it is executed.

use crate::{BlockContext, HeaderMismatch, header::mismatch};
use alloy_eips::{eip1559::GAS_LIMIT_BOUND_DIVISOR, eip4895::Withdrawal};
use alloy_primitives::{B64, U256};
use praxis_primitives::{EthereumRules, Fork, Header};

/// The least gas limit of a block.
const MIN_GAS_LIMIT: u64 = 5_000;
/// How many uncles a block may have.
const MAX_OMMERS: usize = 2;
/// How many generations back an uncle may stand.
const OMMER_GENERATIONS: u64 = 6;
/// Extra data of the ten blocks from the DAO's fork on (EIP-779).
const DAO_EXTRA_DATA: &[u8] = b"dao-hard-fork";

/// Checks the fields in which Ethereum differs from the rollup. A block's difficulty and its proof of work are taken as
/// stated: whoever imports such a chain trusts where it came from.
pub(crate) fn check_header(
    rules: &EthereumRules,
    fork: Fork,
    parent: &Header,
    header: &Header,
) -> Result<(), HeaderMismatch> {
    if header.timestamp <= parent.timestamp {
        let expected = format!("more than {}", parent.timestamp);
        return Err(HeaderMismatch::new("timestamp", expected, header.timestamp));
    }
    if fork >= Fork::Paris {
        mismatch("difficulty", U256::ZERO, header.difficulty)?;
        mismatch("nonce", B64::ZERO, header.nonce)?;
    } else if header.difficulty.is_zero() {
        return Err(HeaderMismatch::new("difficulty", "above zero", 0));
    }
    let dao = rules.forks.dao_block();
    if dao.is_some_and(|dao| (dao..dao.saturating_add(10)).contains(&header.number)) {
        mismatch("extraData", DAO_EXTRA_DATA, header.extra_data.as_ref())?;
    }
    check_gas_limit(fork, parent, header)?;
    match header.blob_gas_used {
        None if fork >= Fork::Cancun => Err(HeaderMismatch::new("blobGasUsed", "a number", "nothing")),
        Some(used) if fork < Fork::Cancun => Err(HeaderMismatch::new("blobGasUsed", "nothing", used)),
        _ => Ok(()),
    }
}

/// A gas limit moves by less than a 1024th of the parent's, which counts twice at London's first block (EIP-1559).
fn check_gas_limit(fork: Fork, parent: &Header, header: &Header) -> Result<(), HeaderMismatch> {
    let doubled = fork >= Fork::London && parent.base_fee_per_gas.is_none();
    let before = if doubled { parent.gas_limit.saturating_mul(2) } else { parent.gas_limit };
    let bound = before / GAS_LIMIT_BOUND_DIVISOR;
    let (least, most) = (before.saturating_sub(bound).max(MIN_GAS_LIMIT - 1), before.saturating_add(bound));
    // A chain whose gas limit does not move may have any.
    if header.gas_limit == before || (header.gas_limit > least && header.gas_limit < most) {
        return Ok(());
    }
    Err(HeaderMismatch::new("gasLimit", format!("between {least} and {most}, without them"), header.gas_limit))
}

/// Checks what a block's body holds besides transactions. That an uncle is no ancestor and stood in no block before is
/// taken on trust, as its proof of work is.
pub(crate) fn check_body(
    context: &BlockContext,
    ommers: &[Header],
    withdrawals: Option<&[Withdrawal]>,
) -> Result<(), HeaderMismatch> {
    let fork = context.fork;
    let most = if fork >= Fork::Paris { 0 } else { MAX_OMMERS };
    if ommers.len() > most {
        return Err(HeaderMismatch::new("uncles", format!("at most {most} of them"), ommers.len()));
    }
    for ommer in ommers {
        let oldest = context.number.saturating_sub(OMMER_GENERATIONS);
        if ommer.number < oldest || ommer.number >= context.number {
            let expected = format!("of a number from {oldest} to {}", context.number.saturating_sub(1));
            return Err(HeaderMismatch::new("uncles", expected, ommer.number));
        }
    }
    match withdrawals {
        None if fork >= Fork::Shanghai => Err(HeaderMismatch::new("withdrawals", "a list", "nothing")),
        Some(_) if fork < Fork::Shanghai => Err(HeaderMismatch::new("withdrawals", "nothing", "a list")),
        _ => Ok(()),
    }
}
