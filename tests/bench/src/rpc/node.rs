//! The nodes that are measured.

use anyhow::{Context, Result};
use praxis_e2e::{Deployment, Rpc, Service, foundry};
use std::{
    any::Any,
    time::{Duration, Instant},
};
use tokio::process::Command;

/// A node under load, and what it needs beside it.
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) rpc: Rpc,
    pub(crate) process: u32,
    /// Processes run until they are dropped.
    _parts: Box<dyn Any + Send>,
}

impl Node {
    /// anvil with this block time and gas limit.
    pub(crate) async fn anvil(block_time_ms: u64, gas_limit: u64) -> Result<Self> {
        let mut command = Command::new(foundry("anvil")?);
        let seconds = format!("{}", block_time_ms as f64 / 1e3);
        command.args(["--port", "0", "--chain-id", "77001", "--hardfork", "osaka", "--block-time", &seconds]);
        command.args(["--gas-limit", &gas_limit.to_string(), "--max-transactions", "1000000", "--prune-history"]);
        command.args(["--balance", "1000000", "--block-base-fee-per-gas", "1000"]);
        let mut service = Service::start("anvil", command)?;
        let begin = Instant::now();
        let address = loop {
            let printed = service.printed("stdout");
            if let Some((_, after)) = printed.split_once("Listening on ")
                && let Some((address, _)) = after.split_once('\n')
            {
                break address.trim().to_owned();
            }
            service.still_runs()?;
            anyhow::ensure!(begin.elapsed() < Duration::from_secs(30), "anvil does not start:\n{}", service.tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let rpc = Rpc::new(&format!("http://{address}"))?;
        rpc.reaches("latest", 1, Duration::from_secs(30)).await?;
        let process = service.id().context("anvil has ended")?;
        Ok(Self { name: "anvil", rpc, process, _parts: Box::new(service) })
    }

    /// A Praxis sequencer, on an anvil of its own as L1. With `batcher` it posts batches and claims too.
    pub(crate) async fn praxis(batcher: bool) -> Result<Self> {
        let deployment = Deployment::new(3_600).await?;
        let args: &[&str] = if batcher { &[] } else { &["--no-batcher", "--no-proposer"] };
        let role = deployment.sequencer(args).await?;
        let process = role.service.id().context("praxis has ended")?;
        Ok(Self { name: "praxis", rpc: role.rpc.clone(), process, _parts: Box::new((role, deployment)) })
    }
}

/// Processor time of a process so far, in seconds.
pub(crate) fn processor_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; user and system time are the 14th and 15th field, in ticks of 10 ms.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat has a name")?;
    let field = |i: usize| rest.split_whitespace().nth(i).and_then(|text| text.parse::<u64>().ok());
    let ticks = field(11).context("user time")? + field(12).context("system time")?;
    Ok(ticks as f64 / 100.0)
}

/// Memory of a process in bytes: resident, and of that what is its own and no file.
pub(crate) fn memory(process: u32) -> Result<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = |name: &str| {
        let found = status.lines().find_map(|line| line.strip_prefix(name));
        found.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).context(format!("no {name}"))
    };
    Ok((line("VmRSS:")? * 1024, line("RssAnon:")? * 1024))
}
