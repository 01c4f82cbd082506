//! Names of peers.

use crate::LinkError;
use std::fmt;

/// Most bytes of a libp2p peer id: a key of up to 42 bytes stands in it as it is, a longer one by its hash.
const MAX_BYTES: usize = 64;

/// A peer, by the bytes of its libp2p id: who holds the key to it is checked by the connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerName(Vec<u8>);

impl PeerName {
    /// A name.
    ///
    /// # Errors
    /// When it is longer than any peer id.
    pub fn new(bytes: &[u8]) -> Result<Self, LinkError> {
        if bytes.len() > MAX_BYTES {
            return Err(LinkError::TooLong { length: bytes.len(), limit: MAX_BYTES });
        }
        Ok(Self(bytes.to_vec()))
    }

    /// The peer id's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The end is what differs between two keys of one kind.
        let tail = &self.0[self.0.len().saturating_sub(6)..];
        tail.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerName({self})")
    }
}
