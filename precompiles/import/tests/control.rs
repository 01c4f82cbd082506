//! Branches, loops, functions and sequences: what the importer makes of them, and where it stops.

mod common;

use std::collections::BTreeMap;

use common::{FLOAT, INT64, file, fixed, graph, int64s, node, value};
use praxis_import::{ImportError, ImportOptions, import_bytes};
use praxis_inference::Session;
use praxis_model::{Plan, Tensor};
use prost::Message;
use tract_onnx::pb::{
    AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto,
    attribute_proto::AttributeType,
};

const BOOL: i32 = 9;

fn graph_attribute(name: &str, graph: GraphProto) -> AttributeProto {
    let kind = AttributeType::Graph as i32;
    AttributeProto { name: name.to_owned(), r#type: kind, g: Some(graph), ..Default::default() }
}

fn untyped(names: &[&str]) -> Vec<ValueInfoProto> {
    names.iter().map(|&name| ValueInfoProto { name: name.to_owned(), ..Default::default() }).collect()
}

/// A graph inside a node.
fn inner(inputs: &[&str], nodes: Vec<NodeProto>, outputs: &[&str]) -> GraphProto {
    GraphProto { node: nodes, input: untyped(inputs), output: untyped(outputs), ..Default::default() }
}

fn flag(name: &str, holds: bool) -> TensorProto {
    TensorProto { name: name.to_owned(), data_type: BOOL, raw_data: vec![u8::from(holds)], ..Default::default() }
}

fn scalar(name: &str, number: i64) -> TensorProto {
    TensorProto { dims: Vec::new(), ..int64s(name, &[number]) }
}

fn plan_of(bytes: &[u8]) -> Plan {
    import_bytes(bytes, &ImportOptions::default()).unwrap_or_else(|error| panic!("{error}")).plan
}

fn refusal(bytes: &[u8]) -> String {
    import_bytes(bytes, &ImportOptions::default()).expect_err("the file should be refused").to_string()
}

fn answer(bytes: &[u8], x: [f32; 4]) -> Vec<f32> {
    let session = Session::prepare(plan_of(bytes).into()).unwrap();
    session.run(&[Tensor::from_f32([1, 4], &x)]).unwrap()[0].to_f32().unwrap()
}

/// A loop that carries v, v + x at each trip, and gives each v.
fn summing(trips: &str) -> NodeProto {
    let nodes = vec![
        node("Identity", "", &["go"], &["more"]),
        node("Add", "sum", &["v", "x"], &["next"]),
        node("Identity", "", &["next"], &["seen"]),
    ];
    let mut repeat = node("Loop", "again", &[trips, "", "x"], &["last", "all"]);
    repeat.attribute.push(graph_attribute("body", inner(&["i", "go", "v"], nodes, &["more", "next", "seen"])));
    repeat
}

#[test]
fn a_branch_is_taken_and_reads_names_around_it() {
    for (holds, expected) in [(true, [2.0, 4.0, 6.0, 8.0]), (false, [1.0, 4.0, 9.0, 16.0])] {
        let mut choose = node("If", "choose", &["which"], &["y"]);
        let sum = inner(&[], vec![node("Add", "", &["x", "x"], &["a"])], &["a"]);
        let product = inner(&[], vec![node("Mul", "", &["x", "x"], &["b"])], &["b"]);
        choose.attribute = vec![graph_attribute("then_branch", sum), graph_attribute("else_branch", product)];
        let mut main = graph(vec![choose]);
        main.initializer.push(flag("which", holds));
        assert_eq!(answer(&file(main), [1.0, 2.0, 3.0, 4.0]), expected);
    }
}

#[test]
fn a_loop_is_unrolled_and_its_scan_output_joined() {
    let mut main = graph(vec![summing("count"), node("Concat", "", &["last", "all_rows"], &["y"])]);
    main.node[1].attribute.push(common::int_attribute("axis", 0));
    main.node.push(node("Reshape", "", &["all", "shape"], &["all_rows"]));
    main.initializer = vec![scalar("count", 3), int64s("shape", &[3, 4])];
    let found = answer(&file(main), [1.0, 10.0, 100.0, 1000.0]);
    let row = |factor: f32| [factor, 10.0 * factor, 100.0 * factor, 1000.0 * factor];
    assert_eq!(found, [row(4.0), row(2.0), row(3.0), row(4.0)].concat());
}

#[test]
fn loops_that_no_plan_can_have_are_refused_with_the_reason() {
    let mut main = graph(vec![summing("count")]);
    main.output = untyped(&["last"]);
    main.input.push(value("count", INT64, &fixed(&[1])));
    let text = refusal(&file(main.clone()));
    assert!(text.contains("\"again\"") && text.contains("trip count") && text.contains("must be constant"), "{text}");

    main.input.pop();
    main.initializer = vec![scalar("count", i64::MAX)];
    assert!(refusal(&file(main.clone())).contains("trip counts of nested loops"));
    main.initializer = vec![scalar("count", 5000)];
    assert!(refusal(&file(main.clone())).contains("nodes"), "more nodes than a Plan has");

    // Without a trip count and with a condition that stays true it never ends.
    main.node[0].input[0].clear();
    let text = refusal(&file(main.clone()));
    assert!(text.contains("does not end") || text.contains("nodes"), "{text}");

    let body = main.node[0].attribute[0].g.as_mut().unwrap();
    body.node[0] = node("Cast", "ends", &["next"], &["more"]);
    body.node[0].attribute.push(common::int_attribute("to", i64::from(BOOL)));
    let text = refusal(&file(main));
    assert!(text.contains("its condition"), "{text}");
}

#[test]
fn nested_loops_multiply() {
    let mut main = graph(vec![summing("count")]);
    main.output = untyped(&["last"]);
    main.initializer = vec![scalar("count", 1000)];
    for level in 0..3 {
        let inner_output = ["last", "rows0", "rows1"][level];
        let nodes = vec![node("Identity", "", &["go"], &["more"]), std::mem::take(&mut main.node[0])];
        let rows = format!("rows{level}");
        let mut outer = node("Loop", "outer", &["count", ""], &[&rows]);
        outer.attribute.push(graph_attribute("body", inner(&["i", "go"], nodes, &["more", inner_output])));
        main.node[0] = outer;
        main.output = untyped(&[&rows]);
    }
    assert!(refusal(&file(main)).contains("trip counts of nested loops"));
}

fn domain(name: &str, version: i64) -> OperatorSetIdProto {
    OperatorSetIdProto { domain: name.to_owned(), version }
}

fn function(name: &str, nodes: Vec<NodeProto>) -> FunctionProto {
    FunctionProto {
        name: Some(name.to_owned()),
        domain: Some("own".to_owned()),
        input: vec!["a".to_owned(), "b".to_owned()],
        output: vec!["c".to_owned()],
        node: nodes,
        opset_import: vec![domain("", 17), domain("own", 1)],
        ..Default::default()
    }
}

fn call(name: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    NodeProto { domain: "own".to_owned(), ..node(name, "", inputs, outputs) }
}

fn with_functions(graph: GraphProto, functions: Vec<FunctionProto>) -> Vec<u8> {
    let opset_import = vec![domain("", 17), domain("own", 1)];
    ModelProto { ir_version: 8, opset_import, graph: Some(graph), functions, ..Default::default() }.encode_to_vec()
}

#[test]
fn functions_are_inlined_with_their_attributes() {
    let mut leaky = node("LeakyRelu", "", &["a"], &["c"]);
    let slope = AttributeProto {
        name: "alpha".to_owned(),
        ref_attr_name: "slope".to_owned(),
        r#type: AttributeType::Float as i32,
        ..Default::default()
    };
    leaky.attribute.push(slope);
    let mut function = function("Leak", vec![leaky]);
    function.attribute.push("slope".to_owned());
    let mut node = call("Leak", &["x"], &["y"]);
    let plain = with_functions(graph(vec![node.clone()]), vec![function.clone()]);
    assert_eq!(answer(&plain, [-100.0, 1.0, 0.0, -1.0]), [-1.0, 1.0, 0.0, -0.01]);

    let half =
        AttributeProto { name: "slope".to_owned(), r#type: AttributeType::Float as i32, f: 0.5, ..Default::default() };
    node.attribute.push(half.clone());
    let given = with_functions(graph(vec![node.clone()]), vec![function.clone()]);
    assert_eq!(answer(&given, [-100.0, 1.0, 0.0, -1.0]), [-50.0, 1.0, 0.0, -0.5]);

    // A default value stands in a field that tract's structures lack: field 11 of a function, 25 of the model.
    function.attribute.clear();
    node.attribute.clear();
    let with_default = {
        let (mut body, default) = (function.encode_to_vec(), half.encode_to_vec());
        body.extend([11 << 3 | 2, default.len() as u8]);
        body.extend(default);
        let mut bytes = with_functions(graph(vec![node.clone()]), Vec::new());
        bytes.extend([0xca, 0x01, body.len() as u8]);
        bytes.extend(body);
        bytes
    };
    assert_eq!(answer(&with_default, [-100.0, 1.0, 0.0, -1.0]), [-50.0, 1.0, 0.0, -0.5]);

    node.attribute.push(common::int_attribute("other", 1));
    let text = refusal(&with_functions(graph(vec![node]), vec![function]));
    assert!(text.contains("no attribute other"), "{text}");
}

#[test]
fn functions_that_call_each_other_without_end_are_refused() {
    let one = function("One", vec![call("Two", &["a", "b"], &["c"])]);
    let two = function("Two", vec![call("One", &["a", "b"], &["c"])]);
    let text = refusal(&with_functions(graph(vec![call("One", &["x", "x"], &["y"])]), vec![one, two]));
    assert!(text.contains("nesting of functions"), "{text}");
}

#[test]
fn functions_that_double_at_each_level_are_refused() {
    let doubled = |level: usize| {
        let inner = format!("F{}", level + 1);
        let nodes = vec![call(&inner, &["a", "b"], &["d"]), call(&inner, &["d", "b"], &["c"])];
        function(&format!("F{level}"), nodes)
    };
    let mut functions: Vec<_> = (0..20).map(doubled).collect();
    functions.push(function("F20", vec![node("Identity", "", &["a"], &["c"])]));
    let text = refusal(&with_functions(graph(vec![call("F0", &["x", "x"], &["y"])]), functions));
    assert!(text.contains("loops unrolled"), "{text}");
}

#[test]
fn sequences_are_resolved() {
    let nodes = vec![
        node("SequenceConstruct", "", &["x", "x"], &["two"]),
        node("SequenceInsert", "", &["two", "ones", "zero"], &["three"]),
        node("SequenceErase", "", &["three", "last"], &["rest"]),
        node("SequenceAt", "", &["rest", "zero"], &["first"]),
        node("SequenceAt", "", &["rest", "last"], &["second"]),
        node("Sub", "", &["second", "first"], &["y"]),
    ];
    let mut main = graph(nodes);
    let ones = TensorProto {
        name: "ones".to_owned(),
        data_type: FLOAT,
        float_data: vec![1.0],
        dims: vec![1],
        ..Default::default()
    };
    main.initializer = vec![ones, scalar("zero", 0), scalar("last", -1)];
    assert_eq!(answer(&file(main.clone()), [1.0, 2.0, 3.0, 4.0]), [0.0, 1.0, 2.0, 3.0]);
    main.node[3].input[1] = "far".to_owned();
    main.initializer.push(scalar("far", 7));
    assert!(refusal(&file(main.clone())).contains("out of range for a sequence of 2"));
    main.output[0].name = "three".to_owned();
    assert!(refusal(&file(main)).contains("is a sequence"));
}

#[test]
fn random_operators_are_refused_with_reason_and_advice() {
    let bytes = file(graph(vec![node("RandomNormalLike", "noise", &["x"], &["y"])]));
    let error = import_bytes(&bytes, &ImportOptions { shapes: BTreeMap::new(), ..Default::default() }).unwrap_err();
    assert!(matches!(error, ImportError::Unsupported(_)));
    let text = error.to_string();
    assert!(text.contains("\"noise\"") && text.contains("random") && text.contains("model.eval()"), "{text}");
}
