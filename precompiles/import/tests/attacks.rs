//! Attacks that are known to bring down importers or runtimes: each ends in an error that names what is wrong, without
//! taking much memory on the way.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::{FLOAT, INT64, file, fixed, graph, int_attribute, int64s, node, value};
use praxis_import::{ImportOptions, import_bytes};
use tract_onnx::pb::{
    AttributeProto, GraphProto, StringStringEntryProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataLocation, tensor_shape_proto::dimension::Value as Dim,
};

/// Memory that an attack may take at its peak, beside what was taken before.
const MEMORY_BYTES: usize = 64 << 20;

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

/// The error, which has these parts; and the peak of memory is within bounds.
fn refused(bytes: &[u8], parts: &[&str]) {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let error = import_bytes(bytes, &ImportOptions::default()).expect_err("the attack is refused").to_string();
    let taken = PEAK.load(Ordering::Relaxed) - before;
    assert!(parts.iter().all(|part| error.contains(part)), "{error:?} should have {parts:?}");
    assert!(taken < MEMORY_BYTES, "{taken} bytes at the peak: {error}");
    assert!(error.len() < 1_000, "{} characters: {error}", error.len());
}

fn attack(graph: GraphProto, parts: &[&str]) {
    refused(&file(graph), parts);
}

#[test]
fn a_dimension_of_an_expression_of_twenty_thousand_levels() {
    let deep = format!("{}x{}", "(".repeat(20_000), ")".repeat(20_000));
    let mut graph = graph(vec![node("Relu", "r", &["x"], &["y"])]);
    graph.input = vec![value("x", FLOAT, &[Dim::DimValue(1), Dim::DimParam(deep)])];
    attack(graph, &["\"x\"", "--shape"]);
}

#[test]
fn a_constant_of_sixty_thousand_squared_in_a_hundred_bytes() {
    let mut graph = graph(vec![node("ConstantOfShape", "bomb", &["s"], &["z"]), node("Add", "a", &["x", "z"], &["y"])]);
    graph.initializer = vec![int64s("s", &[60_000, 60_000])];
    let bytes = file(graph);
    assert!(bytes.len() < 160, "{} bytes", bytes.len());
    refused(&bytes, &["\"bomb\" (ConstantOfShape)"]);
}

#[test]
fn a_shape_whose_product_is_beyond_64_bits() {
    let mut graph = graph(vec![node("ConstantOfShape", "bomb", &["s"], &["z"]), node("Add", "a", &["x", "z"], &["y"])]);
    graph.initializer = vec![int64s("s", &[1 << 31, 1 << 31, 4])];
    attack(graph, &["\"bomb\" (ConstantOfShape)"]);
}

#[test]
fn a_range_to_three_billion() {
    let mut graph = graph(vec![node("Range", "long", &["a", "b", "c"], &["z"]), node("Add", "", &["x", "z"], &["y"])]);
    let scalar = |name: &str, number: i64| TensorProto { dims: vec![], ..int64s(name, &[number]) };
    graph.initializer = vec![scalar("a", 0), scalar("b", 3_000_000_000), scalar("c", 1)];
    graph.input = vec![value("x", INT64, &fixed(&[1]))];
    attack(graph, &["\"long\" (Range)"]);
}

#[test]
fn a_constant_position_out_of_range() {
    for position in [4, -5, i64::MAX, i64::MIN] {
        let mut gather = node("Gather", "far", &["x", "i"], &["y"]);
        gather.attribute = vec![int_attribute("axis", 1)];
        let mut graph = graph(vec![gather]);
        graph.initializer = vec![int64s("i", &[position])];
        attack(graph, &["\"far\" (Gather)"]);
    }
}

#[test]
fn a_remainder_of_zero_folded_at_import_is_defined() {
    let mut graph = graph(vec![node("Mod", "m", &["a", "zero"], &["z"]), node("Add", "", &["x", "z"], &["y"])]);
    graph.input = vec![value("x", INT64, &fixed(&[2]))];
    graph.initializer = vec![int64s("a", &[7, i64::MIN]), int64s("zero", &[0, -1])];
    // Not an error: the specification says what it gives.
    import_bytes(&file(graph), &ImportOptions::default()).unwrap();
}

