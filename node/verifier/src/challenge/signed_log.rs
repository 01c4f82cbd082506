//! What this verifier has signed, on disk before it is sent: a key that signs two roots loses its stake.

use crate::votes::Vote;
use alloy_primitives::B256;
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The record of one key's votes: a line of L2 block, L1 head and root for each.
#[derive(Debug)]
pub struct SignedLog {
    file: File,
    path: PathBuf,
    signed: BTreeMap<(u64, B256), B256>,
}

/// Why a vote is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignedLogError {
    /// The file can't be read or written.
    #[error("the record of signed votes {path} can't be used: {error}; without it a vote could cost the stake")]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// A line is not what was written there.
    #[error(
        "line {line} of the record of signed votes {path} is damaged; restore the file before this key signs again"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The key has said something else before.
    #[error(
        "this key has signed root {before} for L2 block {block} with L1 head {l1_head}, and now the replay gives {now}: not \
         signed, since two roots cost the stake; check this machine and its database"
    )]
    Contradiction {
        /// The L2 block.
        block: u64,
        /// The L1 head.
        l1_head: B256,
        /// What was signed.
        before: B256,
        /// What would be signed.
        now: B256,
    },
}

impl SignedLog {
    /// Opens the record, or begins one. A last line that a crash cut off was never sent and goes.
    ///
    /// # Errors
    /// When the file can't be used or is damaged.
    pub fn open(path: &Path) -> Result<Self, SignedLogError> {
        let failed = |error| SignedLogError::Io { path: path.to_path_buf(), error };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut signed = BTreeMap::new();
        for (line, words) in text[..whole].lines().enumerate() {
            let damaged = || SignedLogError::Damaged { path: path.to_path_buf(), line: line + 1 };
            let (key, root) = parse(words).ok_or_else(damaged)?;
            signed.insert(key, root);
        }
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
        file.set_len(whole as u64).map_err(failed)?;
        Ok(Self { file, path: path.to_path_buf(), signed })
    }

    /// Records a vote; only after this returned may it be signed.
    ///
    /// # Errors
    /// When the key has signed another root for this block and head, or the record can't be written.
    pub fn record(&mut self, vote: &Vote) -> Result<(), SignedLogError> {
        let key = (vote.l2_block, vote.l1_head);
        match self.signed.get(&key) {
            Some(before) if *before == vote.root => return Ok(()),
            Some(before) => {
                let (block, l1_head) = key;
                return Err(SignedLogError::Contradiction { block, l1_head, before: *before, now: vote.root });
            }
            None => {}
        }
        let line = format!("{} {} {}\n", vote.l2_block, vote.l1_head, vote.root);
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| SignedLogError::Io { path: self.path.clone(), error })?;
        self.signed.insert(key, vote.root);
        Ok(())
    }
}

fn parse(line: &str) -> Option<((u64, B256), B256)> {
    let mut words = line.split(' ');
    let parsed = ((words.next()?.parse().ok()?, words.next()?.parse().ok()?), words.next()?.parse().ok()?);
    words.next().is_none().then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;

    fn vote(block: u64, head: u8, root: u8) -> Vote {
        let (root, l1_head) = (B256::repeat_byte(root), B256::repeat_byte(head));
        Vote { game: Address::ZERO, l2_block: block, root, l1_head }
    }

    #[test]
    fn a_key_says_one_thing_over_restarts_and_torn_writes() {
        let path = std::env::temp_dir().join(format!("praxis-signed-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut log = SignedLog::open(&path).unwrap();
        log.record(&vote(1, 1, 1)).unwrap();
        log.record(&vote(1, 2, 9)).unwrap();
        drop(log);
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(b"5 0x12");
        std::fs::write(&path, torn).unwrap();
        let mut log = SignedLog::open(&path).unwrap();
        log.record(&vote(1, 1, 1)).unwrap();
        let refused = log.record(&vote(1, 1, 2)).unwrap_err().to_string();
        assert!(refused.contains("two roots cost the stake"), "{refused}");
        log.record(&vote(5, 1, 1)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
        std::fs::write(&path, "1 2 3\n").unwrap();
        assert!(matches!(SignedLog::open(&path), Err(SignedLogError::Damaged { line: 1, .. })));
        std::fs::remove_file(&path).unwrap();
    }
}
