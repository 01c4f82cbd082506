//! Any bytes as a Plan, and random valid Plans.

use std::sync::Arc;

use praxis_inference::{Isa, Session, trace};
use praxis_model::{Plan, hash_tensors, limits::MAX_MEMORY_BYTES};

use crate::{
    mutate,
    random_plans::{self, Source},
};

/// Plans above these are validated and not run: faults are looked for, not the limits of the machine. The slowest path
/// takes some milliseconds for this much.
const RUN_GAS: u64 = 400_000;
const RUN_MEMORY_BYTES: u64 = 8 << 20;
/// Of 256 floats of an input, this many are special or have any bits.
const WILD: u64 = 40;

/// Any bytes as a Plan: what decodes is encoded to the same bytes, what is valid keeps its limits and runs alike on every
/// instruction set. Bytes that are nearly a Plan are judged a second time with their lengths and stated types put right.
pub fn plan_decode(bytes: &[u8]) {
    decode(bytes);
    if let Some(plan) = mutate::repaired(bytes) {
        let encoded = plan.encode();
        if encoded != bytes {
            decode(&encoded);
        }
    }
}

fn decode(bytes: &[u8]) {
    match Plan::decode(bytes) {
        Ok(plan) => {
            assert_eq!(plan.encode(), bytes, "a Plan has one encoding");
            if plan.validate().is_ok() {
                check_valid(&plan);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Random valid Plans, made from the bytes, run alike on every instruction set and node by node.
pub fn plan_run(bytes: &[u8]) {
    let mut source = Source::of_bytes(bytes);
    let first = source.below(1 << 16) as usize;
    let Some(plan) = random_plans::plan(&mut source, first) else { return };
    plan.validate().expect("a built Plan is valid");
    run(&plan, &mut source);
}

/// What must hold of every valid Plan.
pub(crate) fn check_valid(plan: &Plan) {
    let cost = plan.validate().expect("a Plan that was valid stays so");
    assert_eq!(cost, plan.cost(), "validation gives the Plan's cost");
    assert!(cost.memory_bytes <= MAX_MEMORY_BYTES, "{} bytes of memory", cost.memory_bytes);
    if cost.gas <= RUN_GAS && cost.memory_bytes <= RUN_MEMORY_BYTES {
        run(plan, &mut Source::seeded(u64::from(plan.engine) + plan.weights.len() as u64));
    }
}

fn run(plan: &Plan, source: &mut Source<'_>) {
    let cost = plan.cost();
    let inputs = random_plans::inputs(source, plan, WILD);
    let plan = Arc::new(plan.clone());
    let mut first = None;
    for isa in Isa::available() {
        let session = Session::with_isa(Arc::clone(&plan), isa).expect("a valid Plan is prepared");
        let taken = (session.held_bytes() + session.workspace_bytes()) as u64;
        assert!(taken <= cost.memory_bytes, "{taken} bytes of {} on {isa:?}", cost.memory_bytes);
        let outputs = session.run(&inputs).expect("a valid Plan runs");
        for (output, info) in outputs.iter().zip(&plan.outputs) {
            assert_eq!(output.tensor_type(), info.tensor_type(), "an output has its stated type");
            assert_eq!(output.data.len() as u64, info.tensor_type().bytes(), "an output has its length");
        }
        let hash = hash_tensors(&outputs);
        let expected = *first.get_or_insert(hash);
        assert_eq!(hash, expected, "{isa:?} against {:?}", Isa::available()[0]);
    }
    let traced = trace::trace(&plan, &inputs, Isa::best()).expect("a valid Plan is traced");
    assert_eq!(Some(hash_tensors(&traced.outputs)), first, "node by node against one run");
}
