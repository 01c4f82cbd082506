//! From L1 data to payload attributes, and the way back.
//!
//! The formats and rules are specified in `SPEC.md` beside this crate's manifest. Everything here is a synchronous state
//! machine: no clock, no randomness, no I/O. Whoever drives it fetches L1 blocks and executes attributes.
//!
//! Downwards, batcher to L1: [`Encoder`] turns sealed blocks into [`Submission`]s. [`Batch`] is what a channel says,
//! [`channel`] compresses it, [`frame`] cuts it.
//!
//! Upwards, L1 to attributes: [`DerivationPipeline`], one file per stage in `stages/`.
//!
//! [`logs`] reads what an L1 block's receipts say: updates of the configuration, and deposits.
//!
//! Where sequencer and derivation meet: [`attributes`] builds the attributes of a block, [`origin`] chooses its L1 origin.
//! The invariant of the crate: deriving what was encoded from blocks gives [`attributes_of_block`] of those blocks.

pub mod attributes;
mod batch;
pub mod blob;
pub mod channel;
mod checkpoint;
mod encoder;
mod error;
mod events;
pub mod frame;
pub mod limits;
pub mod logs;
pub mod origin;
mod pipeline;
#[cfg(any(test, feature = "test-utils"))]
pub mod samples;
mod stages;
mod varint;

#[cfg(test)]
mod tests;

pub use attributes::attributes_of_block;
pub use batch::{Batch, BatchBlock, BatchDecodeError, HashCheck, Section, Sections};
pub use channel::ChannelId;
pub use checkpoint::{Checkpoint, CheckpointLog};
pub use encoder::{
    AddBlock, ChannelSummary, EncodeError, Encoder, EncoderConfig, SafeUpdate, Submission, SubmissionId, Waiting,
};
pub use error::{CriticalError, PipelineError, ResetError, TemporaryError};
pub use events::{DropReason, Event, EventKind, EventLog};
pub use frame::Frame;
pub use pipeline::{DerivationPipeline, Step};
pub use stages::WantedBlobs;
