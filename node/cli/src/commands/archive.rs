//! `praxis archive`: the blobs that a node keeps.

use super::db::grouped;
use crate::{args::ArchiveCommand, failure::Failure, system::ARCHIVE_FOLDER, ui::Ui};
use praxis_l1::{ArchiveReport, BlobArchive};
use serde_json::{Value, json};
use std::path::Path;

/// Reports, checks or prunes.
pub(crate) fn run(command: ArchiveCommand, ui: &Ui) -> Result<(), Failure> {
    match command {
        ArchiveCommand::Report { datadir, check } => report(&datadir, check, ui),
        ArchiveCommand::Prune { datadir, before_l1_block } => {
            let pruned = open(&datadir)?.prune(before_l1_block).map_err(Failure::failed)?;
            ui.table(&[], rows(&pruned));
            ui.document(&json!({ "pruned": document(&pruned) }));
            Ok(())
        }
    }
}

fn open(datadir: &Path) -> Result<BlobArchive, Failure> {
    let folder = datadir.join(ARCHIVE_FOLDER);
    if !folder.is_dir() {
        return Err(Failure::failed(format!(
            "{} is not there: {} is no data directory of a node, or its node never ran",
            folder.display(),
            datadir.display()
        )));
    }
    BlobArchive::open(&folder).map_err(Failure::failed)
}

fn report(datadir: &Path, check: bool, ui: &Ui) -> Result<(), Failure> {
    let archive = open(datadir)?;
    let held = archive.report();
    let mut damaged = Vec::new();
    if check {
        let bar = ui.bar(held.blobs, "checking blobs");
        for (_, hash) in archive.hashes() {
            if let Err(error) = archive.get(hash) {
                damaged.push(error.to_string());
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    ui.table(&[], rows(&held));
    ui.document(&json!({ "archive": document(&held), "checked": check, "damaged": damaged }));
    if damaged.is_empty() { Ok(()) } else { Err(Failure::difference(damaged.join("\n"))) }
}

fn rows(report: &ArchiveReport) -> Vec<Vec<String>> {
    let block = |number: Option<u64>| number.map_or("none".to_owned(), grouped);
    vec![
        vec!["blobs".into(), grouped(report.blobs)],
        vec!["bytes".into(), grouped(report.bytes)],
        vec!["first L1 block".into(), block(report.first_l1)],
        vec!["last L1 block".into(), block(report.last_l1)],
    ]
}

fn document(report: &ArchiveReport) -> Value {
    json!({
        "blobs": report.blobs, "bytes": report.bytes, "firstL1Block": report.first_l1, "lastL1Block": report.last_l1,
    })
}
