//! The `net`, `web3` and `rpc` namespaces.

use crate::register::Registrar;
use alloy_primitives::{Bytes, U64, keccak256};
use jsonrpsee::server::RegisterMethodError;
use std::collections::BTreeMap;

/// Namespaces, as `rpc_modules` lists them.
const NAMESPACES: [&str; 5] = ["debug", "eth", "net", "txpool", "web3"];
const ROLLUP_NAMESPACES: [&str; 2] = ["optimism", "praxis"];

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.quick("rpc_modules", |c, _| {
        let more = c.chain.rollup().map(|_| ROLLUP_NAMESPACES).into_iter().flatten();
        Ok(NAMESPACES.into_iter().chain(more).map(|name| (name, "1.0")).collect::<BTreeMap<_, _>>())
    })?;
    r.quick("net_version", |c, _| Ok(c.chain.spec().chain_id.to_string()))?;
    r.quick("net_listening", |_, _| Ok(true))?;
    r.quick("net_peerCount", |c, _| Ok(U64::from(c.peers.get())))?;
    r.quick("web3_clientVersion", |c, _| Ok(c.client_version.clone()))?;
    r.quick("web3_sha3", |_, mut args| Ok(keccak256(args.required::<Bytes>()?)))
}
