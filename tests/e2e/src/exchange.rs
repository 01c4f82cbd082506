//! Exchange files of Ethereum's JSON-RPC specification: lines of requests (`>>`) and of the answers to them (`<<`).

use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file.
#[derive(Debug)]
pub struct Exchange {
    /// Method and file without its ending: `eth_call/call-contract`.
    pub name: String,
    /// Only the form of the answers counts.
    pub form_only: bool,
    /// Requests with their answers.
    pub steps: Vec<(Value, Value)>,
}

/// Folder of the shared fixtures: `PRAXIS_FIXTURES`, or `shared/fixtures` beside the repository.
pub fn shared_fixtures() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = std::env::var_os("PRAXIS_FIXTURES").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Every exchange below `folder`, by name.
///
/// # Errors
/// When a file can't be read or is not in this form.
pub fn read_exchanges(folder: &Path) -> Result<Vec<Exchange>> {
    let mut exchanges = Vec::new();
    for method in fs::read_dir(folder)? {
        let method = method?.path();
        if !method.is_dir() {
            continue;
        }
        for file in fs::read_dir(&method)? {
            let file = file?.path();
            let part = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned());
            let (Some(folder), Some(name)) = (part(&method), part(&file)) else { continue };
            exchanges.push(read(format!("{folder}/{name}"), &fs::read_to_string(&file)?)?);
        }
    }
    exchanges.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(exchanges)
}

fn read(name: String, text: &str) -> Result<Exchange> {
    let form_only = text.lines().any(|line| line.starts_with("//") && line.contains("speconly"));
    let (mut steps, mut request) = (Vec::new(), None);
    for line in text.lines() {
        if let Some(json) = line.strip_prefix(">> ") {
            request = Some(serde_json::from_str(json).with_context(|| name.clone())?);
        } else if let Some(json) = line.strip_prefix("<< ") {
            let answer = serde_json::from_str(json).with_context(|| name.clone())?;
            steps.push((request.take().with_context(|| format!("{name}: an answer without a request"))?, answer));
        }
    }
    Ok(Exchange { name, form_only, steps })
}

impl Exchange {
    /// What is wrong with an answer, if something is. Of an error only its code counts.
    pub fn difference(&self, expected: &Value, found: &Value) -> Option<String> {
        match (expected.get("error"), found.get("error")) {
            (Some(expected), Some(found)) if expected["code"] == found["code"] => None,
            (None, None) if self.form_only => form("result", &expected["result"], &found["result"]),
            (None, None) if expected["result"] == found["result"] => None,
            _ => Some(format!("expected {}, got {}", short(expected), short(found))),
        }
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(1_000).collect()
}

/// The first place where two values differ in form: names of fields, types, and kinds of hexadecimal strings.
fn form(at: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            if let Some(extra) = found.keys().find(|key| !expected.contains_key(*key)) {
                return Some(format!("{at}.{extra} should not be there"));
            }
            expected.iter().find_map(|(key, expected)| match found.get(key) {
                None => Some(format!("{at}.{key} is missing")),
                Some(found) => form(&format!("{at}.{key}"), expected, found),
            })
        }
        (Value::Array(expected), Value::Array(found)) => match (expected.first(), found.first()) {
            (Some(expected), Some(found)) => form(&format!("{at}[0]"), expected, found),
            _ => None,
        },
        _ if kind(expected) == kind(found) => None,
        _ => Some(format!("{at} is {found}, expected the form of {expected}")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(text) if text.starts_with("0x") => "hexadecimal",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
