//! `praxis-bench`: measurements that anyone can repeat, one module and one subcommand each. Results stand in README.md.

#![allow(clippy::print_stdout, reason = "it is a command")]

mod batch;
mod clock;
mod execution;
mod fees;
mod gas;
mod inference;
mod memory;
mod replay;
mod rpc;
mod state;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Measurements of Praxis. Each prints a table, or one JSON document with --json.")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Every model of the zoo: onnxruntime, tract and Praxis on one thread, in turns
    Inference(inference::Options),
    /// Bytes on L1 per transaction, beside other compressors and the floor
    Batch(batch::Options),
    /// The L1 fee's coefficients, and a day of L1 prices: what it takes in against what batches cost
    Fees(fees::Options),
    /// Gas per second of block import beside bare revm on the same blocks
    Execution(execution::Options),
    /// State roots at several sizes of the state, beside a full recomputation
    State(state::Options),
    /// Nanoseconds per gas of inference and of EVM work
    Gas(gas::Options),
    /// Transactions per second over JSON-RPC, beside anvil
    Rpc(rpc::Options),
    /// How fast `praxis verify` replays a chain from L1 alone
    Replay(replay::Options),
    /// Memory of a sequencer under load, as a table and a picture
    Memory(memory::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().what {
        What::Inference(options) => inference::run(&options),
        What::Batch(options) => batch::run(&options),
        What::Fees(options) => fees::run(&options),
        What::Execution(options) => execution::run(&options),
        What::State(options) => state::run(&options),
        What::Gas(options) => gas::run(&options),
        What::Rpc(options) => rpc::run(&options),
        What::Replay(options) => replay::run(&options),
        What::Memory(options) => memory::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("praxis-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
