//! Exit codes, and the sentence that goes with each.

use std::fmt::Display;

/// Something failed.
pub(crate) const FAILED: u8 = 1;
/// The command was used wrongly.
pub(crate) const USAGE: u8 = 2;
/// Verification found a difference.
pub(crate) const DIFFERENCE: u8 = 3;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The process's exit code.
    pub(crate) code: u8,
    /// What was wrong and what to do.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn failed(message: impl Display) -> Self {
        Self { code: FAILED, message: message.to_string() }
    }

    pub(crate) fn usage(message: impl Display) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    pub(crate) fn difference(message: impl Display) -> Self {
        Self { code: DIFFERENCE, message: message.to_string() }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Transparent wrappers repeat their cause.
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            source = cause.source();
        }
        Self::failed(message)
    }
}
