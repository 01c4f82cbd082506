//! `praxis`: the node, its tools and its demonstration in one binary.
//!
//! This crate parses the command line, wires the roles and runs them; what they do stands in the other crates.

mod args;
mod client;
mod commands;
mod failure;
mod keys;
mod rpc_args;
mod system;
mod telemetry;
mod ui;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;
use ui::Ui;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no misuse; clap prints both and knows which is which.
            let code = if error.use_stderr() { failure::USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    telemetry::init_logging(cli.verbose, &cli.command);
    praxis_l1::install_tls();
    let ui = Ui::new(cli.json);
    match run(cli, &ui) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            ui.failure(&failure);
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: Cli, ui: &Ui) -> Result<(), Failure> {
    match cli.command {
        Command::Agent(command) => commands::agent::run(command, ui),
        Command::Archive(command) => commands::archive::run(command, ui),
        Command::Db(command) => commands::db::run(command, ui),
        Command::Model(command) => commands::model::run(command, ui),
        Command::Dev(args) => commands::block_on(commands::dev::run(args, ui)),
        Command::Demo(args) => commands::block_on(commands::demo::run(args, ui)),
        Command::Node(args) => commands::block_on(commands::node::run(*args, ui)),
        Command::Ethereum(args) => commands::block_on(commands::ethereum::run(args, ui)),
        Command::Deploy(args) => commands::block_on(commands::deploy::run(args, ui)),
        Command::Fees(args) => commands::block_on(commands::fees::run(args, ui)),
        Command::Verifier(command) => commands::block_on(commands::verifier::run(command, ui)),
        Command::Verify(args) => commands::block_on(commands::verify::run(args, ui)),
    }
}
