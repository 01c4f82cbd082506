//! Killing the process.

use super::{Made, Rng, genesis, identity, make};
use crate::{Database, DatabaseOptions, Durability};
use praxis_primitives::StateDiff;
use praxis_trie::{MemoryNodes, state_root};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

const FOLDER: &str = "PRAXIS_STORAGE_CRASH_FOLDER";
const SEED: u64 = 77;
const KILLS: u64 = 10;

fn open(folder: &Path, durability: Durability) -> Arc<Database> {
    // Small write buffers, so that flushes and compactions are under way when the process dies.
    let options = DatabaseOptions { durability, write_buffer_bytes: 256 << 10, ..DatabaseOptions::default() };
    Database::open_with(folder, identity(&genesis(SEED)), &options).unwrap()
}

/// The process that dies: commits the one chain that the seed determines, goes back now and then, and says after each
/// commit, and before going back, down to which block nothing may be lost.
#[test]
#[ignore = "the victim of a_killed_process_restarts_at_a_whole_block, which starts it"]
fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let durability = if folder.ends_with("power") { Durability::PowerLoss } else { Durability::ProcessCrash };
    let db = open(Path::new(&folder), durability);
    let mut out = std::io::stdout();
    let mut say = |number: u64| {
        writeln!(out, "\nkept {number}").unwrap();
        out.flush().unwrap();
    };
    let first = genesis(SEED);
    if db.heads().unwrap().is_none() {
        db.commit_genesis(&first.block, &first.diff, &first.outcome.updates).unwrap();
    }
    let mut rng = Rng(u64::from(std::process::id()));
    loop {
        let head = db.heads().unwrap().unwrap().head;
        if rng.below(12) == 0 {
            let target = head.number.saturating_sub(1 + rng.below(6));
            say(target);
            db.unwind_to(target).unwrap();
            continue;
        }
        let made = make(SEED, Some(head), &db.state_latest().unwrap());
        db.commit_block(made.commit()).unwrap();
        say(made.id().number);
    }
}

#[test]
fn a_killed_process_restarts_at_a_whole_block() {
    let mut rng = Rng(4242);
    let mut nodes = MemoryNodes::default();
    let mut chain: Vec<Made> = vec![genesis(SEED)];
    nodes.apply(&chain[0].outcome.updates);
    for (name, durability) in [("process", Durability::ProcessCrash), ("power", Durability::PowerLoss)] {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join(name);
        for kill in 0..KILLS / 2 {
            let kept = run_and_kill(&folder, Duration::from_millis(rng.below(200)));
            let db = open(&folder, durability);
            let head = db.heads().unwrap().unwrap().head;
            assert!(head.number >= kept, "{name} {kill}: the head is {} and {kept} was acknowledged", head.number);
            while (chain.len() as u64) <= head.number {
                let next = make(SEED, Some(chain.last().unwrap().id()), &nodes);
                nodes.apply(&next.outcome.updates);
                chain.push(next);
            }
            check(&db, &chain[..=head.number as usize]);
            eprintln!("{name}, kill {kill}: head {}, acknowledged {kept}", head.number);
        }
    }
}

fn check(db: &Database, chain: &[Made]) {
    let head = chain.last().unwrap();
    let view = db.state_latest().unwrap();
    assert_eq!(view.block(), head.id());
    assert_eq!(view.full_state_root().unwrap(), head.outcome.root);
    assert_eq!(state_root(&view, &StateDiff::default()).unwrap().previous_root, head.outcome.root);
    for made in chain {
        assert_eq!(db.block(made.id().number).unwrap().as_ref(), Some(&made.block));
        assert_eq!(db.receipts_by_hash(made.id().hash).unwrap().as_ref(), Some(&made.receipts));
    }
    assert_eq!(db.block(head.id().number + 1).unwrap(), None);
}

/// Runs the victim until it has acknowledged a block and then for `time`; gives the last number it acknowledged.
fn run_and_kill(folder: &Path, time: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::victim", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut kept = lines.by_ref().find_map(number).expect("the victim acknowledges a block before it ends");
    std::thread::sleep(time);
    // SIGKILL: nothing in the process runs any more.
    child.kill().unwrap();
    child.wait().unwrap();
    // A line that was cut short acknowledged nothing.
    for line in lines {
        kept = number(line).unwrap_or(kept);
    }
    kept
}

fn number(line: String) -> Option<u64> {
    line.strip_prefix("kept ")?.parse().ok()
}
