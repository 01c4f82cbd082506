//! Runs Ethereum's state tests through the node's executor: `statetests FOLDER…`, each a folder or a file. Prints what failed
//! and a count; the exit status is 1 when something failed.

#![allow(clippy::print_stdout, reason = "it is a command")]

use praxis_conformance::ethereum::{run_folder, state};
use std::{env, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let folders: Vec<String> = env::args().skip(1).collect();
    if folders.is_empty() {
        eprintln!("usage: statetests FOLDER…  (folders of Ethereum's state tests, such as GeneralStateTests)");
        return ExitCode::from(2);
    }
    let mut failed = 0;
    for folder in &folders {
        let report = match run_folder(Path::new(folder), state::run_file) {
            Ok(report) => report,
            Err(error) => {
                eprintln!("{folder} can't be read: {error}");
                return ExitCode::from(2);
            }
        };
        let failures = report.failures();
        failures.iter().for_each(|failure| println!("{failure}"));
        println!("{folder}: {report}");
        failed += failures.len();
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
