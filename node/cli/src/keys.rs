//! Keys: from the command line, a keystore file or the environment.

use crate::failure::Failure;
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use std::path::Path;

/// The mnemonic that every Ethereum development tool knows; its accounts hold ether on development chains only.
pub(crate) const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";
/// How many of its accounts are funded.
pub(crate) const DEV_ACCOUNTS: u32 = 10;

/// Account `index` of the well-known test mnemonic.
pub(crate) fn dev_account(index: u32) -> Result<PrivateKeySigner, Failure> {
    MnemonicBuilder::<English>::default()
        .phrase(TEST_MNEMONIC)
        .index(index)
        .and_then(|builder| builder.build())
        .map_err(|e| Failure::failed(format!("the test mnemonic gives no account {index}: {e}")))
}

/// Reads a private key as 64 hexadecimal digits.
pub(crate) fn parse_key(text: &str) -> Result<PrivateKeySigner, Failure> {
    text.trim().parse().map_err(|_| {
        // The key itself is never repeated: it would end up in a log.
        Failure::usage("the private key is not valid: it must be 64 hexadecimal digits, with or without 0x")
    })
}

/// The key that a command signs with: `--private-key` (or PRAXIS_PRIVATE_KEY), else a keystore file, whose password
/// comes from PRAXIS_KEYSTORE_PASSWORD.
pub(crate) fn signer(private_key: Option<&str>, keystore: Option<&Path>) -> Result<PrivateKeySigner, Failure> {
    if let Some(key) = private_key {
        return parse_key(key);
    }
    let Some(path) = keystore else {
        return Err(Failure::usage(
            "a key is needed: give --private-key, --keystore, or set PRAXIS_PRIVATE_KEY in the environment",
        ));
    };
    let password = std::env::var("PRAXIS_KEYSTORE_PASSWORD")
        .map_err(|_| Failure::usage("set PRAXIS_KEYSTORE_PASSWORD to the password of the keystore file"))?;
    PrivateKeySigner::decrypt_keystore(path, password).map_err(|e| {
        Failure::failed(format!(
            "the keystore {} can't be opened: {e}; check the file and the password",
            path.display()
        ))
    })
}
