//! The blobs that a node derived, kept when L1 no longer has them.
//!
//! One file per blob, `<archive>/<L1 block / 8192>/<L1 block>-<versioned hash>`, without the zeros at the blob's end. A file
//! appears whole or not at all: it is written under another name, synced and renamed. The names are the index.

use super::kzg::blob_versioned_hash;
use alloy_primitives::{B256, Bytes};
use praxis_derive::blob::BLOB_BYTES;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// L1 blocks whose blobs share a folder.
const FOLDER_BLOCKS: u64 = 8192;
/// What the name of a file ends with until it is whole.
const DRAFT: &str = ".draft";

/// The archive can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file system says no.
    #[error("the blob archive's {} can't be {what}: {error}", path.display())]
    File {
        /// File or folder.
        path: PathBuf,
        /// What was tried: "read", "written".
        what: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// A file holds another blob than its name says.
    #[error(
        "the blob archive's {} is damaged: it does not hold the blob {hash}; it was put aside, and the blob is fetched \
         again when it is wanted", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The blob that it should hold.
        hash: B256,
    },
}

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Number of blobs.
    pub blobs: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// The lowest L1 block with a blob.
    pub first_l1: Option<u64>,
    /// The highest.
    pub last_l1: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    l1_block: u64,
    bytes: u64,
}

/// The archive of one node. May be shared by threads, not by processes that write.
#[derive(Debug)]
pub struct BlobArchive {
    folder: PathBuf,
    index: Mutex<BTreeMap<B256, Entry>>,
}

impl BlobArchive {
    /// Opens the archive in `folder`, which is made if need be.
    ///
    /// # Errors
    /// When the folder can't be read or made.
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, "made", error))?;
        let mut index = BTreeMap::new();
        for directory in list(folder)? {
            if !directory.is_dir() {
                continue;
            }
            for path in list(&directory)? {
                let Some((l1_block, hash)) = path.file_name().and_then(|name| parse_name(name.to_str()?)) else {
                    if path.to_string_lossy().ends_with(DRAFT) {
                        fs::remove_file(&path).map_err(|error| failed(&path, "removed", error))?;
                    }
                    continue;
                };
                let bytes = fs::metadata(&path).map_err(|error| failed(&path, "read", error))?.len();
                index.insert(hash, Entry { l1_block, bytes });
            }
        }
        Ok(Self { folder: folder.to_owned(), index: Mutex::new(index) })
    }

    /// Whether it has this blob.
    pub fn holds(&self, hash: B256) -> bool {
        self.index().contains_key(&hash)
    }

    /// Keeps a blob of L1 block `l1_block`, whose versioned hash the caller has checked.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn put(&self, l1_block: u64, hash: B256, blob: &[u8]) -> Result<(), ArchiveError> {
        if self.holds(hash) {
            return Ok(());
        }
        let path = self.path(l1_block, hash);
        let written = |error| failed(&path, "written", error);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(written)?;
        let end = blob.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let draft = folder.join(format!("{}{DRAFT}", hash));
        let mut file = File::create(&draft).map_err(written)?;
        file.write_all(&blob[..end]).and_then(|()| file.sync_all()).map_err(written)?;
        fs::rename(&draft, &path).map_err(written)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(written)?;
        self.index().insert(hash, Entry { l1_block, bytes: end as u64 });
        Ok(())
    }

    /// A blob, checked against its versioned hash. A file that is damaged is put aside.
    ///
    /// # Errors
    /// When its file can't be read or holds something else.
    pub fn get(&self, hash: B256) -> Result<Option<Bytes>, ArchiveError> {
        let Some(entry) = self.index().get(&hash).copied() else { return Ok(None) };
        let path = self.path(entry.l1_block, hash);
        let mut blob = match fs::read(&path) {
            Ok(blob) => blob,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.index().remove(&hash);
                return Ok(None);
            }
            Err(error) => return Err(failed(&path, "read", error)),
        };
        blob.resize(blob.len().max(BLOB_BYTES), 0);
        if blob_versioned_hash(&blob).ok() != Some(hash) {
            self.index().remove(&hash);
            let aside = path.with_extension("damaged");
            fs::rename(&path, &aside).map_err(|error| failed(&path, "put aside", error))?;
            return Err(ArchiveError::Damaged { path: aside, hash });
        }
        Ok(Some(blob.into()))
    }

    /// What it holds.
    pub fn report(&self) -> ArchiveReport {
        let index = self.index();
        ArchiveReport {
            blobs: index.len() as u64,
            bytes: index.values().map(|entry| entry.bytes).sum(),
            first_l1: index.values().map(|entry| entry.l1_block).min(),
            last_l1: index.values().map(|entry| entry.l1_block).max(),
        }
    }

    /// The versioned hashes of all blobs, by L1 block.
    pub fn hashes(&self) -> Vec<(u64, B256)> {
        let mut all: Vec<_> = self.index().iter().map(|(hash, entry)| (entry.l1_block, *hash)).collect();
        all.sort_unstable();
        all
    }

    /// The versioned hashes of the blobs of one L1 block, at most `limit`.
    pub fn hashes_at(&self, l1_block: u64, limit: usize) -> Vec<B256> {
        let index = self.index();
        let of_block = index.iter().filter(|(_, entry)| entry.l1_block == l1_block);
        of_block.map(|(hash, _)| *hash).take(limit).collect()
    }

    /// Forgets the blobs of L1 blocks below `before`; gives what was forgotten.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub fn prune(&self, before: u64) -> Result<ArchiveReport, ArchiveError> {
        let old: Vec<(u64, B256)> = self.hashes().into_iter().take_while(|(l1_block, _)| *l1_block < before).collect();
        let mut pruned = ArchiveReport { first_l1: old.first().map(|old| old.0), ..ArchiveReport::default() };
        for (l1_block, hash) in old {
            let path = self.path(l1_block, hash);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&path, "removed", error)),
                _ => {}
            }
            let bytes = self.index().remove(&hash).map_or(0, |entry| entry.bytes);
            (pruned.blobs, pruned.bytes, pruned.last_l1) = (pruned.blobs + 1, pruned.bytes + bytes, Some(l1_block));
        }
        Ok(pruned)
    }

    fn path(&self, l1_block: u64, hash: B256) -> PathBuf {
        self.folder.join((l1_block / FOLDER_BLOCKS).to_string()).join(format!("{l1_block}-{hash}"))
    }

    /// A thread that panicked while it held the index left it whole: every change is one operation.
    fn index(&self) -> MutexGuard<'_, BTreeMap<B256, Entry>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse_name(name: &str) -> Option<(u64, B256)> {
    let (l1_block, hash) = name.split_once('-')?;
    Some((l1_block.parse().ok()?, hash.parse().ok()?))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.map_err(|error| failed(folder, "read", error))
}

fn failed(path: &Path, what: &'static str, error: std::io::Error) -> ArchiveError {
    ArchiveError::File { path: path.to_owned(), what, error }
}
