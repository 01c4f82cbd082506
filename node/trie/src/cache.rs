//! Nodes that were read or made lately, by their hash.

use alloy_primitives::{B256, Bytes};
use lru::LruCache;
use parking_lot::Mutex;

/// Parts with a lock each, so that threads seldom meet.
const SHARDS: usize = 16;
/// What an entry takes beside its node: key, links, table, and the allocation's own header.
const ENTRY_BYTES: usize = 160;
/// Nodes of the account trie up to this depth are on the way to many accounts. All 69,905 of them take 46 MiB here; each block
/// needs them, and deeper ones, which few blocks need twice, would push them out. They may have one half of the memory; the other
/// holds what one block needs, loaded ahead and made anew, and the upper nodes of large storage tries.
const NEAR_DEPTH: usize = 4;

/// Nodes by hash, within a number of bytes; those that were not used for longest give way, each to one of its kind: near the
/// root of the account trie, or elsewhere.
///
/// A node is kept under the hash that was computed over it, so the cache can't be out of date, whatever is committed or taken
/// back: a trie that names another node names another hash. It makes roots faster and has no say in what they are.
pub struct NodeCache {
    shards: [Mutex<Shard>; SHARDS],
    limit_bytes: usize,
}

struct Shard {
    near: Part,
    far: Part,
}

/// Nodes of one kind.
struct Part {
    nodes: LruCache<B256, Bytes>,
    bytes: usize,
    limit_bytes: usize,
}

/// Which nodes give way for a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the account trie, at most [`NEAR_DEPTH`] nibbles down.
    Near,
    /// Anywhere else.
    Far,
}

impl Place {
    /// Of a node of the account trie, or of a storage trie, so many nibbles down.
    pub(crate) const fn of(in_accounts: bool, depth: usize) -> Self {
        if in_accounts && depth <= NEAR_DEPTH { Self::Near } else { Self::Far }
    }
}

impl std::fmt::Debug for NodeCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCache").field("limit_bytes", &self.limit_bytes).finish()
    }
}

impl Part {
    fn new(limit_bytes: usize) -> Self {
        Self { nodes: LruCache::unbounded(), bytes: 0, limit_bytes }
    }

    fn put(&mut self, hash: B256, node: Bytes) {
        let size = node.len() + ENTRY_BYTES;
        if size > self.limit_bytes || self.nodes.put(hash, node).is_some() {
            return;
        }
        self.bytes += size;
        while self.bytes > self.limit_bytes {
            let Some((_, gone)) = self.nodes.pop_lru() else { break };
            self.bytes -= gone.len() + ENTRY_BYTES;
        }
    }

    fn remove(&mut self, hash: &B256) {
        if let Some(gone) = self.nodes.pop(hash) {
            self.bytes -= gone.len() + ENTRY_BYTES;
        }
    }
}

impl NodeCache {
    /// An empty cache of at most `limit_bytes`, its own administration counted; with 0 it keeps nothing.
    pub fn new(limit_bytes: usize) -> Self {
        let half = limit_bytes / SHARDS / 2;
        let shard = || Mutex::new(Shard { near: Part::new(half), far: Part::new(half) });
        Self { shards: std::array::from_fn(|_| shard()), limit_bytes }
    }

    fn shard(&self, hash: &B256) -> &Mutex<Shard> {
        &self.shards[usize::from(hash[0]) % SHARDS]
    }

    /// The node with this hash, if it is here.
    pub(crate) fn get(&self, hash: &B256, place: Place) -> Option<Bytes> {
        let mut shard = self.shard(hash).lock();
        match place {
            Place::Near => shard.near.nodes.get(hash).cloned(),
            Place::Far => shard.far.nodes.get(hash).cloned(),
        }
    }

    /// Keeps a node; `hash` has just been computed over it.
    pub(crate) fn put(&self, hash: B256, node: Bytes, place: Place) {
        let mut shard = self.shard(&hash).lock();
        match place {
            Place::Near => shard.near.put(hash, node),
            Place::Far => shard.far.put(hash, node),
        }
    }

    /// Drops a node that nothing names any more, and so makes room for one that something does. A trie that names it after all
    /// reads it again.
    pub fn remove(&self, hash: &B256) {
        let mut shard = self.shard(hash).lock();
        shard.near.remove(hash);
        shard.far.remove(hash);
    }

    /// Bytes that are kept now, administration counted.
    pub fn bytes(&self) -> usize {
        let of = |shard: &Mutex<Shard>| {
            let shard = shard.lock();
            shard.near.bytes + shard.far.bytes
        };
        self.shards.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    const NODE_BYTES: usize = 100;
    /// Room for ten near nodes in each shard, and for ten others.
    const LIMIT: usize = SHARDS * 20 * (NODE_BYTES + ENTRY_BYTES);

    fn node(n: u32) -> Bytes {
        n.to_be_bytes().repeat(NODE_BYTES / 4).into()
    }

    #[test]
    fn what_was_not_used_for_longest_gives_way() {
        let cache = NodeCache::new(LIMIT);
        let first = keccak256(node(0));
        for n in 0..2_000 {
            cache.put(keccak256(node(n)), node(n), Place::Far);
            cache.put(keccak256(node(n)), node(n), Place::Far);
            assert_eq!(cache.get(&first, Place::Far), Some(node(0)), "it was used just now");
            assert!(cache.bytes() <= LIMIT / 2);
        }
        assert_eq!(cache.get(&keccak256(node(1)), Place::Far), None);
        assert_eq!(cache.get(&keccak256(node(1_999)), Place::Far), Some(node(1_999)));
        assert!(cache.bytes() > LIMIT * 2 / 5, "{}", cache.bytes());
    }

    #[test]
    fn nodes_near_the_root_stay_whatever_is_read_below_them() {
        let cache = NodeCache::new(LIMIT);
        let near = keccak256(node(0));
        cache.put(near, node(0), Place::of(true, NEAR_DEPTH));
        for n in 1..2_000 {
            cache.put(keccak256(node(n)), node(n), Place::of(n % 2 == 0, NEAR_DEPTH + 1));
        }
        assert_eq!(cache.get(&near, Place::Near), Some(node(0)));
        for n in 1..2_000 {
            cache.put(keccak256(node(n)), node(n), Place::of(true, 0));
        }
        assert_eq!(cache.get(&near, Place::Near), None, "nodes of its own kind do push it out");
        assert!(cache.bytes() <= LIMIT);
    }

    #[test]
    fn what_is_removed_leaves_its_room() {
        let cache = NodeCache::new(LIMIT);
        for n in 0..10 {
            cache.put(keccak256(node(n)), node(n), Place::of(n % 2 == 0, 0));
        }
        for n in 0..10 {
            cache.remove(&keccak256(node(n)));
            cache.remove(&keccak256(node(n)));
        }
        assert_eq!(cache.bytes(), 0);
    }

    #[test]
    fn a_cache_of_nothing_keeps_nothing() {
        let cache = NodeCache::new(0);
        cache.put(keccak256(node(1)), node(1), Place::Near);
        assert_eq!((cache.get(&keccak256(node(1)), Place::Near), cache.bytes()), (None, 0));
    }
}
