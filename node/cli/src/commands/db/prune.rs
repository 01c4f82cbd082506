//! `praxis db prune`.

use super::grouped;
use crate::{args::DatabaseArgs, failure::Failure, ui::Ui};
use praxis_chain::{HistoryMode, prune};
use praxis_storage::Access;
use serde_json::json;

/// Blocks between two looks at the bar.
const STEP: u64 = 1024;

/// Forgets old states.
pub(crate) fn run(args: &DatabaseArgs, mode: HistoryMode, ui: &Ui) -> Result<(), Failure> {
    if mode == HistoryMode::Archive {
        return Err(Failure::usage(
            "archive keeps everything, so there is nothing to prune; give --history pruned=BLOCKS",
        ));
    }
    let database = args.open(Access::Write)?;
    let before = database.reader().earliest_state()?;
    let bar = ui.spinner("forgetting old states");
    let pruned = loop {
        match prune(&database, mode, STEP)? {
            Some(pruned) if !pruned.done => bar.set_message(format!("states before block {}", pruned.earliest_state)),
            Some(pruned) => break pruned,
            None => return Ok(()),
        }
    };
    bar.finish_and_clear();
    ui.table(
        &[],
        [
            vec!["states from block".into(), grouped(pruned.earliest_state)],
            vec!["before that, from block".into(), grouped(before)],
            vec!["withdrawals provable from block".into(), grouped(pruned.earliest_proof)],
        ],
    );
    ui.document(&json!({
        "earliestState": pruned.earliest_state, "before": before, "earliestProof": pruned.earliest_proof,
    }));
    Ok(())
}
