//! Tests of the crate as a whole.

mod blobs;
mod codecs;
mod configuration;
mod encoder;
mod logs;
mod pinned;
mod pipeline;
mod property;
mod world;
