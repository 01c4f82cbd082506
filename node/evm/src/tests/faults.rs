//! A state that cannot be read is the node's fault, wherever in a transaction it shows.

use super::fixture::{ALICE, CALLER, Chain, affine, infer, run, step};
use crate::{BlockExecutor, CallRequest, ExecuteError, InMemoryState, SimulateError, simulate};
use alloy_primitives::{Address, B256, Bytes, U256};
use praxis_contracts::ICaller::Kind;
use praxis_primitives::{Account, Fault, StateReader};
use std::cell::Cell;

/// Fails at the read with this number.
struct Failing<'a> {
    state: &'a InMemoryState,
    left: Cell<usize>,
}

impl Failing<'_> {
    fn read<T>(&self, value: Result<T, Fault>) -> Result<T, Fault> {
        match self.left.get() {
            0 => Err(Fault::new("the disk is gone")),
            left => {
                self.left.set(left - 1);
                value
            }
        }
    }
}

impl StateReader for Failing<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        self.read(self.state.account(address))
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        self.read(self.state.storage(address, slot))
    }
    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        self.read(self.state.code(code_hash))
    }
    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        self.read(self.state.block_hash(number))
    }
}

#[test]
fn every_read_that_fails_is_a_fault() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let data = run(&[step(Kind::Call, infer(model, [1.0, 1.0])), step(Kind::Reverted, infer(model, [1.0, 1.0]))]);
    let tx = chain.call(CALLER, data.clone());
    let request = CallRequest { from: ALICE, to: CALLER.into(), data, ..CallRequest::default() };
    let mut faults = 0;
    loop {
        let state = Failing { state: &chain.state, left: Cell::new(faults) };
        let mut executor = BlockExecutor::new(&chain.spec, chain.context(), &state, chain.access());
        let result = executor.execute(&tx);
        let state = Failing { state: &chain.state, left: Cell::new(faults) };
        let called = simulate(&chain.spec, &chain.context(), &state, chain.access(), &request, &Default::default());
        match result {
            Ok(outcome) => {
                assert!(outcome.success() && called.is_ok());
                break;
            }
            Err(ExecuteError::Fault(fault)) => assert!(fault.to_string().contains("the disk is gone"), "{fault}"),
            Err(ExecuteError::Invalid(reason)) => panic!("a fault became {reason}"),
        }
        assert!(matches!(called, Ok(_) | Err(SimulateError::Fault(_))));
        assert!(executor.finish().is_err());
        faults += 1;
    }
    // Sender, contract and its code, the registry and the model's word, the two vaults.
    assert!(faults >= 6, "{faults}");
}

#[test]
fn a_fault_in_a_system_call_stops_the_block() {
    let chain = Chain::new();
    for left in 0..4 {
        let state = Failing { state: &chain.state, left: Cell::new(left) };
        let mut executor = BlockExecutor::new(&chain.spec, chain.context(), &state, chain.access());
        assert!(executor.apply_pre_block().is_err(), "{left}");
        assert!(executor.finish().is_err());
    }
}
