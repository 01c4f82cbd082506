//! What a process leaves that is killed.

use crate::temporary_directory;
use std::{ffi::OsStr, fs, io, path::Path};
use tempfile::TempDir;

/// The files of a directory as SIGKILL would leave them now: nothing is closed or written out before. Tables never change once they are
/// written, so they are linked.
///
/// # Panics
/// When they can't be read, or the database's own threads change them each time that they are read.
pub(crate) fn as_killed(directory: &Path) -> TempDir {
    for _ in 0..100 {
        let copy = temporary_directory();
        let before = manifest(directory);
        // A thread that removes a table meanwhile is one reason to read again.
        if copy_files(directory, copy.path()).is_ok() && manifest(directory) == before {
            return copy;
        }
    }
    panic!("the database in {} never rests", directory.display());
}

/// Names of all files, and how long those are that say which tables count.
fn manifest(directory: &Path) -> Vec<(String, u64)> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut all: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let counts = name.starts_with("MANIFEST");
            (name, if counts { entry.metadata().map_or(0, |file| file.len()) } else { 0 })
        })
        .collect();
    all.sort();
    all
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match source.extension().and_then(OsStr::to_str) {
            Some("sst") => fs::hard_link(&source, &target)?,
            _ => _ = fs::copy(&source, &target)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{World, account};

    #[test]
    fn who_was_killed_goes_on_with_what_was_committed() {
        let (mut world, alice) = (World::default(), account(0));
        let paid = world.transfer(&alice, account(1).address, 5);
        world.ticks(3);
        let waits = world.transfer(&alice, account(1).address, 6);
        let head = world.sequencer.chain().head().hash();
        world.sequencer.kill();
        world.verifier.kill();
        assert_eq!(world.sequencer.chain().head().hash(), head);
        assert!(world.sequencer.receipt(paid).is_some());
        world.settle(20);
        assert!(world.sequencer.receipt(waits).is_some(), "the pool's journal was lost");
    }
}
