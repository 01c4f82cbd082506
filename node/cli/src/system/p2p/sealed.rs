//! The sequencer's blocks, on their way to whoever tells them.

use super::actor::{Input, Inputs};
use crate::failure::Failure;
use praxis_chain::{Chain, ChainEvent};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Hands on each new block that is on disk. Waits for nobody: what finds no place is not told, and is asked for later.
pub(super) async fn tell(chain: Arc<Chain>, inputs: Inputs) -> Result<(), Failure> {
    let mut events = chain.subscribe();
    loop {
        match events.recv().await {
            Ok(ChainEvent::Imported(imported)) => {
                if inputs.try_send(Input::Sealed(imported)).is_err() {
                    metrics::counter!("praxis_p2p_blocks_not_told_total").increment(1);
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}
