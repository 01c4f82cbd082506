//! The committed table of the onnx package's node tests is what they give now.

use std::{env, fs, path::PathBuf};

use praxis_conformance::backend::{self, Outcome};

/// Where `./dev setup` writes the tests.
fn folder() -> PathBuf {
    let home = || env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".cache/praxis-onnx-nodes");
    env::var_os("PRAXIS_ONNX_NODES").map_or_else(home, PathBuf::from)
}

#[test]
fn the_table_of_node_tests_is_true() {
    let folder = folder();
    if !folder.join("version").is_file() {
        eprintln!("skipped: {} has no node tests; `./dev setup` writes them", folder.display());
        return;
    }
    let results = backend::run_all(&folder, &[]).unwrap();
    let failed: Vec<String> = results
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Refused(_) | Outcome::Wrong(_)))
        .map(|(name, outcome)| format!("{name}: {outcome}"))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("backend/RESULTS.md");
    let committed = fs::read_to_string(&path).unwrap();
    let found = backend::table(&results);
    let line = committed.lines().zip(found.lines()).find(|(a, b)| a != b);
    assert!(committed == found, "`./dev backend` writes another table than the committed one, first at {line:?}");
}
