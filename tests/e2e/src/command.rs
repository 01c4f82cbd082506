//! Commands that run to their end, within a bound.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::Command;

/// What a command left behind.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Wall-clock time from start to exit.
    pub elapsed: Duration,
}

impl Finished {
    /// Fails with everything that was printed unless the exit code is this one.
    pub fn expect(self, code: i32) -> Result<Self> {
        let Self { stdout, stderr, .. } = &self;
        ensure!(
            self.code == Some(code),
            "expected exit code {code}, got {:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}",
            self.code
        );
        Ok(self)
    }

    /// Fails unless the output, in either stream and any case, has each of these words.
    pub fn says(self, words: &[&str]) -> Result<Self> {
        let text = format!("{}\n{}", self.stdout, self.stderr);
        let lower = text.to_lowercase();
        for word in words {
            ensure!(lower.contains(&word.to_lowercase()), "nothing says {word:?}:\n{text}");
        }
        Ok(self)
    }

    /// Fails unless standard error holds one clear error: one `error:` line, no panic, no backtrace.
    pub fn fails_clearly(self) -> Result<Self> {
        let errors = self.stderr.lines().filter(|line| line.starts_with("error:")).count();
        ensure!(errors == 1, "expected one line that begins with `error:`, found {errors}:\n{}", self.stderr);
        for word in ["panicked", "RUST_BACKTRACE", "overflowed its stack", "memory allocation"] {
            ensure!(!self.stderr.contains(word), "a crash, not an error:\n{}", self.stderr);
        }
        Ok(self)
    }

    /// Standard output as the one JSON document that `--json` promises.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(self.stdout.trim()).with_context(|| format!("not one JSON document: {}", self.stdout))
    }
}

/// The built binary: beside the folder that this test runs from.
pub fn praxis_path() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    // Tests run from target/debug/deps, benchmarks from target/debug.
    let mut folders = test.ancestors().skip(1).take(2).map(|folder| folder.join("praxis"));
    let found = folders.find(|path| path.is_file());
    found.context("`praxis` is not built beside this program: run `./dev e2e`, or `cargo build -p praxis` first")
}

/// `praxis` with these arguments, without keys from the environment.
pub fn praxis<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Result<Command> {
    let mut command = Command::new(praxis_path()?);
    command.args(args);
    for role in ["PRIVATE", "BATCHER", "PROPOSER", "CHALLENGER", "BLOCK", "BLS"] {
        command.env_remove(format!("PRAXIS_{role}_KEY"));
    }
    for name in ["PRAXIS_RPC", "PRAXIS_LOG", "RUST_LOG", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    Ok(command)
}

/// Runs a command to its end; one that takes longer than `limit` is killed and is an error.
pub async fn run(mut command: Command, limit: Duration) -> Result<Finished> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let what = format!("{:?}", command.as_std());
    let started = Instant::now();
    let child = command.spawn().with_context(|| format!("can't start {what}"))?;
    let output = tokio::time::timeout(limit, child.wait_with_output())
        .await
        .with_context(|| format!("still running after {limit:?}: {what}"))??;
    Ok(Finished {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        elapsed: started.elapsed(),
    })
}

/// A file among the committed models and vectors.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/models").join(name)
}
