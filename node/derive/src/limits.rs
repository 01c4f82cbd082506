//! Every bound of derivation. All of them are consensus rules: two nodes that disagree on one derive different chains.

/// Most bytes that the calldata, access lists and authorizations of one batch may take, with its verbatim transactions. A block
/// of 30 M gas holds at most 3 MB of transactions.
pub const MAX_BATCH_BYTES: usize = 12 << 20;

/// Most bytes that the sections of one batch may take together after decompression. What [`MAX_BATCH_BYTES`] allows, with tags.
pub const MAX_SECTION_BYTES: usize = 16 << 20;

/// Most bytes that one channel may take as its frames' data, so before decompression.
pub const MAX_CHANNEL_BYTES: usize = 16 << 20;

/// Most L2 blocks in one batch.
pub const MAX_BATCH_BLOCKS: usize = 16_384;

/// Most transactions in one batch: bounds what a decoder allocates for transactions of a byte or two.
pub const MAX_BATCH_TRANSACTIONS: usize = 131_072;

/// Most bytes of data in one frame.
pub const MAX_FRAME_DATA: usize = 1 << 20;

/// Most L1 blocks that derivation holds at once. Between the safe head's L1 origin and the L1 block under derivation lie
/// at most a sequencing window and the lookback, so a configuration whose window and timeout exceed this is refused.
pub const MAX_L1_BLOCKS: u64 = 50_000;

/// Most gas that the deposits of one L1 block may have on L2. The portal sells far less; a deposit beyond it does not count.
pub const MAX_DEPOSIT_GAS: u64 = 200_000_000;

/// Highest gas limit of an L2 block that an update may set: `SystemConfig`'s own maximum.
pub const MAX_CONFIG_GAS_LIMIT: u64 = 200_000_000;

/// Most updates of one L1 block that become deposits to L1Block; those after them do not count.
pub const MAX_CONFIG_UPDATES: usize = 64;

/// Most entries in the log of events; the oldest go first. Not a consensus rule.
pub const MAX_EVENTS: usize = 1024;

/// Most checkpoints that a [`crate::CheckpointLog`] keeps besides genesis; the oldest go first. Not a consensus rule.
pub const MAX_CHECKPOINTS: usize = 8192;

/// Once a block is forced at an L1 block, so are those after it until this many L1 blocks of their window are left. Nothing
/// that was batched before fits on a forced block; and without a margin a batch that stands on the last one would have
/// to be in the very next L1 block, so a batcher whose L1 takes longer would never come back.
pub const fn recovery_margin(sequencing_window: u64) -> u64 {
    let quarter = sequencing_window / 4;
    if quarter < 32 { quarter } else { 32 }
}
