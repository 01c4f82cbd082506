//! Files that are wrong on purpose: each gives one clear error, soon and in little memory.
#![allow(clippy::disallowed_methods, reason = "the time that a refusal takes is what is tested")]

mod common;

use std::time::{Duration, Instant};

use common::{FLOAT, INT64, file, fixed, graph, int_attribute, int64s, node, value};
use praxis_import::{ImportError, ImportOptions, import_bytes, inspect_bytes};
use prost::Message;
use tract_onnx::pb::{
    self, AttributeProto, ModelProto, OperatorSetIdProto, TensorProto, attribute_proto::AttributeType,
    tensor_shape_proto::dimension::Value as Dim,
};

/// The message of the refusal, which must come within five seconds.
#[track_caller]
fn refused(bytes: &[u8]) -> String {
    refused_with(bytes, &ImportOptions::default())
}

#[track_caller]
fn refused_with(bytes: &[u8], options: &ImportOptions) -> String {
    let start = Instant::now();
    let error = import_bytes(bytes, options).expect_err("the file should be refused");
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}: {error}", start.elapsed());
    let text = error.to_string();
    assert!(text.len() < 2_000, "a message of {} bytes", text.len());
    assert!(!text.contains('\n') && !text.chars().any(char::is_control), "{text:?}");
    text
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{text:?} should contain {part:?}");
    }
}

#[test]
fn a_good_file_is_imported() {
    let bytes = file(graph(vec![node("Relu", "r", &["x"], &["y"])]));
    let imported = import_bytes(&bytes, &ImportOptions::default()).unwrap();
    assert_eq!(imported.plan.nodes.len(), 1);
    assert!(imported.notes.is_empty());
}

#[test]
fn files_that_are_not_onnx() {
    assert_says(&refused(b""), &["not an ONNX file", "empty"]);
    assert_says(&refused(b"\x89PNG\r\n\x1a\n and more"), &["not an ONNX file"]);
    assert_says(&refused(b"hello, this is text\n"), &["not an ONNX file"]);
    assert_says(&refused(&[0x08, 0x08]), &["no graph"]);
    assert_says(&refused(&[0xff; 4096]), &["not an ONNX file"]);
    assert_says(&refused(&[0x08, 0x08, 0x0b, 0x0c]), &["not an ONNX file", "byte 2"]);
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = file(graph(vec![node("Relu", "a", &["x"], &["z"]), node("Tanh", "b", &["z"], &["y"])]));
    let mut cut_off = 0;
    for length in 0..bytes.len() {
        let text = refused(&bytes[..length]);
        cut_off += usize::from(text.contains("cut off"));
    }
    // At two places a field ends: after ir_version and after the operator set.
    assert!(cut_off >= bytes.len() - 4, "{cut_off} of {}", bytes.len());
}

#[test]
fn an_unsupported_operator_is_named_with_its_node_and_domain() {
    let mut odd = node("Einsum", "mixer", &["x"], &["z"]);
    odd.domain = "com.example".to_owned();
    let bytes = file(graph(vec![odd, node("Unheard", "", &["z"], &["y"])]));
    let text = refused(&bytes);
    assert_says(&text, &["\"mixer\"", "Einsum", "com.example", "Unheard", "node 1", "ai.onnx", "model inspect"]);
    let inspection = inspect_bytes(&bytes, &ImportOptions::default()).unwrap();
    assert_eq!(inspection.unsupported.len(), 2);
    assert_eq!(inspection.operators["com.example.Einsum"], 1);
    assert!(matches!(inspection.plan, Err(ImportError::Unsupported(_))));
}

#[test]
fn an_unsupported_operator_that_no_output_needs_does_not_matter() {
    let bytes = file(graph(vec![node("Relu", "r", &["x"], &["y"]), node("Unheard", "dead", &["x"], &["z"])]));
    assert_eq!(import_bytes(&bytes, &ImportOptions::default()).unwrap().plan.nodes.len(), 1);
}

