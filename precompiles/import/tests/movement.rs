//! Shape arithmetic as exporters write it: with an open batch of 1 all of it folds, and only what computes is left.

mod common;

use common::{FLOAT, file, fixed, int_attribute, int64s, node, value};
use praxis_import::{ImportOptions, import_bytes};
use praxis_model::{Plan, Tensor};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType};

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..Default::default()
    }
}

fn text(name: &str, value: &str) -> AttributeProto {
    let s = value.as_bytes().to_vec();
    AttributeProto { name: name.to_owned(), r#type: AttributeType::String as i32, s, ..Default::default() }
}

fn with(mut node: NodeProto, attributes: &[AttributeProto]) -> NodeProto {
    node.attribute = attributes.to_vec();
    node
}

fn op(name: &str, inputs: &[&str], output: &str) -> NodeProto {
    node(name, "", inputs, &[output])
}

fn scalar(name: &str, value: i64) -> TensorProto {
    TensorProto { dims: vec![], ..int64s(name, &[value]) }
}

/// x: float32[batch, …] through the nodes to y.
fn import(dims: &[i64], nodes: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Plan {
    let mut shape = fixed(dims);
    shape.insert(0, tract_onnx::pb::tensor_shape_proto::dimension::Value::DimParam("batch".to_owned()));
    let graph = GraphProto {
        node: nodes,
        input: vec![value("x", FLOAT, &shape)],
        output: vec![tract_onnx::pb::ValueInfoProto { name: "y".to_owned(), ..Default::default() }],
        initializer,
        ..Default::default()
    };
    import_bytes(&file(graph), &ImportOptions::default()).unwrap().plan
}

fn operators(plan: &Plan) -> Vec<&'static str> {
    plan.nodes.iter().map(|node| node.op.name()).collect()
}

#[test]
fn a_view_with_the_batch_size_folds() {
    // PyTorch: x.view(x.size(0), -1)
    let nodes = vec![
        op("Shape", &["x"], "shape"),
        with(op("Gather", &["shape", "zero"], "batch"), &[int_attribute("axis", 0)]),
        op("Unsqueeze", &["batch", "first"], "rows"),
        with(op("Concat", &["rows", "rest"], "target"), &[int_attribute("axis", 0)]),
        op("Reshape", &["x", "target"], "y"),
    ];
    let constants = vec![scalar("zero", 0), int64s("first", &[0]), int64s("rest", &[-1])];
    let plan = import(&[2, 3, 4], nodes, constants);
    assert_eq!(plan.outputs[0].shape, [1, 24]);
    assert_eq!(operators(&plan), ["Reshape"]);
    assert!(plan.constants.is_empty());
}

#[test]
fn dimensions_through_int32_fold() {
    // Keras by tf2onnx: the shape as int32, one dimension cut out, packed with constants, as int64 again.
    let nodes = vec![
        op("Shape", &["x"], "shape"),
        with(op("Cast", &["shape"], "narrow"), &[int_attribute("to", 6)]),
        op("Slice", &["narrow", "first", "second", "first"], "part"),
        op("Squeeze", &["part", "first"], "batch"),
        op("Unsqueeze", &["batch", "first"], "rows"),
        with(op("Cast", &["rows"], "wide"), &[int_attribute("to", 7)]),
        with(op("Concat", &["wide", "rest"], "target"), &[int_attribute("axis", 0)]),
        op("Reshape", &["x", "target"], "y"),
    ];
    let constants = vec![int64s("first", &[0]), int64s("second", &[1]), int64s("rest", &[6, 4])];
    let plan = import(&[2, 3, 4], nodes, constants);
    assert_eq!((plan.outputs[0].shape.as_slice(), operators(&plan)), (&[1, 6, 4][..], vec!["Reshape"]));
}

#[test]
fn pads_in_the_order_of_pytorch_fold() {
    // torch.nn.functional.pad(x, (1, 2)): pads from the last dimension, filled up, reversed and transposed.
    let nodes = vec![
        with(op("ConstantOfShape", &["missing"], "zeros"), &[]),
        with(op("Cast", &["zeros"], "none"), &[int_attribute("to", 7)]),
        with(op("Concat", &["pads", "none"], "all"), &[int_attribute("axis", 0)]),
        op("Reshape", &["all", "pairs"], "table"),
        op("Slice", &["table", "last", "before", "axis", "back"], "reversed"),
        with(op("Transpose", &["reversed"], "turned"), &[ints("perm", &[1, 0])]),
        op("Reshape", &["turned", "flat"], "listed"),
        with(op("Cast", &["listed"], "amounts"), &[int_attribute("to", 7)]),
        with(op("Pad", &["x", "amounts"], "y"), &[text("mode", "reflect")]),
    ];
    let constants = vec![
        int64s("missing", &[4]),
        int64s("pads", &[1, 2]),
        int64s("pairs", &[-1, 2]),
        int64s("last", &[-1]),
        int64s("before", &[i64::MIN + 1]),
        int64s("axis", &[0]),
        int64s("back", &[-1]),
        int64s("flat", &[-1]),
    ];
    let plan = import(&[3, 4], nodes, constants);
    assert_eq!((plan.outputs[0].shape.as_slice(), operators(&plan)), (&[1, 3, 7][..], vec!["Pad"]));
}

#[test]
fn sizes_of_a_resize_fold() {
    // torch.nn.functional.interpolate: the first two dimensions of the input and a constant size.
    let nodes = vec![
        op("Shape", &["x"], "shape"),
        op("Slice", &["shape", "zero", "two", "zero"], "outer"),
        with(op("Concat", &["outer", "size"], "sizes"), &[int_attribute("axis", 0)]),
        with(
            op("Resize", &["x", "", "", "sizes"], "y"),
            &[text("coordinate_transformation_mode", "asymmetric"), text("nearest_mode", "floor")],
        ),
    ];
    let constants = vec![int64s("zero", &[0]), int64s("two", &[2]), int64s("size", &[8, 6])];
    let plan = import(&[2, 4, 3], nodes, constants);
    assert_eq!((plan.outputs[0].shape.as_slice(), operators(&plan)), (&[1, 2, 8, 6][..], vec!["View"]));
}

#[test]
fn empty_pieces_vanish() {
    let nodes = vec![
        op("Slice", &["x", "zero", "zero", "one"], "nothing"),
        with(op("Cast", &["nothing"], "still_nothing"), &[int_attribute("to", 1)]),
        with(op("Concat", &["still_nothing", "x", "nothing"], "all"), &[int_attribute("axis", 1)]),
        with(op("Split", &["all", "parts"], "unused"), &[int_attribute("axis", 1)]),
    ];
    let mut nodes = nodes;
    nodes[3].output = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    nodes.push(with(op("Concat", &["b", "c", "a"], "y"), &[int_attribute("axis", 1)]));
    let constants = vec![int64s("zero", &[0]), int64s("one", &[1]), int64s("parts", &[2, 0, 3])];
    let plan = import(&[5, 2], nodes, constants);
    assert_eq!(plan.outputs[0].shape, [1, 5, 2]);
    assert_eq!(operators(&plan), ["Slice", "Slice", "Concat"]);
}

#[test]
fn evenly_spaced_positions_are_no_gather() {
    let gather = |positions: &[i64]| {
        let nodes = vec![with(op("Gather", &["x", "at"], "y"), &[int_attribute("axis", 1)])];
        operators(&import(&[7, 2], nodes, vec![int64s("at", positions)]))
    };
    assert_eq!(gather(&[6, 4, 2, 0]), ["View"]);
    assert_eq!(gather(&[3, 3, 4, 4, 5, 5]), ["View"]);
    assert_eq!(gather(&[-1]), ["View"]);
    assert_eq!(gather(&[0, 1, 2, 3, 4, 5, 6]), [""; 0]);
    assert_eq!(gather(&[0, 2, 3]), ["Gather"]);
}

#[test]
fn values_of_the_folded_results() {
    // Range, Expand, Tile, OneHot, Trilu and ScatterND on constants: what positions and masks are made of.
    let nodes = vec![
        op("Range", &["zero", "four", "one"], "row"),
        op("Unsqueeze", &["row", "axis"], "column"),
        op("Expand", &["column", "square"], "grid"),
        op("Tile", &["grid", "twice"], "wide"),
        op("Trilu", &["wide", "one"], "upper"),
        with(op("Cast", &["upper"], "floats"), &[int_attribute("to", 1)]),
        op("Add", &["floats", "x"], "y"),
    ];
    let constants = vec![
        scalar("zero", 0),
        scalar("four", 4),
        scalar("one", 1),
        int64s("axis", &[1]),
        int64s("square", &[4, 2]),
        int64s("twice", &[1, 2]),
    ];
    let plan = import(&[4], nodes, constants);
    assert_eq!(operators(&plan), ["Add"]);
    let range = plan.constant_ranges().unwrap()[0].clone();
    let table = Tensor {
        dtype: plan.constants[0].dtype,
        shape: plan.constants[0].shape.clone(),
        data: plan.weights[range].to_vec(),
    };
    let expected = [0., 0., 0., 0., 0., 0., 1., 1., 0., 0., 0., 2., 0., 0., 0., 0.];
    assert_eq!((table.shape.clone(), table.to_f32().unwrap()), (vec![4, 4], expected.to_vec()));
}
