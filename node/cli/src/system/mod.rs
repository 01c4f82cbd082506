//! Wiring: the roles of a process, joined.

mod access;
mod config;
mod dev;
mod dev_tools;
mod fork;
mod forward;
mod l1;
mod l2;
mod p2p;
mod source;
mod tasks;
mod verifier;
mod view;
mod votes;

pub(crate) use access::{ARCHIVE_FOLDER, L1Access};
pub(crate) use config::{RollupPlan, deploy, read_rollup, write_rollup_files};
pub(crate) use dev::{DevOptions, DevSystem, report_verdict};
pub(crate) use l2::{
    L2Node, L2Options, Posting, SequencerKeys, Served, chain_options, check_golden_digests, driver, follow_pool,
    open_chain, prune_history, serve_rpc,
};
pub(crate) use p2p::P2pOptions;
pub(crate) use tasks::Tasks;
pub(crate) use verifier::{ChallengeOptions, start_verifier};