fn with_input(dims: &[Dim]) -> Vec<u8> {
    let mut graph = graph(vec![node("Relu", "r", &["x"], &["y"])]);
    graph.input = vec![value("x", FLOAT, dims)];
    file(graph)
}

fn symbol(name: &str) -> Dim {
    Dim::DimParam(name.to_owned())
}

#[test]
fn open_dimensions_need_a_shape_option() {
    let bytes = with_input(&[symbol("batch"), symbol("length"), Dim::DimValue(3)]);
    assert_says(&refused(&bytes), &["\"x\"", "[batch, length, 3]", "--shape x=1,64,3"]);
    let mut options = ImportOptions::default();
    options.add_shape("x=2,5,3").unwrap();
    let plan = import_bytes(&bytes, &options).unwrap().plan;
    assert_eq!(plan.outputs[0].shape, [2, 5, 3]);

    let wrong = |text: &str| {
        let mut options = ImportOptions::default();
        options.add_shape(text).map(|()| refused_with(&bytes, &options)).unwrap_or_else(|error| error.to_string())
    };
    assert_says(&wrong("x=2,5,4"), &["--shape x=2,5,4", "fixes 3"]);
    assert_says(&wrong("x=2,5"), &["3 numbers"]);
    assert_says(&wrong("z=2,5,3"), &["no such input", "\"x\""]);
    assert_says(&wrong("x=2,five,3"), &["five", "NAME=1,64"]);
    assert_says(&wrong("x"), &["NAME=1,64"]);
    assert_says(&wrong("x=2,0,3"), &["\"0\""]);
}

#[test]
fn an_open_batch_becomes_one_with_a_note() {
    let imported = import_bytes(&with_input(&[symbol("N"), Dim::DimValue(4)]), &ImportOptions::default()).unwrap();
    assert_eq!(imported.plan.inputs[0].shape, [1, 4]);
    assert_eq!(imported.notes.len(), 1);
    assert_says(&imported.notes[0].to_string(), &["\"x\"", "batch of 1"]);
}

#[test]
fn nested_dimension_expressions_are_never_parsed() {
    let deep = "(".repeat(200_000);
    let text = refused(&with_input(&[Dim::DimValue(1), symbol(&deep)]));
    assert_says(&text, &["\"x\"", "(((", "--shape x=1,64"]);
    let sum = "(a+".repeat(50_000) + "a" + &")".repeat(50_000);
    let imported = import_bytes(&with_input(&[symbol(&sum), Dim::DimValue(4)]), &ImportOptions::default()).unwrap();
    assert_eq!(imported.plan.inputs[0].shape, [1, 4]);
}

#[test]
fn names_with_control_characters_stay_on_their_line() {
    let mut graph = graph(vec![node("Relu", "r\u{1b}[31m\n", &["missing\n"], &["y"])]);
    graph.output[0].name = "y".to_owned();
    let text = refused(&file(graph));
    assert_says(&text, &["missing\\n", "no input, initialiser or node"]);
}

#[test]
fn unsupported_element_types_are_named() {
    let mut half = graph(vec![node("Relu", "r", &["x"], &["y"])]);
    half.input = vec![value("x", 10, &fixed(&[1, 4]))];
    assert_says(&refused(&file(half)), &["\"x\"", "float16", "float32"]);
    let mut text = graph(vec![node("Add", "a", &["x", "words"], &["y"])]);
    text.initializer = vec![TensorProto { name: "words".to_owned(), data_type: 8, ..Default::default() }];
    assert_says(&refused(&file(text)), &["\"words\"", "string"]);
    let mut cast = node("Cast", "c", &["x"], &["y"]);
    cast.attribute = vec![int_attribute("to", 16)];
    assert_says(&refused(&file(graph(vec![cast]))), &["\"c\" (Cast)", "bfloat16"]);
}

