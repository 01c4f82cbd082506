//! The sparse trie: loads the nodes on the paths that are touched and nothing else.

use crate::{
    NodeCache, NodeChange, TrieError, TrieWork,
    node::{Children, Node, decode, encode_branch, encode_extension, encode_leaf},
    reader::Source,
};
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieMask, nodes::RlpNode};
use std::collections::BTreeMap;

/// A partly loaded trie, or the part of one below a path. After an error it must be dropped: the error may have left it
/// without a subtree.
pub(crate) struct SparseTrie<'a> {
    pub(crate) root: Option<Node>,
    root_hash: B256,
    path: Nibbles,
    loader: Loader<'a>,
}

/// What was hashed, and the difference to what is stored.
pub(crate) struct Finished {
    pub(crate) root: B256,
    pub(crate) changes: NodeChanges,
    pub(crate) work: TrieWork,
}

/// The same for a part: how its parent holds it, `None` when nothing is left.
pub(crate) struct FinishedPart {
    pub(crate) reference: Option<RlpNode>,
    pub(crate) changes: NodeChanges,
    pub(crate) work: TrieWork,
}

/// Nodes to write or delete, by path.
pub(crate) type NodeChanges = BTreeMap<Nibbles, NodeChange>;

impl<'a> SparseTrie<'a> {
    /// Loads the root, and checks it against the hash that the account's leaf holds where there is one.
    pub(crate) fn open(source: Source<'a>, expected: Option<B256>) -> Result<Self, TrieError> {
        let mut loader = Loader::new(source);
        let path = Nibbles::new();
        if let Some(root_hash) = expected.filter(|hash| *hash != EMPTY_ROOT_HASH) {
            let root = loader.resolve(Node::Hashed(root_hash), path)?;
            return Ok(Self { root: Some(root), root_hash, path, loader });
        }
        let (root, root_hash) = match loader.source.read(&path, expected)? {
            None => (None, EMPTY_ROOT_HASH),
            Some(rlp) => {
                let hash = keccak256(&rlp);
                (Some(loader.keep(path, rlp, hash)?), hash)
            }
        };
        match expected {
            Some(expected) if expected != root_hash => {
                Err(TrieError::Mismatch { at: source.at(path), expected, actual: root_hash })
            }
            _ => Ok(Self { root, root_hash, path, loader }),
        }
    }

    /// The part of a trie that hangs at `path`, with a loader of its own.
    pub(crate) fn part(source: Source<'a>, path: Nibbles, node: Option<Node>) -> Self {
        Self { root: node, root_hash: EMPTY_ROOT_HASH, path, loader: Loader::new(source) }
    }

    /// Where the nodes come from.
    pub(crate) const fn source(&self) -> Source<'a> {
        self.loader.source
    }

    /// The root before any change.
    pub(crate) const fn opened_root(&self) -> B256 {
        self.root_hash
    }

    /// Says which value probably stands at a key: the leaf that a hash names need then not be read, if it is the one. It is
    /// asked only where there is a cache: a reader that must see every node has none.
    pub(crate) fn expect(&mut self, key: Nibbles, value: Vec<u8>) {
        self.loader.expected = self.loader.cache.map(|_| (key, value));
    }

    /// The value at `key`.
    pub(crate) fn get(&mut self, key: &Nibbles) -> Result<Option<&[u8]>, TrieError> {
        match &mut self.root {
            None => Ok(None),
            Some(root) => self.loader.get(root, self.path, key),
        }
    }

    /// Writes a value; it must not be empty.
    pub(crate) fn insert(&mut self, key: &Nibbles, value: Vec<u8>) -> Result<(), TrieError> {
        let root = self.root.take();
        self.root = Some(self.loader.insert(root, self.path, key, value)?);
        Ok(())
    }

    /// Deletes the value at `key`, if there is one.
    pub(crate) fn remove(&mut self, key: &Nibbles) -> Result<(), TrieError> {
        if let Some(root) = self.root.take() {
            self.root = self.loader.remove(root, self.path, key)?;
        }
        Ok(())
    }

    /// Hashes what was touched.
    pub(crate) fn finish(self) -> Finished {
        let (root, mut writer) = (self.root, Writer::new(self.loader));
        let root = match &root {
            None => EMPTY_ROOT_HASH,
            Some(Node::Hashed(hash)) => *hash,
            Some(root) => writer.root(root),
        };
        let (changes, work) = writer.finish();
        Finished { root, changes, work }
    }

    /// Hashes what was touched below the path of a part.
    pub(crate) fn finish_part(self) -> FinishedPart {
        let (root, path, mut writer) = (self.root, self.path, Writer::new(self.loader));
        let reference = root.map(|root| writer.child(&root, path));
        let (changes, work) = writer.finish();
        FinishedPart { reference, changes, work }
    }

    /// Hashes a root that is a branch over finished children.
    pub(crate) fn finish_branch(self, children: &[RlpNode], mask: TrieMask) -> Finished {
        let mut writer = Writer::new(self.loader);
        let root = writer.store(Nibbles::new(), encode_branch(children, mask));
        let (changes, work) = writer.finish();
        Finished { root, changes, work }
    }
}

