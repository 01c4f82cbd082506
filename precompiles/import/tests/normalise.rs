//! What the importer makes of a graph: which nodes stay, which fold, and that only content decides the id.

mod common;

use common::{FLOAT, file, graph, node};
use praxis_import::{ImportOptions, Note, import_bytes, import_file, inspect_file};
use praxis_model::{Plan, id};
use std::path::PathBuf;
use tract_onnx::pb::TensorProto;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/models").join(format!("{name}.onnx"))
}

fn import(name: &str) -> Plan {
    import_file(fixture(name), &ImportOptions::default()).unwrap().plan
}

fn operators(plan: &Plan) -> Vec<&'static str> {
    plan.nodes.iter().map(|node| node.op.name()).collect()
}

#[test]
fn the_strategy_keeps_what_computes() {
    let plan = import("strategy");
    let expected = ["Sub", "Div", "Gemm", "Relu", "Gemm", "Relu", "Gemm", "Sigmoid", "Sub", "Concat"];
    assert_eq!(operators(&plan), expected);
    assert_eq!((plan.inputs[0].name.as_str(), &plan.inputs[0].shape), ("features", &vec![1, 40]));
    assert_eq!((plan.outputs[0].name.as_str(), &plan.outputs[0].shape), ("weights", &vec![1, 2]));
    // The class labels that the exporter left behind are gone.
    assert!(plan.constants.iter().all(|constant| constant.dtype == praxis_model::DType::F32));
}

#[test]
fn constants_fold_and_equal_ones_are_stored_once() {
    let plan = import("opset13");
    assert!(!operators(&plan).contains(&"Cast"), "{:?}", operators(&plan));
    let table = plan.outputs.iter().position(|output| output.name == "table").unwrap();
    assert!(plan.is_constant(plan.output_values[table]));
    let range = plan.constant_ranges().unwrap()[(plan.output_values[table] - plan.first_constant()) as usize].clone();
    let words: Vec<f32> = plan.weights[range].as_chunks::<4>().0.iter().map(|&w| f32::from_le_bytes(w)).collect();
    assert_eq!(words, [-1.0, 2.0, 1.0, -1.0]);
}

#[test]
fn old_softmax_flattens() {
    let operators = operators(&import("opset9")).join(" ");
    assert!(operators.contains("Flatten Softmax Reshape"), "{operators}");
}

#[test]
fn the_id_depends_on_content_only() {
    let bytes = std::fs::read(fixture("opset17")).unwrap();
    let import = |shapes: &[&str]| {
        let mut options = ImportOptions::default();
        shapes.iter().for_each(|shape| options.add_shape(shape).unwrap());
        id::model_id(&import_bytes(&bytes, &options).unwrap().plan.encode())
    };
    let plain = import(&[]);
    assert_eq!(plain, import(&[]));
    assert_eq!(plain, import(&["x=1,700", "wide=40,3"]));
    assert_eq!(plain, import(&["wide=40,3", "x=1,700"]));
}

#[test]
fn the_plan_carries_the_hash_of_its_source() {
    use sha2::{Digest, Sha256};
    let expected: [u8; 32] = Sha256::digest(std::fs::read(fixture("strategy")).unwrap()).into();
    assert_eq!(import("strategy").source_sha256, expected);
}

#[test]
fn plans_survive_their_encoding() {
    for name in ["strategy", "opset9", "opset13", "opset17", "newest", "integers", "activations"] {
        let plan = import(name);
        assert_eq!(Plan::decode(&plan.encode()).unwrap(), plan, "{name}");
    }
}

#[test]
fn inspection_of_the_strategy() {
    let inspection = inspect_file(fixture("strategy"), &ImportOptions::default()).unwrap();
    assert_eq!(inspection.inputs[0].shape, "[?, 40]");
    assert_eq!(inspection.inputs[0].dtype, "float32");
    assert_eq!(inspection.operators["MatMul"], 3);
    assert_eq!(inspection.parameters, 40 + 40 + 40 * 128 + 128 + 128 * 64 + 64 + 64 + 1 + 1);
    assert!(inspection.unsupported.is_empty());
    let plan = inspection.plan.unwrap();
    assert!(plan.cost.gas > 1_500 && plan.cost.cold_gas > 0 && plan.cost.memory_bytes > plan.bytes);
    assert_eq!(plan.notes, [Note::BatchOfOne { input: "features".to_owned() }]);
}

