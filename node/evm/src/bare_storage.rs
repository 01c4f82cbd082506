//! Accounts that have storage and neither code nor nonce (EIP-7610).
//!
//! Before Spurious Dragon a creation could leave such an account behind, and a genesis file can hold one; no transaction
//! makes one since. No contract may be created there. revm asks for code and nonce alone, so such an account is given to it
//! with a code hash that is no code's, and whatever could see that hash is put right.

use crate::evm::{BlockEvmContext, InnerEvm};
use alloy_primitives::{B256, U256};
use praxis_primitives::{Account, ChainSpec, Rules};
use revm::{
    bytecode::opcode::EXTCODEHASH,
    interpreter::{
        Instruction, InstructionContext, InstructionExecResult, instructions::host, interpreter::EthInterpreter,
    },
    primitives::KECCAK_EMPTY,
};

/// Stands for the code of an account that has none but may not get any. Nothing hashes to these letters.
pub(crate) const MARKER: B256 = B256::new(*b"praxis: storage without any code");

/// Whether the chain may have such accounts.
pub(crate) const fn may_exist(spec: &ChainSpec) -> bool {
    match &spec.rules {
        Rules::Rollup(_) => false,
        Rules::Ethereum(rules) => rules.bare_storage,
    }
}

/// Whether an account is one of them, if it has storage.
pub(crate) fn is_bare(account: &Account) -> bool {
    account.nonce == 0 && account.code_hash == KECCAK_EMPTY
}

/// The code hash that everybody but revm sees.
pub(crate) fn real_code_hash(code_hash: B256) -> B256 {
    if code_hash == MARKER { KECCAK_EMPTY } else { code_hash }
}

/// Lets EXTCODEHASH say what is so.
pub(crate) fn install(evm: &mut InnerEvm<'_>) {
    let gas = evm.instruction.gas_table()[usize::from(EXTCODEHASH)];
    evm.instruction.insert_instruction(EXTCODEHASH, Instruction::new(extcodehash), gas);
}

fn extcodehash(context: InstructionContext<'_, BlockEvmContext<'_>, EthInterpreter>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    host::extcodehash(InstructionContext { interpreter: &mut *interpreter, host })?;
    if let Some(top) = interpreter.stack.top()
        && *top == U256::from_be_bytes(MARKER.0)
    {
        *top = U256::from_be_bytes(KECCAK_EMPTY.0);
    }
    Ok(())
}
