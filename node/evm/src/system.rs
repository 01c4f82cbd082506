//! The system calls before a block's transactions.

use crate::{BlockContext, ExecuteError, evm::BlockEvm};
use praxis_contracts::addresses::{BEACON_ROOTS, HISTORY_STORAGE, SYSTEM_ADDRESS};

/// EIP-4788, then EIP-2935. A chain whose genesis lacks one of the contracts goes without it.
pub(crate) fn apply(evm: &mut BlockEvm<'_>, context: &BlockContext) -> Result<(), ExecuteError> {
    let calls = [(BEACON_ROOTS, context.parent_beacon_block_root), (HISTORY_STORAGE, context.parent_hash)];
    for (contract, word) in calls {
        if evm.has_code(contract)? {
            evm.system_call(SYSTEM_ADDRESS, contract, word.0.into())?;
        }
    }
    Ok(())
}
