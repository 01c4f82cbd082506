//! How much each peer brings.

use libp2p::PeerId;
use std::{collections::HashMap, time::Instant};

/// An allowance per peer that grows with time up to a bound.
pub(crate) struct Allowances {
    /// The most, and how much comes back per second.
    rule: (f64, f64),
    peers: HashMap<PeerId, (f64, Instant)>,
    most_peers: usize,
}

impl Allowances {
    pub(crate) fn new(rule: (f64, f64), most_peers: usize) -> Self {
        Self { rule, peers: HashMap::new(), most_peers }
    }

    /// Takes one from a peer's allowance; gives whether it had one.
    pub(crate) fn spend(&mut self, peer: PeerId, now: Instant) -> bool {
        let (most, per_second) = self.rule;
        if self.peers.len() >= self.most_peers && !self.peers.contains_key(&peer) {
            // Who has its whole allowance again is as good as unknown.
            self.peers.retain(|_, (left, since)| *left + now.duration_since(*since).as_secs_f64() * per_second < most);
            if self.peers.len() >= self.most_peers {
                return false;
            }
        }
        let (left, since) = self.peers.entry(peer).or_insert((most, now));
        *left = (*left + now.duration_since(*since).as_secs_f64() * per_second).min(most);
        *since = now;
        let has = *left >= 1.0;
        if has {
            *left -= 1.0;
        }
        has
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let mut allowances = Allowances::new((3.0, 2.0), 2);
        let (start, peer) = (Instant::now(), PeerId::random());
        let spent = |allowances: &mut Allowances, now| (0..10).filter(|_| allowances.spend(peer, now)).count();
        assert_eq!(spent(&mut allowances, start), 3);
        assert_eq!(spent(&mut allowances, start + Duration::from_secs(1)), 2);
        assert_eq!(spent(&mut allowances, start + Duration::from_secs(60)), 3);
    }

    #[test]
    fn no_more_peers_are_counted_than_are_bearable() {
        let mut allowances = Allowances::new((3.0, 1.0), 2);
        let start = Instant::now();
        let peers = [PeerId::random(), PeerId::random(), PeerId::random()];
        assert_eq!(peers.map(|peer| allowances.spend(peer, start)), [true, true, false]);
        assert!(allowances.spend(peers[2], start + Duration::from_secs(5)), "the others are at rest again");
    }
}
