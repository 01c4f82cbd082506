//! Ethereum's own tests, where they are: `shared/fixtures` beside the repository, or `PRAXIS_FIXTURES`.

use praxis_conformance::ethereum::{Outcome, fixtures, rlp, run_folder, state, transaction};

type Run = fn(&str) -> Result<Vec<(String, Outcome)>, serde_json::Error>;

/// Runs a folder of the fixtures, and asks for at least so many passed tests.
fn check(folder: &str, run: Run, at_least: usize) {
    let Some(fixtures) = fixtures() else {
        eprintln!("skipped: there is no folder shared/fixtures beside the repository; PRAXIS_FIXTURES names another");
        return;
    };
    let report = run_folder(&fixtures.join("evm").join(folder), run).unwrap();
    eprintln!("{folder}: {report}");
    let failures = report.failures();
    assert!(failures.is_empty(), "{report}\n{}", failures.join("\n"));
    assert!(report.passed() >= at_least, "{report}, at least {at_least} should pass");
}

#[test]
fn general_state_tests() {
    check("GeneralStateTests", state::run_file, 2_700);
}

#[test]
fn state_tests_of_prague() {
    check("eest-Prague", state::run_file, 1_000);
}

#[test]
fn state_tests_of_osaka() {
    check("eest-Osaka", state::run_file, 800);
}

#[test]
fn state_tests_of_fusaka() {
    check("fusaka-devnet-5", state::run_file, 150);
}

#[test]
fn transaction_tests() {
    check("TransactionTests", transaction::run_file, 500);
}

#[test]
fn rlp_tests() {
    check("RLPTests", rlp::run_file, 40);
}