#[test]
fn external_data_is_refused() {
    let mut graph = graph(vec![node("Add", "a", &["x", "w"], &["y"])]);
    graph.initializer = vec![TensorProto {
        name: "w".to_owned(),
        data_type: FLOAT,
        dims: vec![4],
        data_location: Some(1),
        external_data: vec![pb::StringStringEntryProto { key: "location".into(), value: "/etc/passwd".into() }],
        ..Default::default()
    }];
    assert_says(&refused(&file(graph)), &["\"w\"", "another file"]);
}

#[test]
fn wrong_constants() {
    let with = |tensor: TensorProto| {
        let mut graph = graph(vec![node("Add", "a", &["x", "w"], &["y"])]);
        graph.initializer = vec![TensorProto { name: "w".to_owned(), ..tensor }];
        refused(&file(graph))
    };
    let base = TensorProto { data_type: FLOAT, dims: vec![4], ..Default::default() };
    assert_says(&with(TensorProto { raw_data: vec![0; 15], ..base.clone() }), &["\"w\"", "15 bytes", "needs 16"]);
    assert_says(&with(TensorProto { float_data: vec![0.0; 5], ..base.clone() }), &["20 bytes"]);
    assert_says(&with(TensorProto { int64_data: vec![0; 4], ..base.clone() }), &["another type"]);
    assert_says(&with(TensorProto { dims: vec![-4], ..base.clone() }), &["-4"]);
    assert_says(&with(TensorProto { dims: vec![1 << 40], ..base.clone() }), &["out of range"]);
    assert_says(&with(TensorProto { dims: vec![1 << 31, 1 << 31, 1 << 31], ..base.clone() }), &["more than"]);
    assert_says(&with(TensorProto { dims: vec![1; 200_000], ..base.clone() }), &["200000 dimensions"]);
    let byte = TensorProto { data_type: 2, dims: vec![1], int32_data: vec![256], ..Default::default() };
    assert_says(&with(byte), &["256", "uint8"]);
    assert_says(&with(TensorProto { data_type: 4242, ..base }), &["4242"]);
}

#[test]
fn names_defined_twice() {
    let twice = graph(vec![node("Relu", "a", &["x"], &["y"]), node("Tanh", "b", &["x"], &["y"])]);
    assert_says(&refused(&file(twice)), &["\"y\"", "twice", "\"a\" (Relu)", "\"b\" (Tanh)"]);
    let mut inputs = graph(vec![node("Relu", "a", &["x"], &["y"])]);
    inputs.input.push(inputs.input[0].clone());
    assert_says(&refused(&file(inputs)), &["\"x\"", "twice", "an input"]);
    let mut initialisers = graph(vec![node("Reshape", "a", &["x", "s"], &["y"])]);
    initialisers.initializer = vec![int64s("s", &[4]), int64s("s", &[2, 2])];
    assert_says(&refused(&file(initialisers)), &["\"s\"", "twice"]);
    let mut outputs = graph(vec![node("Relu", "a", &["x"], &["y"])]);
    outputs.output.push(outputs.output[0].clone());
    assert_says(&refused(&file(outputs)), &["\"y\""]);
}

#[test]
fn names_that_nothing_defines() {
    let input = graph(vec![node("Add", "a", &["x", "nowhere"], &["y"])]);
    assert_says(&refused(&file(input)), &["\"a\" (Add)", "\"nowhere\""]);
    let output = graph(vec![node("Relu", "a", &["x"], &["z"])]);
    assert_says(&refused(&file(output)), &["output \"y\""]);
    let mut none = graph(vec![]);
    none.output.clear();
    assert_says(&refused(&file(none)), &["no output"]);
}

#[test]
fn cycles_are_found() {
    let nodes = vec![
        node("Relu", "entry", &["c"], &["y"]),
        node("Add", "one", &["x", "b"], &["a"]),
        node("Relu", "two", &["a"], &["b"]),
        node("Tanh", "after", &["b"], &["c"]),
    ];
    let text = refused(&file(graph(nodes)));
    assert_says(&text, &["cycle"]);
    assert!(text.contains("\"one\"") || text.contains("\"two\""), "{text}");
    let own = refused(&file(graph(vec![node("Relu", "self", &["y"], &["y"])])));
    assert_says(&own, &["\"self\"", "cycle"]);
}

