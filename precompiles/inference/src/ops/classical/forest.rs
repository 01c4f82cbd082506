//! Trees as the kernel walks them.
//!
//! A split is a record of a key, the place of the row's key that it is compared with, and the distance to its first child; the
//! second child follows. A leaf is a record that compares with the lowest key and has the distance 0, so walking on from a
//! leaf stays there, and several trees can be walked in step without asking which of them are done.

use praxis_model::ops::{Split, TREE_FIELDS};

use super::key::Float;
use crate::Fault;

/// Trees that are walked in step: their loads do not wait for each other.
pub(super) const LANES: usize = 8;

/// One node.
pub(super) trait Record: Copy + Send + Sync + 'static {
    type Key: Copy + Ord;

    fn key(self) -> Self::Key;
    /// Where the row's key stands.
    fn slot(self, shift: u32) -> usize;
    /// From this record to its first child; 0 for a leaf.
    fn distance(self, shift: u32) -> usize;
    /// Lowest bit of the distance in a record whose slots and distances are below these; `None` where they do not fit.
    fn shift(slots: usize, distances: usize) -> Option<u32>;
    fn new(key: Self::Key, slot: usize, distance: usize, shift: u32) -> Self;
}

/// Eight bytes: slot and distance share a word.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub(super) struct Narrow {
    key: i32,
    link: u32,
}

impl Record for Narrow {
    type Key = i32;

    #[inline(always)]
    fn key(self) -> i32 {
        self.key
    }

    #[inline(always)]
    fn slot(self, shift: u32) -> usize {
        (self.link & ((1 << (shift & 31)) - 1)) as usize
    }

    #[inline(always)]
    fn distance(self, shift: u32) -> usize {
        (self.link >> (shift & 31)) as usize
    }

    fn shift(slots: usize, distances: usize) -> Option<u32> {
        let bits = |count: usize| usize::BITS - count.saturating_sub(1).leading_zeros();
        Some(bits(slots)).filter(|&slot_bits| slot_bits + bits(distances) <= u32::BITS && slot_bits < u32::BITS)
    }

    fn new(key: i32, slot: usize, distance: usize, shift: u32) -> Self {
        Self { key, link: (distance as u32) << shift | slot as u32 }
    }
}

/// A word for each part.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Wide<K> {
    key: K,
    slot: u32,
    distance: u32,
}

impl<K: Copy + Ord + Send + Sync + 'static> Record for Wide<K> {
    type Key = K;

    #[inline(always)]
    fn key(self) -> K {
        self.key
    }

    #[inline(always)]
    fn slot(self, _shift: u32) -> usize {
        self.slot as usize
    }

    #[inline(always)]
    fn distance(self, _shift: u32) -> usize {
        self.distance as usize
    }

    fn shift(slots: usize, distances: usize) -> Option<u32> {
        let most = u32::MAX as usize;
        Some(0).filter(|_| slots <= most && distances <= most)
    }

    fn new(key: K, slot: usize, distance: usize, _shift: u32) -> Self {
        Self { key, slot: slot as u32, distance: distance as u32 }
    }
}

/// All trees of an ensemble.
#[derive(Debug)]
pub(super) struct Forest<R> {
    /// Every record's slot is below `slots`; a record with a distance d > 0 has records d and d + 1 after it.
    records: Vec<R>,
    slots: usize,
    shift: u32,
    /// Where each tree starts, and its target.
    trees: Vec<(u32, u32)>,
}

/// The tables of a Plan's TreeEnsemble.
pub(super) struct Tables<'a> {
    pub(super) splits: &'a [u8],
    pub(super) values: &'a [u8],
    pub(super) trees: &'a [u8],
    pub(super) features: usize,
    /// Whether leaves are numbered instead of carrying their weight.
    pub(super) number_leaves: bool,
}

impl Tables<'_> {
    fn words(bytes: &[u8]) -> impl ExactSizeIterator<Item = u32> + '_ {
        bytes.as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word))
    }

    /// Number of nodes and target of each tree.
    fn trees(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.trees
            .as_chunks::<{ 4 * TREE_FIELDS }>()
            .0
            .iter()
            .map(|&[a, b, c, d, target @ ..]| (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes(target)))
    }
}

