//! Peers that connections are kept to.

use crate::NetError;
use libp2p::{
    Multiaddr, PeerId,
    multiaddr::Protocol,
    swarm::dial_opts::{DialOpts, PeerCondition},
};
use std::time::{Duration, Instant};

/// The first pause after a try that failed, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

struct StaticPeer {
    peer: PeerId,
    address: Multiaddr,
    connected: bool,
    pause: Duration,
    next_try: Instant,
}

/// See the module.
pub(crate) struct StaticPeers(Vec<StaticPeer>);

impl StaticPeers {
    /// Peers by their multiaddresses, all to be dialled at once.
    pub(crate) fn new(addresses: &[String], now: Instant) -> Result<Self, NetError> {
        let read = |text: &String| {
            let address: Multiaddr =
                text.parse().map_err(|error| NetError::Address(text.clone(), "/p2p/12D3Koo…", error))?;
            let Some(Protocol::P2p(peer)) = address.iter().last() else {
                return Err(NetError::NoPeerId(text.clone()));
            };
            Ok(StaticPeer { peer, address, connected: false, pause: FIRST_PAUSE, next_try: now })
        };
        Ok(Self(addresses.iter().map(read).collect::<Result<_, NetError>>()?))
    }

    /// A connection came about, or the last one to a peer ended.
    pub(crate) fn set_connected(&mut self, peer: PeerId, connected: bool, now: Instant) {
        for known in self.0.iter_mut().filter(|known| known.peer == peer) {
            (known.connected, known.pause, known.next_try) = (connected, FIRST_PAUSE, now + FIRST_PAUSE);
        }
    }

    /// Whom to dial now.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<DialOpts> {
        let mut due = Vec::new();
        for known in self.0.iter_mut().filter(|known| !known.connected && known.next_try <= now) {
            known.next_try = now + known.pause;
            known.pause = (known.pause * 2).min(LONGEST_PAUSE);
            let address = vec![known.address.clone()];
            let condition = PeerCondition::DisconnectedAndNotDialing;
            due.push(DialOpts::peer_id(known.peer).condition(condition).addresses(address).build());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "/ip4/127.0.0.1/tcp/9003/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

    #[test]
    fn a_peer_is_dialled_with_growing_pauses_until_it_is_there() {
        let start = Instant::now();
        let mut peers = StaticPeers::new(&[PEER.into()], start).unwrap();
        let dials = |peers: &mut StaticPeers, from: u64, to: u64| {
            (from..to).filter(|second| !peers.due(start + Duration::from_secs(*second)).is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(dials(&mut peers, 0, 100), [0, 1, 3, 7, 15, 31, 61, 91]);
        let peer = peers.0[0].peer;
        peers.set_connected(peer, true, start + Duration::from_secs(100));
        assert!(dials(&mut peers, 100, 200).is_empty());
        peers.set_connected(peer, false, start + Duration::from_secs(200));
        assert_eq!(dials(&mut peers, 200, 204), [201, 202]);
    }

    #[test]
    fn an_address_without_a_peer_id_is_refused() {
        let new = |text: &str| StaticPeers::new(&[text.into()], Instant::now()).map(|_| ());
        assert!(matches!(new("/ip4/127.0.0.1/tcp/9003"), Err(NetError::NoPeerId(_))));
        assert!(matches!(new("127.0.0.1:9003"), Err(NetError::Address(..))));
    }
}
