//! Frames: pieces of a channel, and the calldata that carries them.

use crate::{ChannelId, limits::MAX_FRAME_DATA, varint::Reader};

/// First byte of calldata that carries frames.
pub const CALLDATA_VERSION: u8 = 0;

/// Bytes of a frame besides its data: channel id, number, length, flag.
pub const FRAME_OVERHEAD: usize = 16 + 2 + 4 + 1;

/// A piece of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The channel.
    pub channel: ChannelId,
    /// Its place among the channel's frames, from 0.
    pub number: u16,
    /// At most [`MAX_FRAME_DATA`] bytes.
    pub data: Vec<u8>,
    /// Whether the channel ends with it.
    pub is_last: bool,
}

/// Calldata that is not a list of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No bytes at all.
    #[error("it is empty")]
    Empty,
    /// Another version.
    #[error("its version is {0}, not {CALLDATA_VERSION}")]
    Version(u8),
    /// A version byte and nothing after it.
    #[error("it holds no frame")]
    NoFrame,
    /// A frame ends early.
    #[error("frame {index} is cut short")]
    Cut {
        /// Its index in the calldata.
        index: usize,
    },
    /// A frame says that it is larger than any may be.
    #[error("frame {index} has {len} bytes of data, above {MAX_FRAME_DATA}")]
    TooLarge {
        /// Its index in the calldata.
        index: usize,
        /// Bytes of data.
        len: u32,
    },
    /// The last byte of a frame is neither 0 nor 1.
    #[error("frame {index} ends with {flag}, neither 0 nor 1")]
    Flag {
        /// Its index in the calldata.
        index: usize,
        /// The byte.
        flag: u8,
    },
}

impl Frame {
    /// Appends the frame's encoding.
    pub fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.channel.0.0);
        out.extend_from_slice(&self.number.to_be_bytes());
        out.extend_from_slice(&(self.data.len() as u32).to_be_bytes());
        out.extend_from_slice(&self.data);
        out.push(u8::from(self.is_last));
    }

    fn decode(reader: &mut Reader<'_>, index: usize) -> Result<Self, FrameError> {
        let cut = |_| FrameError::Cut { index };
        let channel = ChannelId(reader.array::<16>().map_err(cut)?.into());
        let number = u16::from_be_bytes(reader.array().map_err(cut)?);
        let len = u32::from_be_bytes(reader.array().map_err(cut)?);
        if len as usize > MAX_FRAME_DATA {
            return Err(FrameError::TooLarge { index, len });
        }
        let data = reader.take(len as usize).map_err(cut)?.to_vec();
        let [flag] = reader.array().map_err(cut)?;
        if flag > 1 {
            return Err(FrameError::Flag { index, flag });
        }
        Ok(Self { channel, number, data, is_last: flag == 1 })
    }
}

/// The calldata that carries these frames.
pub fn encode_calldata(frames: &[Frame]) -> Vec<u8> {
    let mut out = vec![CALLDATA_VERSION];
    frames.iter().for_each(|frame| frame.encode_to(&mut out));
    out
}

/// The frames of one transaction to the inbox. One malformed frame voids them all.
///
/// # Errors
/// When the calldata is anything but a version byte and one frame or more.
pub fn decode_calldata(calldata: &[u8]) -> Result<Vec<Frame>, FrameError> {
    let (version, rest) = calldata.split_first().ok_or(FrameError::Empty)?;
    if *version != CALLDATA_VERSION {
        return Err(FrameError::Version(*version));
    }
    let mut reader = Reader::new(rest);
    let mut frames = Vec::new();
    while reader.remaining() > 0 {
        frames.push(Frame::decode(&mut reader, frames.len())?);
    }
    if frames.is_empty() { Err(FrameError::NoFrame) } else { Ok(frames) }
}
