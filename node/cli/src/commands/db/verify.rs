//! `praxis db verify`.

use super::grouped;
use crate::{args::DatabaseArgs, failure::Failure, ui::Ui};
use praxis_storage::{Access, Database, Verification};
use serde_json::json;

/// Recomputes everything; a difference is exit status 3.
pub(crate) fn run(args: &DatabaseArgs, ui: &Ui) -> Result<(), Failure> {
    let found = verify(&*args.open(Access::Read)?, ui)?;
    show(&found, ui);
    judge(&found)
}

/// Recomputes everything, with a bar.
pub(super) fn verify(database: &Database, ui: &Ui) -> Result<Verification, Failure> {
    let bar = ui.bar(0, "recomputing the state, then checking blocks");
    let found = database.verify(&mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(found?)
}

/// No difference, or the failure that names them.
pub(super) fn judge(found: &Verification) -> Result<(), Failure> {
    if found.differences.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
    Err(Failure::difference(format!(
        "the database does not agree with itself:\n  {}\nsync into an empty data directory, or restore a snapshot",
        lines.join("\n  ")
    )))
}

fn show(found: &Verification, ui: &Ui) {
    ui.table(
        &[],
        [
            vec!["head".into(), format!("{} {}", grouped(found.head.number), found.head.hash)],
            vec!["state root of its header".into(), found.state_root.to_string()],
            vec!["root from nothing".into(), found.recomputed.to_string()],
            vec!["accounts".into(), grouped(found.accounts)],
            vec!["slots".into(), grouped(found.slots)],
            vec!["trie nodes".into(), grouped(found.nodes)],
            vec!["blocks".into(), grouped(found.blocks)],
            vec!["transactions".into(), grouped(found.transactions)],
            vec!["differences".into(), found.differences.len().to_string()],
        ],
    );
    ui.document(&json!({
        "head": { "number": found.head.number, "hash": found.head.hash },
        "stateRoot": found.state_root,
        "recomputed": found.recomputed,
        "accounts": found.accounts,
        "slots": found.slots,
        "nodes": found.nodes,
        "blocks": found.blocks,
        "transactions": found.transactions,
        "differences": found.differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }));
}
