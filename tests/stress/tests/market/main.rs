//! The market-stress run as continuous integration has it, and the audit's eyes on it.

mod doctor;

use indicatif::ProgressBar;
use praxis_audit::{Record, audit};
use praxis_stress::{Options, run};

/// Every doctored copy breaks one rule, and the audit names it. It reads the chain up to the block that was doctored.
fn assert_found(record: &mut Record) {
    let mut missed = vec![];
    for seeded in doctor::ALL {
        let first = if seeded.is_late() { record.blocks.len() * 4 / 5 } else { 0 };
        let place = record.blocks.iter().skip(first).position(|block| (seeded.apply)(&mut block.clone()));
        let Some(place) = place.map(|place| first + place) else {
            missed.push(format!("{}: the run offers no place for it", seeded.rule));
            continue;
        };
        let honest = record.blocks[place].clone();
        assert!((seeded.apply)(&mut record.blocks[place]));
        let findings = audit(&record.blocks[..=place]).findings;
        if !findings.iter().any(|finding| finding.rule == seeded.rule) {
            missed.push(format!("{} in block {}: {findings:?}", seeded.rule, honest.number));
        }
        record.blocks[place] = honest;
    }
    assert!(missed.is_empty(), "{} of {} not found: {missed:#?}", missed.len(), doctor::ALL.len());
}

#[test]
fn a_market_under_stress_breaks_no_policy_and_loses_no_call() {
    let progress = ProgressBar::hidden();
    // A third of the agents, of every kind, over a third of the blocks: the whole run makes all of it again.
    let mut finished = run(Options { blocks: 500, agents: 200, seed: 1, replay_one_in: 3 }, &progress);
    let outcome = &finished.outcome;
    println!("{outcome:#?}");
    assert_eq!(outcome.violations(), Vec::<String>::new());
    let audited = audit(&finished.record.blocks);
    println!("{} runs, {} actions audited", audited.runs, audited.actions);
    assert_eq!(audited.findings, vec![]);
    assert_eq!(audited.unchecked, 0, "the audit understands every rule of these agents");
    assert_eq!(audited.actions, outcome.executed.values().sum::<u64>());
    // What never happens is not tested.
    for kind in ["Rebalancer", "TrendFollower", "MarketMaker", "Prober"] {
        assert!(outcome.executed.get(kind).is_some_and(|count| *count >= 50), "{kind} hardly acted");
    }
    for rule in [
        "window",
        "loss",
        "stream",
        "rate",
        "perAction",
        "ownerApproval",
        "arguments",
        "privileged",
        "target",
        "actionGas",
        "approval",
    ] {
        assert!(outcome.refused.get(rule).is_some_and(|count| *count >= 10), "{rule} hardly refused");
    }
    assert!(outcome.replayed.accounts >= 60 && outcome.replayed.runs >= 100, "{:?}", outcome.replayed);
    assert!(outcome.kills >= 5 && outcome.crash_percent >= 40, "too little happened");
    assert_found(&mut finished.record);
}
