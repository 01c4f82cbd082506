//! A whole trie from its values in order, in one pass: for states that are loaded, not grown.

use crate::node::{encode_branch, encode_extension, encode_leaf};
use alloy_primitives::{B256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieMask, nodes::RlpNode};

/// Takes values in ascending order of their keys, which have one length, and gives every node that is stored to a sink:
/// children before their parents. Holds the branches above the newest key and nothing else.
pub struct TrieStream<S> {
    sink: S,
    branches: Vec<Open>,
    last: Option<(Nibbles, Vec<u8>)>,
}

/// A branch that may get more children.
struct Open {
    depth: usize,
    children: Vec<RlpNode>,
    mask: TrieMask,
}

impl<S: FnMut(Nibbles, Vec<u8>)> TrieStream<S> {
    /// An empty trie. `sink` gets each node's path and RLP.
    pub const fn new(sink: S) -> Self {
        Self { sink, branches: Vec::new(), last: None }
    }

    /// Adds a value, which must not be empty. `key` follows all earlier ones; one that does not is left out, and `false`
    /// says so.
    #[must_use]
    pub fn add(&mut self, key: Nibbles, value: Vec<u8>) -> bool {
        if let Some((last, _)) = &self.last {
            if *last >= key || last.len() != key.len() {
                return false;
            }
            let shared = last.common_prefix_length(&key);
            self.close(Some(shared));
        }
        self.last = Some((key, value));
        true
    }

    /// Ends the trie and gives its root.
    pub fn finish(mut self) -> B256 {
        if self.last.is_none() {
            return EMPTY_ROOT_HASH;
        }
        self.close(None).unwrap_or(EMPTY_ROOT_HASH)
    }

    /// Closes what the newest key has to itself: everything below `shared` nibbles, or everything. Then gives the root.
    fn close(&mut self, shared: Option<usize>) -> Option<B256> {
        let (key, value) = self.last.take()?;
        let mut depth = key.len();
        let mut node = None;
        loop {
            // Where the finished node hangs: the nearest open branch, or one that opens now; nowhere for the root.
            let above = self.branches.last().map(|branch| branch.depth);
            let parent = match (above, shared) {
                (Some(above), Some(shared)) => Some(above.max(shared)),
                (above, shared) => above.or(shared),
            };
            let from = parent.map_or(0, |parent| parent + 1);
            let rlp = match node.take() {
                None => encode_leaf(&key.slice(from..), &value),
                Some(branch) if depth == from => branch,
                Some(branch) => {
                    let child = self.reference(key.slice(..depth), branch);
                    encode_extension(&key.slice(from..depth), &child)
                }
            };
            let Some(parent) = parent else {
                let root = keccak256(&rlp);
                (self.sink)(Nibbles::new(), rlp);
                return Some(root);
            };
            let reference = self.reference(key.slice(..from), rlp);
            if above != Some(parent) {
                self.branches.push(Open { depth: parent, children: Vec::new(), mask: TrieMask::default() });
            }
            let branch = self.branches.last_mut()?;
            branch.mask.set_bit(key.get(parent)?);
            branch.children.push(reference);
            if shared == Some(parent) {
                return None;
            }
            let branch = self.branches.pop()?;
            depth = branch.depth;
            node = Some(encode_branch(&branch.children, branch.mask));
        }
    }

    fn reference(&mut self, path: Nibbles, rlp: Vec<u8>) -> RlpNode {
        if rlp.len() < 32 {
            return RlpNode::from_rlp(&rlp);
        }
        let reference = RlpNode::word_rlp(&keccak256(&rlp));
        (self.sink)(path, rlp);
        reference
    }
}
