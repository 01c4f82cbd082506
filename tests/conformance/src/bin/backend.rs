//! Runs the node tests of the onnx package, as `backend/export.py` wrote them, and prints what became of each.
//!
//! `backend [--table FILE] [--dir FOLDER] [--failing] [FILTER…]`: a test whose name contains one of the filters is run; all,
//! without one.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{env, path::PathBuf, process::ExitCode};

use praxis_conformance::backend::{self, Outcome};

fn main() -> ExitCode {
    let mut filters = Vec::new();
    let mut folder = env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".cache/praxis-onnx-nodes");
    let (mut table, mut failing_only) = (None, false);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--table" => table = arguments.next().map(PathBuf::from),
            "--dir" => folder = arguments.next().map(PathBuf::from).unwrap_or_default(),
            "--failing" => failing_only = true,
            _ => filters.push(argument),
        }
    }
    let results = match backend::run_all(&folder, &filters) {
        Ok(results) => results,
        Err(error) => {
            eprintln!("{error}; write the tests with tests/conformance/backend/export.py {}", folder.display());
            return ExitCode::from(2);
        }
    };
    for (name, outcome) in &results {
        if !(failing_only && matches!(outcome, Outcome::Passed | Outcome::Excluded(_))) {
            println!("{name}: {outcome}");
        }
    }
    let count = |wanted: fn(&Outcome) -> bool| results.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let (passed, excluded) = (count(|o| matches!(o, Outcome::Passed)), count(|o| matches!(o, Outcome::Excluded(_))));
    let failed = results.len() - passed - excluded;
    eprintln!("{} tests: {passed} passed, {excluded} excluded, {failed} failed", results.len());
    if let Some(path) = table
        && let Err(error) = std::fs::write(&path, backend::table(&results))
    {
        eprintln!("{}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
