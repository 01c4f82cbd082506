//! Frames on a stream.

use std::io::{self, Read, Write};

/// Most bytes that peers' data has in one message: the longest answer of the protocol, with room.
pub const MAX_DATA_BYTES: usize = 12 << 20;
/// Most bytes of a frame: data, and the fields beside it.
const MAX_FRAME_BYTES: usize = MAX_DATA_BYTES + (64 << 10);

/// Writes one frame.
///
/// # Errors
/// When it is too long or the stream fails.
pub fn write_frame(stream: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).ok().filter(|_| frame.len() <= MAX_FRAME_BYTES);
    let length = length.ok_or_else(|| too_long(frame.len()))?;
    stream.write_all(&length.to_le_bytes())?;
    stream.write_all(frame)
}

/// Reads one frame; `None` where the stream ends before one begins.
///
/// # Errors
/// When the stream fails, ends within a frame, or a frame is too long.
pub fn read_frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match stream.read(&mut length[..1]) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return read_frame(stream),
        Err(error) => return Err(error),
    }
    stream.read_exact(&mut length[1..])?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(too_long(length));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame)?;
    Ok(Some(frame))
}

fn too_long(length: usize) -> io::Error {
    let text = format!("a frame of {length} bytes: at most {MAX_FRAME_BYTES} are allowed");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
