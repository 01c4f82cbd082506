//! Tests of the crate as a whole.

mod blobs;
mod codecs;
mod encoder;
mod pinned;
mod pipeline;
mod property;
mod world;
