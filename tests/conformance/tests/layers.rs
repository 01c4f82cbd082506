//! The layer rules, executed: who may depend on whom, checked on what cargo resolves. Development dependencies are exempt.
//!
//! The table is in `layers/table.rs`; a crate of the workspace without a row fails.

#[path = "layers/graph.rs"]
mod graph;
#[path = "layers/table.rs"]
mod table;

use graph::{Graph, violations};
use table::{OWNERS, ROWS};

fn workspace() -> Graph {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata (after `cargo fetch`): {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Graph::from_metadata(&output.stdout)
}

#[test]
fn no_crate_depends_on_what_it_must_not_know() {
    let found = violations(&workspace(), ROWS, OWNERS);
    assert!(found.is_empty(), "{} forbidden edges:\n{}", found.len(), found.join("\n"));
}

/// Names in the rules that nothing in the graph bears would forbid nothing: a misspelling, or a dependency long gone.
#[test]
fn every_name_in_the_rules_exists() {
    let graph = workspace();
    let unknown: Vec<&str> = ROWS
        .iter()
        .flat_map(|row| row.must_not_reach.iter().chain(row.own))
        .chain(OWNERS.iter().flat_map(|owner| owner.by.iter().chain([&owner.name])))
        .copied()
        .filter(|name| !graph.knows(name) && !table::PLANNED.contains(name))
        .collect();
    assert!(unknown.is_empty(), "no such crate: {unknown:?}");
}

/// Each single rule fires when its edge is added to the real graph, directly and through a crate between.
#[test]
fn each_rule_can_fail() {
    let graph = workspace();
    for row in ROWS {
        for forbidden in row.must_not_reach {
            for chain in [vec![row.name, forbidden], vec![row.name, "between", forbidden]] {
                let mut broken = graph.clone();
                chain.windows(2).for_each(|pair| broken.add(pair[0], pair[1]));
                let found = violations(&broken, ROWS, OWNERS);
                let expected = |line: &String| line.starts_with(row.name) && line.ends_with(forbidden);
                assert!(found.iter().any(expected), "{chain:?} was not found: {found:?}");
            }
        }
        let mut broken = graph.clone();
        broken.add(row.name, "praxis-unheard-of");
        let found = violations(&broken, ROWS, OWNERS);
        assert!(found.iter().any(|line| line.contains("praxis-unheard-of")), "{}: {found:?}", row.name);
    }
}

#[test]
fn each_owner_rule_can_fail() {
    let graph = workspace();
    for owner in OWNERS {
        for row in ROWS.iter().filter(|row| !owner.by.contains(&row.name)) {
            let mut broken = graph.clone();
            broken.add(row.name, owner.name);
            let found = violations(&broken, ROWS, OWNERS);
            let expected = format!("{} names {}", row.name, owner.name);
            assert!(found.iter().any(|line| line.starts_with(&expected)), "{expected} was not found");
        }
    }
}

#[test]
fn a_small_graph_is_judged_edge_by_edge() {
    use table::{Owner, Row};
    const fn row(name: &'static str, own: &'static [&'static str], no: &'static [&'static str]) -> Row {
        Row { name, own, must_not_reach: no }
    }
    const ROWS: &[Row] = &[row("core", &[], &["net"]), row("shell", &["core"], &[])];
    const OWNERS: &[Owner] = &[Owner { name: "db", by: &["shell"] }];
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::of_members(["core", "shell"]);
        edges.iter().for_each(|(from, to)| graph.add(from, to));
        violations(&graph, ROWS, OWNERS)
    };
    assert_eq!(graph(&[("shell", "core"), ("shell", "db"), ("shell", "net"), ("core", "math")]), Vec::<String>::new());
    assert_eq!(graph(&[("core", "http"), ("http", "net")]), ["core must not reach net: core -> http -> net"]);
    assert_eq!(graph(&[("core", "db")]), ["core names db, which only shell may name"]);
    assert_eq!(graph(&[("core", "shell")]), ["core must not depend on shell: its row in the table does not list it"]);

    let mut unlisted = Graph::of_members(["core", "shell", "new"]);
    unlisted.add("new", "core");
    assert_eq!(violations(&unlisted, ROWS, OWNERS), ["new has no row in the table of layers"]);
    let missing = violations(&Graph::of_members(["core"]), ROWS, OWNERS);
    assert_eq!(missing, ["shell has a row in the table of layers and is no crate of the workspace"]);
}

#[test]
fn development_dependencies_are_exempt_and_build_dependencies_are_not() {
    let metadata = serde_json::json!({
        "workspace_members": ["a", "b"],
        "packages": [
            { "id": "a", "name": "core" }, { "id": "b", "name": "shell" },
            { "id": "c", "name": "net" }, { "id": "d", "name": "db" }
        ],
        "resolve": { "nodes": [
            { "id": "a", "deps": [
                { "pkg": "c", "dep_kinds": [{ "kind": "dev" }] },
                { "pkg": "d", "dep_kinds": [{ "kind": "dev" }, { "kind": "build" }] }
            ]},
            { "id": "b", "deps": [{ "pkg": "a", "dep_kinds": [{ "kind": null }] }] },
            { "id": "c", "deps": [] }, { "id": "d", "deps": [] }
        ]}
    });
    let graph = Graph::from_metadata(metadata.to_string().as_bytes());
    assert_eq!(graph.direct("core").collect::<Vec<_>>(), ["db"]);
    assert_eq!(graph.direct("shell").collect::<Vec<_>>(), ["core"]);
    assert_eq!(graph.path("shell", "db"), Some(vec!["shell", "core", "db"]));
    assert_eq!(graph.path("shell", "net"), None);
}
