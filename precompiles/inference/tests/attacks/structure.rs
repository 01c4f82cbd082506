//! Attacks on the graph: cycles, graphs inside graphs, trees that are none.

use praxis_model::{
    DType, Node, Op, Plan, PlanError, Tensor, TensorType,
    codec::Reader,
    limits::MAX_NODES,
    ops::{Add, Aggregate, LEAF, Relu, Split, Stride, TreeEnsemble, View, Walk},
};

use crate::common::{f32s, gives, node, plan, refused, refused_bytes, words};

#[test]
fn nodes_that_read_themselves_or_each_other() {
    let x = [f32s([4])];
    let own = plan(&x, &[], vec![node(Add, &[0, 1], &x)]);
    refused(&own, &["node 0 (Add)", "refers to value 1", "below 1"]);
    let cycle = plan(&x, &[], vec![node(Add, &[0, 2], &x), node(Relu, &[1], &x)]);
    refused(&cycle, &["node 0 (Add)", "refers to value 2"]);
    let far = plan(&x, &[], vec![node(Relu, &[u32::MAX], &x)]);
    refused(&far, &["node 0 (Relu)", "refers to value 4294967295"]);
}

/// Branches, loops and functions have no operator: no bytes mean a graph inside a graph.
#[test]
fn graphs_inside_graphs_have_no_code() {
    let known: Vec<u16> = Op::TABLE.iter().map(|(code, _)| *code).collect();
    for code in (0..=u16::MAX).filter(|code| !known.contains(code)) {
        let found = Op::decode_attributes(code, &mut Reader::new(&[0; 64]));
        assert_eq!(found, Err(PlanError::Operator { code }));
    }
    for name in ["If", "Loop", "Scan", "SequenceMap"] {
        assert!(!Op::TABLE.iter().any(|(_, known)| *known == name), "{name}");
    }
    // The same in a whole Plan: its only node gets another code.
    let mut bytes = plan(&[f32s([4])], &[], vec![node(Relu, &[0], &[f32s([4])])]).encode();
    let code = 7u16.to_le_bytes();
    let after: Vec<u8> = [1u32, 0, 1].into_iter().flat_map(u32::to_le_bytes).collect();
    let at = bytes.windows(10).position(|window| window[..2] == code && window[2..6] == after[..4]).unwrap();
    bytes[at..at + 2].copy_from_slice(&999u16.to_le_bytes());
    refused_bytes(&bytes, &["unknown operator code 999"]);
}

#[test]
fn more_nodes_than_a_plan_has() {
    let x = f32s([1]);
    let nodes: Vec<Node> = (0..=MAX_NODES as u32).map(|index| node(Relu, &[index], std::slice::from_ref(&x))).collect();
    refused(&plan(std::slice::from_ref(&x), &[], nodes), &["number of nodes is 4097", "at most 4096"]);
}

/// The only loops that a Plan writes down: those of a strided copy.
#[test]
fn trip_products_of_nested_loops() {
    let looped = |lengths: &[u32], shape: &[u32]| {
        let loops = lengths.iter().enumerate();
        // Strides that no two loops could share.
        let loops = loops.map(|(index, &length)| Stride { length, stride: if index % 2 == 0 { 0 } else { 1 } });
        let walk = Walk { offset: 0, loops: loops.collect() };
        plan(&[f32s([4])], &[], vec![node(View { walk, shape: shape.to_vec() }, &[0], &[f32s([1])])])
    };
    // 2^64 trips, which would be none at all in 64 bits; then more than 2^64.
    refused(&looped(&[1 << 16; 4], &[1]), &["node 0 (View)", "the 18446744073709551615 elements of the loops"]);
    refused(&looped(&[u32::MAX; 8], &[u32::MAX; 8]), &["node 0 (View)", "does not have"]);
    refused(&looped(&[2; 17], &[1 << 17]), &["number of loops is 17"]);
    refused(&looped(&[2, 1 << 31], &[1 << 31, 2]), &["node 0 (View)"]);
}

const SPLIT: u32 = 1;

