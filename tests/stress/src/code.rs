//! The venue's compiled contracts, as `contracts/build.sh` writes them.

use alloy_primitives::{Bytes, map::HashMap};
use std::sync::LazyLock;

static CODE: LazyLock<HashMap<String, Bytes>> = LazyLock::new(|| {
    let text = include_str!("../../../contracts/artifacts/venue.json");
    serde_json::from_str(text).expect("the committed file maps names to code")
});

/// Creation code followed by the ABI encoding of the constructor's arguments.
///
/// # Panics
/// When the venue has no such contract.
pub(crate) fn deployment(name: &str, arguments: &[u8]) -> Bytes {
    let code = CODE.get(name).unwrap_or_else(|| panic!("contracts/artifacts/venue.json has no {name}"));
    [code.as_ref(), arguments].concat().into()
}
