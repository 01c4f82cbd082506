//! Logs by query, and filters that are polled.

use crate::{
    Args, Context, Failure,
    filters::{Change, Kind},
    gate::Deadline,
    reader::View,
    register::Registrar,
    wire::block_logs,
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Bloom, U64};
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use jsonrpsee::server::RegisterMethodError;
use praxis_primitives::{Receipt, RecoveredBlock};
use serde_json::Value;

/// Addresses, and topics at one position, of one query.
const MAX_ALTERNATIVES: usize = 1_000;

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("eth_getLogs", |c, mut args, deadline| get_logs(c, &LogQuery::new(args.required()?)?, deadline))?;
    r.quick("eth_newFilter", |c, mut args| {
        let query = LogQuery::new(args.required()?)?;
        c.filters.add(Kind::Logs(Box::new(query)))
    })?;
    r.quick("eth_newBlockFilter", |c, _| c.filters.add(Kind::Blocks))?;
    r.quick("eth_newPendingTransactionFilter", |c, mut args| {
        let full = args.optional()?.unwrap_or(false);
        c.filters.add(Kind::Pending { full })
    })?;
    r.quick("eth_uninstallFilter", |c, mut args| Ok(c.filters.remove(args.required()?)))?;
    r.heavy("eth_getFilterChanges", filter_changes)?;
    r.heavy("eth_getFilterLogs", |c, mut args, deadline| {
        let query = c.filters.query(args.required()?)?;
        get_logs(c, &query, deadline)
    })
}

/// A log query within bounds.
#[derive(Debug, Clone)]
pub(crate) struct LogQuery {
    filter: Filter,
}

impl LogQuery {
    pub(crate) fn new(filter: Filter) -> Result<Self, Failure> {
        let most = filter.topics.iter().map(|topic| topic.len()).max().unwrap_or(0).max(filter.address.len());
        if most > MAX_ALTERNATIVES {
            let reason = format!("{most} addresses or topics at one position, at most {MAX_ALTERNATIVES} may be");
            return Err(Failure::Params(reason));
        }
        Ok(Self { filter })
    }

    /// Whether a block with this bloom filter may hold a log that is wanted.
    pub(crate) fn may_match(&self, bloom: Bloom) -> bool {
        self.filter.matches_bloom(bloom)
    }

    /// Whether the log's address and topics are wanted.
    fn wants(&self, log: &alloy_primitives::Log) -> bool {
        self.filter.matches_address(log.address) && self.filter.matches_topics(log.topics())
    }

    /// The block's logs that are wanted.
    pub(crate) fn select<'a>(
        &'a self,
        block: &'a RecoveredBlock,
        receipts: &'a [Receipt],
        removed: bool,
    ) -> impl Iterator<Item = Log> + 'a {
        let receipts = if self.may_match(block.logs_bloom) { receipts } else { &[] };
        block_logs(block, receipts, removed, |log| self.wants(log))
    }

    /// Whether new blocks of this number are wanted by someone who follows the chain.
    pub(crate) fn wants_block(&self, number: u64) -> bool {
        let (from, to) = self.filter.extract_block_range();
        from.is_none_or(|from| number >= from) && to.is_none_or(|to| number <= to)
    }
}

fn get_logs(c: &Context, query: &LogQuery, deadline: Deadline) -> Result<Vec<Log>, Failure> {
    let mut logs = Vec::new();
    let view = c.view()?;
    match query.filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let (block, receipts) = view.block_and_receipts(hash.into())?.ok_or_else(Failure::unknown_block)?;
            collect(c, query, &block, &receipts, &mut logs)?;
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let (from, to) = range(&view, from_block, to_block, c.limits.log_blocks)?;
            for number in from..=to {
                deadline.check()?;
                let Some(header) = view.reader.header(number)? else { break };
                if query.may_match(header.logs_bloom)
                    && let Some((block, receipts)) = view.block_and_receipts(BlockId::number(number))?
                {
                    collect(c, query, &block, &receipts, &mut logs)?;
                }
            }
        }
    }
    Ok(logs)
}

fn collect(
    c: &Context,
    query: &LogQuery,
    block: &RecoveredBlock,
    receipts: &[Receipt],
    logs: &mut Vec<Log>,
) -> Result<(), Failure> {
    let limit = c.limits.log_results;
    for log in query.select(block, receipts, false) {
        if logs.len() >= limit {
            let reason =
                format!("query exceeds max results {limit}; ask for fewer blocks (it got to {})", block.number);
            return Err(Failure::Limit(reason));
        }
        logs.push(log);
    }
    Ok(())
}

/// The block numbers that are meant. Both ends default to the head.
fn range(
    view: &View,
    from: Option<BlockNumberOrTag>,
    to: Option<BlockNumberOrTag>,
    limit: u64,
) -> Result<(u64, u64), Failure> {
    let head = view.heads.head.number;
    let number = |tag: Option<BlockNumberOrTag>| match tag {
        Some(BlockNumberOrTag::Number(number)) => Ok(number),
        Some(tag) => Ok(view.number_of(tag.into())?.unwrap_or(head)),
        None => Ok::<u64, Failure>(head),
    };
    check_range(number(from)?, number(to)?, head, limit)
}

