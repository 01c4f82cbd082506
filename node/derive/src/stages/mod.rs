//! The stages of derivation, in the order in which data passes them:
//!
//! `l1_traversal` → `frame_queue` → `channel_assembler` → `channel_reader` → `batch_queue` → `attributes_queue`

mod attributes_queue;
mod batch_queue;
mod channel_assembler;
mod channel_reader;
mod frame_queue;
mod l1_traversal;

pub(crate) use attributes_queue::AttributesQueue;
pub(crate) use batch_queue::BatchQueue;
pub(crate) use channel_assembler::{ChannelAssembler, CompleteChannel};
pub(crate) use channel_reader::read_channel;
pub(crate) use frame_queue::FrameQueue;
pub use frame_queue::WantedBlobs;
pub(crate) use l1_traversal::L1Traversal;
