//! Ethereum's own exchanges of JSON-RPC, against a node that imported their chain.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Rpc, Service, praxis, read_exchanges, shared_fixtures};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// Exchanges that are answered otherwise, each with the reason.
const EXCEPTIONS: &str = include_str!("../rpc_compat_exceptions.json");

async fn node(folder: &Path) -> Result<(Service, Rpc)> {
    let file = |name: &str| folder.join(name).display().to_string();
    let (genesis, chain) = (file("genesis.json"), file("chain.rlp"));
    let args = ["--json", "ethereum", "--genesis", &genesis, "--import", &chain, "--rpc-addr", "127.0.0.1:0"];
    let mut service = Service::start("praxis ethereum", praxis(args)?)?;
    let ready = service.first_line(Duration::from_secs(60)).await?;
    let rpc = Rpc::new(ready["rpc"].as_str().with_context(|| format!("no address in {ready}"))?)?;
    Ok((service, rpc))
}

#[tokio::test]
async fn exchanges_of_the_specification_are_answered_as_written() -> Result<()> {
    let Some(folder) = shared_fixtures().map(|fixtures| fixtures.join("rpc-compat")).filter(|f| f.is_dir()) else {
        eprintln!("skipped: there is no shared/fixtures/rpc-compat beside the repository; see PRAXIS_FIXTURES");
        return Ok(());
    };
    let exceptions: BTreeMap<String, String> = serde_json::from_str(EXCEPTIONS)?;
    let (_service, rpc) = node(&folder).await?;
    let exchanges = read_exchanges(&folder)?;
    ensure!(exchanges.len() >= 60, "there are only {} exchanges", exchanges.len());
    let mut wrong = Vec::new();
    for exchange in &exchanges {
        let mut difference = None;
        for (request, expected) in &exchange.steps {
            let found: Value = rpc.exchange(request).await?;
            difference = difference.or_else(|| exchange.difference(expected, &found));
        }
        match (difference, exceptions.get(&exchange.name)) {
            (Some(difference), None) => wrong.push(format!("{}: {difference}", exchange.name)),
            (None, Some(_)) => wrong.push(format!("{}: passes, so it is no exception", exchange.name)),
            _ => {}
        }
    }
    ensure!(wrong.is_empty(), "{} of {} exchanges:\n{}", wrong.len(), exchanges.len(), wrong.join("\n"));
    Ok(())
}
