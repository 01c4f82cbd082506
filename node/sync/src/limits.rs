//! Bounds of what peers may cost.

/// Most bytes of a block in RLP. Calldata at the floor price of EIP-7623 fills 30 M gas with 3 MB.
pub const MAX_BLOCK_BYTES: usize = 10 << 20;
/// Most transactions of a block: more than a gas limit of a billion has room for.
pub(crate) const MAX_BLOCK_TRANSACTIONS: usize = 1 << 16;
/// Most blocks of one answer.
pub const MAX_BLOCKS_PER_ANSWER: u16 = 64;
/// An answer ends before the block with which it would have more bytes, unless that is its first.
pub const MAX_ANSWER_BYTES: usize = 11 << 20;

/// Blocks above the head that wait for their parents or for L1.
pub(crate) const MAX_BUFFERED: usize = 128;
/// Their bytes.
pub(crate) const MAX_BUFFERED_BYTES: usize = 48 << 20;
/// How far above the head they may stand; one that is further away only shows how far the chain is.
pub(crate) const MAX_AHEAD: u64 = 128;
/// How long one waits, in milliseconds: L1 shows its next block within this time, or somebody asks again.
pub(crate) const MAX_WAIT_MS: u64 = 60_000;
/// How far the clocks of two nodes may be apart, in milliseconds.
pub(crate) const MAX_CLOCK_SKEW_MS: u64 = 10_000;
/// Peers that are known at once.
pub(crate) const MAX_PEERS: usize = 512;
/// Questions that are open at once.
pub(crate) const MAX_OPEN: usize = 64;
/// Signatures that are kept to answer peers: 34 minutes of blocks of 250 ms. What is older is on L1.
pub(crate) const MAX_SIGNATURES: usize = 8192;
/// Pairs of contradicting blocks that are kept until they are on disk.
pub(crate) const MAX_EVIDENCE: usize = 16;
/// Blocks that execution refused: they are not asked for again.
pub(crate) const MAX_REFUSED: usize = 64;
/// Blocks that one peer may ask for at once, and how many more per second.
pub(crate) const BLOCKS_ASKED: (u64, u64) = (512, 64);
