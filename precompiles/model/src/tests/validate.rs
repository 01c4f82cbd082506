//! What validation refuses, and what it says.

use super::plans::{Shape, plan};
use crate::{
    DType, ENGINE_VERSION, Node, OpError, Plan, PlanBuilder, PlanError, Tensor, TensorType, ValueInfo,
    cost::Prices,
    memory::ArenaLayout,
    ops::{Add, Gemm, Identity, MatMul, Relu},
};

fn sample() -> Plan {
    plan(&Shape { rows: 2, width: 5, hidden: 4, choice: 0, alpha: 1.0, step: 1, name: "x".into() })
}

fn refused(change: impl FnOnce(&mut Plan)) -> PlanError {
    let mut plan = sample();
    plan.validate().unwrap();
    change(&mut plan);
    plan.validate().unwrap_err()
}

#[test]
fn versions_names_and_ids_are_checked() {
    assert_eq!(refused(|plan| plan.engine = 2), PlanError::Engine { found: 2, expected: ENGINE_VERSION });
    assert!(matches!(refused(|plan| plan.inputs[0].name.clear()), PlanError::Name { .. }));
    assert!(matches!(refused(|plan| plan.inputs[0].name = "a\nb".into()), PlanError::Name { .. }));
    assert!(matches!(refused(|plan| plan.outputs[1].name = "sum".into()), PlanError::Name { .. }));
    assert!(matches!(refused(|plan| plan.inputs[0].name = "n".repeat(129)), PlanError::Limit { .. }));
    let error = refused(|plan| plan.nodes[0].inputs[0] = 4);
    assert_eq!(error, PlanError::ValueId { place: "node 0 (Gemm)".into(), id: 4, defined: 4 });
    assert!(matches!(refused(|plan| plan.output_values[0] = 99), PlanError::ValueId { id: 99, .. }));
    assert!(matches!(refused(|plan| plan.output_values.clear()), PlanError::NotCanonical { .. }));
    let nothing = refused(|plan| {
        plan.outputs.clear();
        plan.output_values.clear();
    });
    assert_eq!(nothing, PlanError::NotCanonical { what: "the model has no output" });
}

#[test]
fn stated_types_are_computed_again() {
    let error = refused(|plan| plan.nodes[1].outputs[0].shape = vec![4, 2]);
    let (stated, computed) = ("float32[4, 2]".to_owned(), "float32[2, 4]".to_owned());
    assert_eq!(error, PlanError::Mismatch { place: "node 1 (Relu)".into(), stated, computed });
    assert!(matches!(refused(|plan| plan.outputs[0].dtype = DType::F64), PlanError::Mismatch { .. }));
    assert!(matches!(refused(|plan| plan.inputs[0].shape = vec![2, 0]), PlanError::Type { .. }));
    assert!(matches!(refused(|plan| plan.inputs[0].shape = vec![u32::MAX; 8]), PlanError::Type { .. }));
    assert!(matches!(refused(|plan| plan.inputs[0].shape = vec![1; 9]), PlanError::Type { .. }));
    let error = refused(|plan| plan.inputs[0].shape = vec![2, 6]);
    assert!(matches!(error, PlanError::Node { index: 0, op: "Gemm", why: OpError::Shape(_) }), "{error}");
}

#[test]
fn weights_match_the_constants() {
    assert!(matches!(refused(|plan| plan.weights.push(0)), PlanError::Weights { .. }));
    assert!(matches!(refused(|plan| plan.weights[100] = 1), PlanError::NotCanonical { .. }), "a gap");
    let last = refused(|plan| *plan.weights.last_mut().unwrap() = 2);
    assert_eq!(last, PlanError::NotCanonical { what: "a bool constant is neither 0 nor 1" });
}

#[test]
fn memory_is_bounded() {
    // 1024 by 1024 float32 are 4 MiB; sixty-four of them alive at once are too many.
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1024, 1024])).unwrap();
    let copies: Vec<_> = (0..64).map(|_| b.node1(Relu, &[x]).unwrap()).collect();
    let sum = copies.iter().copied().reduce(|a, c| b.node1(Add, &[a, c]).unwrap()).unwrap();
    b.output("y", sum);
    let error = b.finish().unwrap_err();
    assert!(error.to_string().starts_with("memory of a run in bytes is "), "{error}");
    // One after the other they share two places.
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1024, 1024])).unwrap();
    let y = (0..16).fold(x, |y, _| b.node1(Relu, &[y]).unwrap());
    b.output("y", y);
    let plan = b.finish().unwrap();
    assert_eq!(ArenaLayout::new(&plan, &plan.value_types()).bytes, 2 * 4 * 1024 * 1024);
}

