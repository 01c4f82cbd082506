//! Wiring: the roles of a process, joined.

mod config;
mod dev;
mod l1;
mod l2;
mod source;
mod tasks;
mod view;

pub(crate) use config::{RollupPlan, deploy, read_rollup, write_rollup_files};
pub(crate) use dev::{DevOptions, DevSystem, report_verdict};
pub(crate) use l2::{
    L2Node, L2Options, SequencerKeys, chain_options, check_golden_digests, driver, follow_pool, open_chain,
    prune_history, serve_rpc,
};
pub(crate) use tasks::Tasks;
