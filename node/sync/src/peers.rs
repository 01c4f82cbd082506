//! What is known of each peer.

use crate::{
    budget::Budget,
    limits::{BLOCKS_ASKED, MAX_PEERS},
};
use praxis_link::PeerName;
use std::collections::BTreeMap;

/// Points at which a peer is sent away.
const BAN_AT: u64 = 100;
/// Points that are forgotten per second, in hundredths.
const FORGOTTEN_PER_SECOND: u64 = 20;
/// For how long it is sent away, in seconds.
pub(crate) const BAN_SECONDS: u32 = 600;

/// How a peer misbehaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offence {
    /// Bytes that are no message of the protocol.
    Garbage,
    /// A message that an honest node would not have sent on: it could have seen that it is false.
    False,
    /// Another chain's node.
    OtherChain,
}

impl Offence {
    const fn points(self) -> u64 {
        match self {
            Self::Garbage => 35,
            Self::False => 50,
            Self::OtherChain => BAN_AT,
        }
    }
}

/// A connected peer.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The highest block that it says it has.
    pub(crate) claims: u64,
    /// It is not asked for blocks before this time.
    pub(crate) rests_until_ms: u64,
    /// When it was last asked where it is.
    pub(crate) asked_ms: Option<u64>,
    /// What it may ask for.
    pub(crate) blocks: Budget,
    /// Points, in hundredths, as of that time.
    points: (u64, u64),
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Peers(BTreeMap<PeerName, Peer>);

impl Peers {
    pub(crate) fn connected(&mut self, name: PeerName, now_ms: u64) {
        if self.0.len() < MAX_PEERS {
            let blocks = Budget::new(BLOCKS_ASKED, now_ms);
            let peer = Peer { claims: 0, rests_until_ms: 0, asked_ms: None, blocks, points: (0, now_ms) };
            self.0.insert(name, peer);
        }
    }

    pub(crate) fn disconnected(&mut self, name: &PeerName) {
        self.0.remove(name);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get_mut(&mut self, name: &PeerName) -> Option<&mut Peer> {
        self.0.get_mut(name)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&PeerName, &mut Peer)> {
        self.0.iter_mut()
    }

    /// A peer shows that the chain is at least that long.
    pub(crate) fn claims(&mut self, name: &PeerName, number: u64) {
        if let Some(peer) = self.0.get_mut(name) {
            peer.claims = peer.claims.max(number);
        }
    }

    /// The highest block that any peer says it has.
    pub(crate) fn highest(&self) -> u64 {
        self.0.values().map(|peer| peer.claims).max().unwrap_or(0)
    }

    /// Who can be asked for block `number`: of those, who rested longest.
    pub(crate) fn with_block(&self, number: u64, now_ms: u64) -> Option<PeerName> {
        let able = self.0.iter().filter(|(_, peer)| peer.claims >= number && peer.rests_until_ms <= now_ms);
        able.min_by_key(|(_, peer)| peer.rests_until_ms).map(|(name, _)| name.clone())
    }

    /// Leaves a peer alone until then.
    pub(crate) fn rest(&mut self, name: &PeerName, until_ms: u64) {
        if let Some(peer) = self.0.get_mut(name) {
            peer.rests_until_ms = peer.rests_until_ms.max(until_ms);
        }
    }

    /// A peer misbehaved; gives whether it is to be sent away.
    pub(crate) fn blame(&mut self, name: &PeerName, offence: Offence, now_ms: u64) -> bool {
        tracing::debug!(peer = %name, ?offence, "a peer misbehaves");
        metrics::counter!("praxis_p2p_offences_total").increment(1);
        let Some(peer) = self.0.get_mut(name) else { return false };
        let (points, since_ms) = peer.points;
        let forgotten = now_ms.saturating_sub(since_ms).saturating_mul(FORGOTTEN_PER_SECOND) / 1000;
        let points = points.saturating_sub(forgotten).saturating_add(offence.points() * 100);
        peer.points = (points, now_ms);
        points >= BAN_AT * 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_add_up_and_are_forgotten() {
        let name = PeerName::new(&[1]).unwrap();
        let mut peers = Peers::default();
        peers.connected(name.clone(), 0);
        let mut blame = |now_ms| peers.blame(&name, Offence::False, now_ms);
        assert!(!blame(0) && !blame(10_000), "98 points");
        assert!(!blame(400_000), "50 again: 49 minus what 390 s take");
        assert!(blame(400_001));
        assert!(peers.blame(&name, Offence::OtherChain, 400_002));
    }
}