impl<R: Record> Forest<R> {
    /// Packs the tables; `None` where they do not fit into records of this kind.
    ///
    /// # Errors
    /// [`Fault::Internal`] where the tables are not those of a valid Plan.
    pub(super) fn pack<T: Float<Key = R::Key>>(tables: &Tables<'_>) -> Result<Option<Self>, Fault> {
        let slots = 2 * tables.features + 1;
        let largest = tables.trees().map(|(count, _)| count).max().unwrap_or(0);
        // The child of a node is less than a whole tree away.
        let Some(shift) = R::shift(slots, largest.max(1)) else { return Ok(None) };
        let count = tables.splits.len() / 4;
        let mut forest = Self { records: Vec::with_capacity(count), slots, shift, trees: Vec::new() };
        let mut nodes = Tables::words(tables.splits).zip(T::table(tables.values));
        let mut leaves = 0;
        for (count, target) in tables.trees() {
            let start = forest.records.len();
            forest.trees.push((start as u32, target));
            let mut next_child = 1;
            for (at, (word, value)) in nodes.by_ref().take(count).enumerate() {
                let record = match Split::from_word(word) {
                    Some(split) => {
                        let slot = 2 * split.feature as usize + usize::from(split.missing_is_true);
                        if slot + 1 >= slots || next_child <= at || next_child + 1 >= count {
                            return Err(Fault::Internal("a tree's table is not valid"));
                        }
                        let distance = next_child - at;
                        next_child += 2;
                        // No number is at most NaN.
                        let key = if value.is_nan() { T::LOWEST } else { value.key() };
                        R::new(key, slot, distance, shift)
                    }
                    None => {
                        leaves += 1;
                        let payload =
                            if tables.number_leaves { T::index_payload(leaves - 1) } else { value.to_payload() };
                        R::new(payload, slots - 1, 0, shift)
                    }
                };
                forest.records.push(record);
            }
            if forest.records.len() != start + count || count == 0 {
                return Err(Fault::Internal("a tree's table is cut off"));
            }
        }
        Ok(Some(forest))
    }

    /// Bytes that it holds.
    pub(super) fn held_bytes(&self) -> usize {
        self.records.len() * size_of::<R>() + self.trees.len() * size_of::<(u32, u32)>()
    }

    /// Keys of a row.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Calls `leaf` with each tree's target and the payload of the leaf that the row comes to, in the order of the trees.
    #[inline(always)]
    pub(super) fn walk(&self, keys: &[R::Key], mut leaf: impl FnMut(u32, R::Key)) {
        assert!(keys.len() == self.slots, "a row has two keys for each feature and one for leaves");
        let (groups, rest) = self.trees.as_chunks::<LANES>();
        for group in groups {
            for (&(_, target), key) in group.iter().zip(self.step(keys, group.map(|(start, _)| start as usize))) {
                leaf(target, key);
            }
        }
        for &(start, target) in rest {
            let [key] = self.step(keys, [start as usize]);
            leaf(target, key);
        }
    }

    /// The payloads of the leaves below these records.
    #[inline(always)]
    fn step<const N: usize>(&self, keys: &[R::Key], mut at: [usize; N]) -> [R::Key; N] {
        let shift = self.shift;
        loop {
            let mut moved = 0;
            for at in &mut at {
                // SAFETY: `pack` makes every tree's start and every child's place an index of `records`, since a distance d > 0
                // is given only where record d + 1 after it exists, and a leaf compares with the lowest key, so it stays.
                // Every slot is below `slots`, which is the length of `keys` by the assertion in `walk`.
                let (record, key) = unsafe {
                    let record = *self.records.get_unchecked(*at);
                    (record, *keys.get_unchecked(record.slot(shift)))
                };
                let distance = record.distance(shift);
                *at += distance + usize::from(key > record.key());
                moved |= distance;
            }
            if moved == 0 {
                break;
            }
        }
        // Indices as above; checked here, since it is outside of the loop.
        at.map(|at| self.records[at].key())
    }
}