#[test]
fn nodes_out_of_order_are_sorted() {
    let nodes = vec![node("Relu", "b", &["z"], &["y"]), node("Tanh", "a", &["x"], &["z"])];
    let plan = import_bytes(&file(graph(nodes)), &ImportOptions::default()).unwrap().plan;
    assert_eq!(plan.nodes[0].op.name(), "Tanh");
}

#[test]
fn wrong_nodes_are_named() {
    let missing = graph(vec![node("Add", "sum", &["x"], &["y"])]);
    assert_says(&refused(&file(missing)), &["\"sum\" (Add)", "input 1 is missing"]);
    let many = graph(vec![node("Relu", "r", &["x", "x"], &["y"])]);
    assert_says(&refused(&file(many)), &["\"r\" (Relu)", "2 inputs"]);
    let mut unknown = node("Relu", "r", &["x"], &["y"]);
    unknown.attribute = vec![int_attribute("slope", 1)];
    assert_says(&refused(&file(graph(vec![unknown]))), &["attribute slope"]);
    let mut typed = node("Softmax", "s", &["x"], &["y"]);
    typed.attribute = vec![AttributeProto { r#type: AttributeType::Float as i32, ..int_attribute("axis", 1) }];
    assert_says(&refused(&file(graph(vec![typed]))), &["axis", "FLOAT", "INT"]);
    let mut axis = node("Softmax", "s", &["x"], &["y"]);
    axis.attribute = vec![int_attribute("axis", i64::MIN)];
    assert_says(&refused(&file(graph(vec![axis]))), &["\"s\" (Softmax)", "axis"]);
    let mut mismatch = graph(vec![node("MatMul", "m", &["x", "w"], &["y"])]);
    mismatch.initializer = vec![TensorProto {
        name: "w".to_owned(),
        data_type: FLOAT,
        dims: vec![3, 2],
        float_data: vec![1.0; 6],
        ..Default::default()
    }];
    assert_says(&refused(&file(mismatch)), &["\"m\" (MatMul)", "[1, 4]", "[3, 2]"]);
    let second = graph(vec![node("Dropout", "d", &["x"], &["z", "mask"]), node("Relu", "r", &["mask"], &["y"])]);
    assert_says(&refused(&file(second)), &["\"r\" (Relu)", "bool"]);
}

#[test]
fn shapes_computed_at_run_time_are_refused() {
    let mut graph = graph(vec![node("Reshape", "r", &["x", "s"], &["y"])]);
    graph.input.push(value("s", INT64, &fixed(&[2])));
    assert_says(&refused(&file(graph)), &["\"r\" (Reshape)", "must be constant"]);
}

#[test]
fn reshapes_that_do_not_fit() {
    let with = |dims: &[i64]| {
        let mut graph = graph(vec![node("Reshape", "r", &["x", "s"], &["y"])]);
        graph.initializer = vec![int64s("s", dims)];
        refused(&file(graph))
    };
    assert_says(&with(&[-1, -1]), &["-1 twice"]);
    assert_says(&with(&[3, -1]), &["no whole number"]);
    assert_says(&with(&[0, 0, 0]), &["copy one that is not there"]);
    assert_says(&with(&[i64::MAX, i64::MAX]), &["out of range"]);
    assert_says(&with(&[-1, 4_294_967_295, 4_294_967_295, 4_294_967_295]), &["\"r\""]);
}

#[test]
fn long_lists_make_short_messages() {
    let dims = vec![Dim::DimParam("n".repeat(100)); 50_000];
    assert_says(&refused(&with_input(&dims)), &["--shape x=1,64"]);
    let mut reshape = graph(vec![node("Reshape", "r", &["x", "s"], &["y"])]);
    reshape.initializer = vec![int64s("s", &[1; 50_000])];
    assert_says(&refused(&file(reshape)), &["50000 entries"]);
    let mut transpose = node("Transpose", "t", &["x"], &["y"]);
    let perm = AttributeProto { name: "perm".into(), r#type: AttributeType::Ints as i32, ..Default::default() };
    transpose.attribute = vec![AttributeProto { ints: vec![0; 50_000], ..perm }];
    assert_says(&refused(&file(graph(vec![transpose]))), &["perm", "50000 entries"]);
}

#[test]
fn the_largest_accepted_files_stay_small_in_memory() {
    // 100,000 attributes of one node, and 14 million packed numbers: both near the limit of what is decoded.
    let mut crowded = node("Relu", "r", &["x"], &["y"]);
    crowded.attribute = (0..100_000).map(|_| AttributeProto::default()).collect();
    assert_says(&refused(&file(graph(vec![crowded]))), &["given twice"]);
    let mut packed = graph(vec![node("Add", "a", &["x", "w"], &["y"])]);
    packed.initializer = vec![int64s("w", &vec![1; 26_000_000])];
    assert_says(&refused(&file(packed)), &["\"w\"", "more than"]);
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|rest| rest.trim().to_owned());
    if let Some(kilobytes) = peak.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok()) {
        assert!(kilobytes < 1024 * 1024, "the peak was {kilobytes} KiB");
    }
}

#[test]
fn constant_bombs_are_refused() {
    let mut shape_bomb =
        graph(vec![node("ConstantOfShape", "bomb", &["s"], &["z"]), node("Add", "a", &["x", "z"], &["y"])]);
    shape_bomb.initializer = vec![int64s("s", &[1 << 31, 1 << 31])];
    assert_says(&refused(&file(shape_bomb)), &["\"bomb\" (ConstantOfShape)", "too large"]);

    // Many constants that are each just small enough.
    let mut nodes = Vec::new();
    let mut last = "x".to_owned();
    for index in 0..200 {
        let (filled, next) = (format!("f{index}"), if index == 199 { "y".to_owned() } else { format!("s{index}") });
        nodes.push(node("ConstantOfShape", "", &["s"], &[&filled]));
        nodes.push(node("Add", "", &[&last, &filled], &[&next]));
        last = next;
    }
    let mut many = graph(nodes);
    many.initializer = vec![int64s("s", &[250_000, 4])];
    assert_says(&refused(&file(many)), &["size of all constants"]);

    // Folding that would take minutes.
    let mut nodes = vec![node("ConstantOfShape", "", &["s"], &["m0"])];
    for index in 0..500 {
        let (from, to) = (format!("m{index}"), format!("m{}", index + 1));
        nodes.push(node("MatMul", "", &[&from, &from], &[&to]));
    }
    nodes.push(node("Add", "", &["x", "m500"], &["y"]));
    let mut slow = graph(nodes);
    slow.initializer = vec![int64s("s", &[400, 400])];
    assert_says(&refused(&file(slow)), &["gas of the nodes with constant inputs", "at most"]);
}

#[test]
fn broadcast_bombs_are_refused() {
    let mut graph = graph(vec![node("Add", "wide", &["x", "w"], &["y"])]);
    graph.input = vec![value("x", FLOAT, &fixed(&[65_536, 1])), value("w", FLOAT, &fixed(&[1, 65_536]))];
    assert_says(&refused(&file(graph)), &["\"wide\" (Add)", "at most"]);
}

#[test]
fn other_versions_of_the_operator_set() {
    let with = |sets: Vec<OperatorSetIdProto>| {
        // Operators that never changed are taken from older versions too; Pad is none of them.
        let graph = Some(graph(vec![node("Pad", "p", &["x"], &["y"])]));
        refused(&ModelProto { ir_version: 8, opset_import: sets, graph, ..Default::default() }.encode_to_vec())
    };
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.to_owned(), version };
    assert_says(&with(vec![set("", 6)]), &["version 6", "7 to"]);
    assert_says(&with(vec![set("ai.onnx", 1_000)]), &["version 1000"]);
    // A file that names no version is taken as one of the newest.
    assert_says(&with(vec![set("com.example", 3)]), &["\"p\" (Pad)"]);
}

