//! Many small inputs in one file, compressed: a corpus is read by tests and grows the history of the repository little.
//!
//! ```text
//! Brotli of: (length u32, little-endian | bytes) …, in ascending order of (length, bytes)
//! ```

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use brotli::{CompressorWriter, Decompressor};

/// Largest unpacked corpus.
const MAX_BYTES: u64 = 64 << 20;
const BUFFER_BYTES: usize = 1 << 16;

/// The committed corpus of a target.
pub fn committed(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target).with_extension("br")
}

/// Inputs that broke a target once, each in a file of its own, in the order of their names.
///
/// # Errors
/// Where a file cannot be read. A target without findings has no folder.
pub fn regressions(target: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(target);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let paths: io::Result<Vec<PathBuf>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}

/// The inputs of a packed corpus, shortest first.
///
/// # Errors
/// Where the file cannot be read or was not written by [`pack`].
pub fn unpack(file: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    Decompressor::new(fs::File::open(file)?, BUFFER_BYTES).take(MAX_BYTES).read_to_end(&mut bytes)?;
    let broken = || io::Error::new(io::ErrorKind::InvalidData, format!("{}: not a packed corpus", file.display()));
    let (mut inputs, mut rest) = (Vec::new(), bytes.as_slice());
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(broken)?;
        let (input, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(broken)?;
        inputs.push(input.to_vec());
        rest = after;
    }
    Ok(inputs)
}

/// Packs all files of a folder; says how many. The same inputs give the same bytes.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn pack(folder: &Path, file: &Path) -> io::Result<usize> {
    let mut inputs = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let input = fs::read(entry?.path())?;
        inputs.insert((input.len(), input));
    }
    let mut packed = CompressorWriter::new(Vec::new(), BUFFER_BYTES, 11, 22);
    for (length, input) in &inputs {
        packed.write_all(&(*length as u32).to_le_bytes())?;
        packed.write_all(input)?;
    }
    fs::write(file, packed.into_inner())?;
    Ok(inputs.len())
}
