//! Words for what a call reverted with.

use alloy_primitives::U256;
use alloy_sol_types::{Panic, Revert, SolError, SolInterface};
use praxis_contracts::interfaces::IInference::IInferenceErrors;

/// Longest reason that is put in words; the data holds all of it.
const MAX_REASON: usize = 1_024;

/// `execution reverted`, and the reason where the data has one that is known: Solidity's `Error(string)` and
/// `Panic(uint256)`, and the inference precompile's errors.
pub(crate) fn message(data: &[u8]) -> String {
    let reason = if let Ok(error) = Revert::abi_decode(data) {
        Some(error.reason)
    } else if let Ok(panic) = Panic::abi_decode(data) {
        Some(panic_reason(panic.code))
    } else {
        IInferenceErrors::abi_decode(data).ok().map(|error| inference_reason(&error))
    };
    match reason {
        Some(reason) => format!("execution reverted: {}", shorten(reason)),
        None => "execution reverted".into(),
    }
}

fn shorten(reason: String) -> String {
    if reason.len() <= MAX_REASON { reason } else { reason.chars().take(MAX_REASON).collect() }
}

fn panic_reason(code: U256) -> String {
    match u64::try_from(code) {
        Ok(0x00) => "generic panic".into(),
        Ok(0x01) => "assert(false)".into(),
        Ok(0x11) => "arithmetic underflow or overflow".into(),
        Ok(0x12) => "division or modulo by zero".into(),
        Ok(0x21) => "enum overflow".into(),
        Ok(0x22) => "invalid encoded storage byte array accessed".into(),
        Ok(0x31) => "out-of-bounds array access; popping on an empty array".into(),
        Ok(0x32) => "out-of-bounds access of an array or bytesN".into(),
        Ok(0x41) => "out of memory".into(),
        Ok(0x51) => "uninitialized function".into(),
        _ => format!("unknown panic code: {code:#x}"),
    }
}

fn inference_reason(error: &IInferenceErrors) -> String {
    match error {
        IInferenceErrors::UnknownModel(e) => format!("UnknownModel({})", e.model),
        IInferenceErrors::ModelNotActive(e) => format!("ModelNotActive({})", e.model),
        IInferenceErrors::InferencePaused(e) => format!("InferencePaused(until {} ms)", e.untilMs),
        IInferenceErrors::InputCount(e) => format!("InputCount(expected {}, given {})", e.expected, e.given),
        IInferenceErrors::InputType(e) => {
            format!("InputType(input {}: expected {}, given {})", e.index, e.expected, e.given)
        }
        IInferenceErrors::InputShape(e) => {
            format!("InputShape(input {}: expected {:?}, given {:?})", e.index, e.expected, e.given)
        }
        IInferenceErrors::InputLength(e) => {
            format!("InputLength(input {}: expected {} bytes, given {})", e.index, e.expected, e.given)
        }
        IInferenceErrors::NotRepresentable(e) => format!("NotRepresentable({})", e.index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, hex};
    use praxis_contracts::IInference;

    #[test]
    fn known_reverts_have_words() {
        let error = hex!(
            "08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000"
            "000000000000000000000000000a75736572206572726f72"
        );
        let mut padded = error.to_vec();
        padded.resize(4 + 96, 0);
        assert_eq!(message(&padded), "execution reverted: user error");
        let panic = hex!("4e487b710000000000000000000000000000000000000000000000000000000000000001");
        assert_eq!(message(&panic), "execution reverted: assert(false)");
        let unknown = IInference::UnknownModel { model: B256::ZERO }.abi_encode();
        assert_eq!(message(&unknown), format!("execution reverted: UnknownModel({})", B256::ZERO));
    }

    #[test]
    fn unknown_reverts_have_none() {
        for data in [&[][..], b"wrong-calldatasize", &[0x08, 0xc3, 0x79, 0xa0]] {
            assert_eq!(message(data), "execution reverted");
        }
    }
}
