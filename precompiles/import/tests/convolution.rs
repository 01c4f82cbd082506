//! What the importer makes of convolutions and what follows them.

mod common;

use common::{FLOAT, file, fixed, graph, node, value};
use praxis_import::{ImportOptions, Imported, Note, import_bytes};
use praxis_model::{
    Op,
    ops::{Conv, Ending},
};
use tract_onnx::pb::{NodeProto, TensorProto};

fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        data_type: FLOAT,
        dims: dims.to_vec(),
        float_data: values.to_vec(),
        ..Default::default()
    }
}

const WEIGHTS: [f32; 2] = [0.3, -1.7];
const SCALE: [f32; 2] = [1.5, 0.7];
const SHIFT: [f32; 2] = [0.1, 0.2];

/// x: float32[1, 1, 4] through `nodes` to y; the weights of two filters of one tap, and a normalisation with a mean of 0 and a
/// variance of 1.
fn import(nodes: Vec<NodeProto>) -> Imported {
    let mut graph = graph(nodes);
    graph.input = vec![value("x", FLOAT, &fixed(&[1, 1, 4]))];
    graph.initializer = vec![
        floats("w", &[2, 1, 1], &WEIGHTS),
        floats("scale", &[2], &SCALE),
        floats("shift", &[2], &SHIFT),
        floats("mean", &[2], &[0.0; 2]),
        floats("var", &[2], &[1.0; 2]),
    ];
    import_bytes(&file(graph), &ImportOptions::default()).unwrap()
}

fn operators(imported: &Imported) -> Vec<&'static str> {
    imported.plan.nodes.iter().map(|node| node.op.name()).collect()
}

fn conv(output: &str) -> NodeProto {
    node("Conv", "conv", &["x", "w"], &[output])
}

#[test]
fn normalisation_and_activation_become_part_of_a_convolution() {
    let norm = node("BatchNormalization", "norm", &["c", "scale", "shift", "mean", "var"], &["n"]);
    let imported = import(vec![conv("c"), norm, node("Relu", "relu", &["n"], &["y"])]);
    assert_eq!(operators(&imported), ["Conv"]);
    assert_eq!(imported.plan.outputs[0].shape, [1, 2, 4]);
    let Op::Conv(Conv { activation, .. }) = &imported.plan.nodes[0].op else { panic!("no convolution") };
    assert_eq!(*activation, Ending::Relu);
    let folded = |note: &Note| matches!(note, Note::FoldedNormalization { node } if node.contains("norm"));
    assert!(imported.notes.iter().any(folded), "{:?}", imported.notes);
    // scale / sqrt(var + epsilon) is near the scale.
    let ranges = imported.plan.constant_ranges().unwrap();
    let weights: Vec<f32> =
        imported.plan.weights[ranges[0].clone()].as_chunks::<4>().0.iter().map(|&w| f32::from_le_bytes(w)).collect();
    for ((found, w), s) in weights.iter().zip(WEIGHTS).zip(SCALE) {
        assert!((found - w * s).abs() < 1e-4, "{found} for {w} times {s}");
    }
}

#[test]
fn what_something_else_reads_stays_apart() {
    let nodes = vec![conv("c"), node("Relu", "relu", &["c"], &["r"]), node("Add", "add", &["c", "r"], &["y"])];
    assert_eq!(operators(&import(nodes)), ["Conv", "Relu", "Add"]);
}

#[test]
fn only_one_activation_becomes_part_of_a_convolution() {
    let nodes = vec![conv("c"), node("LeakyRelu", "leaky", &["c"], &["l"]), node("Relu", "relu", &["l"], &["y"])];
    assert_eq!(operators(&import(nodes)), ["Conv", "Relu"]);
}
