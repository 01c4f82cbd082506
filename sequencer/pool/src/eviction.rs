//! Who gives way in a full pool.

use crate::sender::{Rank, Sender};
use alloy_primitives::Address;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

/// Rank, later arrivals first, whose.
type Key = (Rank, Reverse<u64>, Address);

/// The last transaction of each sender, the least missed first. Only such a one can go without leaving a gap. Made when a
/// pool is full and valid for one base fee: a pool with room pays nothing for it.
#[derive(Debug, Default)]
pub(crate) struct Tails {
    order: BTreeSet<Key>,
    keys: HashMap<Address, Key>,
}

impl Tails {
    pub(crate) fn new(senders: &HashMap<Address, Sender>, base_fee: u64) -> Self {
        let mut tails = Self::default();
        for (address, sender) in senders {
            tails.set(*address, Some(sender), base_fee);
        }
        tails
    }

    /// Takes note of what a sender has now.
    pub(crate) fn set(&mut self, address: Address, sender: Option<&Sender>, base_fee: u64) {
        if let Some(old) = self.keys.remove(&address) {
            self.order.remove(&old);
        }
        let tail = sender.and_then(|sender| Some((sender.tail_rank(base_fee)?, sender.tail()?.arrival)));
        if let Some((rank, arrival)) = tail {
            let key = (rank, Reverse(arrival), address);
            self.order.insert(key);
            self.keys.insert(address, key);
        }
    }

    /// Whose last transaction is the least missed.
    pub(crate) fn worst(&self) -> Option<Address> {
        self.order.first().map(|(.., address)| *address)
    }
}
