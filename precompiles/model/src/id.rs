//! A model's id: a keccak Merkle root over 512-byte leaves of its encoded Plan, bound to its length. Any weight can be
//! proved against it, and the registry accepts a chunk of 64 leaves only with its path to the root.
//!
//! ```text
//! leaf = keccak256(0x00 | 512 bytes, the last one zero-padded)      absent leaf = 32 zero bytes
//! node = keccak256(0x01 | left | right)                             leaves padded to a power of two
//! id   = keccak256("praxis model v1" | length as u64 big-endian | root)
//! ```

use alloy_primitives::{B256, Keccak256, keccak256};

/// Bytes of one leaf.
pub const LEAF_BYTES: usize = 512;
/// Leaves of one chunk.
pub const CHUNK_LEAVES: usize = 64;
/// Bytes of one chunk; the last one may be shorter.
pub const CHUNK_BYTES: usize = LEAF_BYTES * CHUNK_LEAVES;
/// What the id's preimage starts with.
pub const ID_DOMAIN: &[u8; 15] = b"praxis model v1";

/// The id of an encoded Plan.
pub fn model_id(plan_bytes: &[u8]) -> B256 {
    bind(plan_bytes.len() as u64, model_root(plan_bytes))
}

/// The Merkle root in the id's preimage: what `ModelRegistry.begin` takes beside id and length.
pub fn model_root(plan_bytes: &[u8]) -> B256 {
    let leaves = leaf_hashes(plan_bytes);
    let width = tree_width(leaves.len());
    fold(leaves, width)
}

/// Number of leaves of a model of this length.
pub const fn leaf_count(length: u64) -> u64 {
    length.div_ceil(LEAF_BYTES as u64)
}

/// Number of chunks of a model of this length.
pub const fn chunk_count(length: u64) -> u64 {
    length.div_ceil(CHUNK_BYTES as u64)
}

/// The bytes of one chunk, `None` past the end.
pub fn chunk(plan_bytes: &[u8], index: u32) -> Option<&[u8]> {
    let start = usize::try_from(index).ok()?.checked_mul(CHUNK_BYTES)?;
    let end = start.checked_add(CHUNK_BYTES)?.min(plan_bytes.len());
    (start < end).then(|| &plan_bytes[start..end])
}

/// The tree over a model's chunks, hashed once: what proves each of them.
#[derive(Clone, Debug)]
pub struct ChunkTree {
    /// From the chunks' roots up to the root.
    levels: Vec<Vec<B256>>,
    chunks: usize,
}

impl ChunkTree {
    /// Hashes the bytes of a model.
    pub fn new(plan_bytes: &[u8]) -> Self {
        let chunks = plan_bytes.len().div_ceil(CHUNK_BYTES);
        let mut level: Vec<B256> = plan_bytes.chunks(CHUNK_BYTES).map(|part| chunk_root(part, CHUNK_LEAVES)).collect();
        level.resize(chunks.next_power_of_two(), fold(Vec::new(), CHUNK_LEAVES));
        let mut levels = vec![level];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let above = level.as_chunks::<2>().0.iter().map(|[left, right]| node(left, right)).collect();
            levels.push(above);
        }
        Self { levels, chunks }
    }

    /// The siblings from the chunk's subtree root up to the root, lowest first; `None` past the last chunk. A model of one
    /// chunk has an empty proof.
    pub fn proof(&self, index: u32) -> Option<Vec<B256>> {
        let mut position = usize::try_from(index).ok().filter(|&index| index < self.chunks)?;
        let mut proof = Vec::with_capacity(self.levels.len());
        for level in self.levels.iter().take_while(|level| level.len() > 1) {
            proof.push(*level.get(position ^ 1)?);
            position /= 2;
        }
        Some(proof)
    }
}

/// [`ChunkTree::proof`] of one chunk alone; it hashes the whole model.
pub fn chunk_proof(plan_bytes: &[u8], index: u32) -> Option<Vec<B256>> {
    ChunkTree::new(plan_bytes).proof(index)
}

/// Whether `data` is chunk `index` of the model with this id and length.
pub fn verify_chunk(id: B256, length: u64, index: u32, data: &[u8], proof: &[B256]) -> bool {
    let chunks = chunk_count(length);
    let index = u64::from(index);
    if index >= chunks {
        return false;
    }
    let expected = (length - index * CHUNK_BYTES as u64).min(CHUNK_BYTES as u64);
    if data.len() as u64 != expected || proof.len() as u32 != chunks.next_power_of_two().trailing_zeros() {
        return false;
    }
    let width = if chunks == 1 { tree_width(data.len().div_ceil(LEAF_BYTES)) } else { CHUNK_LEAVES };
    let mut hash = chunk_root(data, width);
    let mut position = index;
    for sibling in proof {
        hash = if position & 1 == 0 { node(&hash, sibling) } else { node(sibling, &hash) };
        position >>= 1;
    }
    bind(length, hash) == id
}

/// Hash of one leaf of at most 512 bytes.
pub fn leaf(bytes: &[u8]) -> B256 {
    const ZEROS: [u8; LEAF_BYTES] = [0; LEAF_BYTES];
    let mut hasher = Keccak256::new();
    hasher.update([0u8]);
    hasher.update(bytes);
    hasher.update(&ZEROS[bytes.len().min(LEAF_BYTES)..]);
    hasher.finalize()
}

/// Hash of an inner node.
pub fn node(left: &B256, right: &B256) -> B256 {
    let mut bytes = [1u8; 65];
    bytes[1..33].copy_from_slice(left.as_slice());
    bytes[33..].copy_from_slice(right.as_slice());
    keccak256(bytes)
}

fn bind(length: u64, root: B256) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(ID_DOMAIN);
    hasher.update(length.to_be_bytes());
    hasher.update(root);
    hasher.finalize()
}

fn leaf_hashes(bytes: &[u8]) -> Vec<B256> {
    bytes.chunks(LEAF_BYTES).map(leaf).collect()
}

fn chunk_root(bytes: &[u8], width: usize) -> B256 {
    fold(leaf_hashes(bytes), width)
}

/// Leaves of the padded tree: with more than one chunk, whole chunks.
fn tree_width(leaves: usize) -> usize {
    leaves.max(1).next_power_of_two()
}

fn fold(mut level: Vec<B256>, width: usize) -> B256 {
    level.resize(width, B256::ZERO);
    while level.len() > 1 {
        level = level.as_chunks::<2>().0.iter().map(|[left, right]| node(left, right)).collect();
    }
    level.first().copied().unwrap_or_default()
}