/// The nodes that were read, with their hashes.
struct Loader<'a> {
    source: Source<'a>,
    cache: Option<&'a NodeCache>,
    loaded: BTreeMap<Nibbles, (Bytes, B256)>,
    cached: u64,
    made: u64,
    expected: Option<(Nibbles, Vec<u8>)>,
}

impl<'a> Loader<'a> {
    fn new(source: Source<'a>) -> Self {
        Self { source, cache: source.cache(), loaded: BTreeMap::new(), cached: 0, made: 0, expected: None }
    }

    /// The leaf that is expected below `path`, if it has this hash.
    fn make(&mut self, path: &Nibbles, hash: B256) -> Option<Bytes> {
        let (key, value) = self.expected.as_ref().filter(|(key, _)| key.starts_with(path))?;
        let leaf = encode_leaf(&key.slice(path.len()..), value);
        (keccak256(&leaf) == hash).then(|| leaf.into())
    }

    fn keep(&mut self, path: Nibbles, rlp: Bytes, hash: B256) -> Result<Node, TrieError> {
        let node = decode(&rlp, path.len()).map_err(|reason| self.source.corrupt(path, reason))?;
        self.loaded.insert(path, (rlp, hash));
        Ok(node)
    }

    /// The node itself, read from the source where it is only a hash.
    fn resolve(&mut self, node: Node, path: Nibbles) -> Result<Node, TrieError> {
        let Node::Hashed(hash) = node else { return Ok(node) };
        let place = self.source.place(&path);
        if let Some(rlp) = self.cache.and_then(|cache| cache.get(&hash, place)) {
            self.cached += 1;
            return self.keep(path, rlp, hash);
        }
        if let Some(leaf) = self.make(&path, hash) {
            self.made += 1;
            return self.keep(path, leaf, hash);
        }
        let at = || self.source.at(path);
        let rlp = self.source.read(&path, Some(hash))?.ok_or_else(|| TrieError::Missing { at: at(), hash })?;
        let actual = keccak256(&rlp);
        if actual != hash {
            return Err(TrieError::Mismatch { at: at(), expected: hash, actual });
        }
        if let Some(cache) = self.cache {
            cache.put(hash, rlp.clone(), place);
        }
        self.keep(path, rlp, hash)
    }

