//! Keys: from the command line, a keystore file or the environment.

use crate::{args::KeyArgs, failure::Failure};
use alloy_primitives::{Address, B256};
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use praxis_l1::{L1ClientConfig, L1Signer, RemoteSigner};
use praxis_verifier::votes::VoteKey;
use std::{path::Path, time::Duration};
use url::Url;

/// The mnemonic that every Ethereum development tool knows; its accounts hold ether on development chains only.
pub(crate) const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";
/// How many of its accounts are funded.
pub(crate) const DEV_ACCOUNTS: u32 = 10;

/// The variable with a keystore's password.
const KEYSTORE_PASSWORD: &str = "PRAXIS_KEYSTORE_PASSWORD";
/// The variable with the password of a BLS key's keystore.
const BLS_PASSWORD: &str = "PRAXIS_BLS_PASSWORD";
/// How long a remote signer may take: somebody may have to press a key.
const SIGNING_PATIENCE: Duration = Duration::from_secs(120);

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

/// A verifier's BLS key from a file: 64 hexadecimal digits, or a keystore, whose password comes from PRAXIS_BLS_PASSWORD or
/// PRAXIS_KEYSTORE_PASSWORD. Web3 secret storage holds any 32 bytes that are a number below secp256k1's order, and BLS keys are smaller.
pub(crate) fn bls_key(path: &Path) -> Result<VoteKey, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::failed(format!("the BLS key {shown} can't be read: {e}")))?;
    let secret = match text.trim().parse::<B256>() {
        Ok(secret) => secret,
        Err(_) if text.trim_start().starts_with('{') => {
            open_keystore(path, &[BLS_PASSWORD, KEYSTORE_PASSWORD])?.to_bytes()
        }
        Err(_) => {
            return Err(Failure::failed(format!("{shown} holds neither 64 hexadecimal digits nor a keystore")));
        }
    };
    VoteKey::from_secret(&secret).map_err(|e| Failure::failed(format!("{shown}: {e}")))
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
    open_keystore(path, &[KEYSTORE_PASSWORD])
}

/// Opens a keystore file (Web3 secret storage) with the password in the first of these variables that is set.
pub(crate) fn open_keystore(path: &Path, passwords: &[&str]) -> Result<PrivateKeySigner, Failure> {
    let Some(password) = passwords.iter().find_map(|name| std::env::var(name).ok()) else {
        let names = passwords.join(" or ");
        return Err(Failure::usage(format!("set {names} to the password of the keystore file {}", path.display())));
    };
    PrivateKeySigner::decrypt_keystore(path, password).map_err(|e| {
        Failure::failed(format!(
            "the keystore {} can't be opened: {e}; check the file and the password",
            path.display()
        ))
    })
}

/// The ways in which the key of an L1 account may be given.
pub(crate) struct RoleKey<'a> {
    /// Whose key: "batcher".
    pub(crate) role: &'static str,
    /// The account, where it is known without the key.
    pub(crate) account: Option<Address>,
    /// The key itself.
    pub(crate) key: Option<&'a str>,
    /// A keystore file.
    pub(crate) keystore: Option<&'a Path>,
    /// A remote signer.
    pub(crate) signer: Option<&'a Url>,
    /// The variable with the keystore's password.
    pub(crate) password: &'static str,
}

impl RoleKey<'_> {
    /// The account's signer; where nothing of its own is given, the key that the command signs with.
    pub(crate) async fn open(&self, shared: &KeyArgs) -> Result<L1Signer, Failure> {
        if let Some(url) = self.signer {
            let config = L1ClientConfig { timeout: SIGNING_PATIENCE, ..L1ClientConfig::default() };
            let role = self.role;
            let Some(account) = self.account else {
                return Err(Failure::usage(format!(
                    "--{role}-signer needs --{role}-account: a signer may hold several"
                )));
            };
            let remote = RemoteSigner::connect(url.as_str(), account, config).await;
            return Ok(L1Signer::Remote(remote.map_err(|e| Failure::failed(format!("{role}: {e}")))?));
        }
        let local = match (self.key, self.keystore) {
            (Some(key), _) => parse_key(key)?,
            (None, Some(path)) => open_keystore(path, &[self.password, KEYSTORE_PASSWORD])?,
            (None, None) => signer(shared.private_key.as_deref(), shared.keystore.as_deref())?,
        };
        Ok(local.into())
    }
}
