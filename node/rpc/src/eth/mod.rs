//! The `eth` namespace.

mod blocks;
mod call;
mod fees;
mod logs;
mod proof;
mod simulate;
mod state;
mod subscribe;
mod sync_send;
mod transactions;

pub(crate) use logs::LogQuery;
pub(crate) use simulate::{CallInput, run_call};
pub(crate) use subscribe::HexIds;

use crate::register::Registrar;
use jsonrpsee::server::RegisterMethodError;

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    blocks::register(r)?;
    call::register(r)?;
    fees::register(r)?;
    logs::register(r)?;
    proof::register(r)?;
    state::register(r)?;
    subscribe::register(r)?;
    sync_send::register(r)?;
    transactions::register(r)
}
