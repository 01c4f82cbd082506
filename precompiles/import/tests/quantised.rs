//! Quantised models as exporters write them: pairs of QuantizeLinear and DequantizeLinear around float operators.

mod common;

use common::{FLOAT, file, graph, int_attribute, node};
use praxis_import::{ImportOptions, import_bytes};
use praxis_inference::Session;
use praxis_model::{Plan, Tensor};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType};

const UINT8: i32 = 2;
const INT8: i32 = 3;
const INT32: i32 = 6;

fn tensor(name: &str, data_type: i32, dims: &[i64], values: &[i32]) -> TensorProto {
    let mut proto = TensorProto {
        name: name.to_owned(),
        data_type,
        dims: dims.to_vec(),
        int32_data: values.to_vec(),
        ..Default::default()
    };
    if data_type == FLOAT {
        proto.int32_data.clear();
        proto.float_data = values.iter().map(|&value| value as f32 / 64.0).collect();
    }
    proto
}

/// x in uint8, a dense layer with weights in int8 and a bias in int32, then `middle`, and back to float32.
fn dense(middle: &[NodeProto], zero_point: i32, last: &str) -> GraphProto {
    let mut gemm = node("Gemm", "dense", &["xf", "wf", "bf"], &["g"]);
    gemm.attribute.push(int_attribute("transB", 1));
    let mut nodes = vec![
        node("QuantizeLinear", "", &["x", "xs", "xz"], &["xq"]),
        node("DequantizeLinear", "", &["xq", "xs", "xz"], &["xf"]),
        node("DequantizeLinear", "", &["wq", "ws", "wz"], &["wf"]),
        node("DequantizeLinear", "", &["bq", "bs", "bz"], &["bf"]),
        gemm,
    ];
    for per_row in &mut nodes[2..4] {
        per_row.attribute.push(int_attribute("axis", 0));
    }
    nodes.extend_from_slice(middle);
    nodes.push(node("QuantizeLinear", "", &[last, "ys", "yz"], &["yq"]));
    nodes.push(node("DequantizeLinear", "", &["yq", "ys", "yz"], &["y"]));
    let mut graph = graph(nodes);
    graph.initializer = vec![
        tensor("xs", FLOAT, &[], &[2]),
        tensor("xz", UINT8, &[], &[100]),
        tensor("wq", INT8, &[3, 4], &[1, -2, 3, -4, 50, 60, -70, 80, -128, 127, 0, 5]),
        tensor("ws", FLOAT, &[3], &[1, 2, 4]),
        tensor("wz", INT8, &[3], &[0, 0, 0]),
        tensor("bq", INT32, &[3], &[64, -1000, 5]),
        TensorProto { float_data: vec![2.0 / 4096.0, 4.0 / 4096.0, 8.0 / 4096.0], ..tensor("bs", FLOAT, &[3], &[]) },
        tensor("bz", INT32, &[3], &[0, 0, 0]),
        tensor("ys", FLOAT, &[], &[16]),
        tensor("yz", UINT8, &[], &[zero_point]),
    ];
    graph
}

fn plan_of(graph: GraphProto) -> Plan {
    import_bytes(&file(graph), &ImportOptions::default()).unwrap_or_else(|error| panic!("{error}")).plan
}

fn operators(plan: &Plan) -> Vec<&'static str> {
    plan.nodes.iter().map(|node| node.op.name()).collect()
}

/// The formula in plain integers and single float operations.
fn expected(x: [f32; 4], zero_point: i32) -> Vec<f32> {
    let weights = [[1, -2, 3, -4], [50, 60, -70, 80], [-128, 127, 0, 5]];
    let (bias, scales) = ([64, -1000, 5], [1.0f32 / 64.0, 2.0 / 64.0, 4.0 / 64.0]);
    let rows = weights.iter().zip(bias).zip(scales);
    let one = |((row, bias), scale): ((&[i32; 4], i32), f32)| {
        let quantised = x.map(|x| (x * 32.0).round_ties_even() as i32).map(|q: i32| q.clamp(-100, 155));
        let sum: i32 = row.iter().zip(quantised).map(|(w, x)| w * x).sum::<i32>() + bias;
        let scaled = sum as f32 * ((2.0f32 / 64.0) * scale / (16.0 / 64.0));
        let result = (scaled.round_ties_even() as i32 + zero_point).clamp(0, 255);
        (result - zero_point) as f32 * (16.0 / 64.0)
    };
    rows.map(one).collect()
}

