//! The system calls before a block's transactions.

use crate::{BlockContext, ExecuteError, evm::BlockEvm};
use praxis_contracts::addresses::{BEACON_ROOTS, HISTORY_STORAGE, SYSTEM_ADDRESS};
use praxis_primitives::Fork;

/// Gas of each call, as both EIPs have it.
pub(crate) const GAS: u64 = 30_000_000;

/// EIP-4788, then EIP-2935. A chain whose genesis lacks one of the contracts goes without it.
pub(crate) fn apply(evm: &mut BlockEvm<'_>, context: &BlockContext) -> Result<(), ExecuteError> {
    let calls = [
        (Fork::Cancun, BEACON_ROOTS, context.parent_beacon_block_root),
        (Fork::Prague, HISTORY_STORAGE, context.parent_hash),
    ];
    for (since, contract, word) in calls {
        if context.fork >= since && evm.has_code(contract)? {
            evm.system_call(SYSTEM_ADDRESS, contract, word.0.into(), GAS)?;
        }
    }
    Ok(())
}
