//! What the network process tells the node.

use crate::{
    LinkError, MAX_DATA_BYTES, PeerName,
    fields::{Reader, Writer},
};

/// Most bytes of a text.
const MAX_TEXT_BYTES: usize = 2048;

/// A message from the network process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromNetwork {
    /// It listens at a multiaddress, which ends with the node's peer id.
    Listening(String),
    /// A peer is connected.
    Connected(PeerName),
    /// A peer is gone.
    Disconnected(PeerName),
    /// Gossip brought a message, which waits for its verdict.
    Message {
        /// Its number.
        message: u64,
        /// Who sent it on; not who made it.
        peer: PeerName,
        /// What it says.
        data: Vec<u8>,
    },
    /// A peer asks.
    Asked {
        /// A number for the answer.
        id: u64,
        /// Who.
        peer: PeerName,
        /// What.
        data: Vec<u8>,
    },
    /// A peer answered.
    Answered {
        /// The question's number.
        id: u64,
        /// The answer.
        data: Vec<u8>,
    },
    /// A peer did not answer.
    Unanswered {
        /// The question's number.
        id: u64,
    },
    /// The process can't do its work, and ends.
    Failed(String),
}

impl FromNetwork {
    /// The frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Listening(address) => Writer::new(0).bytes(cut(address)).done(),
            Self::Connected(peer) => Writer::new(1).bytes(peer.as_bytes()).done(),
            Self::Disconnected(peer) => Writer::new(2).bytes(peer.as_bytes()).done(),
            Self::Message { message, peer, data } => {
                Writer::new(3).u64(*message).bytes(peer.as_bytes()).bytes(data).done()
            }
            Self::Asked { id, peer, data } => Writer::new(4).u64(*id).bytes(peer.as_bytes()).bytes(data).done(),
            Self::Answered { id, data } => Writer::new(5).u64(*id).bytes(data).done(),
            Self::Unanswered { id } => Writer::new(6).u64(*id).done(),
            Self::Failed(reason) => Writer::new(7).bytes(cut(reason)).done(),
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none that [`Self::encode`] gives.
    pub fn decode(frame: &[u8]) -> Result<Self, LinkError> {
        let mut reader = Reader(frame);
        let message = match reader.u8()? {
            0 => Self::Listening(reader.text(MAX_TEXT_BYTES)?),
            1 => Self::Connected(read_peer(&mut reader)?),
            2 => Self::Disconnected(read_peer(&mut reader)?),
            3 => Self::Message {
                message: reader.u64()?,
                peer: read_peer(&mut reader)?,
                data: reader.bytes(MAX_DATA_BYTES)?.to_vec(),
            },
            4 => Self::Asked {
                id: reader.u64()?,
                peer: read_peer(&mut reader)?,
                data: reader.bytes(MAX_DATA_BYTES)?.to_vec(),
            },
            5 => Self::Answered { id: reader.u64()?, data: reader.bytes(MAX_DATA_BYTES)?.to_vec() },
            6 => Self::Unanswered { id: reader.u64()? },
            7 => Self::Failed(reader.text(MAX_TEXT_BYTES)?),
            kind => return Err(LinkError::Kind(kind)),
        };
        reader.end()?;
        Ok(message)
    }
}

fn read_peer(reader: &mut Reader<'_>) -> Result<PeerName, LinkError> {
    PeerName::new(reader.bytes(MAX_TEXT_BYTES)?)
}

/// The beginning of a text that is too long to be told.
fn cut(text: &str) -> &[u8] {
    &text.as_bytes()[..text.floor_char_boundary(MAX_TEXT_BYTES)]
}
