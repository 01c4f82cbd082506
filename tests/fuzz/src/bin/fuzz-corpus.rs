//! `fuzz-corpus`: the committed corpora as folders, which is what the fuzzer reads, and back.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use alloy_consensus::{BlockBody, SignableTransaction, TxEip1559};
use alloy_primitives::{B256, Signature, U256};
use praxis_derive::{ChannelId, Frame, channel::compress, frame::encode_calldata, samples};
use praxis_fuzz::{
    TARGETS, batch, corpus,
    deposits::{log, only_bytes},
};
use praxis_import::{ImportOptions, import_bytes};
use praxis_link::{FromNetwork, ToNetwork};
use praxis_primitives::{Block, Header, SealedBlock, Transaction, TxDeposit};
use praxis_sync::{Answer, Question, SignedBlock, Status};

const USAGE: &str = "usage: fuzz-corpus unpack FOLDER           every committed corpus, one folder for each target
       fuzz-corpus pack FOLDER TARGET     that folder becomes the committed corpus of the target
       fuzz-corpus seeds FOLDER [MODELS]  ONNX files found under MODELS or in the fixtures, and their Plans; random batches";

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models");

/// Larger files are left out of the seeds: the fuzzer runs small inputs best.
const MAX_SEED_BYTES: usize = 8 << 10;
/// How many batches are made as seeds, and the largest that is kept.
const BATCHES: u64 = 200;
const MAX_BATCH_SEED_BYTES: usize = 600;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["unpack", folder] => unpack(Path::new(folder)),
        ["pack", folder, target] if TARGETS.iter().any(|(name, _)| *name == target) => {
            corpus::pack(Path::new(folder), &corpus::committed(target))
                .map(|count| eprintln!("{target}: {count} inputs packed"))
        }
        ["seeds", folder] => seeds(Path::new(folder), Path::new(FIXTURES)),
        ["seeds", folder, models] => seeds(Path::new(folder), Path::new(models)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz-corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn unpack(folder: &Path) -> std::io::Result<()> {
    for (target, _) in TARGETS {
        let inputs = folder.join(target);
        fs::create_dir_all(&inputs)?;
        for (index, input) in corpus::unpack(&corpus::committed(target))?.iter().enumerate() {
            fs::write(inputs.join(format!("{index:05}")), input)?;
        }
    }
    Ok(())
}

fn seeds(folder: &Path, models: &Path) -> std::io::Result<()> {
    let (files, plans) = (folder.join("onnx_import"), folder.join("plan_decode"));
    fs::create_dir_all(&files)?;
    fs::create_dir_all(&plans)?;
    batches(folder)?;
    deposits(&folder.join("deposits"))?;
    peers(&folder.join("peers"))?;
    for path in onnx_files(models)? {
        let bytes = fs::read(&path)?;
        let parts: Vec<_> = path.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
        let name = parts.join("-");
        if bytes.len() <= MAX_SEED_BYTES {
            fs::write(files.join(&name), &bytes)?;
        }
        if let Ok(imported) = import_bytes(&bytes, &ImportOptions::default()) {
            let plan = imported.plan.encode();
            if plan.len() <= MAX_SEED_BYTES {
                fs::write(plans.join(&name), plan)?;
            }
        }
    }
    Ok(())
}

/// Random batches as the three targets take them: as sections, as a channel, and in frames.
fn batches(folder: &Path) -> std::io::Result<()> {
    for target in ["batches", "channels", "frames"] {
        fs::create_dir_all(folder.join(target))?;
    }
    for seed in 0..BATCHES {
        let sections = samples::batch(&mut samples::Rng(seed), 2, 10).encode();
        let data = compress(&sections, (seed % 12) as u32);
        let id = ChannelId::derive(Default::default(), seed, &data);
        let piece = |number| data.chunks(seed as usize + 1).nth(usize::from(number)).unwrap_or_default().to_vec();
        let frame = |number| Frame { channel: id, number, data: piece(number), is_last: number == 1 };
        let frames = encode_calldata(&[frame(0), frame(1)]);
        for (target, bytes) in [("batches", batch::frame(&sections)), ("channels", data), ("frames", frames)] {
            if bytes.len() <= MAX_BATCH_SEED_BYTES {
                fs::write(folder.join(target).join(format!("{seed:03}")), bytes)?;
            }
        }
    }
    Ok(())
}

/// Deposits and updates of the configuration, three logs to a file.
fn deposits(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for seed in 0..BATCHES {
        let mut rng = samples::Rng(seed);
        let mut logs = Vec::new();
        for _ in 0..3 {
            let small = |value: u64| U256::from(value).to_be_bytes::<32>();
            if rng.below(2) == 0 {
                let mut opaque = [small(rng.below(9)), small(rng.below(1000))].concat();
                opaque.extend_from_slice(&(21_000 + rng.below(3_000_000)).to_be_bytes());
                opaque.push(rng.below(2) as u8);
                let length = rng.below(70) as usize;
                opaque.extend(rng.bytes(length));
                let topics = [small(rng.bits()), small(rng.bits()), small(0)];
                logs.extend(log(0, &topics, &only_bytes(&opaque)));
            } else {
                let kind = rng.below(11);
                let payload: Vec<u8> = (0..1 + rng.below(3)).flat_map(|_| small(rng.below(4))).collect();
                logs.extend(log(0b0101, &[small(0), small(kind)], &only_bytes(&payload)));
            }
        }
        fs::write(folder.join(format!("{seed:03}")), logs)?;
    }
    Ok(())
}

/// What nodes say to each other and to their network processes.
fn peers(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut rng = samples::Rng(7);
    for seed in 0..BATCHES {
        let (kind, bytes) = match seed % 8 {
            0 => (0, Question::Blocks { first: rng.bits(), count: rng.below(65) as u16 }.encode()),
            1 => (0, Question::Status.encode()),
            2 => (1, Answer::Blocks((0..rng.below(3)).map(|number| signed(&mut rng, number)).collect()).encode()),
            3 => {
                let head = (rng.bits(), B256::from(U256::from(rng.bits()))).into();
                (1, Answer::Status(Status { genesis: B256::ZERO, head, safe: rng.below(99) }).encode())
            }
            4 | 5 => (2, signed(&mut rng, seed).encode()),
            6 => (3, ToNetwork::Publish(rng.bytes(20)).encode()),
            _ => (4, FromNetwork::Answered { id: rng.bits(), data: rng.bytes(30) }.encode()),
        };
        fs::write(folder.join(format!("{seed:03}")), [&[kind][..], &bytes].concat())?;
    }
    Ok(())
}

/// A block of a few transactions without meaning, under a signature of somebody.
fn signed(rng: &mut samples::Rng, number: u64) -> SignedBlock {
    let transactions = (0..rng.below(4)).map(|nonce| {
        let tx = TxEip1559 { nonce, gas_limit: 21_000, input: rng.bytes(9).into(), ..TxEip1559::default() };
        let signature = Signature::new(U256::from(nonce + 1), U256::from(7), nonce.is_multiple_of(2));
        Transaction::Ethereum(tx.into_signed(signature).into())
    });
    let deposit = Transaction::deposit(TxDeposit { gas_limit: 1_000_000, ..TxDeposit::default() });
    let transactions = [deposit].into_iter().chain(transactions).collect();
    let header = Header { number, withdrawals_root: Some(B256::ZERO), ..Header::default() };
    let block = Block::new(header, BlockBody { transactions, ..BlockBody::default() });
    let signature = Signature::new(U256::ONE, U256::from(rng.below(1000) + 1), number.is_multiple_of(2)).as_bytes();
    SignedBlock { signature, block: SealedBlock::seal_slow(block) }
}

fn onnx_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "onnx") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
