//! Convolutions (rules R2 and R10): each output is one dot product over input channel and taps. The input is copied once with
//! its padding; the float32 kernel then reads it through a table of places, and lanes are neighbouring outputs or filters.

mod depthwise;
mod filters;
mod lanes;
mod pack;
mod pad;
mod plain;
mod plan;
mod spots;
mod tile;

pub(crate) use filters::{FilterOrder, gather, pack_filters};
pub(crate) use lanes::{Lanes, LanesJob, dispatch};
pub(crate) use pad::{Inside, Pad, copy_channel};
pub(crate) use plain::{PlainTask, run_plain};
pub(crate) use plan::{Chunk, Convolution, Source};
use spots::{Spot, Spots};
