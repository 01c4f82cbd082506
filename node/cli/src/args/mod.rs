//! The command line, one file per group of commands.

mod agent;
mod database;
mod deploy;
mod dev;
mod model;
mod node;
mod verify;

pub(crate) use self::{agent::*, database::*, deploy::*, dev::*, model::*, node::*, verify::*};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A rollup execution layer for AI agents: models run inside transactions, and anyone can check what they said.
#[derive(Debug, Parser)]
#[command(name = "praxis", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Print one JSON document on standard output instead of tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log more (-v, -vv, -vvv).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a whole system in one process: embedded L1, sequencer, batcher, proposer, verifier, page and metrics.
    Dev(DevArgs),
    /// Show the whole loop on a real model: publish, deploy, decide, batch, replay, compare.
    Demo(DemoArgs),
    /// Run roles of a deployment.
    Node(Box<NodeArgs>),
    /// Serve an Ethereum chain from its genesis file and its blocks, without peers: for Ethereum's own tests.
    Ethereum(EthereumArgs),
    /// Deploy the L1 contracts and write the rollup configuration.
    Deploy(DeployArgs),
    /// Derive the chain from L1 alone, execute it and compare each claim; or, with --tx, say what ran in a transaction.
    Verify(VerifyArgs),
    /// Look at, check and prune the blobs that a node keeps.
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Compare what the fee vaults took in with what batcher and proposer spent on L1.
    Fees(FeesArgs),
    /// A verifier's place in the registry on L1: key, stake, rewards.
    #[command(subcommand)]
    Verifier(VerifierCommand),
    /// Look at, check, prune, copy and restore a node's database.
    #[command(subcommand)]
    Db(DbCommand),
    /// Inspect, import, run, publish, fetch and check models.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Strategies under policies: deploy, hire, run, watch, explain, change and stop them.
    #[command(subcommand)]
    Agent(AgentCommand),
}

/// What signs.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    /// Private key, 64 hexadecimal digits.
    #[arg(long, env = "PRAXIS_PRIVATE_KEY", hide_env_values = true)]
    pub(crate) private_key: Option<String>,
    /// Keystore file (Web3 secret storage); its password comes from PRAXIS_KEYSTORE_PASSWORD.
    #[arg(long, conflicts_with = "private_key")]
    pub(crate) keystore: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
