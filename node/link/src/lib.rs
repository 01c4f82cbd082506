//! What a node and its network process say to each other, over the process's standard input and output.
//!
//! What strangers send is read by libp2p in a process of its own (`praxis-net`), which holds neither keys of the chain nor its
//! state: whatever breaks there costs peers and no blocks. Both sides speak in frames: a length in four bytes, a kind in one, the
//! fields. The network process knows bytes and peers; what the bytes say is the node's business.
//!
//! Knows nothing of libp2p, the chain or an async runtime.

mod error;
mod fields;
mod frame;
mod from_network;
mod peer;
mod to_network;

pub use error::LinkError;
pub use frame::{MAX_DATA_BYTES, read_frame, write_frame};
pub use from_network::FromNetwork;
pub use peer::PeerName;
pub use to_network::{NetworkConfig, ToNetwork, Verdict};

#[cfg(test)]
mod tests;
