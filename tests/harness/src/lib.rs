//! The whole loop, stepped by hand: no sockets, no clock, no runtime; a test takes milliseconds.
//!
//! [`L1Miner`] is an L1 in memory. [`TestSequencer`] builds blocks on it with the real chain, pool and builder;
//! [`TestBatcher`] posts them with the real encoder; [`TestProposer`] claims their output roots; [`TestVerifier`] derives
//! and judges on a database of its own; [`TestFollower`] takes unsafe blocks from [`TestPeer`]s besides. [`World`] holds one of each. Only L1 and the wires are not the node's own.
//!
//! Each role has a hook where a test makes it lie. Every function panics where a test has no use for an error.

mod accounts;
mod batcher;
mod bookings;
mod config;
mod follower;
mod killed;
mod miner;
mod model;
mod peer;
mod proposer;
mod schedule;
mod sequencer;
mod verifier;
mod world;

pub use accounts::{Account, BATCHER, PROPOSER, account};
pub use batcher::{Alter, TestBatcher, rewrite_batch};
pub use bookings::{MadeCall, plan};
pub use config::{
    L1_GENESIS_NUMBER, L1_GENESIS_TIME, L2_CHAIN_ID, base_config, chain_options, temporary_directory, with_genesis,
};
pub use follower::{Followed, Follower, SafeBlock};
pub use miner::{L1Miner, Mine};
pub use model::{DemoModel, demo_model, prices};
pub use peer::{TestFollower, TestKey, TestPeer, connect, talk};
pub use proposer::{AlterClaim, TestProposer};
pub use schedule::{Ran, run_schedule};
pub use sequencer::TestSequencer;
pub use verifier::TestVerifier;
pub use world::World;
