//! Killing the process: from outside at any instant, and from inside just before or after a write.
//!
//! `PRAXIS_KILLS` says how often (20 unless given), `PRAXIS_SEED` which times and places.

use super::{Made, Rng, genesis, identity, make};
use crate::{Database, DatabaseOptions, Durability, HeadUpdate, KeptProofs, Prune};
use alloy_primitives::Address;
use praxis_primitives::{BlockNumHash, StateDiff};
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
/// After so many kills a new database begins, so that checking it stays quick.
const KILLS_PER_FOLDER: u64 = 10;
/// Where the process may die by itself.
const POINTS: [&str; 9] = [
    "commit.before",
    "commit.after",
    "unwind.before",
    "unwind.after",
    "heads.before",
    "heads.after",
    "cursors.before",
    "prune.before",
    "prune.after",
];

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
        match rng.below(40) {
            0..3 => {
                let floor = db.heads().unwrap().unwrap().finalized.number;
                let target = head.number.saturating_sub(1 + rng.below(6)).max(floor);
                say(target);
                db.unwind_to(target).unwrap();
                continue;
            }
            3..5 => finalize_and_prune(&db, head.number),
            5 => db.meta_put("cursor", &head.number.to_be_bytes()).unwrap(),
            _ => {}
        }
        let made = make(SEED, Some(head), &db.state_latest().unwrap());
        db.commit_block(made.commit()).unwrap();
        say(made.id().number);
    }
}

fn finalize_and_prune(db: &Database, head: u64) {
    let id = |number| BlockNumHash::new(number, db.hash_of(number).unwrap().unwrap());
    let number = head.saturating_sub(8);
    if number <= db.heads().unwrap().unwrap().finalized.number {
        return;
    }
    db.set_heads(HeadUpdate { safe: Some(id(number)), finalized: Some(id(number)) }, &[]).unwrap();
    let proofs = KeptProofs { address: Address::with_last_byte(3), before: number.saturating_sub(30) };
    db.prune(Prune { states_before: number.saturating_sub(5), proofs: Some(proofs), max_blocks: 64 }).unwrap();
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn a_killed_process_restarts_at_a_whole_block() {
    let (kills, seed) = (setting("PRAXIS_KILLS", 20), setting("PRAXIS_SEED", 4242));
    let mut rng = Rng(seed);
    let mut nodes = MemoryNodes::default();
    let mut chain: Vec<Made> = vec![genesis(SEED)];
    nodes.apply(&chain[0].outcome.updates);
    let parent = tempfile::tempdir().unwrap();
    for kill in 0..kills {
        let (name, durability) = match kill / KILLS_PER_FOLDER % 2 {
            0 => ("process", Durability::ProcessCrash),
            _ => ("power", Durability::PowerLoss),
        };
        let folder = parent.path().join((kill / KILLS_PER_FOLDER).to_string()).join(name);
        // One in three dies by a signal, at some instant; the others at a place.
        let at = match rng.below(3) {
            0 => None,
            _ => Some(format!("{}:{}", POINTS[rng.below(POINTS.len() as u64) as usize], 1 + rng.below(5))),
        };
        let kept = run_and_kill(&folder, Duration::from_millis(rng.below(200)), at.as_deref());
        let db = open(&folder, durability);
        let head = db.heads().unwrap().unwrap().head;
        let told = format!("kill {kill} of seed {seed}, {name}, at {}", at.as_deref().unwrap_or("some instant"));
        assert!(head.number >= kept, "{told}: the head is {} and {kept} was acknowledged", head.number);
        while (chain.len() as u64) <= head.number {
            let next = make(SEED, Some(chain.last().unwrap().id()), &nodes);
            nodes.apply(&next.outcome.updates);
            chain.push(next);
        }
        check(&db, &chain[..=head.number as usize]);
        eprintln!("{told}: head {}, acknowledged {kept}", head.number);
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
    let found = db.verify(&mut |_, _| {}).unwrap();
    assert_eq!(found.recomputed, head.outcome.root);
    assert_eq!(found.differences, []);
}

/// Runs the victim until it dies at a place, or has acknowledged a block and gone on for `time`; gives the last number that
/// it acknowledged.
fn run_and_kill(folder: &Path, time: Duration, at: Option<&str>) -> u64 {
    std::fs::create_dir_all(folder).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    if let Some(at) = at {
        command.env("PRAXIS_DIE_AT", at);
    }
    let mut child = command
        .args(["--exact", "tests::crash::victim", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut kept = 0;
    match at {
        None => {
            kept = lines.by_ref().find_map(number).expect("the victim acknowledges a block before it ends");
            std::thread::sleep(time);
            // SIGKILL: nothing in the process runs any more.
            child.kill().unwrap();
        }
        Some(_) => {
            if let Some(last) = lines.by_ref().filter_map(number).last() {
                kept = last;
            }
        }
    }
    assert!(!child.wait().unwrap().success(), "the victim does not end by itself");
    // A line that was cut short acknowledged nothing.
    for line in lines {
        kept = number(line).unwrap_or(kept);
    }
    kept
}

fn number(line: String) -> Option<u64> {
    line.strip_prefix("kept ")?.parse().ok()
}
