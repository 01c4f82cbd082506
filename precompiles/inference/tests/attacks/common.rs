//! Plans built by hand, valid or not, and what a node makes of them.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use praxis_inference::{Isa, Session};
use praxis_model::{DType, ENGINE_VERSION, Node, Op, Plan, PlanCost, Tensor, TensorType, ValueInfo, hash_tensors};

/// Memory that refusing a Plan may take at its peak, beside the Plan's own bytes twice.
const REFUSAL_BYTES: usize = 1 << 20;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// One attack at a time, so that the peak is its own.
static ONE: Mutex<()> = Mutex::new(());

// SAFETY: it only counts what the system's allocator does.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` gives, and the memory that it took at its peak.
fn measured<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    (result, PEAK.load(Ordering::Relaxed) - before)
}

pub(crate) fn f32s(shape: impl Into<Vec<u32>>) -> TensorType {
    TensorType::new(DType::F32, shape)
}

pub(crate) fn words(shape: impl Into<Vec<u32>>, values: &[u32]) -> Tensor {
    let data = values.iter().flat_map(|word| word.to_le_bytes()).collect();
    Tensor { dtype: DType::U32, shape: shape.into(), data }
}

pub(crate) fn node(op: impl Into<Op>, inputs: &[u32], outputs: &[TensorType]) -> Node {
    Node { op: op.into(), inputs: inputs.to_vec(), outputs: outputs.to_vec() }
}

/// A Plan whose output is the first one of its last node, or its first input; nothing of it is checked.
pub(crate) fn plan(inputs: &[TensorType], constants: &[Tensor], nodes: Vec<Node>) -> Plan {
    let mut weights = Vec::new();
    for constant in constants {
        weights.resize(weights.len().next_multiple_of(praxis_model::WEIGHT_ALIGNMENT), 0);
        weights.extend_from_slice(&constant.data);
    }
    let info = |name: String, kind: &TensorType| ValueInfo { name, dtype: kind.dtype, shape: kind.shape.clone() };
    let before: usize = nodes.iter().rev().skip(1).map(|node| node.outputs.len()).sum();
    let (kind, value) = match nodes.last() {
        Some(last) => (&last.outputs[0], inputs.len() + constants.len() + before),
        None => (&inputs[0], 0),
    };
    Plan {
        engine: ENGINE_VERSION,
        importer: 0,
        source_sha256: [0; 32],
        inputs: inputs.iter().enumerate().map(|(index, kind)| info(format!("x{index}"), kind)).collect(),
        constants: constants.iter().map(Tensor::tensor_type).collect(),
        outputs: vec![info("y".to_owned(), kind)],
        output_values: vec![value as u32],
        labels: vec![Vec::new()],
        nodes,
        weights,
    }
}

/// A Plan of one operator on inputs of these types; what it gives is stated wrongly, and is looked at last.
pub(crate) fn single(op: impl Into<Op>, inputs: &[TensorType]) -> Plan {
    let ids: Vec<u32> = (0..inputs.len() as u32).collect();
    plan(inputs, &[], vec![node(op, &ids, &[f32s([1])])])
}

/// The bytes are refused with an error that has these parts, in little memory.
#[track_caller]
pub(crate) fn refused_bytes(bytes: &[u8], parts: &[&str]) {
    let judge = || Plan::decode(bytes).and_then(|plan| plan.validate());
    let (result, taken) = measured(judge);
    let error = result.expect_err("the attack is refused").to_string();
    assert!(parts.iter().all(|part| error.contains(part)), "{error:?} should have {parts:?}");
    assert!(error.len() < 1_000, "{} characters: {error}", error.len());
    assert!(taken < REFUSAL_BYTES + 2 * bytes.len(), "{taken} bytes at the peak: {error}");
}

/// The Plan is refused as bytes are.
#[track_caller]
pub(crate) fn refused(plan: &Plan, parts: &[&str]) {
    refused_bytes(&plan.encode(), parts);
}

/// What the Plan gives, the same on every instruction set, within the memory that its cost names.
#[track_caller]
pub(crate) fn gives(plan: Plan, inputs: &[Tensor]) -> (Vec<Tensor>, PlanCost) {
    let plan = Plan::decode(&plan.encode()).expect("the Plan decodes");
    let cost = plan.validate().expect("the Plan is valid");
    let plan = Arc::new(plan);
    let mut found: Option<Vec<Tensor>> = None;
    for isa in Isa::available() {
        let run = || Session::with_isa(Arc::clone(&plan), isa).unwrap().run(inputs).unwrap();
        let (outputs, taken) = measured(run);
        // The outputs are the caller's, and so is what says where nodes read and write.
        let bytes: usize = outputs.iter().map(|output| output.data.len()).sum();
        let allowed = cost.memory_bytes as usize + bytes + plan.nodes.len() * 2048 + (64 << 10);
        assert!(taken <= allowed, "{taken} bytes at the peak on {isa:?}, {allowed} are allowed");
        if let Some(found) = &found {
            assert_eq!(hash_tensors(&outputs), hash_tensors(found), "{isa:?} differs");
        }
        found = Some(outputs);
    }
    (found.expect("there is an instruction set"), cost)
}
