//! `praxis db restore`.

use super::{grouped, snapshot::DATABASE, verify};
use crate::{
    args::RestoreArgs,
    failure::Failure,
    system::{chain_options, read_rollup},
    ui::Ui,
};
use alloy_primitives::B256;
use praxis_chain::Chain;
use praxis_contracts::settlement::IAnchorStateRegistry;
use praxis_l1::{BlockTag, L1Client, L1ClientConfig, ListedClaim};
use praxis_primitives::RollupConfig;
use praxis_storage::{Access, Database, DatabaseOptions, Durability};
use serde_json::json;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use url::Url;

/// Claims that are looked through for one to check against.
const MOST_CLAIMS: u32 = 4_096;

/// An output root that the snapshot is held to.
struct Trusted {
    root: B256,
    block: u64,
    source: String,
}

/// Makes a data directory from a snapshot. It appears whole and checked, or not at all.
pub(crate) async fn run(args: RestoreArgs, ui: &Ui) -> Result<(), Failure> {
    let config = read_rollup(&args.rollup)?;
    let source = args.snapshot.join(DATABASE);
    let place = args.datadir.join("l2");
    if place.exists() {
        return Err(Failure::usage(format!("{} exists already: restore into a new data directory", place.display())));
    }
    let trusted = trusted(&args, &config, &source).await?;
    let draft = Draft(args.datadir.join("l2.restoring"));
    copy(&source, &draft.0)
        .map_err(|e| Failure::failed(format!("{} can't be copied to {}: {e}", source.display(), draft.0.display())))?;
    check(&config, &draft.0, &trusted, ui)?;
    fs::rename(&draft.0, &place)?;
    ui.table(
        &[],
        [
            vec!["restored to".into(), place.display().to_string()],
            vec!["head".into(), grouped(trusted.block)],
            vec!["its output root".into(), trusted.root.to_string()],
            vec!["which stands".into(), trusted.source.clone()],
        ],
    );
    ui.document(&json!({
        "path": place, "head": trusted.block, "outputRoot": trusted.root, "trusted": trusted.source,
    }));
    Ok(())
}

/// A folder that goes unless it was moved to its place.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // What can't be removed is refused at the next try, by name.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Recomputes the whole copy, compares the output root, and goes back to its block.
fn check(config: &Arc<RollupConfig>, draft: &Path, trusted: &Trusted, ui: &Ui) -> Result<(), Failure> {
    let chain = Chain::open(draft, config.chain_spec(), chain_options(Durability::PowerLoss))?;
    chain.reset_to(trusted.block)?;
    let found = verify::verify(chain.db(), ui)?;
    verify::judge(&found)?;
    let root = chain.output(trusted.block)?.root();
    if root != trusted.root {
        return Err(Failure::difference(format!(
            "the snapshot has output root {root} at block {}, and the one that stands {} is {}: do not use this snapshot",
            trusted.block, trusted.source, trusted.root
        )));
    }
    Ok(())
}

async fn trusted(args: &RestoreArgs, config: &RollupConfig, source: &Path) -> Result<Trusted, Failure> {
    if let (Some(root), Some(block)) = (args.output_root, args.block) {
        return Ok(Trusted { root, block, source: "on the command line".into() });
    }
    let l1 = args.l1.as_ref().ok_or_else(|| Failure::usage("give --l1, or --output-root and --block"))?;
    let snapshot = Database::open_existing(source, Access::Read, &DatabaseOptions::default())?;
    let heads = snapshot.heads()?.ok_or_else(|| Failure::failed("the snapshot is empty"))?;
    let earliest = snapshot.reader().earliest_state()?;
    newest_claim(l1, config, heads.head.number).await?.filter(|trusted| trusted.block >= earliest).ok_or_else(|| {
        Failure::failed(format!(
            "L1 has no final claim about a block from {earliest} to {}, which the snapshot could be checked against; wait \
             for one, or give --output-root and --block",
            heads.head.number
        ))
    })
}

/// The newest claim about a block of the snapshot that has won as of L1's finalized block.
async fn newest_claim(l1: &Url, config: &RollupConfig, head: u64) -> Result<Option<Trusted>, Failure> {
    let client = L1Client::new(l1.as_str(), L1ClientConfig::default())?;
    client.check_chain(config.l1_chain_id).await?;
    let Some((finalized, _)) = client.head(BlockTag::Finalized).await? else { return Ok(None) };
    let factory = config.l1.dispute_game_factory;
    let Some(newest) = client.claim_count(factory, finalized.hash).await?.checked_sub(1) else { return Ok(None) };
    let mut left = MOST_CLAIMS;
    let enough = |_: &ListedClaim| {
        left = left.saturating_sub(1);
        left == 0
    };
    for claim in client.listed_claims(factory, (newest, 0), finalized.hash, enough).await? {
        if claim.l2_block_number > head {
            continue;
        }
        // Anyone can claim anything: what counts is what stood its window and was not refuted.
        let call = IAnchorStateRegistry::isGameClaimValidCall { game: claim.game };
        if client.read(config.l1.anchor_state_registry, &call, finalized.hash).await? {
            let source = format!("on L1 as of block {}", finalized.number);
            return Ok(Some(Trusted { root: claim.output_root, block: claim.l2_block_number, source }));
        }
    }
    Ok(None)
}

/// Copies a database's folder. Tables never change once they are written, so links serve where the file system has them.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let is_table = from.extension().is_some_and(|extension| extension == "sst");
        if !(is_table && fs::hard_link(&from, &to).is_ok()) {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
