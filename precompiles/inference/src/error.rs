use praxis_model::{InputError, PlanError};

use crate::Isa;

/// This machine cannot compute the canonical result. The node stops; a fault is never an outcome of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The processor or a library changed the rounding mode, or flushes subnormal numbers to zero.
    #[error("float arithmetic is not IEEE-754 with rounding to nearest even and gradual underflow: {0}")]
    Arithmetic(&'static str),
    /// The instruction set was asked for and is not there.
    #[error("this processor has no {0:?}; choose one of Isa::available()")]
    Unavailable(Isa),
    /// A kernel gave other bits than the committed digest.
    #[error("golden case {case} on {isa:?}: got {found}, the canonical digest is {expected}")]
    Golden {
        /// Name of the case.
        case: &'static str,
        /// The instruction set.
        isa: Isa,
        /// Digest of what was computed.
        found: String,
        /// The committed digest.
        expected: String,
    },
    /// A state that a validated Plan cannot lead to.
    #[error("inference is inconsistent: {0}")]
    Internal(&'static str),
}

/// Why a Plan cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The Plan is not valid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The machine cannot run it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a run gives no outputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The caller's inputs do not fit the model: an outcome.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The machine cannot run it.
    #[error(transparent)]
    Fault(#[from] Fault),
}
