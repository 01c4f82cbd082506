//! What a run does, apart from numbers that depend on its gas: which frames it enters and how each ends.

use crate::evm::BlockEvmContext;
use alloy_primitives::{Address, B256, Keccak256};
use revm::{
    Inspector,
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult},
};

/// Hashes the frames of a run in order: whom each calls or what it creates, and whether it succeeded, reverted or halted.
/// Frames of precompiles are among them. Keeps nothing that grows.
#[derive(Clone, Default)]
pub(crate) struct FrameHasher(Keccak256);

impl std::fmt::Debug for FrameHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FrameHasher")
    }
}

impl FrameHasher {
    /// The hash of all frames so far.
    pub(crate) fn finish(self) -> B256 {
        self.0.finalize()
    }

    fn begin(&mut self, kind: u8, address: Address) {
        self.0.update([kind]);
        self.0.update(address);
    }

    fn end(&mut self, result: InstructionResult) {
        let ended = match result {
            result if result.is_ok() => 0xf0,
            result if result.is_revert() => 0xf1,
            _ => 0xf2,
        };
        self.0.update([ended]);
    }
}

impl<'a> Inspector<BlockEvmContext<'a>> for FrameHasher {
    fn call(&mut self, _: &mut BlockEvmContext<'a>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.begin(0, inputs.bytecode_address);
        None
    }

    fn call_end(&mut self, _: &mut BlockEvmContext<'a>, _: &CallInputs, outcome: &mut CallOutcome) {
        self.end(outcome.result.result);
    }

    fn create(&mut self, _: &mut BlockEvmContext<'a>, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.begin(1, inputs.caller());
        None
    }

    fn create_end(&mut self, _: &mut BlockEvmContext<'a>, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(outcome.result.result);
    }
}
