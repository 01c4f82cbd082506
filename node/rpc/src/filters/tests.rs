//! Filters without a server.

use super::*;
use alloy_rpc_types_eth::Filter;
use praxis_primitives::{Block, Header, RecoveredBlock, SealedBlock};

fn filters() -> Filters {
    Filters::new(3, Duration::from_secs(60))
}

fn imported(number: u64, salt: u64) -> Arc<ImportedBlock> {
    let header = Header { number, gas_used: salt, ..Header::default() };
    let block = SealedBlock::seal_slow(Block { header, body: Default::default() });
    let block = RecoveredBlock::new_sealed(block, vec![]);
    Arc::new(ImportedBlock { block, receipts: vec![], inferences: vec![], changed: vec![] })
}

fn add(filters: &Filters, block: &Arc<ImportedBlock>) {
    filters.block_added(block.block.number, block.block.hash());
}

fn logs() -> Kind {
    Kind::Logs(Box::new(LogQuery::new(Filter::new()).unwrap()))
}

/// `+n` or `-n` for each change of block `n`.
fn describe(changes: Vec<Change>, of: &[&Arc<ImportedBlock>]) -> Vec<String> {
    let name = |hash: B256| {
        of.iter()
            .find(|b| b.block.hash() == hash)
            .map_or("?".into(), |b| format!("{}/{}", b.block.number, b.block.gas_used))
    };
    let one = |change| match change {
        Change::Block(hash) => name(hash),
        Change::Added { hash, .. } => format!("+{}", name(hash)),
        Change::Removed { imported, .. } => format!("-{}", name(imported.block.hash())),
        Change::Pending { hash, .. } => hash.to_string(),
    };
    changes.into_iter().map(one).collect()
}

#[test]
fn each_change_is_told_once() {
    let filters = filters();
    let (a, b) = (imported(1, 0), imported(2, 0));
    add(&filters, &a);
    let id = filters.add(Kind::Blocks).unwrap();
    assert!(filters.changes(id).unwrap().is_empty());
    add(&filters, &b);
    assert_eq!(describe(filters.changes(id).unwrap(), &[&a, &b]), ["2/0"]);
    assert!(filters.changes(id).unwrap().is_empty());
}

#[test]
fn a_reorg_takes_logs_back_that_were_told() {
    let filters = filters();
    let (a, b, c) = (imported(1, 0), imported(2, 0), imported(2, 1));
    let id = filters.add(logs()).unwrap();
    let blocks = filters.add(Kind::Blocks).unwrap();
    add(&filters, &a);
    add(&filters, &b);
    assert_eq!(describe(filters.changes(id).unwrap(), &[&a, &b]), ["+1/0", "+2/0"]);
    filters.block_removed(b.clone());
    add(&filters, &c);
    assert_eq!(describe(filters.changes(id).unwrap(), &[&a, &b, &c]), ["-2/0", "+2/1"]);
    // To one who asks only now, the block that is gone was never there.
    assert_eq!(describe(filters.changes(blocks).unwrap(), &[&a, &b, &c]), ["1/0", "2/1"]);
}

#[test]
fn what_went_and_came_again_is_not_mentioned() {
    let filters = filters();
    let a = imported(1, 0);
    let id = filters.add(logs()).unwrap();
    add(&filters, &a);
    filters.changes(id).unwrap();
    filters.block_removed(a.clone());
    add(&filters, &a);
    assert!(filters.changes(id).unwrap().is_empty());
    filters.block_removed(a.clone());
    add(&filters, &a);
    filters.block_removed(a.clone());
    assert_eq!(describe(filters.changes(id).unwrap(), &[&a]), ["-1/0"]);
}

#[test]
fn filters_are_bounded_and_can_be_uninstalled() {
    let filters = filters();
    let id = filters.add(Kind::Blocks).unwrap();
    filters.add(Kind::Blocks).unwrap();
    filters.add(Kind::Pending { full: false }).unwrap();
    assert!(matches!(filters.add(Kind::Blocks), Err(Failure::Limit(_))));
    assert!(filters.remove(id));
    assert!(!filters.remove(id));
    assert!(filters.changes(id).is_err());
    assert!(filters.query(id).is_err());
    filters.add(logs()).unwrap();
}

#[test]
fn filters_that_nobody_asks_expire() {
    let filters = Filters::new(1, Duration::ZERO);
    let id = filters.add(Kind::Blocks).unwrap();
    assert!(filters.changes(id).is_err());
    filters.add(Kind::Blocks).unwrap();
}

#[test]
fn one_who_asks_too_late_is_told_so() {
    let filters = filters();
    let id = filters.add(Kind::Pending { full: false }).unwrap();
    for n in 0..=JOURNAL {
        filters.pending_added(B256::from(alloy_primitives::U256::from(n)));
    }
    assert!(filters.changes(id).is_err());
    let id = filters.add(Kind::Pending { full: false }).unwrap();
    for n in 0..JOURNAL {
        filters.pending_added(B256::from(alloy_primitives::U256::from(n)));
    }
    let (first, second) = (filters.changes(id).unwrap().len(), filters.changes(id).unwrap().len());
    assert_eq!((first, second, filters.changes(id).unwrap().len()), (MAX_CHANGES, JOURNAL - MAX_CHANGES, 0));
}

#[test]
fn deep_reorgs_do_not_pile_up_blocks() {
    let filters = filters();
    let id = filters.add(logs()).unwrap();
    for n in 0..=MAX_REMOVED as u64 {
        filters.block_removed(imported(n, 0));
    }
    assert!(filters.changes(id).is_err());
    assert!(filters.inner.lock().removed <= MAX_REMOVED);
}
