//! Channels: a compressed batch under a name that no other channel has.
//!
//! Each section of a batch is compressed by itself, or stands as it is where that is smaller: signatures and new addresses
//! have nothing to find, and would spoil the statistics of what stands beside them.

use crate::{
    batch::{SECTIONS, Sections, name},
    limits::{MAX_CHANNEL_BYTES, MAX_SECTION_BYTES},
    varint::{Reader, put},
};
use alloy_primitives::{B256, FixedBytes, keccak256};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, CompressorWriter, enc::StandardAlloc};
use std::io::Write;

/// First byte of a channel: the rest is the sections of one batch, plain or compressed with Brotli (RFC 7932).
pub const CHANNEL_VERSION: u8 = 2;

/// Brotli's smallest and largest window. A larger one spans more blocks, so that the calldata of like transactions is found
/// again.
const WINDOW_BITS: std::ops::RangeInclusive<u32> = 10..=24;
/// Longest section that is compressed with Brotli's two slowest qualities, which take seconds for megabytes.
const MAX_SLOW_BYTES: usize = 256 << 10;
const MAX_FAST_QUALITY: u32 = 9;
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
    /// More bytes than its frames may bring.
    #[error("it has {0} bytes, above {MAX_CHANNEL_BYTES}")]
    Size(usize),
    /// A section's length is malformed, or exceeds the channel.
    #[error("its section `{section}` is cut short, or its length is malformed")]
    Length {
        /// The section's name.
        section: &'static str,
    },
    /// Not Brotli, or Brotli that ends early.
    #[error("its section `{section}` is not a complete Brotli stream")]
    Brotli {
        /// The section's name.
        section: &'static str,
    },
    /// Bytes after the end of a stream.
    #[error("{bytes} bytes follow the Brotli stream of its section `{section}`")]
    Trailing {
        /// The section's name.
        section: &'static str,
        /// How many.
        bytes: usize,
    },
    /// Sections above the limit.
    #[error("its sections hold more than {MAX_SECTION_BYTES} bytes, decompressed")]
    TooLarge,
    /// Bytes after the last section.
    #[error("{0} bytes follow its last section")]
    Sections(usize),
}

/// Makes a channel of a batch. `quality` is Brotli's, 0 to 11; derivation accepts any. Long sections are compressed with
/// at most 9.
pub fn compress(batch: &Sections, quality: u32) -> Vec<u8> {
    let mut out = vec![CHANNEL_VERSION];
    let filled = batch.0.iter().rposition(|section| !section.is_empty()).map_or(0, |last| last + 1);
    for section in &batch.0[..filled] {
        let packed = brotli(section, quality);
        let is_packed = packed.len() < section.len();
        let bytes = if is_packed { &packed } else { section };
        put(&mut out, (bytes.len() as u64) << 1 | u64::from(is_packed));
        out.extend_from_slice(bytes);
    }
    out
}

/// How many bytes Brotli makes of these, as a section of its own.
pub fn compressed_len(bytes: &[u8], quality: u32) -> usize {
    brotli(bytes, quality).len().min(bytes.len())
}

fn brotli(bytes: &[u8], quality: u32) -> Vec<u8> {
    let quality = quality.min(if bytes.len() > MAX_SLOW_BYTES { MAX_FAST_QUALITY } else { 11 });
    // A window that holds the section; Brotli's is 16 bytes short of a power of two.
    let bits = (usize::BITS - (bytes.len() + 16).leading_zeros()).clamp(*WINDOW_BITS.start(), *WINDOW_BITS.end());
    let mut writer = CompressorWriter::new(Vec::new(), STEP_BYTES, quality, bits);
    // Writing to a Vec does not fail; were bytes lost all the same, the encoder's own check would find it.
    let _ = writer.write_all(bytes);
    writer.into_inner()
}

/// Takes the sections of a batch out of a channel. Uses at most Brotli's largest window (16 MiB) and
/// [`MAX_SECTION_BYTES`], whatever the input says.
///
/// # Errors
/// When the bytes are not exactly one version byte and at most as many sections as a batch has, or these are too large.
pub fn decompress(channel: &[u8]) -> Result<Sections, ChannelError> {
    let (version, input) = channel.split_first().ok_or(ChannelError::Empty)?;
    if *version != CHANNEL_VERSION {
        return Err(ChannelError::Version(*version));
    }
    if channel.len() > MAX_CHANNEL_BYTES {
        return Err(ChannelError::Size(channel.len()));
    }
    let mut reader = Reader::new(input);
    let mut sections = Sections::default();
    let mut room = MAX_SECTION_BYTES;
    for index in 0..SECTIONS {
        if reader.remaining() == 0 {
            break;
        }
        let section = name(index);
        let length = reader.varint().map_err(|_| ChannelError::Length { section })?;
        let bytes = usize::try_from(length >> 1).ok().and_then(|length| reader.take(length).ok());
        let bytes = bytes.ok_or(ChannelError::Length { section })?;
        let bytes = if length & 1 == 1 { unbrotli(bytes, room, section)? } else { bytes.to_vec() };
        room = room.checked_sub(bytes.len()).ok_or(ChannelError::TooLarge)?;
        sections.0[index] = bytes;
    }
    match reader.remaining() {
        0 => Ok(sections),
        trailing => Err(ChannelError::Sections(trailing)),
    }
}

fn unbrotli(input: &[u8], room: usize, section: &'static str) -> Result<Vec<u8>, ChannelError> {
    // Strict: without it the decoder takes Brotli's large-window extension, whose window may be 1 GiB.
    let mut state =
        BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let (mut available_in, mut input_offset) = (input.len(), 0);
    let mut total_out = 0;
    let mut step = vec![0; STEP_BYTES.min(room + 1)];
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
        if out.len() + output_offset > room {
            return Err(ChannelError::TooLarge);
        }
        out.extend_from_slice(step.get(..output_offset).ok_or(ChannelError::Brotli { section })?);
        match result {
            BrotliResult::ResultSuccess if available_in == 0 => return Ok(out),
            BrotliResult::ResultSuccess => return Err(ChannelError::Trailing { section, bytes: available_in }),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => {
                return Err(ChannelError::Brotli { section });
            }
        }
    }
}
