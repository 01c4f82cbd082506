//! `praxis dev`.

use crate::{Rpc, Service, praxis};
use anyhow::{Context, Result};
use std::{path::PathBuf, time::Duration};

/// A running `praxis dev` on free ports.
#[derive(Debug)]
pub struct Dev {
    /// The process.
    pub service: Service,
    /// Its L1.
    pub l1: Rpc,
    /// Its L2.
    pub l2: Rpc,
    /// WebSocket URL of its L2.
    pub ws: String,
    /// The rollup configuration file.
    pub rollup: PathBuf,
}

impl Dev {
    /// Starts it with further arguments and waits until it says that it is ready.
    pub async fn start(args: &[&str]) -> Result<Self> {
        Self::start_dying(args, None).await
    }

    /// The same for a process that aborts at a fail point, `POINT:N`.
    pub async fn start_dying(args: &[&str], at: Option<&str>) -> Result<Self> {
        let mut service = Self::spawn_dying(args, at)?;
        let ready = service.first_line(Duration::from_secs(60)).await?;
        let text = |key: &str| ready[key].as_str().with_context(|| format!("no {key} in {ready}"));
        Ok(Self {
            l1: Rpc::new(text("l1Rpc")?)?,
            l2: Rpc::new(text("l2Rpc")?)?,
            ws: text("l2Ws")?.into(),
            rollup: text("rollup")?.into(),
            service,
        })
    }

    /// Starts the process and does not wait for it.
    pub fn spawn(args: &[&str]) -> Result<Service> {
        Self::spawn_dying(args, None)
    }

    fn spawn_dying(args: &[&str], at: Option<&str>) -> Result<Service> {
        let ports = ["--l1-port", "0", "--l2-port", "0", "--page-port", "0", "--metrics-port", "0"];
        let mut command = praxis(["--json", "dev"].iter().chain(&ports).chain(args))?;
        if let Some(at) = at {
            command.env("PRAXIS_DIE_AT", at);
        }
        Service::start("praxis dev", command)
    }
}
