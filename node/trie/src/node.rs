//! A node in memory, and its RLP.

use alloy_primitives::B256;
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::{
    Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, LeafNodeRef, RlpNode, TrieNode},
};

/// Children of a branch by nibble.
pub(crate) type Children = Box<[Option<Node>; 16]>;

/// A node of a trie of which only a part is in memory.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// Stored and not loaded.
    Hashed(B256),
    /// A value with the rest of its key.
    Leaf { key: Nibbles, value: Vec<u8> },
    /// A run of nibbles above a branch.
    Extension { key: Nibbles, child: Box<Node> },
    /// At least two children. Keys of one trie have one length, so branches hold no value.
    Branch(Children),
}

/// Nibbles of the longest key: a keccak hash.
const MAX_DEPTH: usize = 64;

/// Decodes a node that stands `depth` nibbles down; children that are stored apart become [`Node::Hashed`].
pub(crate) fn decode(mut rlp: &[u8], depth: usize) -> Result<Node, &'static str> {
    let node = TrieNode::decode(&mut rlp).map_err(|_| "it is not the RLP of a trie node")?;
    if !rlp.is_empty() {
        return Err("bytes follow the node's RLP");
    }
    match node {
        TrieNode::EmptyRoot => Err("an empty node is never stored"),
        TrieNode::Leaf(leaf) if depth + leaf.key.len() > MAX_DEPTH => Err("a leaf deeper than a key is long"),
        TrieNode::Leaf(leaf) => Ok(Node::Leaf { key: leaf.key, value: leaf.value }),
        TrieNode::Extension(extension) => {
            if extension.key.is_empty() {
                return Err("an extension without nibbles");
            }
            match child(&extension.child, depth + extension.key.len())? {
                child @ (Node::Hashed(_) | Node::Branch(_)) => {
                    Ok(Node::Extension { key: extension.key, child: Box::new(child) })
                }
                Node::Leaf { .. } | Node::Extension { .. } => Err("an extension over something that is not a branch"),
            }
        }
        TrieNode::Branch(branch) => {
            let mut children: Children = Default::default();
            for (nibble, rlp) in branch.as_ref().children() {
                if let Some(rlp) = rlp {
                    children[usize::from(nibble)] = Some(child(rlp, depth + 1)?);
                }
            }
            if children.iter().flatten().count() < 2 {
                return Err("a branch with fewer than two children");
            }
            Ok(Node::Branch(children))
        }
    }
}

/// A child reference: a hash, or a node of fewer than 32 bytes in place. Each level of such nodes is shorter than the
/// one above it, which bounds the recursion.
fn child(rlp: &RlpNode, depth: usize) -> Result<Node, &'static str> {
    if depth > MAX_DEPTH {
        return Err("a child deeper than a key is long");
    }
    match rlp.as_hash() {
        Some(hash) => Ok(Node::Hashed(hash)),
        None if rlp.len() < 32 => decode(rlp, depth),
        None => Err("a child that is neither a hash nor shorter than 32 bytes"),
    }
}

/// RLP of a leaf.
pub(crate) fn encode_leaf(key: &Nibbles, value: &[u8]) -> Vec<u8> {
    let node = LeafNodeRef::new(key, value);
    let mut out = Vec::with_capacity(node.length());
    node.encode(&mut out);
    out
}

/// RLP of an extension over an encoded child.
pub(crate) fn encode_extension(key: &Nibbles, child: &RlpNode) -> Vec<u8> {
    let node = ExtensionNodeRef::new(key, child);
    let mut out = Vec::with_capacity(node.length());
    node.encode(&mut out);
    out
}

/// RLP of a branch over the encoded children that `mask` names, in order.
pub(crate) fn encode_branch(children: &[RlpNode], mask: TrieMask) -> Vec<u8> {
    let node = BranchNodeRef::new(children, mask);
    let mut out = Vec::with_capacity(node.length());
    node.encode(&mut out);
    out
}
