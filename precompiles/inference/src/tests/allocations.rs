//! A warm run allocates nothing: each conformance case, as a Plan of one node, under an allocator that counts.

use core::cell::Cell;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::Arc,
};

use praxis_model::{BuildError, Plan, PlanBuilder};

use super::conformance::{Case, families};
use crate::{Isa, Session};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter, and is not measured.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: everything is left to the system's allocator; the counter is a plain cell that allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The case as a Plan whose first `open` inputs are the model's and whose others are constants.
fn plan(case: &Case, open: usize) -> Result<Plan, BuildError> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut operands = Vec::new();
    for (index, tensor) in case.inputs.iter().enumerate() {
        operands.push(match index < open {
            true => b.input(format!("x{index}"), tensor.tensor_type())?,
            false => b.constant(tensor.clone())?,
        });
    }
    for (index, handle) in b.node(case.op.clone(), &operands)?.into_iter().enumerate() {
        b.output(format!("y{index}"), handle);
    }
    b.finish()
}

fn check(case: &Case, open: usize, plan: Plan) {
    let session = Session::with_isa(Arc::new(plan), Isa::best()).unwrap();
    let inputs: Vec<&[u8]> = case.inputs[..open].iter().map(|tensor| tensor.data.as_slice()).collect();
    let mut outputs: Vec<Vec<u8>> =
        session.plan().outputs.iter().map(|info| vec![0; info.tensor_type().bytes() as usize]).collect();
    let mut outputs: Vec<&mut [u8]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    session.run_into(&inputs, &mut outputs).unwrap();
    let before = COUNT.get();
    session.run_into(&inputs, &mut outputs).unwrap();
    assert_eq!(COUNT.get() - before, 0, "allocations in a warm run of {}", case.key());
}

#[test]
fn a_warm_run_allocates_nothing() {
    let before = COUNT.get();
    drop(std::hint::black_box(vec![1u8; 100]));
    assert_eq!(COUNT.get() - before, 1, "the allocator counts");
    for (_, cases) in families() {
        for case in &cases {
            let count = case.inputs.len();
            // All inputs open, and all but the first constant: kernels prepare differently for these.
            let plans = [count, count.min(1)].map(|open| plan(case, open).map(|plan| (open, plan)));
            assert!(plans.iter().any(Result::is_ok), "{}: {plans:?}", case.key());
            plans.into_iter().flatten().for_each(|(open, plan)| check(case, open, plan));
        }
    }
}
