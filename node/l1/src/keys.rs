//! Private keys from the command line.

use alloy_primitives::{Address, B256};
use alloy_signer_local::PrivateKeySigner;

/// A private key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key. The message does not repeat what was given: it may be a key with a typing error.
    #[error(
        "the {role}'s private key is not a key: it must be 64 hexadecimal digits, with or without 0x, and not zero"
    )]
    Malformed {
        /// Whose key.
        role: &'static str,
    },
    /// The key of another account.
    #[error("the {role}'s private key belongs to {given}, but the rollup configuration names {expected} as {role}")]
    WrongAccount {
        /// Whose key.
        role: &'static str,
        /// The key's account.
        given: Address,
        /// The account that the configuration names.
        expected: Address,
    },
}

/// Reads the private key of `role` ("batcher", "proposer", ...).
///
/// # Errors
/// When it is not a key.
pub fn parse_key(role: &'static str, key: &str) -> Result<PrivateKeySigner, KeyError> {
    let key: B256 = key.trim().parse().map_err(|_| KeyError::Malformed { role })?;
    PrivateKeySigner::from_bytes(&key).map_err(|_| KeyError::Malformed { role })
}

/// Makes sure that the account which signs for `role` is the one that the configuration names.
///
/// # Errors
/// When it is another account.
pub fn check_key(role: &'static str, given: Address, expected: Address) -> Result<(), KeyError> {
    if given == expected { Ok(()) } else { Err(KeyError::WrongAccount { role, given, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn a_key_reads_with_and_without_prefix_and_whitespace() {
        let address = parse_key("batcher", KEY).unwrap().address();
        assert_eq!(parse_key("batcher", &format!(" 0x{KEY}\n")).unwrap().address(), address);
        assert_eq!(address.to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }

    #[test]
    fn a_bad_key_is_refused_and_never_repeated() {
        for bad in ["", "0x", "hello", &KEY[1..], &"0".repeat(64), &"f".repeat(64)] {
            let error = parse_key("batcher", bad).unwrap_err();
            assert_eq!(error, KeyError::Malformed { role: "batcher" });
            assert!(bad.len() < 4 || !error.to_string().contains(bad));
        }
    }

    #[test]
    fn a_key_of_another_account_is_named() {
        let signer = parse_key("proposer", KEY).unwrap();
        assert_eq!(check_key("proposer", signer.address(), signer.address()), Ok(()));
        let error = check_key("proposer", signer.address(), Address::repeat_byte(1)).unwrap_err().to_string();
        assert!(error.contains("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266") && error.contains("0x0101"), "{error}");
    }
}
