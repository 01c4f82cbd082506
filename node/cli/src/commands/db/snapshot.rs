//! `praxis db snapshot`.

use super::grouped;
use crate::{args::DatabaseArgs, failure::Failure, ui::Ui};
use praxis_primitives::OutputPreimage;
use praxis_storage::{Access, Database};
use serde_json::{Value, json};
use std::path::Path;

/// Name of the file that says what a snapshot holds.
pub(super) const MANIFEST: &str = "snapshot.json";
/// Name of the folder with the database.
pub(super) const DATABASE: &str = "database";

/// Copies the database to a new folder.
pub(crate) fn run(args: &DatabaseArgs, out: &Path, ui: &Ui) -> Result<(), Failure> {
    let database = args.open(Access::Write)?;
    let failed = |e: std::io::Error| Failure::failed(format!("{} can't be made: {e}", out.display()));
    std::fs::create_dir_all(out).map_err(failed)?;
    let heads = database.snapshot(&out.join(DATABASE))?;
    let manifest = manifest(&database)?;
    std::fs::write(out.join(MANIFEST), serde_json::to_string_pretty(&manifest)?).map_err(failed)?;
    ui.table(
        &[],
        [
            vec!["snapshot".into(), out.display().to_string()],
            vec!["head".into(), format!("{} {}", grouped(heads.head.number), heads.head.hash)],
            vec!["finalized".into(), format!("{} {}", grouped(heads.finalized.number), heads.finalized.hash)],
            vec!["output root of the finalized block".into(), manifest["finalized"]["outputRoot"].to_string()],
        ],
    );
    ui.document(&manifest);
    Ok(())
}

/// What the copy holds. Nobody has to believe it: restoring computes it again.
fn manifest(database: &Database) -> Result<Value, Failure> {
    let stats = database.stats()?;
    let heads = stats.heads.ok_or_else(|| Failure::failed("the database is empty"))?;
    let header = database.header(heads.finalized.number)?;
    let output = header.and_then(|header| OutputPreimage::of(header.header(), header.hash()));
    Ok(json!({
        "chainId": stats.identity.chain_id,
        "genesis": stats.identity.genesis_hash,
        "schema": stats.schema,
        "earliestState": stats.earliest_state,
        "head": { "number": heads.head.number, "hash": heads.head.hash },
        "finalized": {
            "number": heads.finalized.number,
            "hash": heads.finalized.hash,
            "outputRoot": output.map(|output| output.root()),
        },
    }))
}
