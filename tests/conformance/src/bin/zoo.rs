//! Imports and runs every model of the zoo and prints what became of each.
//!
//! `zoo [--survey] [--missing] [FILTER…]`: the committed models and the large ones, or the survey of exporters; a model
//! whose name contains one of the filters, all without one. `--missing` leaves out what agrees. `--digests` prints instead, for
//! each committed model, the id of its Plan and a digest of its first two cases on the best instruction set: what an
//! emulated processor must print too.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{collections::BTreeMap, env, io, process::ExitCode};

use praxis_conformance::{
    agreement::{Verdict, check, check_cases},
    zoo::{self, ZooModel},
};
use praxis_import::{ImportOptions, inspect_file};
use praxis_inference::Isa;

fn main() -> ExitCode {
    let (flags, filters): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|word| word.starts_with("--"));
    if let Some(flag) = flags.iter().find(|flag| !["--survey", "--missing", "--digests"].contains(&flag.as_str())) {
        eprintln!("zoo: unknown option {flag}");
        return ExitCode::from(2);
    }
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    let models = match models(has("--survey")) {
        Ok(models) => models,
        Err(error) => {
            eprintln!("zoo: {error}");
            return ExitCode::from(2);
        }
    };
    let chosen = |model: &ZooModel| filters.is_empty() || filters.iter().any(|filter| model.name.contains(filter));
    let models: Vec<ZooModel> = models.into_iter().filter(chosen).collect();
    if has("--digests") {
        digests(&models);
        return ExitCode::SUCCESS;
    }
    if report(&models, has("--missing")) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn models(survey: bool) -> io::Result<Vec<ZooModel>> {
    if survey {
        return zoo::survey();
    }
    Ok([zoo::operators()?, zoo::committed()?, zoo::large()?].concat())
}

fn digests(models: &[ZooModel]) {
    for model in models.iter().filter(|model| !model.about.large) {
        match check_cases(model, &[Isa::best()], 2) {
            Verdict::Agrees(report) => println!("{} {} {}", model.name, report.id, report.digest),
            Verdict::Wrong(why) => println!("{} wrong: {}", model.name, why.join("; ")),
            Verdict::Refused(_) => println!("{} refused", model.name),
        }
    }
}

/// Whether all agree.
fn report(models: &[ZooModel], missing_only: bool) -> bool {
    let (mut agree, mut wrong, mut refused) = (0, 0, 0);
    let mut missing: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for model in models {
        match check(model, &Isa::available()) {
            Verdict::Agrees(report) => {
                agree += 1;
                for (output, errors) in report.outputs.iter().filter(|_| !missing_only) {
                    println!("{}, {output}: {errors}", model.name);
                }
            }
            Verdict::Wrong(why) => {
                wrong += 1;
                let more = why.len().saturating_sub(3);
                let shown = why.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
                println!("{}: WRONG: {shown}{}", model.name, if more > 0 { "; …" } else { "" });
            }
            Verdict::Refused(why) => {
                refused += 1;
                println!("{}: REFUSED: {}", model.name, why.lines().next().unwrap_or(&why));
                for operator in unsupported(model) {
                    missing.entry(operator).or_default().push(&model.name);
                }
            }
        }
    }
    for (operator, names) in missing {
        println!("zoo: missing {operator} ({}: {})", names.len(), names.join(", "));
    }
    println!("{} models: {agree} agree, {refused} refused, {wrong} wrong", models.len());
    refused == 0 && wrong == 0
}

/// The operators that keep a model from being imported, each once.
fn unsupported(model: &ZooModel) -> Vec<String> {
    let Ok(inspection) = inspect_file(model.onnx(), &ImportOptions::default()) else { return Vec::new() };
    let name = |node: &praxis_import::UnsupportedNode| format!("{}.{}", node.domain, node.node.op_type);
    let mut operators: Vec<String> = inspection.unsupported.iter().map(name).collect();
    operators.sort();
    operators.dedup();
    operators
}