fn check_range(from: u64, to: u64, head: u64, limit: u64) -> Result<(u64, u64), Failure> {
    if from > to {
        return Err(Failure::Params("invalid block range params".into()));
    }
    if to > head {
        return Err(Failure::Params("block range extends beyond current head block".into()));
    }
    if to - from >= limit {
        return Err(Failure::Limit(format!(
            "query spans {} blocks, at most {limit} are allowed",
            (to - from).saturating_add(1)
        )));
    }
    Ok((from, to))
}

fn filter_changes(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<Vec<Value>, Failure> {
    let id: U64 = args.required()?;
    let changes = c.filters.changes(id)?;
    let (view, mut out) = (c.view()?, Vec::new());
    for change in changes {
        deadline.check()?;
        render(c, &view, change, &mut out)?;
    }
    Ok(out)
}

fn json(value: impl serde::Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::Fault(error.to_string()))
}

fn render(c: &Context, view: &View, change: Change, out: &mut Vec<Value>) -> Result<(), Failure> {
    match change {
        Change::Block(hash) => out.push(json(hash)?),
        Change::Pending { hash, full: false } => out.push(json(hash)?),
        Change::Pending { hash, full: true } => {
            let waiting = c.pool.as_ref().and_then(|pool| pool.get(hash));
            if let Some(pooled) = waiting {
                out.push(json(crate::wire::RpcTransaction::waiting(pooled.tx.clone()))?);
            }
        }
        Change::Added { query, hash } => {
            if let Some((block, receipts)) = view.block_and_receipts(hash.into())? {
                for log in query.select(&block, &receipts, false) {
                    out.push(json(log)?);
                }
            }
        }
        Change::Removed { query, imported } => {
            for log in query.select(&imported.block, &imported.receipts, true) {
                out.push(json(log)?);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, B256, BloomInput, LogData};

    fn query(json: Value) -> LogQuery {
        LogQuery::new(serde_json::from_value(json).unwrap()).unwrap()
    }

    fn log(address: u8, topics: &[u8]) -> alloy_primitives::Log {
        let topics = topics.iter().map(|t| B256::repeat_byte(*t)).collect();
        alloy_primitives::Log {
            address: Address::repeat_byte(address),
            data: LogData::new_unchecked(topics, [].into()),
        }
    }

    fn topic(byte: u8) -> Value {
        serde_json::to_value(B256::repeat_byte(byte)).unwrap()
    }

    #[test]
    fn topics_match_by_position_and_alternatives() {
        let any = query(serde_json::json!({}));
        assert!(any.wants(&log(1, &[])) && any.wants(&log(2, &[3, 4])));
        let second = query(serde_json::json!({"topics": [null, [topic(4), topic(5)]]}));
        assert!(second.wants(&log(1, &[3, 4])) && second.wants(&log(1, &[9, 5])));
        assert!(!second.wants(&log(1, &[4, 3])) && !second.wants(&log(1, &[4])));
        let addressed = query(serde_json::json!({"address": Address::repeat_byte(1)}));
        assert!(addressed.wants(&log(1, &[7])) && !addressed.wants(&log(2, &[7])));
    }

    #[test]
    fn a_bloom_without_the_address_is_skipped() {
        let addressed = query(serde_json::json!({"address": Address::repeat_byte(1)}));
        let mut bloom = Bloom::ZERO;
        assert!(!addressed.may_match(bloom));
        bloom.accrue(BloomInput::Raw(Address::repeat_byte(1).as_slice()));
        assert!(addressed.may_match(bloom));
    }

    #[test]
    fn ranges_are_checked_with_the_words_of_the_specification() {
        let message = |result: Result<_, Failure>| match result {
            Err(Failure::Params(message) | Failure::Limit(message)) => message,
            other => panic!("{other:?}"),
        };
        assert_eq!(check_range(3, 6, 6, 4).unwrap(), (3, 6));
        assert_eq!(message(check_range(3, 7, 6, 9)), "block range extends beyond current head block");
        assert_eq!(message(check_range(3, 2, 6, 9)), "invalid block range params");
        assert_eq!(message(check_range(2, 6, 6, 4)), "query spans 5 blocks, at most 4 are allowed");
        assert!(check_range(0, u64::MAX, u64::MAX, 5).is_err());
    }

    #[test]
    fn a_hash_and_a_range_contradict_each_other() {
        let both = serde_json::json!({"blockHash": B256::ZERO, "fromBlock": "0x1"});
        assert!(serde_json::from_value::<Filter>(both).is_err());
        let followed = query(serde_json::json!({"fromBlock": "0x5", "toBlock": "0x7"}));
        assert!(!followed.wants_block(4) && followed.wants_block(5) && followed.wants_block(7));
        assert!(!followed.wants_block(8));
        assert!(query(serde_json::json!({"fromBlock": "latest"})).wants_block(8));
    }
}
