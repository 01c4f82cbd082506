//! What the node tells the network process.

use crate::{
    LinkError, MAX_DATA_BYTES, PeerName,
    fields::{Reader, Writer},
};

/// Most addresses of one kind in a configuration.
const MAX_ADDRESSES: usize = 64;
/// Most bytes of an address or a name.
const MAX_TEXT_BYTES: usize = 512;

/// With what the network process begins.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Secret of the node's ed25519 key, which its peer id comes from.
    pub secret: [u8; 32],
    /// What the protocols' names carry, so that nodes of other chains don't talk to each other.
    pub network: String,
    /// Multiaddresses to listen at.
    pub listen: Vec<String>,
    /// Multiaddresses of peers that connections are kept to, with their peer ids at the end.
    pub peers: Vec<String>,
    /// Most peers that connect by themselves.
    pub max_inbound: u32,
}

impl std::fmt::Debug for NetworkConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of logs.
        let Self { network, listen, peers, max_inbound, .. } = self;
        let shown = (network, listen, peers, max_inbound);
        write!(f, "NetworkConfig{shown:?}")
    }
}

/// What becomes of a message that gossip brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is sent on.
    Accept,
    /// It is dropped, and nobody is blamed.
    Ignore,
    /// It is dropped, and whoever sent it is trusted less.
    Reject,
}

/// A message to the network process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToNetwork {
    /// The first one.
    Start(NetworkConfig),
    /// Tell everyone.
    Publish(Vec<u8>),
    /// What becomes of a gossip message.
    Judge {
        /// Its number.
        message: u64,
        /// What becomes of it.
        verdict: Verdict,
    },
    /// Ask a peer.
    Ask {
        /// A number for the answer.
        id: u64,
        /// Whom.
        peer: PeerName,
        /// What.
        data: Vec<u8>,
    },
    /// Answer a peer's request.
    Answer {
        /// The request's number.
        id: u64,
        /// The answer.
        data: Vec<u8>,
    },
    /// Leave a peer's request without an answer.
    Decline {
        /// The request's number.
        id: u64,
    },
    /// Have nothing to do with a peer for a while.
    Ban {
        /// Which.
        peer: PeerName,
        /// How long.
        seconds: u32,
    },
}

impl ToNetwork {
    /// The frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Start(config) => {
                let NetworkConfig { secret, network, listen, peers, max_inbound } = config;
                let writer = Writer::new(0).bytes(secret).bytes(network.as_bytes());
                writer.list(listen).list(peers).u32(*max_inbound).done()
            }
            Self::Publish(data) => Writer::new(1).bytes(data).done(),
            Self::Judge { message, verdict } => Writer::new(2).u64(*message).u8(*verdict as u8).done(),
            Self::Ask { id, peer, data } => Writer::new(3).u64(*id).bytes(peer.as_bytes()).bytes(data).done(),
            Self::Answer { id, data } => Writer::new(4).u64(*id).bytes(data).done(),
            Self::Decline { id } => Writer::new(5).u64(*id).done(),
            Self::Ban { peer, seconds } => Writer::new(6).bytes(peer.as_bytes()).u32(*seconds).done(),
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none that [`Self::encode`] gives.
    pub fn decode(frame: &[u8]) -> Result<Self, LinkError> {
        let mut reader = Reader(frame);
        let message = match reader.u8()? {
            0 => Self::Start(read_config(&mut reader)?),
            1 => Self::Publish(reader.bytes(MAX_DATA_BYTES)?.to_vec()),
            2 => Self::Judge { message: reader.u64()?, verdict: read_verdict(reader.u8()?)? },
            3 => Self::Ask {
                id: reader.u64()?,
                peer: PeerName::new(reader.bytes(MAX_TEXT_BYTES)?)?,
                data: reader.bytes(MAX_DATA_BYTES)?.to_vec(),
            },
            4 => Self::Answer { id: reader.u64()?, data: reader.bytes(MAX_DATA_BYTES)?.to_vec() },
            5 => Self::Decline { id: reader.u64()? },
            6 => Self::Ban { peer: PeerName::new(reader.bytes(MAX_TEXT_BYTES)?)?, seconds: reader.u32()? },
            kind => return Err(LinkError::Kind(kind)),
        };
        reader.end()?;
        Ok(message)
    }
}

fn read_config(reader: &mut Reader<'_>) -> Result<NetworkConfig, LinkError> {
    let secret = reader.bytes(32)?;
    Ok(NetworkConfig {
        secret: secret.try_into().map_err(|_| LinkError::Short)?,
        network: reader.text(MAX_TEXT_BYTES)?,
        listen: reader.list(MAX_ADDRESSES, MAX_TEXT_BYTES)?,
        peers: reader.list(MAX_ADDRESSES, MAX_TEXT_BYTES)?,
        max_inbound: reader.u32()?,
    })
}

const fn read_verdict(code: u8) -> Result<Verdict, LinkError> {
    match code {
        0 => Ok(Verdict::Accept),
        1 => Ok(Verdict::Ignore),
        2 => Ok(Verdict::Reject),
        other => Err(LinkError::Value(other as u64)),
    }
}