/// An ensemble over two features with one target, from its nodes' words and its trees as count and target.
fn ensemble(nodes: &[u32], trees: &[u32], total_depth: u64) -> Plan {
    let count = nodes.len() as u32;
    let values: Vec<f32> = (0..count).map(|index| index as f32).collect();
    let constants = [
        words([count], nodes),
        Tensor::from_f32([count], &values),
        words([trees.len() as u32 / 2, 2], trees),
        Tensor::from_f32([1], &[0.0]),
    ];
    let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth };
    plan(&[f32s([1, 2])], &constants, vec![node(op, &[0, 1, 2, 3, 4], &[f32s([1, 1])])])
}

/// Children stand where their parents' order says, so a cycle or a child of two parents cannot even be written. What remains:
/// trees that end too early or too late, or claim each other's nodes.
#[test]
fn trees_with_cyclic_shared_or_missing_nodes() {
    assert_eq!(Split { feature: 0, missing_is_true: false }.word(), Some(SPLIT));
    let tree = |nodes: &[u32], trees: &[u32], depth: u64, parts: &[&str]| {
        refused(&ensemble(nodes, trees, depth), &[&["node 0 (TreeEnsemble)"], parts].concat());
    };
    ensemble(&[SPLIT, LEAF, LEAF], &[3, 0], 1).validate().unwrap();
    tree(&[SPLIT, LEAF], &[2, 0], 1, &["a tree has 2 nodes, its splits ask for 3"]);
    tree(&[SPLIT, SPLIT, SPLIT], &[3, 0], 1, &["ask for 7"]);
    tree(&[LEAF, LEAF], &[2, 0], 1, &["its splits reach 1 of them"]);
    // Two trees with the same nodes, and one that reaches into the next.
    tree(&[SPLIT, LEAF, LEAF], &[3, 0, 3, 0], 2, &["the trees have more nodes than there are"]);
    tree(&[SPLIT, LEAF, LEAF, LEAF], &[4, 0], 1, &["its splits reach 3 of them"]);
    tree(&[SPLIT, LEAF, LEAF], &[u32::MAX, 0], 1, &["the trees have more nodes than there are"]);
    tree(&[SPLIT, LEAF, LEAF, LEAF], &[3, 0], 1, &["nodes that belong to no tree"]);
    tree(&[LEAF], &[0, 0, 1, 0], 0, &["a tree has 0 nodes"]);
    tree(&[SPLIT, LEAF, LEAF], &[3, 7], 1, &["feeds target 7 of 1"]);
    tree(&[u32::MAX, LEAF, LEAF], &[3, 0], 1, &["reads feature 2147483647, the input has 2"]);
    // The depth is the price.
    tree(&[SPLIT, LEAF, LEAF], &[3, 0], 0, &["total_depth", "add up to 1"]);
}

#[test]
fn trees_that_a_caller_could_choose() {
    let constants = [Tensor::from_f32([1], &[0.0]), words([1, 2], &[1, 0]), Tensor::from_f32([1], &[0.0])];
    let inputs = [f32s([1, 2]), TensorType::new(DType::U32, [1])];
    let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: 0 };
    let nodes = vec![node(op, &[0, 1, 2, 3, 4], &[f32s([1, 1])])];
    refused(&plan(&inputs, &constants, nodes), &["input 1 is a table, so it should be a constant"]);
}

/// A tree that is one long branch: as deep as it has splits, and paid for by each of them.
#[test]
fn a_tree_of_fifty_thousand_levels() {
    const LEVELS: usize = 50_000;
    let mut nodes = vec![SPLIT];
    for level in 1..=LEVELS {
        // The first child ends, the second one goes on.
        nodes.extend([LEAF, if level < LEVELS { SPLIT } else { LEAF }]);
    }
    let count = nodes.len() as u32;
    let deep = ensemble(&nodes, &[count, 0], LEVELS as u64);
    // Thresholds are the nodes' numbers: NaN and infinity are below none of them and go all the way.
    for far in [f32::NAN, f32::INFINITY] {
        let (outputs, cost) = gives(deep.clone(), &[Tensor::from_f32([1, 2], &[far, 0.0])]);
        assert_eq!(outputs[0].to_f32().unwrap(), [(count - 1) as f32]);
        assert!(cost.work.random_accesses >= LEVELS as u64 && cost.gas > LEVELS as u64, "{cost:?}");
    }
    let (outputs, _) = gives(deep, &[Tensor::from_f32([1, 2], &[-1.0, 0.0])]);
    assert_eq!(outputs[0].to_f32().unwrap(), [1.0]);
}
