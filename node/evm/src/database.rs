//! [`StateReader`] as revm's database.

use crate::bare_storage::{MARKER, is_bare};
use alloy_primitives::{Address, B256, U256};
use praxis_primitives::{Account, Fault, StateReader};
use revm::{
    bytecode::Bytecode,
    context::DBErrorMarker,
    database_interface::{Database, DatabaseRef},
    state::AccountInfo,
};

/// A fault on its way through revm.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub(crate) struct DatabaseFault(pub(crate) Fault);

impl DBErrorMarker for DatabaseFault {}

/// State as of the parent block.
#[derive(Clone, Copy)]
pub(crate) struct StateDatabase<'a> {
    pub(crate) state: &'a dyn StateReader,
    /// Accounts without code and nonce may have storage.
    pub(crate) bare_storage: bool,
}

impl std::fmt::Debug for StateDatabase<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StateDatabase")
    }
}

pub(crate) fn account_info(account: Account) -> AccountInfo {
    AccountInfo {
        balance: account.balance,
        nonce: account.nonce,
        code_hash: account.code_hash,
        code: None,
        ..AccountInfo::default()
    }
}

impl Database for StateDatabase<'_> {
    type Error = DatabaseFault;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        self.basic_ref(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        self.code_by_hash_ref(code_hash)
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, Self::Error> {
        self.storage_ref(address, index)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        self.block_hash_ref(number)
    }
}

impl DatabaseRef for StateDatabase<'_> {
    type Error = DatabaseFault;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        let Some(account) = self.state.account(address).map_err(DatabaseFault)? else { return Ok(None) };
        let mut info = account_info(account);
        if self.bare_storage && is_bare(&account) && self.state.has_storage(address).map_err(DatabaseFault)? {
            info.code_hash = MARKER;
        }
        Ok(Some(info))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        if code_hash == MARKER {
            return Ok(Bytecode::default());
        }
        let code = self.state.code(code_hash).map_err(DatabaseFault)?;
        // Before London code could begin with 0xef01 and be no delegation: it runs, into an invalid instruction.
        Ok(Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code)))
    }

    fn storage_ref(&self, address: Address, index: U256) -> Result<U256, Self::Error> {
        self.state.storage(address, index).map_err(DatabaseFault)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        self.state.block_hash(number).map_err(DatabaseFault)
    }
}
