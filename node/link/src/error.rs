//! Bytes that are no frame.

/// Why a frame can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It ends before its fields do.
    #[error("the frame ends too early")]
    Short,
    /// Bytes are left after its fields.
    #[error("{0} bytes follow the frame's fields")]
    Trailing(usize),
    /// Its first byte names no message.
    #[error("there is no message of kind {0}")]
    Kind(u8),
    /// A field is longer than it may be.
    #[error("a field has {length} bytes, {limit} are allowed")]
    TooLong {
        /// What it has.
        length: usize,
        /// The most.
        limit: usize,
    },
    /// A field has a value that means nothing.
    #[error("a field has the value {0}, which means nothing")]
    Value(u64),
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}
