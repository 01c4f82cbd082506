//! Bounds of what peers may cost this process, and of this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;

/// Messages of the node that wait to be worked through.
pub(crate) const QUEUED_COMMANDS: usize = 64;
/// Frames to the node that wait, of the kinds that may be dropped.
pub(crate) const QUEUED_FRAMES: usize = 512;
/// Their bytes.
pub(crate) const QUEUED_BYTES: usize = 64 << 20;
/// Gossip messages that wait for the node's verdict.
pub(crate) const UNJUDGED: usize = 1024;
/// Peers' requests that wait for the node's answer.
pub(crate) const UNANSWERED: usize = 256;
/// Gossip messages that one peer may bring at once, and how many more per second.
pub(crate) const MESSAGES: (f64, f64) = (256.0, 64.0);
/// Requests of one peer.
pub(crate) const REQUESTS: (f64, f64) = (64.0, 16.0);
/// Peers whose use of these is remembered.
pub(crate) const COUNTED_PEERS: usize = 1024;
/// Peers that are banned at the same time.
pub(crate) const BANNED_PEERS: usize = 1024;
/// Most bytes of a request: the longest is a transaction.
pub(crate) const REQUEST_BYTES: usize = 256 << 10;
/// How long an answer may take.
pub(crate) const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Connections that are being made to this node.
pub(crate) const PENDING_INBOUND: u32 = 32;
/// Connections of one peer: both sides may have dialled at once.
pub(crate) const PER_PEER: u32 = 2;
/// Requests and answers of one connection at once.
pub(crate) const STREAMS: usize = 16;
/// How long a connection is kept that nobody uses; gossip uses its own always.
pub(crate) const IDLE: Duration = Duration::from_secs(3600);

/// Address space of the process: queues above, buffers of streams, the runtime.
const MEMORY_BYTES: u64 = 2 << 30;
/// Open files: a connection is one.
const OPEN_FILES: u64 = 1024;

/// Takes from this process what it does not need.
pub(crate) fn limit_this_process() {
    for (resource, limit) in [(Resource::As, MEMORY_BYTES), (Resource::Nofile, OPEN_FILES), (Resource::Core, 0)] {
        // Whoever started this process may have set a tighter bound.
        let bound = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        let limit = Rlimit { current: Some(bound), maximum: Some(bound) };
        if let Err(error) = setrlimit(resource, limit) {
            tracing::warn!(?resource, %error, "a resource can't be limited");
        }
    }
}