    fn get<'n>(&mut self, node: &'n mut Node, mut path: Nibbles, key: &Nibbles) -> Result<Option<&'n [u8]>, TrieError> {
        if let Node::Hashed(hash) = *node {
            *node = self.resolve(Node::Hashed(hash), path)?;
        }
        match node {
            Node::Hashed(_) => Err(self.source.corrupt(path, "a node that resolves to a hash")),
            Node::Leaf { key: rest, value } => Ok((key.slice(path.len()..) == *rest).then_some(value.as_slice())),
            Node::Extension { key: run, child } => {
                if !key.slice(path.len()..).starts_with(run) {
                    return Ok(None);
                }
                path.extend(run);
                self.get(child, path, key)
            }
            Node::Branch(children) => {
                let nibble = self.nibble(key, &path)?;
                path.push(nibble);
                match &mut children[usize::from(nibble)] {
                    None => Ok(None),
                    Some(child) => self.get(child, path, key),
                }
            }
        }
    }

    fn insert(&mut self, node: Option<Node>, path: Nibbles, key: &Nibbles, value: Vec<u8>) -> Result<Node, TrieError> {
        let rest = key.slice(path.len()..);
        let Some(node) = node else { return Ok(Node::Leaf { key: rest, value }) };
        match self.resolve(node, path)? {
            Node::Hashed(_) => Err(self.source.corrupt(path, "a node that resolves to a hash")),
            Node::Leaf { key: old, value: old_value } => {
                if old == rest {
                    return Ok(Node::Leaf { key: rest, value });
                }
                let shared = old.common_prefix_length(&rest);
                let mut children = Children::default();
                self.place(&mut children, path, &old, shared, |key| Node::Leaf { key, value: old_value })?;
                self.place(&mut children, path, &rest, shared, |key| Node::Leaf { key, value })?;
                Ok(extend(rest.slice(..shared), Node::Branch(children)))
            }
            Node::Extension { key: run, child } => {
                let shared = run.common_prefix_length(&rest);
                if shared == run.len() {
                    let child = self.insert(Some(*child), path.join(&run), key, value)?;
                    return Ok(Node::Extension { key: run, child: Box::new(child) });
                }
                let mut children = Children::default();
                self.place(&mut children, path, &run, shared, |key| extend(key, *child))?;
                self.place(&mut children, path, &rest, shared, |key| Node::Leaf { key, value })?;
                Ok(extend(rest.slice(..shared), Node::Branch(children)))
            }
            Node::Branch(mut children) => {
                let nibble = self.nibble(key, &path)?;
                let child = children[usize::from(nibble)].take();
                let mut below = path;
                below.push(nibble);
                children[usize::from(nibble)] = Some(self.insert(child, below, key, value)?);
                Ok(Node::Branch(children))
            }
        }
    }

    /// Puts a node whose key below `path` is `key` into a new branch `shared` nibbles down.
    fn place(
        &self,
        children: &mut Children,
        path: Nibbles,
        key: &Nibbles,
        shared: usize,
        node: impl FnOnce(Nibbles) -> Node,
    ) -> Result<(), TrieError> {
        let nibble = key.get(shared).ok_or_else(|| self.prefix(path))?;
        children[usize::from(nibble)] = Some(node(key.slice(shared + 1..)));
        Ok(())
    }

    fn remove(&mut self, node: Node, path: Nibbles, key: &Nibbles) -> Result<Option<Node>, TrieError> {
        let rest = key.slice(path.len()..);
        match self.resolve(node, path)? {
            Node::Hashed(_) => Err(self.source.corrupt(path, "a node that resolves to a hash")),
            Node::Leaf { key: old, .. } if old == rest => Ok(None),
            leaf @ Node::Leaf { .. } => Ok(Some(leaf)),
            Node::Extension { key: run, child } => {
                if !rest.starts_with(&run) {
                    return Ok(Some(Node::Extension { key: run, child }));
                }
                let child = self.remove(*child, path.join(&run), key)?;
                Ok(child.map(|child| extend(run, child)))
            }
            Node::Branch(mut children) => {
                let nibble = self.nibble(key, &path)?;
                let Some(child) = children[usize::from(nibble)].take() else { return Ok(Some(Node::Branch(children))) };
                let mut below = path;
                below.push(nibble);
                children[usize::from(nibble)] = self.remove(child, below, key)?;
                self.collapse(children, path).map(Some)
            }
        }
    }

    /// A branch that lost a child. With one left it is no branch any more: that child, which has to be loaded because a
    /// leaf or an extension takes the branch's nibble into its own key, stands in its place.
    fn collapse(&mut self, mut children: Children, path: Nibbles) -> Result<Node, TrieError> {
        let mut present = (0u8..16).filter(|nibble| children[usize::from(*nibble)].is_some());
        let (first, second) = (present.next(), present.next());
        let (Some(nibble), None) = (first, second) else {
            return match first {
                Some(_) => Ok(Node::Branch(children)),
                None => Err(self.source.corrupt(path, "a branch without children")),
            };
        };
        let Some(child) = children[usize::from(nibble)].take() else {
            return Err(self.source.corrupt(path, "a branch without children"));
        };
        let mut below = path;
        below.push(nibble);
        let child = self.resolve(child, below)?;
        Ok(extend(Nibbles::from_nibbles([nibble]), child))
    }

    fn nibble(&self, key: &Nibbles, path: &Nibbles) -> Result<u8, TrieError> {
        key.get(path.len()).ok_or_else(|| self.prefix(*path))
    }

    fn prefix(&self, path: Nibbles) -> TrieError {
        self.source.corrupt(path, "one key is a prefix of another: keys of a trie have one length")
    }
}