#[test]
fn wide_files_cost_little() {
    // Two bytes for each empty node, some hundred once decoded.
    let empty_nodes = [0x0a, 0x00].repeat(3_000_000);
    let mut bytes = vec![0x08, 0x08, 0x3a];
    prost::encoding::encode_varint(empty_nodes.len() as u64, &mut bytes);
    bytes.extend(&empty_nodes);
    assert_says(&refused(&bytes), &["memory of the decoded file"]);
    assert_says(&refused(&vec![0x08; 80_000_000]), &["80000000 bytes"]);

    let many = (0..20_000).map(|i| node("Relu", "", &["x"], &[&format!("v{i}")])).collect();
    assert_says(&refused(&file(graph(many))), &["number of nodes is 20000"]);
}

#[test]
fn deep_files_are_refused_before_they_are_decoded() {
    let mut inner = graph(vec![node("Relu", "r", &["x"], &["y"])]);
    for _ in 0..40 {
        let mut node = node("If", "nested", &["x"], &["y"]);
        node.attribute = vec![AttributeProto {
            name: "then_branch".to_owned(),
            r#type: AttributeType::Graph as i32,
            g: Some(inner),
            ..Default::default()
        }];
        inner = graph(vec![node]);
    }
    assert_says(&refused(&file(inner)), &["nesting"]);
    // The same by hand, far deeper than a stack would hold: graph, node, attribute, graph, …
    let mut bytes = Vec::new();
    for depth in 0..60_000usize {
        let mut outer = vec![[0x0a, 0x2a, 0x32][depth % 3]];
        prost::encoding::encode_varint(bytes.len() as u64, &mut outer);
        bytes.splice(0..0, outer);
    }
    let mut nested = vec![0x08, 0x08, 0x3a];
    prost::encoding::encode_varint(bytes.len() as u64, &mut nested);
    nested.extend(bytes);
    refused(&nested);
}

