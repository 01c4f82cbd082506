//! Processes that run until the test ends them.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs::File,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// A running process with its output in files; killed when dropped. A test that panics gets the end of its output printed.
#[derive(Debug)]
pub struct Service {
    name: String,
    child: Child,
    folder: tempfile::TempDir,
}

impl Service {
    /// Starts a process.
    pub fn start(name: &str, mut command: Command) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = |stream: &str| File::create(folder.path().join(stream));
        command.stdin(Stdio::null()).stdout(file("stdout")?).stderr(file("stderr")?).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("can't start {:?}", command.as_std()))?;
        Ok(Self { name: name.into(), child, folder })
    }

    fn path(&self, stream: &str) -> PathBuf {
        self.folder.path().join(stream)
    }

    /// What it has printed so far, standard output or standard error.
    pub fn printed(&self, stream: &str) -> String {
        std::fs::read(self.path(stream)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits for the first line of standard output and reads it as JSON. Fails when the process ends first.
    pub async fn first_line(&mut self, limit: Duration) -> Result<Value> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some((line, _)) = self.printed("stdout").split_once('\n') {
                return serde_json::from_str(line).with_context(|| format!("{} printed: {line}", self.name));
            }
            self.still_runs()?;
            if Instant::now() > deadline {
                bail!("{} was not ready within {limit:?}:\n{}", self.name, self.tail());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Fails with its output when the process has ended.
    pub fn still_runs(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended with {status}:\n{}", self.name, self.tail());
        }
        Ok(())
    }

    /// Its process id; none when it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// SIGKILL, and waits until the process is gone.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.with_context(|| format!("killing {}", self.name))
    }

    /// Sends a signal by name (`STOP`, `CONT`, `INT`, `TERM`) to this one process.
    pub async fn signal(&self, name: &str) -> Result<()> {
        let id = self.child.id().with_context(|| format!("{} has ended", self.name))?;
        let status = Command::new("kill").arg(format!("-{name}")).arg(id.to_string()).status().await?;
        anyhow::ensure!(status.success(), "kill -{name} {id} failed");
        Ok(())
    }

    /// Waits for the process to end by itself; its exit code.
    pub async fn ended(&mut self, limit: Duration) -> Result<Option<i32>> {
        let status = tokio::time::timeout(limit, self.child.wait())
            .await
            .with_context(|| format!("{} still runs after {limit:?}", self.name))??;
        Ok(status.code())
    }

    /// The end of what it printed.
    pub fn tail(&self) -> String {
        let end = |stream: &str| {
            let text = self.printed(stream);
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        };
        format!("--- {} stdout\n{}\n--- {} stderr\n{}", self.name, end("stdout"), self.name, end("stderr"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.tail());
        }
    }
}
