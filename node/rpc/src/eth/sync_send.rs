//! `eth_sendRawTransactionSync` (EIP-7966): send, and answer with the receipt.
//!
//! With a third parameter `{"preconfirmed": true}` the answer comes as soon as the transaction's place in the open block is
//! on disk: a receipt without a block hash, marked `"preconfirmed": true`.

use super::transactions::{receipt, send};
use crate::{
    Args, Context, Failure,
    register::Registrar,
    wire::{RpcReceipt, preconfirmed_receipts},
};
use alloy_primitives::{B256, Bytes, U64};
use jsonrpsee::{server::RegisterMethodError, types::Params};
use praxis_chain::{ChainEvent, Preconfirmed};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.waiting("eth_sendRawTransactionSync", send_sync)
}

/// What the third parameter may ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wishes {
    /// A preconfirmation will do.
    #[serde(default)]
    preconfirmed: bool,
}

async fn send_sync(c: Arc<Context>, params: Params<'static>) -> Result<RpcReceipt, Failure> {
    let (bytes, wanted_ms, wishes) = {
        let mut args = Args::new(&params)?;
        (args.required::<Bytes>()?, args.optional::<U64>()?, args.optional::<Wishes>()?.unwrap_or_default())
    };
    let longest = c.limits.sync_time;
    let wait = wanted_ms.map_or(longest, |ms| Duration::from_millis(ms.to()).min(longest));
    // Before the pool has it, so that its block can't be missed.
    let mut events = c.chain.subscribe();
    let mut open = wishes.preconfirmed.then(|| c.chain.subscribe_preconfirmed());
    let hash = send(&c, bytes).await?;
    if let Some(expected) = c.pool.as_ref().and_then(|pool| pool.missing_nonce(hash)) {
        return Err(Failure::SyncNonceGap { hash, expected });
    }
    let found = async {
        tokio::select! {
            found = included(&c, &mut events, hash) => found,
            found = preconfirmed(&c, &mut open, hash) => Ok(found),
        }
    };
    match tokio::time::timeout(wait, found).await {
        Ok(found) => found,
        Err(_) => Err(Failure::SyncTimeout { hash, waited_ms: wait.as_millis() as u64 }),
    }
}

/// The receipt in the open block; never, where nobody asked for that or events were missed.
async fn preconfirmed(c: &Context, open: &mut Option<Receiver<Preconfirmed>>, hash: B256) -> RpcReceipt {
    if let Some(open) = open {
        loop {
            match open.recv().await {
                Ok(event) => {
                    let found = preconfirmed_receipts(&event, c.chain.rollup().is_some(), Some(hash)).pop();
                    if let Some(receipt) = found {
                        return receipt;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    }
    std::future::pending().await
}

async fn included(c: &Arc<Context>, events: &mut Receiver<ChainEvent>, hash: B256) -> Result<RpcReceipt, Failure> {
    loop {
        let look = match events.recv().await {
            Ok(ChainEvent::Imported(imported)) => imported.block.body().transactions.iter().any(|tx| tx.hash() == hash),
            Ok(_) => false,
            // Blocks were missed, and with them perhaps the one.
            Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => return Err(Failure::Fault("the node is stopping".into())),
        };
        if look {
            let inner = c.clone();
            if let Some(receipt) = c.reads.run(move |_| receipt(&inner, hash)).await? {
                return Ok(receipt);
            }
        }
    }
}