#[test]
fn values_that_are_alive_together_do_not_overlap() {
    let plan = sample();
    let types = plan.value_types();
    let layout = ArenaLayout::new(&plan, &types);
    let place = |id: usize| {
        let root = layout.storage[id] as usize;
        layout.offsets[root].map(|start| start..start + types[root].bytes())
    };
    for (next, node) in (plan.first_computed() as usize..).zip(&plan.nodes) {
        let written = place(next).unwrap();
        if node.op.is_view() {
            assert_eq!(Some(written), place(node.inputs[0] as usize));
            continue;
        }
        for &read in &node.inputs {
            if let Some(read) = place(read as usize) {
                assert!(read.end <= written.start || written.end <= read.start, "{read:?} and {written:?}");
            }
        }
        assert!(written.end <= layout.bytes && written.start % 64 == 0);
    }
}

#[test]
fn gas_counts_the_work() {
    let dense = |columns: u32| {
        let mut b = PlanBuilder::new(0, [0; 32]);
        let x = b.input("x", TensorType::new(DType::F32, [1, 256])).unwrap();
        let w = b.constant(Tensor::from_f32([256, columns], &vec![0.5; 256 * columns as usize])).unwrap();
        let y = b.node1(Gemm::default(), &[x, w]).unwrap();
        b.output("y", y);
        b.finish().unwrap().cost()
    };
    let cost = dense(64);
    assert_eq!(cost.work.multiply_adds, 256 * 64);
    assert_eq!(cost.work.nodes, 1);
    assert_eq!(cost.work.bytes, 4 * (256 + 256 * 64 + 64));
    let prices = Prices::VERSION_1;
    assert_eq!(prices.gas(&cost.work), cost.gas);
    assert!(cost.gas > prices.run + 256 * 64 / prices.multiply_adds_per_gas);
    // A leaf of graph and 128 leaves of weights.
    let graph = cost.cold_gas - prices.cold - 129 * prices.cold_leaf;
    assert!(graph.is_multiple_of(prices.cold_graph_byte) && (1..512).contains(&(graph / prices.cold_graph_byte)));
    // A single column costs as many multiply-adds as a panel of 16.
    assert_eq!(dense(1).work.multiply_adds, dense(16).work.multiply_adds);
}

#[test]
fn the_builder_leaves_out_unused_constants() {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let first = b.constant(Tensor::from_f32([2], &[1.0, 2.0])).unwrap();
    let x = b.input("x", TensorType::new(DType::F32, [2])).unwrap();
    let _unused = b.constant(Tensor::from_f32([3], &[9.0; 3])).unwrap();
    let second = b.constant(Tensor::from_f32([1], &[4.0])).unwrap();
    let y = b.node1(Add, &[x, second]).unwrap();
    let z = b.node1(Add, &[y, first]).unwrap();
    b.output("z", z);
    b.output("first", first);
    let plan = b.finish().unwrap();
    assert_eq!(plan.constants, [TensorType::new(DType::F32, [2]), TensorType::new(DType::F32, [1])]);
    assert_eq!(plan.nodes[0].inputs, [0, 2]);
    assert_eq!(plan.nodes[1].inputs, [3, 1]);
    assert_eq!(plan.output_values, [4, 1]);
    assert_eq!(plan.weights.len(), 68);
}

#[test]
fn batches_need_a_leading_one_everywhere() {
    assert!(!sample().is_batch_one());
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, 4])).unwrap();
    let y = b.node1(Identity, &[x]).unwrap();
    b.output("y", y);
    let plan = b.finish().unwrap();
    assert!(plan.is_batch_one());
    let rows = |rows: u32| Tensor::from_f32([rows, 4], &vec![0.0; rows as usize * 4]);
    assert_eq!(plan.check_inputs(&[rows(1)]), Ok(1));
    assert_eq!(plan.check_inputs(&[rows(9)]), Ok(9));
    assert!(plan.check_inputs(&[rows(1025)]).is_err());
    let flag = ValueInfo { name: "x".into(), dtype: DType::Bool, shape: vec![1, 4] };
    let bools = Plan { inputs: vec![flag], ..plan };
    let bad = Tensor { dtype: DType::Bool, shape: vec![1, 4], data: vec![0, 1, 2, 0] };
    assert!(bools.check_inputs(&[bad]).is_err());
}

#[test]
fn nodes_before_their_inputs_are_refused() {
    let mut plan = sample();
    let node = Node { op: MatMul.into(), inputs: vec![0, 0], outputs: vec![TensorType::new(DType::F32, [2, 2])] };
    plan.nodes.insert(0, node);
    assert!(matches!(plan.validate(), Err(PlanError::Node { index: 0, op: "MatMul", .. })));
}
