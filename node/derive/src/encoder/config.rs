//! What the batcher's operator may choose. Nothing here is consensus.

use crate::{
    frame::FRAME_OVERHEAD,
    limits::{MAX_CHANNEL_BYTES, MAX_FRAME_DATA},
};
use alloy_primitives::B256;

/// How channels are cut and when they close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderConfig {
    /// Most bytes of calldata in one L1 transaction. L1 nodes commonly refuse transactions above 128 KiB.
    pub max_submission_bytes: usize,
    /// Most compressed bytes of a channel, unless one block alone takes more. It closes when it is nearly as large.
    pub target_channel_bytes: usize,
    /// A channel closes when it has held a transaction for this many L1 blocks.
    pub max_channel_l1_blocks: u64,
    /// A channel without transactions closes when it has been open for this many L1 blocks: nobody waits for it, and what an idle
    /// hour costs is the number of its channels. At most a quarter of the sequencing window.
    pub max_idle_l1_blocks: u64,
    /// No block is taken while this many bytes wait to become safe.
    pub max_pending_bytes: usize,
    /// Brotli's quality, 0 to 11. Signatures and new addresses are not compressed, so the best is cheap.
    pub compression_quality: u32,
    /// Goes into every channel id; must differ each time that an encoder begins with a counter of zero, so take
    /// something that moves on: the batcher's nonce and the L1 head's hash.
    pub salt: B256,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            max_submission_bytes: 100_000,
            target_channel_bytes: 400_000,
            max_channel_l1_blocks: 2,
            max_idle_l1_blocks: 25,
            max_pending_bytes: 64 << 20,
            compression_quality: Self::DEFAULT_QUALITY,
            salt: B256::ZERO,
        }
    }
}

impl EncoderConfig {
    /// Quality of compression by default.
    pub const DEFAULT_QUALITY: u32 = 11;

    /// Submissions of one blob each that holds `blob_bytes` of a submission, and channels that fill `blobs` of them. Posting
    /// them together is up to the driver.
    #[must_use]
    pub fn with_blobs(self, blobs: usize, blob_bytes: usize) -> Self {
        let sized = Self { max_submission_bytes: blob_bytes, ..self };
        Self { target_channel_bytes: blobs.max(1).saturating_mul(sized.frame_data_bytes()), ..sized }
    }

    /// Bytes of data in one frame: a submission is a version byte and one frame. A channel must fit in 2^16 frames.
    pub(crate) fn frame_data_bytes(&self) -> usize {
        let least = MAX_CHANNEL_BYTES / (1 << 16) + 1;
        self.max_submission_bytes.saturating_sub(1 + FRAME_OVERHEAD).clamp(least, MAX_FRAME_DATA)
    }
}
