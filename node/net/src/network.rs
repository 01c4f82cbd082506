//! The loop: connections on one side, the node on the other.

use crate::{
    NetError,
    allowances::Allowances,
    behaviour::{Behaviour, BehaviourEvent, blocks_topic},
    limits::{BANNED_PEERS, COUNTED_PEERS, IDLE, MESSAGES, REQUESTS, UNANSWERED, UNJUDGED},
    outbox::Outbox,
    pending::Pending,
    static_peers::StaticPeers,
};
use futures::StreamExt;
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder,
    gossipsub::{self, IdentTopic, MessageAcceptance, MessageId},
    identity::Keypair,
    multiaddr::Protocol,
    noise, ping,
    request_response::{self, OutboundRequestId, ResponseChannel},
    swarm::SwarmEvent,
    tcp, yamux,
};
use praxis_link::{FromNetwork, NetworkConfig, PeerName, ToNetwork, Verdict};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// How often static peers and bans are looked at.
const TICK: Duration = Duration::from_millis(500);

type Questions = request_response::Event<Vec<u8>, Vec<u8>>;

/// See the module.
pub(crate) struct Network {
    swarm: Swarm<Behaviour>,
    topic: IdentTopic,
    outbox: Outbox,
    statics: StaticPeers,
    /// Gossip messages that wait for their verdict.
    unjudged: Pending<(MessageId, PeerId)>,
    /// Peers' requests that wait for an answer.
    unanswered: Pending<ResponseChannel<Vec<u8>>>,
    /// The node's own requests.
    asked: BTreeMap<OutboundRequestId, u64>,
    messages: Allowances,
    requests: Allowances,
    bans: BTreeMap<PeerId, Instant>,
}

impl Network {
    /// Opens everything that the configuration names.
    pub(crate) fn new(config: NetworkConfig, outbox: Outbox) -> Result<Self, NetError> {
        let NetworkConfig { secret, network, listen, peers, max_inbound } = config;
        let setup = |error: &dyn std::fmt::Display| NetError::Setup(error.to_string());
        let key = Keypair::ed25519_from_bytes(secret).map_err(|error| setup(&error))?;
        let behaviour = Behaviour::new(&key, &network, max_inbound)?;
        let mut swarm = SwarmBuilder::with_existing_identity(key)
            .with_tokio()
            .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
            .map_err(|error| setup(&error))?
            .with_behaviour(|_| behaviour)
            .map_err(|error| setup(&error))?
            .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
            .build();
        for text in &listen {
            let address: Multiaddr = text.parse().map_err(|error| NetError::Address(text.clone(), "", error))?;
            swarm.listen_on(address).map_err(|error| NetError::Listen(text.clone(), error.to_string()))?;
        }
        Ok(Self {
            topic: blocks_topic(&network),
            statics: StaticPeers::new(&peers, Instant::now())?,
            unjudged: Pending::new(UNJUDGED),
            unanswered: Pending::new(UNANSWERED),
            asked: BTreeMap::new(),
            messages: Allowances::new(MESSAGES, COUNTED_PEERS),
            requests: Allowances::new(REQUESTS, COUNTED_PEERS),
            bans: BTreeMap::new(),
            swarm,
            outbox,
        })
    }

