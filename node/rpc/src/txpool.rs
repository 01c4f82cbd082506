//! The `txpool` namespace.

use crate::{Args, Context, Failure, register::Registrar, wire::RpcTransaction};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, U64};
use jsonrpsee::server::RegisterMethodError;
use praxis_pool::PooledTransaction;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// Transactions that one answer shows.
const MAX_SHOWN: usize = 5_000;

#[derive(Serialize)]
struct Status {
    pending: U64,
    queued: U64,
}

type ByNonce<T> = BTreeMap<String, T>;

#[derive(Serialize)]
struct Content<T> {
    pending: BTreeMap<Address, ByNonce<T>>,
    queued: BTreeMap<Address, ByNonce<T>>,
}

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.quick("txpool_status", |c, _| {
        let (pending, queued) = c.pool.as_ref().map_or((0, 0), |pool| {
            let status = pool.status();
            (status.pending, status.queued)
        });
        Ok(Status { pending: U64::from(pending), queued: U64::from(queued) })
    })?;
    r.heavy("txpool_content", |c, _, _| Ok(content(c, None, whole)))?;
    r.heavy("txpool_contentFrom", |c, args, _| content_from(c, args))?;
    r.heavy("txpool_inspect", |c, _, _| Ok(content(c, None, summary)))
}

fn whole(pooled: &PooledTransaction) -> RpcTransaction {
    RpcTransaction::waiting(pooled.tx.clone())
}

/// One line, in the words that geth made usual.
fn summary(pooled: &PooledTransaction) -> String {
    let tx = &pooled.tx;
    let to = tx.to().map_or_else(|| "contract creation".into(), |to| to.to_string());
    format!("{to}: {} wei + {} gas × {} wei", tx.value(), tx.gas_limit(), tx.max_fee_per_gas())
}

fn content_from(c: &Context, mut args: Args<'_>) -> Result<serde_json::Value, Failure> {
    let sender: Address = args.required()?;
    let mut all = content(c, Some(sender), whole);
    let pending = all.pending.remove(&sender).unwrap_or_default();
    let queued = all.queued.remove(&sender).unwrap_or_default();
    serde_json::to_value(serde_json::json!({ "pending": pending, "queued": queued }))
        .map_err(|error| Failure::Fault(error.to_string()))
}

fn content<T>(c: &Context, of: Option<Address>, show: fn(&PooledTransaction) -> T) -> Content<T> {
    let (pending, queued) = c.pool.as_ref().map(|pool| pool.content()).unwrap_or_default();
    let group = |transactions: Vec<Arc<PooledTransaction>>| {
        let mut grouped: BTreeMap<Address, ByNonce<T>> = BTreeMap::new();
        let wanted = transactions.iter().filter(|tx| of.is_none_or(|of| tx.sender() == of));
        for tx in wanted.take(MAX_SHOWN) {
            grouped.entry(tx.sender()).or_default().insert(tx.tx.nonce().to_string(), show(tx));
        }
        grouped
    };
    Content { pending: group(pending), queued: group(queued) }
}
