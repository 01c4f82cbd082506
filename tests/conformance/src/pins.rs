//! `pins.toml`: the id of every model's Plan and a digest of what it gives. Both are consensus, so a change has to be meant.

use std::{collections::BTreeMap, fmt::Write, fs, io, path::PathBuf};

use alloy_primitives::B256;

use crate::vectors::fixture;

/// What is pinned of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The id of its Plan: changes with the file, the importer's rewrites and the Plan's format.
    pub id: B256,
    /// Digest of what it gives for its vectors' inputs: changes with the arithmetic.
    pub digest: B256,
}

/// Pins by model.
pub type Pins = BTreeMap<String, Pin>;

fn path() -> PathBuf {
    fixture("pins.toml")
}

/// Reads the file.
///
/// # Errors
/// Where it cannot be read, or a line is not `NAME = { id = "0x…", digest = "0x…" }`.
pub fn read() -> io::Result<Pins> {
    let text = fs::read_to_string(path())?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| parse(line).ok_or_else(|| io::Error::other(format!("{}: not a pin: {line}", path().display()))))
        .collect()
}

fn parse(line: &str) -> Option<(String, Pin)> {
    let (name, values) = line.split_once(" = { id = \"")?;
    let (id, rest) = values.split_once("\", digest = \"")?;
    let digest = rest.strip_suffix("\" }")?;
    Some((name.to_owned(), Pin { id: id.parse().ok()?, digest: digest.parse().ok()? }))
}

/// Writes the file.
///
/// # Errors
/// Where it cannot be written.
pub fn write(pins: &Pins) -> io::Result<()> {
    let mut text = String::from("# Ids of Plans and digests of outputs; written by PRAXIS_UPDATE=1, see README.md.\n");
    for (name, Pin { id, digest }) in pins {
        writeln!(text, "{name} = {{ id = \"{id}\", digest = \"{digest}\" }}").map_err(io::Error::other)?;
    }
    fs::write(path(), text)
}
