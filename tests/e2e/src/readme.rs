//! The README's commands, run as they stand there.

use crate::{Finished, praxis_path, run};
use anyhow::{Context, Result};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};
use tokio::process::Command;

/// The lines of the shell blocks below a heading, without empty ones.
pub fn shell_lines<'a>(document: &'a str, heading: &str) -> Result<Vec<&'a str>> {
    let (_, after) = document.split_once(&format!("\n{heading}\n")).with_context(|| format!("no {heading:?}"))?;
    let section = after.split_once("\n#").map_or(after, |(section, _)| section);
    let blocks = section.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split_once("\n```").map_or(block, |(inside, _)| inside));
    Ok(blocks.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()).collect())
}

/// A shell whose working directory and variables outlast its lines. `praxis` is the built one, and prints JSON.
#[derive(Debug)]
pub struct Shell {
    variables: BTreeMap<String, String>,
    state: tempfile::TempDir,
}

impl Shell {
    /// Begins in this folder.
    pub fn new(folder: &str) -> Result<Self> {
        let binaries = praxis_path()?.parent().context("a folder")?.to_owned();
        let known = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(binaries).chain(std::env::split_paths(&known)))?;
        let mut shell = Self { variables: BTreeMap::new(), state: tempfile::tempdir()? };
        shell.set("PATH", path.to_string_lossy());
        shell.set("HOME", std::env::var("HOME").unwrap_or_default());
        shell.set("FOLDER", folder);
        // npm asks its registry for a newer npm otherwise.
        shell.set("npm_config_update_notifier", "false");
        Ok(shell)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// A variable.
    pub fn get(&self, name: &str) -> Result<&str> {
        self.variables.get(name).map(String::as_str).with_context(|| format!("the shell has no {name}"))
    }

    /// Where it is.
    pub fn folder(&self) -> Result<PathBuf> {
        Ok(self.get("FOLDER")?.into())
    }

    fn bash(&self, script: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", script]).env_clear().envs(&self.variables);
        command
    }

    /// A line that goes on while others run.
    pub fn background(&self, line: &str) -> Command {
        self.bash(&format!("cd -- \"$FOLDER\" && exec {line}"))
    }

    /// A line to its end, which must be a good one.
    pub async fn line(&mut self, line: &str, limit: Duration) -> Result<Finished> {
        let file = self.state.path().join("variables");
        let script = format!(
            "praxis() {{ command praxis --json \"$@\"; }}\nset -aeu\ncd -- \"$FOLDER\"\n{line}\nFOLDER=$PWD\nenv -0 > \
             '{}'\n",
            file.display()
        );
        let finished = run(self.bash(&script), limit).await?.expect(0).with_context(|| format!("$ {line}"))?;
        let text = std::fs::read_to_string(&file)?;
        let pairs = text.split('\0').filter_map(|entry| entry.split_once('='));
        self.variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_section_are_those_of_its_shell_blocks() {
        let text = "# A\n```sh\nno\n```\n## B\nwords\n```sh\none # why\n\ntwo\n```\n```toml\nno\n```\n```sh\nthree\n```\n## C\n";
        assert_eq!(shell_lines(text, "## B").unwrap(), ["one # why", "two", "three"]);
        assert!(shell_lines(text, "## D").is_err());
    }
}
