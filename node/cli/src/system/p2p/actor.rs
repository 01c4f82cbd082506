//! The thread that owns the exchange of unsafe blocks.

use crate::failure::Failure;
use praxis_chain::ImportedBlock;
use praxis_link::{FromNetwork, ToNetwork};
use praxis_primitives::Fault;
use praxis_rpc::PeerCount;
use praxis_sync::{Equivocation, UnsafeSync};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::oneshot;

/// Inputs that wait. When they are as many, the network process waits, and then drops what peers send.
const INPUTS: usize = 256;
/// Messages to the network process that wait; what finds no place is not said.
const OUTPUTS: usize = 1024;
/// How often the thread looks for something to do when nothing comes.
const IDLE: Duration = Duration::from_millis(50);
/// Blocks that are taken before inputs get their turn.
const BLOCKS_AT_ONCE: usize = 8;

/// What comes to the thread.
pub(super) enum Input {
    /// The network process says something.
    Network(FromNetwork),
    /// The network process ended.
    NetworkEnded,
    /// A new block is on disk.
    Sealed(Arc<ImportedBlock>),
}

/// Where inputs go.
pub(super) type Inputs = SyncSender<Input>;

/// Starts the thread. Gives where its inputs go, what it says to the network process, the fault that ends it, and the number of
/// peers.
pub(super) fn start(
    core: UnsafeSync,
    evidence: PathBuf,
) -> Result<(Inputs, Receiver<ToNetwork>, oneshot::Receiver<Fault>, PeerCount), Failure> {
    let (inputs, incoming) = sync_channel(INPUTS);
    let (outgoing, outputs) = sync_channel(OUTPUTS);
    let (fatal, ended) = oneshot::channel();
    let peers = PeerCount::default();
    let mut actor = Actor { core, evidence, incoming, outgoing, peers: peers.clone() };
    let run = move || {
        if let Err(fault) = actor.run() {
            // Nobody listens when the node stops anyway.
            let _ = fatal.send(fault);
        }
    };
    std::thread::Builder::new().name("unsafe blocks".into()).spawn(run)?;
    Ok((inputs, outputs, ended, peers))
}

struct Actor {
    core: UnsafeSync,
    evidence: PathBuf,
    incoming: Receiver<Input>,
    outgoing: SyncSender<ToNetwork>,
    peers: PeerCount,
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Actor {
    /// Runs until nobody is left who could tell it something.
    fn run(&mut self) -> Result<(), Fault> {
        let mut busy = false;
        loop {
            let wait = if busy { Duration::ZERO } else { IDLE };
            match self.incoming.recv_timeout(wait) {
                Ok(input) => self.take(input)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            for input in self.incoming.try_iter().take(INPUTS).collect::<Vec<_>>() {
                self.take(input)?;
            }
            self.say();
            busy = false;
            for _ in 0..BLOCKS_AT_ONCE {
                busy = self.core.work(now_ms())?;
                self.say();
                if !busy {
                    break;
                }
            }
        }
    }

    fn take(&mut self, input: Input) -> Result<(), Fault> {
        match input {
            Input::Network(message) => self.core.hear(message, now_ms())?,
            Input::NetworkEnded => self.core.network_ended(),
            Input::Sealed(imported) => self.core.publish(imported.block.sealed_block())?,
        }
        self.peers.set(self.core.peer_count());
        Ok(())
    }

    fn say(&mut self) {
        for message in self.core.take_messages() {
            if self.outgoing.try_send(message).is_err() {
                metrics::counter!("praxis_p2p_messages_dropped_total").increment(1);
            }
        }
        for found in self.core.take_evidence(now_ms()) {
            if let Err(error) = keep(&self.evidence, &found) {
                tracing::error!(%error, number = found.number, "contradicting blocks can't be kept");
            }
        }
    }
}

/// Writes both blocks, each with its signature, to files that are named by number and hash.
fn keep(folder: &Path, found: &Equivocation) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for signed in [&found.first, &found.second] {
        let path = folder.join(format!("{}-{}.block", found.number, signed.block.hash()));
        if !path.exists() {
            std::fs::write(path, signed.encode())?;
        }
    }
    Ok(())
}
