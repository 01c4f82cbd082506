//! An append-only file of records that tolerates a torn end.

use alloy_primitives::keccak256;
use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Bytes before a record: its length and its check, little-endian.
const HEAD: usize = 8;
/// The file is replaced through a draft with this extension.
const DRAFT: &str = "draft";

/// A file of records, each with its length and the first four bytes of its keccak256. What a crash left half-written at
/// the end is cut off when the file is opened.
#[derive(Debug)]
pub struct RecordLog {
    path: PathBuf,
    file: File,
    len: u64,
    max_record: usize,
}

impl RecordLog {
    /// Opens the file, or makes it, and gives what is in it. A record longer than `max_record` bytes counts as damage, as
    /// does a wrong check: reading ends there.
    ///
    /// # Errors
    /// When the file can't be opened, read or cut off.
    pub fn open(path: &Path, max_record: usize) -> io::Result<(Self, Vec<Vec<u8>>)> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let (records, len) = read(&mut BufReader::new(&file), max_record)?;
        let found = file.metadata()?.len();
        if found > len {
            tracing::warn!(path = %path.display(), bytes = found - len, "cut off a torn end");
            file.set_len(len)?;
        }
        file.seek(SeekFrom::Start(len))?;
        Ok((Self { path: path.to_owned(), file, len, max_record }, records))
    }

    /// Bytes in the file.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds records, with one write. They survive the end of the process; call [`Self::sync`] for more.
    ///
    /// # Errors
    /// When a record is too long, or the write fails: then the file may have a torn end, which the next write replaces.
    pub fn append<'a>(&mut self, records: impl IntoIterator<Item = &'a [u8]>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            encode(record, self.max_record, &mut bytes)?;
        }
        if let Err(error) = self.file.write_all(&bytes) {
            self.file.set_len(self.len)?;
            self.file.seek(SeekFrom::Start(self.len))?;
            return Err(error);
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Waits until everything is on disk.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Forgets all records.
    ///
    /// # Errors
    /// When the file can't be cut off.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.len = 0;
        Ok(())
    }

    /// Replaces all records. A crash leaves the old ones or the new ones.
    ///
    /// # Errors
    /// When the draft can't be written or moved; the old file goes on then.
    pub fn replace(&mut self, records: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
        let draft = self.path.with_extension(DRAFT);
        let mut file = BufWriter::new(File::create(&draft)?);
        let mut len = 0;
        let mut bytes = Vec::new();
        for record in records {
            bytes.clear();
            encode(&record, self.max_record, &mut bytes)?;
            file.write_all(&bytes)?;
            len += bytes.len() as u64;
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_data()?;
        std::fs::rename(&draft, &self.path)?;
        (self.file, self.len) = (file, len);
        Ok(())
    }
}

fn encode(record: &[u8], max_record: usize, out: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::try_from(record.len()).ok().filter(|_| record.len() <= max_record);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the record is too long"))?;
    out.extend(length.to_le_bytes());
    out.extend(&keccak256(record)[..4]);
    out.extend(record);
    Ok(())
}

/// The records up to the end or to the first that is damaged, and where that is.
fn read(from: &mut impl Read, max_record: usize) -> io::Result<(Vec<Vec<u8>>, u64)> {
    let (mut records, mut end) = (Vec::new(), 0);
    loop {
        let mut head = [0; HEAD];
        if !fill(from, &mut head)? {
            return Ok((records, end));
        }
        let [a, b, c, d, check @ ..] = head;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        if length > max_record {
            return Ok((records, end));
        }
        let mut record = vec![0; length];
        if !fill(from, &mut record)? || keccak256(&record)[..4] != check {
            return Ok((records, end));
        }
        end += (HEAD + length) as u64;
        records.push(record);
    }
}

/// Reads to fill `into`; false when the file ends before.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> (RecordLog, Vec<Vec<u8>>) {
        RecordLog::open(path, 100).unwrap()
    }

    #[test]
    fn every_torn_end_leaves_the_records_before_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let records = [vec![1; 10], vec![], vec![2; 100]];
        let (mut log, found) = open(&path);
        assert!(found.is_empty() && log.is_empty());
        log.append(records.iter().map(Vec::as_slice)).unwrap();
        log.sync().unwrap();
        let whole = std::fs::read(&path).unwrap();
        let ends = [8 + 10, 8 + 10 + 8, whole.len()];
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut log, found) = open(&path);
            let complete = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(found, records[..complete], "cut at {cut}");
            log.append([[7].as_slice()]).unwrap();
            assert_eq!(open(&path).1, [&records[..complete], &[vec![7]]].concat(), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_ends_reading_before_its_record() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        open(&path).0.append([[1; 10].as_slice(), &[2; 10], &[3; 10]]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at in 18..36 {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(open(&path).1, [[1; 10]], "byte {at}");
        }
    }

    #[test]
    fn replacing_and_clearing_leave_what_is_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let (mut log, _) = open(&path);
        log.append([[1].as_slice(), &[2]]).unwrap();
        log.replace([vec![3], vec![4]]).unwrap();
        log.append([[5].as_slice()]).unwrap();
        assert_eq!(open(&path).1, [[3], [4], [5]]);
        assert_eq!(log.len(), std::fs::metadata(&path).unwrap().len());
        log.clear().unwrap();
        assert!(open(&path).1.is_empty());
        assert!(log.append([[0; 101].as_slice()]).is_err(), "longer than a record may be");
        assert!(open(&path).1.is_empty());
    }
}
