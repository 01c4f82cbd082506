//! The claims on L1 as the proposer sees them. No I/O.

use alloy_primitives::{Address, B256};
use praxis_l1::ListedClaim;
use std::collections::BTreeMap;

/// Claims that are remembered: more than a window of a week holds at the least interval that pays.
const MAX_CLAIMS: usize = 4_096;

/// A claim and what the proposer found out about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownClaim {
    /// What the factory says.
    pub listed: ListedClaim,
    /// It was made by this proposer and its bond is not paid back.
    pub own: bool,
    /// It ended as lost or void, so it carries no withdrawals.
    pub lost: bool,
}

/// The newest claims of the factory's list, by their place in it.
#[derive(Debug, Default)]
pub struct Ledger {
    claims: BTreeMap<u64, KnownClaim>,
}

impl Ledger {
    /// The newest claim that is known.
    pub fn newest(&self) -> Option<&ListedClaim> {
        self.claims.last_key_value().map(|(_, known)| &known.listed)
    }

    /// Forgets everything: L1 reorganised.
    pub fn clear(&mut self) {
        self.claims.clear();
    }

    /// Takes a claim that was not known.
    pub fn insert(&mut self, listed: ListedClaim, own: bool) {
        self.claims.insert(listed.index, KnownClaim { listed, own, lost: false });
        if self.claims.len() > MAX_CLAIMS {
            self.claims.pop_first();
        }
    }

    /// A claim ended as lost or void.
    pub fn mark_lost(&mut self, index: u64) {
        if let Some(known) = self.claims.get_mut(&index) {
            known.lost = true;
        }
    }

    /// Nothing more is to be had from this claim of ours.
    pub fn close(&mut self, index: u64) {
        if let Some(known) = self.claims.get_mut(&index) {
            known.own = false;
        }
    }

    /// The claim that stands about the highest block: `root` gives what this node has after a block, `None` where it has none.
    /// Claims that say something else are somebody's loss and no reason to wait.
    pub fn standing(&self, mut root: impl FnMut(u64) -> Option<B256>) -> Option<&ListedClaim> {
        let standing = self.claims.values().filter(|known| !known.lost).map(|known| &known.listed);
        let mut by_block: Vec<&ListedClaim> = standing.collect();
        by_block.sort_unstable_by_key(|claim| std::cmp::Reverse((claim.l2_block_number, claim.index)));
        by_block.into_iter().find(|claim| root(claim.l2_block_number) == Some(claim.output_root))
    }

    /// Our claims whose window is over at L1 time `now`, oldest first.
    pub fn ripe(&self, now: u64, claim_window: u64) -> impl Iterator<Item = (u64, Address)> {
        let ripe = move |known: &&KnownClaim| known.own && now > known.listed.created_at.saturating_add(claim_window);
        self.claims.values().filter(ripe).map(|known| (known.listed.index, known.listed.game))
    }

    /// How many of our bonds are out.
    pub fn open(&self) -> usize {
        self.claims.values().filter(|known| known.own).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_eips::BlockNumHash;
    use alloy_primitives::U256;

    fn root(block: u64) -> B256 {
        U256::from(block).into()
    }

    fn claim(index: u64, block: u64, root: B256) -> ListedClaim {
        ListedClaim {
            index,
            game: Address::with_last_byte(index as u8),
            created_at: 100 + index,
            l2_block_number: block,
            output_root: root,
            l1_head: BlockNumHash::default(),
        }
    }

    #[test]
    fn false_claims_and_lost_ones_stand_for_nothing() {
        let mut ledger = Ledger::default();
        ledger.insert(claim(0, 10, root(10)), true);
        ledger.insert(claim(1, 1_000_000, root(7)), false);
        ledger.insert(claim(2, 20, root(20)), false);
        ledger.insert(claim(3, 20, root(3)), false);
        let have = |block: u64| (block <= 100).then(|| root(block));
        assert_eq!(ledger.standing(have).unwrap().index, 2);
        ledger.mark_lost(2);
        assert_eq!(ledger.standing(have).unwrap().index, 0);
        assert_eq!(ledger.standing(|_| None), None);
    }

    #[test]
    fn bonds_come_back_in_order_once_their_windows_are_over() {
        let mut ledger = Ledger::default();
        ledger.insert(claim(0, 10, root(10)), true);
        ledger.insert(claim(1, 20, root(20)), false);
        ledger.insert(claim(2, 30, root(30)), true);
        let ripe = |ledger: &Ledger, now| ledger.ripe(now, 50).map(|(index, _)| index).collect::<Vec<_>>();
        assert_eq!(ripe(&ledger, 150), Vec::<u64>::new(), "a window includes its last second");
        assert_eq!(ripe(&ledger, 151), [0]);
        assert_eq!(ripe(&ledger, 200), [0, 2]);
        ledger.close(0);
        assert_eq!((ripe(&ledger, 200), ledger.open()), (vec![2], 1));
        ledger.clear();
        assert_eq!((ledger.newest(), ledger.open()), (None, 0));
    }

    #[test]
    fn it_forgets_the_oldest_when_it_is_full() {
        let mut ledger = Ledger::default();
        (0..MAX_CLAIMS as u64 + 5).for_each(|index| ledger.insert(claim(index, index, root(index)), false));
        assert_eq!((ledger.claims.len(), ledger.newest().unwrap().index), (MAX_CLAIMS, MAX_CLAIMS as u64 + 4));
        assert!(!ledger.claims.contains_key(&4));
    }
}
