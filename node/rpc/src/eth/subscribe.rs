//! `eth_subscribe`, over WebSocket.

use super::LogQuery;
use crate::{
    Args, Context, Failure,
    register::Registrar,
    wire::{RpcHeader, RpcTransaction, preconfirmed_receipts},
};
use alloy_rpc_types_eth::{Filter, pubsub::SubscriptionKind};
use jsonrpsee::{
    PendingSubscriptionSink, SubscriptionSink,
    core::traits::IdProvider,
    server::RegisterMethodError,
    types::{Params, SubscriptionId},
};
use praxis_chain::ChainEvent;
use serde::Serialize;
use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// How long a subscriber that does not read is waited for.
const SEND_TIME: Duration = Duration::from_secs(10);

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.module.register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, context, _| async move { subscribe(&params, pending, context).await },
    )?;
    Ok(())
}

/// Subscription ids as Ethereum's clients know them: hex strings.
#[derive(Debug)]
pub(crate) struct HexIds;

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        let (high, low) = (RandomState::new().hash_one(Instant::now()), RandomState::new().hash_one(1u8));
        format!("0x{high:016x}{low:016x}").into()
    }
}

enum Wanted {
    Heads,
    Logs(Box<LogQuery>),
    Pending {
        full: bool,
    },
    Syncing,
    /// Receipts of the open block, as soon as their order is on disk.
    Preconfirmations,
}

/// The kind of subscription that other nodes do not have.
const PRECONFIRMATIONS: &str = "praxis_preconfirmations";

fn read(params: &Params<'_>) -> Result<Wanted, Failure> {
    let mut args = Args::new(params)?;
    let name: String = args.required()?;
    if name == PRECONFIRMATIONS {
        return Ok(Wanted::Preconfirmations);
    }
    let kind = serde_json::from_value(name.into()).map_err(|error| Failure::argument(0, error))?;
    match kind {
        SubscriptionKind::NewHeads => Ok(Wanted::Heads),
        SubscriptionKind::Logs => {
            let filter = args.optional::<Filter>()?.unwrap_or_default();
            Ok(Wanted::Logs(Box::new(LogQuery::new(filter)?)))
        }
        SubscriptionKind::NewPendingTransactions => Ok(Wanted::Pending { full: args.optional()?.unwrap_or(false) }),
        SubscriptionKind::Syncing => Ok(Wanted::Syncing),
        SubscriptionKind::TransactionReceipts => {
            let known = "newHeads, logs, newPendingTransactions, syncing and praxis_preconfirmations";
            Err(Failure::argument(0, format!("this node has no such subscription; it has {known}")))
        }
    }
}

async fn subscribe(params: &Params<'_>, pending: PendingSubscriptionSink, context: Arc<Context>) {
    let wanted = match read(params) {
        Ok(wanted) => wanted,
        Err(failure) => return pending.reject(failure).await,
    };
    // Before the subscription is confirmed, so that nothing after the confirmation is missed.
    let events = context.chain.subscribe();
    let transactions = context.pool.as_ref().map(|pool| pool.subscribe());
    let preconfirmed = matches!(wanted, Wanted::Preconfirmations).then(|| context.chain.subscribe_preconfirmed());
    let Ok(sink) = pending.accept().await else { return };
    match (wanted, transactions) {
        (Wanted::Pending { full }, Some(transactions)) => {
            follow(&sink, transactions, |tx| {
                if full { vec![raw(&RpcTransaction::waiting(tx.tx.clone()))] } else { vec![raw(&tx.hash())] }
            })
            .await;
        }
        // A node without a pool never has a pending transaction.
        (Wanted::Pending { .. }, None) => sink.closed().await,
        // The state of syncing never changes here: it is told once.
        (Wanted::Syncing, _) => {
            if let Some(message) = raw(&false)
                && sink.send_timeout(message, SEND_TIME).await.is_ok()
            {
                sink.closed().await;
            }
        }
        (Wanted::Preconfirmations, _) => {
            let Some(preconfirmed) = preconfirmed else { return };
            let is_rollup = context.chain.rollup().is_some();
            follow(&sink, preconfirmed, |event| {
                preconfirmed_receipts(&event, is_rollup, None).iter().map(raw).collect()
            })
            .await;
        }
        (Wanted::Heads, _) => follow(&sink, events, |event| heads(&context, &event)).await,
        (Wanted::Logs(query), _) => follow(&sink, events, |event| logs(&query, &event)).await,
    }
}

type Json = Option<Box<serde_json::value::RawValue>>;

fn raw(value: &impl Serialize) -> Json {
    serde_json::value::to_raw_value(value)
        .inspect_err(|error| tracing::error!(%error, "a notification is no JSON"))
        .ok()
}

fn heads(context: &Context, event: &ChainEvent) -> Vec<Json> {
    match event {
        ChainEvent::Imported(new) => {
            let header = new.block.clone_sealed_header();
            let timestamp_ms = context.chain.rollup().map(|config| config.timestamp_ms(header.number));
            vec![raw(&RpcHeader::new(&header, timestamp_ms))]
        }
        _ => Vec::new(),
    }
}

fn logs(query: &LogQuery, event: &ChainEvent) -> Vec<Json> {
    match event {
        ChainEvent::Imported(new) if query.wants_block(new.block.number) => {
            query.select(&new.block, &new.receipts, false).map(|log| raw(&log)).collect()
        }
        ChainEvent::Unwound { removed, .. } => {
            let wanted = removed.iter().rev().filter(|old| query.wants_block(old.block.number));
            wanted.flat_map(|old| query.select(&old.block, &old.receipts, true)).map(|log| raw(&log)).collect()
        }
        _ => Vec::new(),
    }
}

/// Sends what `render` makes of each event until the subscriber goes away, or does not keep up: then it is cut off, for it
/// could not tell what it missed.
async fn follow<T: Clone>(sink: &SubscriptionSink, mut events: Receiver<T>, render: impl Fn(T) -> Vec<Json>) {
    loop {
        let event = tokio::select! {
            () = sink.closed() => return,
            event = events.recv() => event,
        };
        match event {
            Ok(event) => {
                for message in render(event).into_iter().flatten() {
                    if sink.send_timeout(message, SEND_TIME).await.is_err() {
                        return;
                    }
                }
            }
            Err(RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "cut off a subscriber that fell behind");
                return;
            }
            Err(RecvError::Closed) => return,
        }
    }
}