/// `node` under the nibbles `key`: a leaf or an extension takes them in, a branch gets an extension. A node that is not
/// loaded must be a branch, which holds where it was an extension's child.
fn extend(key: Nibbles, node: Node) -> Node {
    if key.is_empty() {
        return node;
    }
    match node {
        Node::Leaf { key: rest, value } => Node::Leaf { key: key.join(&rest), value },
        Node::Extension { key: rest, child } => Node::Extension { key: key.join(&rest), child },
        child @ (Node::Branch(_) | Node::Hashed(_)) => Node::Extension { key, child: Box::new(child) },
    }
}

/// Encodes what is in memory and collects the nodes that differ from the loaded ones.
struct Writer<'a> {
    source: Source<'a>,
    cache: Option<&'a NodeCache>,
    loaded: BTreeMap<Nibbles, (Bytes, B256)>,
    changes: NodeChanges,
    work: TrieWork,
}

impl<'a> Writer<'a> {
    fn new(loader: Loader<'a>) -> Self {
        let (nodes_needed, nodes_cached, nodes_made) = (loader.loaded.len() as u64, loader.cached, loader.made);
        let work = TrieWork { nodes_needed, nodes_cached, nodes_made, nodes_hashed: 0 };
        let Loader { source, cache, loaded, .. } = loader;
        Self { source, cache, loaded, changes: NodeChanges::new(), work }
    }

    /// What was loaded and not met again is gone: a node vanishes only when something on its path is touched, and a
    /// touched node is a loaded one.
    fn finish(mut self) -> (NodeChanges, TrieWork) {
        let gone = |(old, hash)| NodeChange { old: Some(old), old_hash: Some(hash), new: None };
        self.changes.extend(self.loaded.into_iter().map(|(path, node)| (path, gone(node))));
        (self.changes, self.work)
    }

    fn root(&mut self, node: &Node) -> B256 {
        let rlp = self.encode(node, Nibbles::new());
        self.store(Nibbles::new(), rlp)
    }

    /// Reference to `node` as its parent holds it; stores it where it does not fit in there.
    fn child(&mut self, node: &Node, path: Nibbles) -> RlpNode {
        if let Node::Hashed(hash) = node {
            return RlpNode::word_rlp(hash);
        }
        let rlp = self.encode(node, path);
        if rlp.len() < 32 { RlpNode::from_rlp(&rlp) } else { RlpNode::word_rlp(&self.store(path, rlp)) }
    }

    fn encode(&mut self, node: &Node, path: Nibbles) -> Vec<u8> {
        match node {
            // `root` and `child` take hashes before they come here.
            Node::Hashed(hash) => RlpNode::word_rlp(hash).to_vec(),
            Node::Leaf { key, value } => encode_leaf(key, value),
            Node::Extension { key, child } => {
                let child = self.child(child, path.join(key));
                encode_extension(key, &child)
            }
            Node::Branch(children) => {
                let mut encoded = Vec::with_capacity(16);
                let mut mask = TrieMask::default();
                for (nibble, child) in (0u8..).zip(children.iter()) {
                    let Some(child) = child else { continue };
                    let mut below = path;
                    below.push(nibble);
                    encoded.push(self.child(child, below));
                    mask.set_bit(nibble);
                }
                encode_branch(&encoded, mask)
            }
        }
    }

    fn store(&mut self, path: Nibbles, rlp: Vec<u8>) -> B256 {
        let (old, old_hash) = match self.loaded.remove(&path) {
            Some((old, hash)) if old == rlp => return hash,
            old => old.unzip(),
        };
        let hash = keccak256(&rlp);
        self.work.nodes_hashed += 1;
        let new = Bytes::from(rlp);
        if let Some(cache) = self.cache {
            // The next block reads it, or what is left of it.
            cache.put(hash, new.clone(), self.source.place(&path));
        }
        self.changes.insert(path, NodeChange { old, old_hash, new: Some(new) });
        hash
    }
}
