//! What the node does on its connections.

use crate::{
    NetError,
    bytes_codec::BytesCodec,
    limits::{ANSWER_TIME, PENDING_INBOUND, PER_PEER, STREAMS},
};
use libp2p::{
    StreamProtocol, allow_block_list,
    connection_limits::{self, ConnectionLimits},
    gossipsub::{
        self, Behaviour as Gossip, ConfigBuilder, IdentTopic, MessageAuthenticity, MessageId, PeerScoreParams,
        PeerScoreThresholds, TopicScoreParams, ValidationMode,
    },
    identify, identity, ping,
    request_response::{self, ProtocolSupport},
    swarm::NetworkBehaviour,
};
use praxis_link::MAX_DATA_BYTES;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Time between two rounds of gossip's upkeep; blocks don't wait for it.
const HEARTBEAT: Duration = Duration::from_millis(700);
/// How long a message that was seen is known: a block is a day old long before somebody sends it again in earnest.
const SEEN: Duration = Duration::from_secs(120);
/// How often peers say that they are there.
const PING: Duration = Duration::from_secs(15);
/// Peers beyond those that connect by themselves: the configured ones.
const MAX_STATIC: u32 = 64;

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    // First, so that who is not let in is not seen by the others.
    pub(crate) banned: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    limits: connection_limits::Behaviour,
    pub(crate) gossip: Gossip,
    pub(crate) questions: request_response::Behaviour<BytesCodec>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
}

/// The topic of a network's blocks.
pub(crate) fn blocks_topic(network: &str) -> IdentTopic {
    IdentTopic::new(format!("/praxis/{network}/blocks/1"))
}

impl Behaviour {
    /// The behaviour of a node of `network`.
    pub(crate) fn new(key: &identity::Keypair, network: &str, max_inbound: u32) -> Result<Self, NetError> {
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(PENDING_INBOUND))
            .with_max_established_incoming(Some(max_inbound))
            .with_max_established(Some(max_inbound.saturating_add(MAX_STATIC)))
            .with_max_established_per_peer(Some(PER_PEER));
        let protocol = StreamProtocol::try_from_owned(format!("/praxis/{network}/ask/1"))
            .map_err(|error| NetError::Setup(error.to_string()))?;
        let questions =
            request_response::Config::default().with_request_timeout(ANSWER_TIME).with_max_concurrent_streams(STREAMS);
        let agent = format!("praxis/{}", env!("CARGO_PKG_VERSION"));
        let identify = identify::Config::new(format!("/praxis/{network}"), key.public()).with_agent_version(agent);
        Ok(Self {
            banned: allow_block_list::Behaviour::default(),
            limits: connection_limits::Behaviour::new(limits),
            gossip: gossip(network)?,
            questions: request_response::Behaviour::new([(protocol, ProtocolSupport::Full)], questions),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::new(ping::Config::new().with_interval(PING)),
        })
    }
}

/// Gossip of blocks. A message's name is its hash, so the same block is sent on once whoever sends it; a message waits for the
/// node's verdict before it is sent on. Nobody signs messages: blocks are signed by the sequencer.
fn gossip(network: &str) -> Result<Gossip, NetError> {
    let setup = |error: &dyn std::fmt::Display| NetError::Setup(error.to_string());
    let config = ConfigBuilder::default()
        .heartbeat_initial_delay(Duration::from_millis(100))
        .heartbeat_interval(HEARTBEAT)
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message: &gossipsub::Message| MessageId::new(&Sha256::digest(&message.data)[..20]))
        .max_transmit_size(MAX_DATA_BYTES)
        // A block may wait for its parent or for L1 before it is judged: about seven seconds.
        .history_length(10)
        .duplicate_cache_time(SEEN)
        .flood_publish(false)
        .build()
        .map_err(|error| setup(&error))?;
    let mut gossip = Gossip::new(MessageAuthenticity::Anonymous, config).map_err(|error| setup(&error))?;
    let topic = blocks_topic(network);
    let mut scores = PeerScoreParams::default();
    scores.topics.insert(topic.hash(), topic_scores());
    gossip.with_peer_score(scores, PeerScoreThresholds::default()).map_err(|error| setup(&error))?;
    gossip.subscribe(&topic).map_err(|error| setup(&error))?;
    Ok(gossip)
}

/// What counts against a peer is what the node rejects. How much a peer brings first does not count for it: with one source of
/// blocks and few peers that says where it stands, not how good it is.
fn topic_scores() -> TopicScoreParams {
    TopicScoreParams {
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -20.0,
        invalid_message_deliveries_decay: 0.9,
        ..TopicScoreParams::default()
    }
}
