//! `praxis-audit URL|FILE [--save FILE]`: checks the policies of all agents of a chain. Exit status 3 where one was broken.

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use praxis_audit::{Record, audit, fetch};
use std::{fs, process::ExitCode};

const USAGE: &str = "usage: praxis-audit URL|FILE [--save FILE]
Checks that no agent of a chain did what its policy forbids: from the traces of a node at URL, or from a FILE saved before.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (source, save) = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [source] => (*source, None),
        [source, "--save", file] => (*source, Some(*file)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match check(source, save).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn check(source: &str, save: Option<&str>) -> Result<bool> {
    let record: Record = if source.contains("://") {
        let progress = ProgressBar::new(0);
        let record = fetch(source, None, &progress).await?;
        progress.finish_and_clear();
        record
    } else {
        let text = fs::read(source).with_context(|| format!("reading {source}"))?;
        serde_json::from_slice(&text).with_context(|| format!("{source} is no saved record"))?
    };
    if let Some(file) = save {
        fs::write(file, serde_json::to_vec(&record)?).with_context(|| format!("writing {file}"))?;
    }
    let audited = audit(&record.blocks);
    for finding in &audited.findings {
        eprintln!(
            "block {} transaction {} account {}: {}: {}",
            finding.block, finding.transaction, finding.account, finding.rule, finding.what
        );
    }
    eprintln!(
        "{} blocks, {} accounts, {} runs, {} actions ({} with rules that are not understood here): {} violations",
        audited.blocks,
        audited.accounts,
        audited.runs,
        audited.actions,
        audited.unchecked,
        audited.findings.len()
    );
    Ok(audited.findings.is_empty())
}
