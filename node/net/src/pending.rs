//! Things that wait for the node, by number, and no more of them than are bearable.

use std::collections::BTreeMap;

/// Waiting things. When there are too many, the oldest goes.
pub(crate) struct Pending<T> {
    next: u64,
    limit: usize,
    waiting: BTreeMap<u64, T>,
}

impl<T> Pending<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { next: 0, limit, waiting: BTreeMap::new() }
    }

    /// Takes one; gives its number, and what had to go for it.
    pub(crate) fn add(&mut self, thing: T) -> (u64, Option<T>) {
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, thing);
        let gone = if self.waiting.len() > self.limit { self.waiting.pop_first() } else { None };
        (number, gone.map(|(_, gone)| gone))
    }

    /// Takes one out.
    pub(crate) fn take(&mut self, number: u64) -> Option<T> {
        self.waiting.remove(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut pending = Pending::new(2);
        let added: Vec<_> = ["a", "b", "c"].map(|thing| pending.add(thing)).into();
        assert_eq!(added, [(0, None), (1, None), (2, Some("a"))]);
        assert_eq!((pending.take(0), pending.take(2), pending.take(2)), (None, Some("c"), None));
    }
}
