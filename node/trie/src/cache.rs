//! Nodes that were read or made lately, by their hash.

use alloy_primitives::{B256, Bytes};
use lru::LruCache;
use parking_lot::Mutex;

/// Parts with a lock each, so that threads seldom meet.
const SHARDS: usize = 16;
/// What an entry takes beside its node: key, links, table, and the allocation's own header.
const ENTRY_BYTES: usize = 160;

/// Nodes by hash, within a number of bytes; those that were not used for longest give way.
///
/// A node is kept under the hash that was computed over it, so the cache can't be out of date, whatever is committed or taken
/// back: a trie that names another node names another hash. It makes roots faster and has no say in what they are.
pub struct NodeCache {
    shards: [Mutex<Shard>; SHARDS],
    shard_limit: usize,
}

struct Shard {
    nodes: LruCache<B256, Bytes>,
    bytes: usize,
}

impl std::fmt::Debug for NodeCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCache").field("limit_bytes", &(self.shard_limit * SHARDS)).finish()
    }
}

impl NodeCache {
    /// An empty cache of at most `limit_bytes`, its own administration counted; with 0 it keeps nothing.
    pub fn new(limit_bytes: usize) -> Self {
        let shard = || Mutex::new(Shard { nodes: LruCache::unbounded(), bytes: 0 });
        Self { shards: std::array::from_fn(|_| shard()), shard_limit: limit_bytes / SHARDS }
    }

    fn shard(&self, hash: &B256) -> &Mutex<Shard> {
        &self.shards[usize::from(hash[0]) % SHARDS]
    }

    /// The node with this hash, if it is here.
    pub(crate) fn get(&self, hash: &B256) -> Option<Bytes> {
        self.shard(hash).lock().nodes.get(hash).cloned()
    }

    /// Keeps a node; `hash` has just been computed over it.
    pub(crate) fn put(&self, hash: B256, node: Bytes) {
        let size = node.len() + ENTRY_BYTES;
        if size > self.shard_limit {
            return;
        }
        let mut shard = self.shard(&hash).lock();
        if shard.nodes.put(hash, node).is_some() {
            return;
        }
        shard.bytes += size;
        while shard.bytes > self.shard_limit {
            let Some((_, gone)) = shard.nodes.pop_lru() else { break };
            shard.bytes -= gone.len() + ENTRY_BYTES;
        }
    }

    /// Bytes that are kept now, administration counted.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    fn node(n: u32) -> Bytes {
        n.to_be_bytes().repeat(25).into()
    }

    #[test]
    fn what_was_not_used_for_longest_gives_way() {
        let cache = NodeCache::new(SHARDS * 10 * (100 + ENTRY_BYTES));
        let first = keccak256(node(0));
        for n in 0..2_000 {
            cache.put(keccak256(node(n)), node(n));
            cache.put(keccak256(node(n)), node(n));
            assert_eq!(cache.get(&first), Some(node(0)), "it was used just now");
            assert!(cache.bytes() <= SHARDS * 10 * (100 + ENTRY_BYTES));
        }
        assert_eq!(cache.get(&keccak256(node(1))), None);
        assert_eq!(cache.get(&keccak256(node(1_999))), Some(node(1_999)));
        assert!(cache.bytes() > SHARDS * 8 * (100 + ENTRY_BYTES), "{}", cache.bytes());
    }

    #[test]
    fn a_cache_of_nothing_keeps_nothing() {
        let cache = NodeCache::new(0);
        cache.put(keccak256(node(1)), node(1));
        assert_eq!((cache.get(&keccak256(node(1))), cache.bytes()), (None, 0));
    }
}
