//! Builds blocks: attributes from the L1 origin, transactions from the pool.
//!
//! [`Sequencer`] is the synchronous core, stepped by hand in tests; [`run`] drives it by the clock. [`DevL1`] and
//! [`run_dev_l1`] do the same for the embedded L1, which has no attributes.
//! [`DevControl`] moves the clock of both and takes blocks back, on development chains.
//! [`AheadRunner`] runs pending inferences before their block comes.
//! Every sealed block goes through the chain's import path, which executes it again, before anybody sees it.

//!
//! With a file for it ([`Sequencer::keep_order`]) a block is open from the moment its parent is sealed: transactions are
//! executed as they come, their order is written down, and then the chain shows them as preconfirmed. After a stop the
//! next block begins with them.

mod ahead;
mod clock;
mod dev_control;
mod dev_l1;
mod driver;
mod error;
mod order;
mod sequencer;
mod source;

pub use ahead::{AheadLimits, AheadRunner, run_ahead};
pub use clock::Clock;
pub use dev_control::{DevControl, DevError, MAX_MINED, MAX_SNAPSHOTS, MAX_TIME_S, Save};
pub use dev_l1::{DEV_L1_FINALIZED_DEPTH, DEV_L1_SAFE_DEPTH, DevL1, run_dev_l1};
pub use driver::{BuilderGate, run};
pub use error::BuilderError;
pub use sequencer::{L1View, Sequencer, Step, pool_head, update_pool};
pub use source::{Open, PoolSource};
