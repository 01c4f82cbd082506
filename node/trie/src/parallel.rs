//! Many changes of one trie, by several threads: what hangs below different nibbles of the root has nothing in common.

use crate::{
    TrieError, TrieWork,
    node::Node,
    reader::Source,
    sparse::{Finished, FinishedPart, NodeChanges, SparseTrie},
};
use alloy_primitives::B256;
use alloy_trie::{Nibbles, TrieMask, nodes::RlpNode};
use parking_lot::Mutex;
use std::{num::NonZero, sync::OnceLock, thread};

/// Fewer changes than these are made by one thread: starting another costs about as much as they do.
const MIN_CHANGES: usize = 128;
/// More threads than these find nothing to do below 16 nibbles of unequal weight.
const MAX_THREADS: usize = 8;

/// A trie after its changes.
pub(crate) struct Updated<R> {
    /// The root before.
    pub(crate) opened_root: B256,
    pub(crate) root: B256,
    pub(crate) changes: NodeChanges,
    pub(crate) work: TrieWork,
    /// What `apply` gave for each change, in order.
    pub(crate) results: Vec<R>,
}

/// Makes one change. It touches the trie at its key only.
pub(crate) type Apply<'f, 'a, C, R> =
    &'f (dyn Fn(&mut SparseTrie<'a>, &Nibbles, &C) -> Result<R, TrieError> + Sync + 'f);

/// Opens a trie and makes `changes`, which stand in the order of their keys. The outcome does not depend on how many
/// threads there are.
pub(crate) fn update<'a, C: Sync, R: Send>(
    source: Source<'a>,
    expected: Option<B256>,
    changes: &[(Nibbles, C)],
    apply: Apply<'_, 'a, C, R>,
) -> Result<Updated<R>, TrieError> {
    let threads = if changes.len() < MIN_CHANGES { 1 } else { threads() };
    update_with(threads, source, expected, changes, apply)
}

/// The same with this many threads.
pub(crate) fn update_with<'a, C: Sync, R: Send>(
    threads: usize,
    source: Source<'a>,
    expected: Option<B256>,
    changes: &[(Nibbles, C)],
    apply: Apply<'_, 'a, C, R>,
) -> Result<Updated<R>, TrieError> {
    let mut trie = SparseTrie::open(source, expected)?;
    if threads > 1 && matches!(trie.root, Some(Node::Branch(_))) {
        if let Some(updated) = in_parts(threads, trie, changes, apply)? {
            return Ok(updated);
        }
        trie = SparseTrie::open(source, expected)?;
    }
    let opened_root = trie.opened_root();
    let results = changes.iter().map(|(key, change)| apply(&mut trie, key, change)).collect::<Result<_, _>>()?;
    let Finished { root, changes, work } = trie.finish();
    Ok(Updated { opened_root, root, changes, work, results })
}

fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS))
}

/// One nibble's share of the work.
struct Task<'c, C> {
    nibble: u8,
    node: Option<Node>,
    changes: &'c [(Nibbles, C)],
}

/// A task that is done.
struct Done<R> {
    nibble: u8,
    part: FinishedPart,
    results: Vec<R>,
}

/// `None` where fewer than two children are left, which a branch can't be: then the root collapses, and the parts would
/// have to be joined again.
fn in_parts<'a, C: Sync, R: Send>(
    threads: usize,
    mut trie: SparseTrie<'a>,
    changes: &[(Nibbles, C)],
    apply: Apply<'_, 'a, C, R>,
) -> Result<Option<Updated<R>>, TrieError> {
    let (source, opened_root) = (trie.source(), trie.opened_root());
    let Some(Node::Branch(mut children)) = trie.root.take() else { return Ok(None) };
    let tasks: Vec<_> = changes
        .chunk_by(|(a, _), (b, _)| a.first() == b.first())
        .filter_map(|changes| {
            let nibble = changes.first()?.0.first()?;
            Some(Task { nibble, node: children[usize::from(nibble)].take(), changes })
        })
        .collect();
    let threads = threads.min(tasks.len());
    let done = run(threads, source, tasks, apply)?;

    let mut references: [Option<RlpNode>; 16] = children.map(|child| child.map(|node| untouched(source, node)));
    let mut out = NodeChanges::new();
    let (mut work, mut results) = (TrieWork::default(), Vec::with_capacity(changes.len()));
    for Done { nibble, part, results: some } in done {
        references[usize::from(nibble)] = part.reference;
        out.extend(part.changes);
        work += part.work;
        results.extend(some);
    }
    let mut mask = TrieMask::default();
    let mut present = Vec::with_capacity(16);
    for (nibble, reference) in (0u8..).zip(references) {
        if let Some(reference) = reference {
            mask.set_bit(nibble);
            present.push(reference);
        }
    }
    if present.len() < 2 {
        return Ok(None);
    }
    let root = trie.finish_branch(&present, mask);
    out.extend(root.changes);
    work += root.work;
    Ok(Some(Updated { opened_root, root: root.root, changes: out, work, results }))
}

/// A child that no change reaches: a hash, or a node inside its parent.
fn untouched(source: Source<'_>, node: Node) -> RlpNode {
    match node {
        Node::Hashed(hash) => RlpNode::word_rlp(&hash),
        node => {
            // It has no stored nodes below it, so nothing of it can change.
            let part = SparseTrie::part(source, Nibbles::new(), Some(node)).finish_part();
            part.reference.unwrap_or_default()
        }
    }
}

/// The tasks, each by the thread that is free first; the calling thread is one of them. In order of their nibbles.
fn run<'a, C: Sync, R: Send>(
    threads: usize,
    source: Source<'a>,
    tasks: Vec<Task<'_, C>>,
    apply: Apply<'_, 'a, C, R>,
) -> Result<Vec<Done<R>>, TrieError> {
    let queue = Mutex::new(tasks.into_iter());
    let work = || -> Result<Vec<Done<R>>, TrieError> {
        let mut done = Vec::new();
        loop {
            let Some(task) = queue.lock().next() else { return Ok(done) };
            let mut trie = SparseTrie::part(source, Nibbles::from_nibbles([task.nibble]), task.node);
            let results = task.changes.iter().map(|(key, change)| apply(&mut trie, key, change));
            let results = results.collect::<Result<_, _>>()?;
            done.push(Done { nibble: task.nibble, part: trie.finish_part(), results });
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work()?;
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<_, TrieError>(done)
    })?;
    done.sort_unstable_by_key(|done| done.nibble);
    Ok(done)
}