#[test]
fn a_dense_layer_becomes_one_integer_product() {
    let inputs = [[1.0, -2.0, 0.5, 3.0], [0.015_625, 4.9, -3.125, 0.0], [-1e9, 1e9, f32::NAN, 1.0]];
    for (middle, zero_point, last) in [(vec![], 77, "g"), (vec![node("Relu", "", &["g"], &["r"])], 0, "r")] {
        let plan = plan_of(dense(&middle, zero_point, last));
        assert_eq!(operators(&plan), ["QuantizeLinear", "QLinearMatMul", "DequantizeLinear"]);
        let session = Session::prepare(plan.into()).unwrap();
        for x in inputs {
            let found = session.run(&[Tensor::from_f32([1, 4], &x)]).unwrap()[0].to_f32().unwrap();
            let x = x.map(|x| if x.is_nan() { 0.0 } else { x });
            assert_eq!(found, expected(x, zero_point), "{x:?} {zero_point}");
        }
    }
}

#[test]
fn a_relu_that_saturation_does_not_replace_stays() {
    let plan = plan_of(dense(&[node("Relu", "", &["g"], &["r"])], 77, "r"));
    assert!(
        operators(&plan).contains(&"Relu") && !operators(&plan).contains(&"QLinearMatMul"),
        "{:?}",
        operators(&plan)
    );
}

#[test]
fn a_bias_of_another_scale_keeps_the_product_in_float() {
    let mut graph = dense(&[], 77, "g");
    graph.initializer[6].float_data[1] *= 2.0;
    assert!(!operators(&plan_of(graph)).contains(&"QLinearMatMul"));
}

#[test]
fn movement_between_equal_scales_moves_integers() {
    let nodes = vec![
        node("QuantizeLinear", "", &["x", "s", "z"], &["q"]),
        node("DequantizeLinear", "", &["q", "s", "z"], &["f"]),
        node("Transpose", "", &["f"], &["t"]),
        node("QuantizeLinear", "", &["t", "s", "z"], &["p"]),
        node("DequantizeLinear", "", &["p", "s", "z"], &["y"]),
    ];
    let mut graph = graph(nodes);
    graph.initializer = vec![tensor("s", FLOAT, &[], &[1]), tensor("z", INT8, &[], &[3])];
    let plan = plan_of(graph);
    assert_eq!(plan.nodes.len(), 3, "{:?}", operators(&plan));
    assert_eq!(plan.nodes[1].outputs[0].dtype, praxis_model::DType::I8);
}

/// Averages of four whole numbers that are just between two: the zero point decides which one is even.
#[test]
fn averages_are_rounded_with_their_zero_point() {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints,
        ..Default::default()
    };
    let mut pool = node("AveragePool", "", &["f"], &["a"]);
    pool.attribute = vec![ints("kernel_shape", vec![2, 2]), ints("strides", vec![2, 2])];
    let nodes = vec![
        node("QuantizeLinear", "", &["x", "s", "z"], &["q"]),
        node("DequantizeLinear", "", &["q", "s", "z"], &["f"]),
        pool,
        node("QuantizeLinear", "", &["a", "s", "z"], &["p"]),
        node("DequantizeLinear", "", &["p", "s", "z"], &["y"]),
    ];
    // Sums of 2, 6 and -2 in whole numbers, so averages of 0.5, 1.5 and -0.5.
    let x = [1.0, 1.0, 3.0, 3.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    for (kind, zero_point, expected) in [
        (UINT8, 100, [0.0, 2.0, 0.0]),
        (UINT8, 101, [1.0, 1.0, -1.0]),
        // Between nodes int8 is computed in uint8, whose zero point is 128 more: as odd as before.
        (INT8, 0, [0.0, 2.0, 0.0]),
        (INT8, -3, [1.0, 1.0, -1.0]),
    ] {
        let mut graph = graph(nodes.clone());
        graph.input = vec![common::value("x", FLOAT, &common::fixed(&[1, 1, 2, 6]))];
        graph.initializer = vec![tensor("s", FLOAT, &[], &[64]), tensor("z", kind, &[], &[zero_point])];
        let session = Session::prepare(plan_of(graph).into()).unwrap();
        let found = session.run(&[Tensor::from_f32([1, 1, 2, 6], &x)]).unwrap()[0].to_f32().unwrap();
        assert_eq!(found, expected, "{kind} {zero_point}");
    }
}