#[test]
fn data_in_another_file() {
    let entry = |key: &str, value: &str| StringStringEntryProto { key: key.to_owned(), value: value.to_owned() };
    for location in ["/etc/passwd", "../../secret", "weights.bin"] {
        let mut graph = graph(vec![node("Add", "", &["x", "w"], &["y"])]);
        graph.initializer = vec![TensorProto {
            name: "w".to_owned(),
            data_type: FLOAT,
            dims: vec![1, 4],
            data_location: Some(DataLocation::External as i32),
            external_data: vec![entry("location", location)],
            ..Default::default()
        }];
        attack(graph, &["\"w\"", "another file"]);
    }
}

#[test]
fn an_output_that_nothing_gives() {
    let mut graph = graph(vec![node("Relu", "r", &["x"], &["z"])]);
    graph.output = vec![value("nowhere", FLOAT, &fixed(&[1, 4]))];
    attack(graph, &["\"nowhere\""]);
}

#[test]
fn a_cycle() {
    let nodes = vec![node("Add", "one", &["x", "b"], &["a"]), node("Relu", "two", &["a"], &["b"])];
    let mut graph = graph(nodes);
    graph.output[0].name = "b".to_owned();
    attack(graph, &["cycle"]);
}

#[test]
fn paddings_of_two_to_the_31() {
    for pads in [[0, 0, 0, 1i64 << 31], [1 << 31, 0, 0, 0], [i64::MAX, 0, 0, i64::MAX]] {
        let mut graph = graph(vec![node("Pad", "wide", &["x", "p"], &["y"])]);
        graph.initializer = vec![int64s("p", &pads)];
        attack(graph, &["\"wide\" (Pad)"]);
    }
    // Cutting everything away leaves nothing that a model could give.
    let mut graph = graph(vec![node("Pad", "none", &["x", "p"], &["y"])]);
    graph.initializer = vec![int64s("p", &[0, i64::MIN, 0, 0])];
    attack(graph, &["dimension of 0"]);
}

#[test]
fn windows_that_reach_two_to_the_31() {
    for op in ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"] {
        for (name, list) in [
            ("dilations", vec![1, 1 << 31]),
            ("strides", vec![1 << 31, 1]),
            ("pads", vec![0, 1 << 31, 0, 1 << 31]),
            ("pads", vec![i64::MAX; 4]),
            ("dilations", vec![i64::MAX, i64::MIN]),
        ] {
            if name == "dilations" && op == "LpPool" {
                continue;
            }
            let inputs: &[&str] = if op.starts_with("Conv") { &["x", "w"] } else { &["x"] };
            let mut wide = node(op, "wide", inputs, &["y"]);
            wide.attribute = vec![int_list("kernel_shape", vec![2, 2]), int_list(name, list)];
            let mut graph = graph(vec![wide]);
            graph.input = vec![value("x", FLOAT, &fixed(&[1, 1, 8, 8]))];
            graph.initializer = vec![floats("w", &[1, 1, 2, 2], vec![1.0; 4])];
            attack(graph, &[&format!("\"wide\" ({op})")]);
        }
    }
}

#[test]
fn dimensions_of_zero() {
    let mut no_input = graph(vec![node("Relu", "r", &["x"], &["y"])]);
    no_input.input = vec![value("x", FLOAT, &fixed(&[1, 0]))];
    attack(no_input, &["\"x\"", "0"]);
    let mut none = graph(vec![node("Reshape", "none", &["x", "s"], &["y"])]);
    none.initializer = vec![int64s("s", &[0, 0, 0, 0])];
    attack(none, &["\"none\" (Reshape)"]);
    let mut empty = graph(vec![node("ConstantOfShape", "", &["s"], &["z"]), node("Concat", "", &["z", "z"], &["y"])]);
    empty.node[1].attribute = vec![int_attribute("axis", 0)];
    empty.initializer = vec![int64s("s", &[0, 1 << 40])];
    attack(empty, &["(ConstantOfShape", "out of range"]);
}

