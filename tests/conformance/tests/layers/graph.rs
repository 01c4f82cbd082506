//! Crates and the edges between them, by name, and what the rules find in them.

use crate::table::{Owner, Row, WITHOUT_RULES};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Which crate depends on which. Versions of one crate count as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    members: BTreeSet<String>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Crates of a workspace, without edges.
    pub(crate) fn of_members<const N: usize>(members: [&str; N]) -> Self {
        Self { members: members.map(Into::into).into(), edges: BTreeMap::new() }
    }

    /// Normal and build dependencies from the JSON of `cargo metadata`.
    pub(crate) fn from_metadata(json: &[u8]) -> Self {
        let metadata: Value = serde_json::from_slice(json).expect("cargo metadata prints JSON");
        let list = |value: &Value| value.as_array().cloned().expect("a list");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let names: BTreeMap<String, String> =
            list(&metadata["packages"]).iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
        let members = list(&metadata["workspace_members"]).iter().map(|id| names[&text(id)].clone()).collect();
        let mut graph = Self { members, edges: BTreeMap::new() };
        for node in list(&metadata["resolve"]["nodes"]) {
            for dependency in list(&node["deps"]) {
                if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev") {
                    graph.add(&names[&text(&node["id"])], &names[&text(&dependency["pkg"])]);
                }
            }
        }
        graph
    }

    pub(crate) fn add(&mut self, from: &str, to: &str) {
        self.edges.entry(from.into()).or_default().insert(to.into());
    }

    /// Whether a crate of this name occurs at all.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.members.contains(name) || self.edges.values().any(|to| to.contains(name))
    }

    /// What a crate names in its own manifest.
    pub(crate) fn direct(&self, name: &str) -> impl Iterator<Item = &str> {
        self.edges.get(name).into_iter().flatten().map(String::as_str)
    }

    /// A shortest way from one crate to another.
    pub(crate) fn path<'a>(&'a self, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            for next in self.direct(at) {
                if next == from || came_from.contains_key(next) {
                    continue;
                }
                came_from.insert(next, at);
                if next == to {
                    let mut way = vec![next];
                    while let Some(previous) = came_from.get(way[way.len() - 1]) {
                        way.push(previous);
                    }
                    way.reverse();
                    return Some(way);
                }
                queue.push_back(next);
            }
        }
        None
    }
}

/// Every edge that a rule forbids, one line each.
pub(crate) fn violations(graph: &Graph, rows: &[Row], owners: &[Owner]) -> Vec<String> {
    let mut found = Vec::new();
    for member in graph.members.iter().filter(|member| !WITHOUT_RULES.contains(&member.as_str())) {
        let Some(row) = rows.iter().find(|row| row.name == member) else {
            found.push(format!("{member} has no row in the table of layers"));
            continue;
        };
        for direct in graph.direct(member) {
            let ours = graph.members.contains(direct) || direct.starts_with("praxis");
            if ours && !row.own.contains(&direct) {
                found.push(format!("{member} must not depend on {direct}: its row in the table does not list it"));
            }
            if let Some(owner) = owners.iter().find(|o| o.name == direct && !o.by.contains(&row.name)) {
                found.push(format!("{member} names {direct}, which only {} may name", owner.by.join(" and ")));
            }
        }
        for forbidden in row.must_not_reach {
            if let Some(way) = graph.path(member, forbidden) {
                found.push(format!("{member} must not reach {forbidden}: {}", way.join(" -> ")));
            }
        }
    }
    for row in rows.iter().filter(|row| !graph.members.contains(row.name)) {
        found.push(format!("{} has a row in the table of layers and is no crate of the workspace", row.name));
    }
    found
}
