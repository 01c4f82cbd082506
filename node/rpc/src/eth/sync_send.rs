//! `eth_sendRawTransactionSync` (EIP-7966): send, and answer with the receipt.

use super::transactions::{receipt, send};
use crate::{Args, Context, Failure, register::Registrar, wire::RpcReceipt};
use alloy_primitives::{B256, Bytes, U64};
use jsonrpsee::{server::RegisterMethodError, types::Params};
use praxis_chain::ChainEvent;
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.waiting("eth_sendRawTransactionSync", send_sync)
}

async fn send_sync(c: Arc<Context>, params: Params<'static>) -> Result<RpcReceipt, Failure> {
    let (bytes, wanted_ms) = {
        let mut args = Args::new(&params)?;
        (args.required::<Bytes>()?, args.optional::<U64>()?)
    };
    let longest = c.limits.sync_time;
    let wait = wanted_ms.map_or(longest, |ms| Duration::from_millis(ms.to()).min(longest));
    // Before the pool has it, so that its block can't be missed.
    let mut events = c.chain.subscribe();
    let inner = c.clone();
    let (hash, gap) = c.reads.run(move |_| send(&inner, &bytes)).await?;
    if let Some(expected) = gap {
        return Err(Failure::SyncNonceGap { hash, expected });
    }
    match tokio::time::timeout(wait, included(&c, &mut events, hash)).await {
        Ok(found) => found,
        Err(_) => Err(Failure::SyncTimeout { hash, waited_ms: wait.as_millis() as u64 }),
    }
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