#[test]
fn more_elements_than_top_k_has() {
    for k in [0, 5, -1, i64::MAX, i64::MIN] {
        let mut graph = graph(vec![node("TopK", "top", &["x", "k"], &["y", "at"])]);
        graph.initializer = vec![int64s("k", &[k])];
        attack(graph, &["\"top\" (TopK)"]);
    }
}

/// What stands in the file decides no work: NaN and infinite weights are imported as they are.
#[test]
fn nan_and_infinite_weights_are_taken() {
    let strange = [f32::from_bits(0xffc1_2345), f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(1)];
    let mut graph = graph(vec![node("MatMul", "", &["x", "w"], &["y"])]);
    graph.initializer = vec![floats("w", &[4, 1], strange.to_vec())];
    let plan = import_bytes(&file(graph), &ImportOptions::default()).unwrap().plan;
    assert!(plan.validate().is_ok());
}

fn int_list(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Ints as i32, ints, ..Default::default() }
}

fn floats(name: &str, dims: &[i64], float_data: Vec<f32>) -> TensorProto {
    TensorProto { name: name.to_owned(), data_type: FLOAT, dims: dims.to_vec(), float_data, ..Default::default() }
}

#[test]
fn small_values_expanded_to_gigabytes() {
    for (op, argument) in [("Expand", [1i64 << 20, 1 << 12]), ("Tile", [1 << 20, 1 << 12])] {
        let mut graph = graph(vec![node(op, "grow", &["x", "s"], &["y"])]);
        graph.input = vec![value("x", FLOAT, &fixed(&[1, 1]))];
        graph.initializer = vec![int64s("s", &argument)];
        attack(graph, &[&format!("\"grow\" ({op})")]);
    }
    // The same of a constant, which would be folded.
    let mut graph = graph(vec![node("Expand", "grow", &["c", "s"], &["z"]), node("Add", "", &["x", "z"], &["y"])]);
    graph.initializer = vec![int64s("c", &[1]), int64s("s", &[1 << 20, 1 << 12])];
    graph.input = vec![value("x", INT64, &fixed(&[1, 1]))];
    attack(graph, &["\"grow\" (Expand)"]);
}

#[test]
fn loops_in_loops() {
    // Each body holds another Loop: 1,000 trips at each of three levels.
    let mut body = loop_body(vec![node("Relu", "", &["carried"], &["inner_out"])], "inner_out");
    for _ in 0..2 {
        let mut outer = loop_node(body);
        outer.name = "outer".to_owned();
        body = loop_body(vec![outer], "inner_out");
    }
    let mut outermost = loop_node(body);
    outermost.output = vec!["y".to_owned()];
    outermost.input = vec!["trips".to_owned(), String::new(), "x".to_owned()];
    let mut graph = graph(vec![outermost]);
    graph.initializer = vec![TensorProto { dims: vec![], ..int64s("trips", &[1_000]) }];
    attack(graph, &["trip counts of nested loops", "at most"]);
}

/// A body that carries one tensor; `last` is what it gives.
fn loop_body(nodes: Vec<tract_onnx::pb::NodeProto>, last: &str) -> GraphProto {
    let mut all = vec![node("Identity", "", &["condition"], &["go_on"])];
    all.extend(nodes);
    GraphProto {
        node: all,
        input: vec![value("i", INT64, &[]), value("condition", 9, &[]), value("carried", FLOAT, &fixed(&[1, 4]))],
        output: vec![value("go_on", 9, &[]), value(last, FLOAT, &fixed(&[1, 4]))],
        ..Default::default()
    }
}

fn loop_node(body: GraphProto) -> tract_onnx::pb::NodeProto {
    let mut node = node("Loop", "", &["trips", "", "carried"], &["inner_out"]);
    node.attribute = vec![AttributeProto {
        name: "body".to_owned(),
        r#type: AttributeType::Graph as i32,
        g: Some(body),
        ..Default::default()
    }];
    node
}
