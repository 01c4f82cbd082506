//! Blobs: where they are to be had, how they are checked, and the archive that keeps them.

mod archive;
mod beacon;
pub(crate) mod kzg;
mod source;
#[cfg(test)]
mod tests;

pub use archive::{ArchiveError, ArchiveReport, BlobArchive};
pub use kzg::{KzgError, blob_sidecar, blob_versioned_hash};
pub use source::{BlobBlock, BlobSource, MissingBlob};
