//! The secret that a node's peer id comes from.

use crate::failure::Failure;
use alloy_primitives::B256;
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The file in the data directory, unless another one is named.
pub(super) const KEY_FILE: &str = "p2p.key";

/// Reads the secret, or makes one that only this user can read.
pub(super) fn secret(path: &Path) -> Result<[u8; 32], Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::failed(format!("{} can't be {what}: {e}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => text.trim().parse::<B256>().map(|secret| secret.0).map_err(|_| {
            Failure::failed(format!("{} does not hold 64 hexadecimal digits (--p2p-key)", path.display()))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret: [u8; 32] = rand::random();
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .map_err(|error| failed("made", error))?;
            let text = format!("{}\n", hex::encode(secret));
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed("written", error))?;
            Ok(secret)
        }
        Err(error) => Err(failed("read", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let first = secret(&path).unwrap();
        assert_eq!(secret(&path).unwrap(), first);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(secret(&path).unwrap_err().message.contains("64 hexadecimal digits"));
    }
}
