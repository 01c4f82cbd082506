//! `./dev stress [BLOCKS]`: the market-stress run, with a report.

use indicatif::{ProgressBar, ProgressStyle};
use praxis_audit::audit;
use praxis_stress::{Options, run};
use std::process::ExitCode;

/// Blocks of the market in a whole run.
const BLOCKS: u64 = 5_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str, usual: u64| match arguments.next() {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| format!("{name} is {text:?}, but must be a number")),
    };
    let parsed = (|| Ok::<_, String>((number("BLOCKS", BLOCKS)?, number("AGENTS", 200)?, number("SEED", 1)?)))();
    let (blocks, agents, seed) = match parsed {
        Ok(numbers) => numbers,
        Err(reason) => {
            eprintln!("{reason}\nusage: praxis-stress [BLOCKS [AGENTS [SEED]]]");
            return ExitCode::from(2);
        }
    };
    let style = ProgressStyle::with_template("{elapsed} {msg} {wide_bar} {pos}/{len} {eta}").expect("a template");
    let progress = ProgressBar::new(0).with_style(style);
    let agents = usize::try_from(agents).unwrap_or(usize::MAX).min(5_000);
    let finished = run(Options { blocks, agents, seed, replay_one_in: 1 }, &progress);
    progress.finish_and_clear();
    let outcome = finished.outcome;
    let audited = audit(&finished.record.blocks);
    match serde_json::to_string_pretty(&outcome) {
        Ok(text) => eprintln!("{text}"),
        Err(error) => eprintln!("the outcome is not to be written: {error}"),
    }
    let mut violations = outcome.violations();
    violations.extend(audited.findings.iter().map(|finding| format!("{finding:?}")));
    eprintln!(
        "audited from the chain alone: {} accounts, {} runs, {} actions, {} violations",
        audited.accounts,
        audited.runs,
        audited.actions,
        audited.findings.len()
    );
    for violation in &violations {
        eprintln!("VIOLATION: {violation}");
    }
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
