//! The batcher: posts the sequencer's blocks to L1.
//!
//! [`BatcherCore`] is the whole of it without I/O: blocks of an [`L2Source`] in, calldata out, inclusions back in. A test drives
//! it by hand. [`Batcher`] is the task that connects it to L1 through a transaction manager.
//!
//! Blocks are done when derivation says so and not before: what L1 drops, reorganises away or includes too late is posted
//! again from the safe head as it then is.

mod core;
mod driver;
mod port;
mod posting;
mod throttle;

pub use core::{BatcherCore, CoreError, Pulled};
pub use driver::{Batcher, BatcherConfig, Throttle};
pub use port::{L2Source, SafeView};
pub use posting::{DataKind, DataPolicy, MAX_BLOBS_PER_TRANSACTION, Posting, pack};
pub use throttle::ThrottleConfig;

#[cfg(test)]
mod tests;
