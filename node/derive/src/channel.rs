//! Channels: a compressed batch under a name that no other channel has.

use crate::limits::{MAX_BATCH_BYTES, MAX_CHANNEL_BYTES};
use alloy_primitives::{B256, FixedBytes, keccak256};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, CompressorWriter, enc::StandardAlloc};
use std::io::Write;

/// First byte of a channel: the rest is one batch, compressed with Brotli (RFC 7932).
pub const CHANNEL_VERSION: u8 = 1;

/// Brotli's window: 2^22 bytes spans many blocks, so that the calldata of like transactions is found again.
const WINDOW_BITS: u32 = 22;
/// Bytes that are decompressed at a time.
const STEP_BYTES: usize = 64 << 10;

/// The name of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub FixedBytes<16>);

impl ChannelId {
    /// The first 16 bytes of keccak256(salt ‖ counter ‖ keccak256(content)). Content alone would not do: a channel that timed
    /// out is posted again, and its name must be new. The batcher gives a new salt each time that it starts and
    /// counts from there.
    pub fn derive(salt: B256, counter: u64, content: &[u8]) -> Self {
        let hash = keccak256([salt.as_slice(), &counter.to_be_bytes(), keccak256(content).as_slice()].concat());
        Self(FixedBytes::from_slice(&hash[..16]))
    }
}

impl std::fmt::Display for ChannelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A complete channel that does not decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// No bytes at all.
    #[error("it is empty")]
    Empty,
    /// Another version.
    #[error("its version is {0}, not {CHANNEL_VERSION}")]
    Version(u8),
    /// Not Brotli, or Brotli that ends early.
    #[error("it is not a complete Brotli stream")]
    Brotli,
    /// Bytes after the end of the stream.
    #[error("{0} bytes follow the Brotli stream")]
    Trailing(usize),
    /// A batch above the limit.
    #[error("it decompresses to more than {MAX_BATCH_BYTES} bytes")]
    TooLarge,
}

/// Compresses a batch into a channel. `quality` is Brotli's, 0 to 11; derivation accepts any.
pub fn compress(batch: &[u8], quality: u32) -> Vec<u8> {
    let mut writer = CompressorWriter::new(vec![CHANNEL_VERSION], STEP_BYTES, quality.min(11), WINDOW_BITS);
    // Writing to a Vec does not fail; were bytes lost all the same, the encoder's own check would find it.
    let _ = writer.write_all(batch);
    writer.into_inner()
}

/// Decompresses a channel into the bytes of its batch. Uses at most Brotli's largest window (16 MiB) and
/// [`MAX_BATCH_BYTES`], whatever the input says.
///
/// # Errors
/// When the bytes are not exactly one version byte and one Brotli stream, or its content is too large.
pub fn decompress(channel: &[u8]) -> Result<Vec<u8>, ChannelError> {
    let (version, input) = channel.split_first().ok_or(ChannelError::Empty)?;
    if *version != CHANNEL_VERSION {
        return Err(ChannelError::Version(*version));
    }
    if channel.len() > MAX_CHANNEL_BYTES {
        return Err(ChannelError::TooLarge);
    }
    // Strict: without it the decoder takes Brotli's large-window extension, whose window may be 1 GiB.
    let mut state =
        BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let (mut available_in, mut input_offset) = (input.len(), 0);
    let mut total_out = 0;
    let mut step = vec![0; STEP_BYTES];
    let mut out = Vec::new();
    loop {
        let (mut available_out, mut output_offset) = (step.len(), 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut input_offset,
            input,
            &mut available_out,
            &mut output_offset,
            &mut step,
            &mut total_out,
            &mut state,
        );
        if out.len() + output_offset > MAX_BATCH_BYTES {
            return Err(ChannelError::TooLarge);
        }
        out.extend_from_slice(step.get(..output_offset).ok_or(ChannelError::Brotli)?);
        match result {
            BrotliResult::ResultSuccess if available_in == 0 => return Ok(out),
            BrotliResult::ResultSuccess => return Err(ChannelError::Trailing(available_in)),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => return Err(ChannelError::Brotli),
        }
    }
}