    /// Runs until the node is gone.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<ToNetwork>) -> Result<(), NetError> {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await?,
                    None => return Ok(()),
                },
                event = self.swarm.select_next_some() => self.hear(event).await?,
                _ = tick.tick() => self.tick(Instant::now()),
            }
        }
    }

    fn tick(&mut self, now: Instant) {
        for dial in self.statics.due(now) {
            if let Err(error) = self.swarm.dial(dial) {
                tracing::debug!(%error, "a peer is not dialled");
            }
        }
        let banned = &mut self.swarm.behaviour_mut().banned;
        self.bans.retain(|peer, until| {
            let stays = *until > now;
            if !stays {
                banned.unblock_peer(*peer);
            }
            stays
        });
    }

    async fn obey(&mut self, command: ToNetwork) -> Result<(), NetError> {
        match command {
            ToNetwork::Start(_) => return Err(NetError::Version),
            ToNetwork::Publish(data) => {
                if let Err(error) = self.swarm.behaviour_mut().gossip.publish(self.topic.clone(), data) {
                    // Without peers there is nobody to tell; those who come ask for what they missed.
                    tracing::debug!(%error, "a block was not told");
                }
            }
            ToNetwork::Judge { message, verdict } => self.judge(message, verdict),
            ToNetwork::Ask { id, peer, data } => match PeerId::from_bytes(peer.as_bytes()) {
                Ok(peer) if self.swarm.is_connected(&peer) => {
                    let request = self.swarm.behaviour_mut().questions.send_request(&peer, data);
                    self.asked.insert(request, id);
                }
                _ => self.outbox.deliver(FromNetwork::Unanswered { id }).await,
            },
            ToNetwork::Answer { id, data } => {
                if let Some(channel) = self.unanswered.take(id) {
                    // A peer that is gone needs no answer.
                    let _ = self.swarm.behaviour_mut().questions.send_response(channel, data);
                }
            }
            ToNetwork::Decline { id } => drop(self.unanswered.take(id)),
            ToNetwork::Ban { peer, seconds } => self.ban(&peer, seconds),
        }
        Ok(())
    }

    fn judge(&mut self, message: u64, verdict: Verdict) {
        let Some((id, peer)) = self.unjudged.take(message) else { return };
        self.report(&id, &peer, verdict);
    }

    fn report(&mut self, id: &MessageId, peer: &PeerId, verdict: Verdict) {
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        self.swarm.behaviour_mut().gossip.report_message_validation_result(id, peer, acceptance);
    }

    fn ban(&mut self, peer: &PeerName, seconds: u32) {
        let Ok(peer) = PeerId::from_bytes(peer.as_bytes()) else { return };
        if self.bans.len() >= BANNED_PEERS && !self.bans.contains_key(&peer) {
            return;
        }
        tracing::info!(%peer, seconds, "nothing to do with this peer for a while");
        self.bans.insert(peer, Instant::now() + Duration::from_secs(seconds.into()));
        self.swarm.behaviour_mut().banned.block_peer(peer);
    }

    async fn hear(&mut self, event: SwarmEvent<BehaviourEvent>) -> Result<(), NetError> {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => {
                let address = address.with(Protocol::P2p(*self.swarm.local_peer_id()));
                self.outbox.deliver(FromNetwork::Listening(address.to_string())).await;
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener has a problem"),
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                return Err(NetError::Listen(addresses.join(", "), error.to_string()));
            }
            SwarmEvent::ConnectionEstablished { peer_id, num_established, .. } if num_established.get() == 1 => {
                self.statics.set_connected(peer_id, true, Instant::now());
                self.tell_peer(peer_id, FromNetwork::Connected).await;
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                self.statics.set_connected(peer_id, false, Instant::now());
                self.tell_peer(peer_id, FromNetwork::Disconnected).await;
            }
            SwarmEvent::OutgoingConnectionError { peer_id, error, .. } => {
                tracing::debug!(?peer_id, %error, "a peer can't be reached");
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(event)) => self.hear_gossip(event),
            SwarmEvent::Behaviour(BehaviourEvent::Questions(event)) => self.hear_question(event).await,
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { peer, result: Err(error), .. })) => {
                tracing::debug!(%peer, %error, "a peer is silent");
                // It is dialled again if it is one to keep.
                let _ = self.swarm.disconnect_peer_id(peer);
            }
            _ => {}
        }
        Ok(())
    }

    async fn tell_peer(&self, peer: PeerId, message: impl FnOnce(PeerName) -> FromNetwork) {
        if let Some(name) = name(&peer) {
            self.outbox.deliver(message(name)).await;
        }
    }

    fn hear_gossip(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message { propagation_source: peer, message_id, message } = event else { return };
        let room = self.messages.spend(peer, Instant::now());
        let Some(name) = name(&peer).filter(|_| room) else {
            return self.report(&message_id, &peer, Verdict::Ignore);
        };
        let (number, gone) = self.unjudged.add((message_id, peer));
        if let Some((id, peer)) = gone {
            self.report(&id, &peer, Verdict::Ignore);
        }
        if !self.outbox.offer(&FromNetwork::Message { message: number, peer: name, data: message.data }) {
            self.judge(number, Verdict::Ignore);
        }
    }

    async fn hear_question(&mut self, event: Questions) {
        match event {
            Questions::Message {
                peer, message: request_response::Message::Request { request, channel, .. }, ..
            } => {
                let room = self.requests.spend(peer, Instant::now());
                let Some(name) = name(&peer).filter(|_| room) else { return };
                // The oldest that waits is dropped for it, and its peer hears that there is no answer.
                let (id, _) = self.unanswered.add(channel);
                if !self.outbox.offer(&FromNetwork::Asked { id, peer: name, data: request }) {
                    self.unanswered.take(id);
                }
            }
            Questions::Message { message: request_response::Message::Response { request_id, response }, .. } => {
                if let Some(id) = self.asked.remove(&request_id) {
                    self.outbox.deliver(FromNetwork::Answered { id, data: response }).await;
                }
            }
            Questions::OutboundFailure { request_id, peer, error, .. } => {
                tracing::debug!(%peer, %error, "no answer");
                if let Some(id) = self.asked.remove(&request_id) {
                    self.outbox.deliver(FromNetwork::Unanswered { id }).await;
                }
            }
            Questions::InboundFailure { peer, error, .. } => tracing::debug!(%peer, %error, "a peer got no answer"),
            _ => {}
        }
    }
}

fn name(peer: &PeerId) -> Option<PeerName> {
    PeerName::new(&peer.to_bytes()).ok()
}