#[test]
fn weights_that_count_as_zero_become_zero_and_are_reported() {
    let smallest = f32::from_bits(0x2b80_0000); // 2^-40
    // With it in the column there is no room for scaling.
    let large = 1_073_741_824.0;
    let weights = vec![smallest, -smallest, smallest / 2.0, f32::from_bits(1), 0.0, -0.0, large, -smallest / 4.0];
    let mut graph =
        graph(vec![node("MatMul", "product", &["x", "w"], &["p"]), node("Add", "sum", &["p", "w"], &["y"])]);
    graph.input = vec![common::value("x", FLOAT, &common::fixed(&[8, 8]))];
    graph.initializer = vec![TensorProto {
        name: "w".to_owned(),
        data_type: FLOAT,
        dims: vec![8, 1],
        float_data: weights.clone(),
        ..Default::default()
    }];
    let imported = import_bytes(&file(graph), &ImportOptions::default()).unwrap();
    let node = "node \"product\" (MatMul)".to_owned();
    assert_eq!(imported.notes, [Note::ZeroedWeights { node, zeroed: 3, total: 8 }]);
    let plan = imported.plan;
    let stored: Vec<Vec<u32>> = plan
        .constant_ranges()
        .unwrap()
        .into_iter()
        .map(|range| plan.weights[range].as_chunks::<4>().0.iter().map(|&w| u32::from_le_bytes(w)).collect())
        .collect();
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let product = bits(&[smallest, -smallest, 0.0, 0.0, 0.0, -0.0, large, 0.0]);
    // The sum, which is no dot product, keeps the weights as they are.
    assert_eq!(stored, [product, bits(&weights)]);
}

#[test]
fn columns_of_small_weights_are_scaled() {
    let weights = [1e-14, 2.0, -3e-14, 0.5, 1e-19, 1e-15];
    let bias = [0.5e-14, 0.25];
    let constant = |name: &str, dims: &[i64], values: &[f32]| TensorProto {
        name: name.to_owned(),
        data_type: FLOAT,
        dims: dims.to_vec(),
        float_data: values.to_vec(),
        ..Default::default()
    };
    let mut graph = graph(vec![node("Gemm", "product", &["x", "w", "c"], &["y"])]);
    graph.input = vec![common::value("x", FLOAT, &common::fixed(&[1, 3]))];
    graph.initializer = vec![constant("w", &[3, 2], &weights), constant("c", &[2], &bias)];
    let imported = import_bytes(&file(graph), &ImportOptions::default()).unwrap();
    let node = "node \"product\" (Gemm)".to_owned();
    assert_eq!(imported.notes, [Note::RescaledWeights { node, saved: 4, total: 6 }]);
    assert_eq!(operators(&imported.plan), ["Gemm", "Mul", "Add"]);
    let session = praxis_inference::Session::prepare(std::sync::Arc::new(imported.plan)).unwrap();
    let x = [3.0, 7.0, 1e30];
    let y = session.run(&[praxis_model::Tensor::from_f32([1, 3], &x)]).unwrap()[0].to_f32().unwrap();
    for (column, &y) in y.iter().enumerate() {
        let terms = (0..3).map(|i| f64::from(x[i]) * f64::from(weights[2 * i + column]));
        let exact = terms.sum::<f64>() + f64::from(bias[column]);
        assert!((f64::from(y) - exact).abs() < exact.abs() * 1e-6, "{y} and {exact}");
    }
}

#[test]
fn a_bias_becomes_part_of_its_product() {
    let mut graph =
        graph(vec![node("MatMul", "product", &["x", "x"], &["p"]), node("Add", "sum", &["b", "p"], &["y"])]);
    graph.input =
        vec![common::value("x", FLOAT, &common::fixed(&[4, 4])), common::value("b", FLOAT, &common::fixed(&[4]))];
    let mut wider = graph.clone();
    let plan = import_bytes(&file(graph), &ImportOptions::default()).unwrap().plan;
    assert_eq!(operators(&plan), ["Gemm"]);
    // A bias that makes the result larger is no bias.
    wider.input[1] = common::value("b", FLOAT, &common::fixed(&[3, 4, 4]));
    let plan = import_bytes(&file(wider), &ImportOptions::default()).unwrap().plan;
    assert_eq!(operators(&plan), ["MatMul", "Add"]);
}

#[test]
fn wide_concats_are_split() {
    let inputs = ["x"; 150];
    let mut concat = node("Concat", "wide", &inputs, &["y"]);
    concat.attribute = vec![common::int_attribute("axis", -1)];
    let plan = import_bytes(&file(graph(vec![concat])), &ImportOptions::default()).unwrap().plan;
    assert_eq!(plan.outputs[0].shape, [1, 600]);
    assert_eq!(operators(&plan), ["Concat"; 4]);
}
