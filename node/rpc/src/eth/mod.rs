//! The `eth` namespace.

mod access_list;
mod blocks;
mod call;
mod config;
mod fees;
mod logs;
mod proof;
mod simulate;
mod simulate_v1;
mod state;
mod subscribe;
mod sync_send;
mod transactions;
mod unsigned;

pub(crate) use logs::LogQuery;
pub(crate) use simulate::{CallInput, invalid, run_call};
pub(crate) use subscribe::HexIds;

use crate::register::Registrar;
use jsonrpsee::server::RegisterMethodError;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    access_list::register(r)?;
    blocks::register(r)?;
    call::register(r)?;
    config::register(r)?;
    fees::register(r)?;
    logs::register(r)?;
    proof::register(r)?;
    simulate_v1::register(r)?;
    state::register(r)?;
    subscribe::register(r)?;
    sync_send::register(r)?;
    transactions::register(r)
}