#[test]
fn long_chains_do_not_use_the_stack() {
    let count = 4_000;
    let name = |index: usize| if index == count { "y".to_owned() } else { format!("v{index}") };
    let chain = (0..count)
        .map(|i| node("Relu", "", &[if i == 0 { "x".to_owned() } else { name(i) }.as_str()], &[&name(i + 1)]))
        .rev()
        .collect();
    let plan = import_bytes(&file(graph(chain)), &ImportOptions::default()).unwrap().plan;
    assert_eq!(plan.nodes.len(), count);
    let too_long = (0..5_000).map(|i| node("Relu", "", &[&format!("v{i}")], &[&format!("v{}", i + 1)])).collect();
    let mut long = graph(too_long);
    long.input[0].name = "v0".to_owned();
    long.output[0].name = "v5000".to_owned();
    assert_says(&refused(&file(long)), &["number of nodes"]);
}

#[test]
fn changed_bytes_never_panic() {
    let models = ["opset9", "opset13", "integers", "activations"];
    for name in models {
        let path = format!("{}/../../tests/fixtures/models/{name}.onnx", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let start = Instant::now();
        let mut refused = 0;
        for (index, change) in (0..bytes.len()).flat_map(|index| [0x01u8, 0x80, 0xff].map(|change| (index, change))) {
            let mut changed = bytes.clone();
            changed[index] ^= change;
            refused += usize::from(import_bytes(&changed, &ImportOptions::default()).is_err());
        }
        assert!(refused > 0 && start.elapsed() < Duration::from_secs(60), "{name}: {refused}, {:?}", start.elapsed());
    }
}
