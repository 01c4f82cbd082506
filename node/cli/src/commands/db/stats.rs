//! `praxis db stats`.

use super::grouped;
use crate::{args::DatabaseArgs, failure::Failure, ui::Ui};
use praxis_primitives::BlockNumHash;
use praxis_storage::Access;
use serde_json::json;

/// Says what the database holds.
pub(crate) fn run(args: &DatabaseArgs, ui: &Ui) -> Result<(), Failure> {
    let stats = args.open(Access::Read)?.stats()?;
    let id = |id: BlockNumHash| format!("{} {}", grouped(id.number), id.hash);
    let mut rows = vec![
        vec!["chain".into(), stats.identity.chain_id.to_string()],
        vec!["genesis".into(), stats.identity.genesis_hash.to_string()],
        vec!["schema".into(), stats.schema.to_string()],
    ];
    if let Some(heads) = stats.heads {
        rows.push(vec!["head".into(), id(heads.head)]);
        rows.push(vec!["safe".into(), id(heads.safe)]);
        rows.push(vec!["finalized".into(), id(heads.finalized)]);
    }
    rows.push(vec!["states from block".into(), grouped(stats.earliest_state)]);
    if let Some(address) = stats.proofs_of {
        rows.push(vec![format!("proofs of {address} from block"), grouped(stats.earliest_proof)]);
    }
    ui.table(&[], rows);
    let total: u64 = stats.tables.iter().map(|table| table.bytes).sum();
    let rows = stats
        .tables
        .iter()
        .map(|table| vec![table.name.to_owned(), grouped(table.rows), grouped(table.bytes)])
        .chain([vec!["all".into(), String::new(), grouped(total)]]);
    ui.table(&["table", "rows (about)", "bytes"], rows);
    let head = |id: BlockNumHash| json!({ "number": id.number, "hash": id.hash });
    ui.document(&json!({
        "chainId": stats.identity.chain_id,
        "genesis": stats.identity.genesis_hash,
        "schema": stats.schema,
        "head": stats.heads.map(|heads| head(heads.head)),
        "safe": stats.heads.map(|heads| head(heads.safe)),
        "finalized": stats.heads.map(|heads| head(heads.finalized)),
        "earliestState": stats.earliest_state,
        "earliestProof": stats.earliest_proof,
        "proofsOf": stats.proofs_of,
        "bytes": total,
        "tables": stats.tables.iter().map(|table| json!({
            "name": table.name, "rows": table.rows, "bytes": table.bytes,
        })).collect::<Vec<_>>(),
    }));
    Ok(())
}
