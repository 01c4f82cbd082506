//! ONNX files that no exporter would write, from protobuf's own parts.

/// A field with a length: message, string or bytes.
pub fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A field with a number.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// One dimension of a shape.
#[derive(Debug, Clone)]
pub enum Dim {
    /// A number.
    Size(u64),
    /// A name, or an expression over names.
    Named(String),
}

/// A `ValueInfoProto` of float32 tensors.
pub fn value(name: &str, shape: &[Dim]) -> Vec<u8> {
    let dimension = |dim: &Dim| match dim {
        Dim::Size(size) => bytes(1, &number(1, *size)),
        Dim::Named(text) => bytes(1, &bytes(2, text.as_bytes())),
    };
    let shape: Vec<u8> = shape.iter().flat_map(dimension).collect();
    let tensor = [number(1, 1), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

/// A `NodeProto` from `ticker` to `y` with further fields, such as attributes.
pub fn node(name: &str, operator: &str, rest: &[u8]) -> Vec<u8> {
    [bytes(1, b"ticker"), bytes(2, b"y"), bytes(3, name.as_bytes()), bytes(4, operator.as_bytes()), rest.to_vec()]
        .concat()
}

/// A `GraphProto` with one input `ticker`, one node and one output `y`.
pub fn graph(node: &[u8], input: &[Dim], output: &[Dim]) -> Vec<u8> {
    [bytes(1, node), bytes(2, b"graph"), bytes(11, &value("ticker", input)), bytes(12, &value("y", output))].concat()
}

/// A `ModelProto` of operator set 17 around a graph.
pub fn model(graph: &[u8]) -> Vec<u8> {
    let operators = [bytes(1, b""), number(2, 17)].concat();
    [number(1, 8), bytes(7, graph), bytes(8, &operators)].concat()
}

/// A node whose attribute holds a graph whose node's attribute holds a graph, and so on.
pub fn nested_graphs(depth: usize) -> Vec<u8> {
    let shape = [Dim::Size(1)];
    let mut inner = graph(&node("innermost", "Relu", &[]), &shape, &shape);
    for _ in 0..depth {
        let attribute = [bytes(1, b"then_branch"), bytes(6, &inner), number(20, 5)].concat();
        inner = graph(&node("outer", "If", &bytes(5, &attribute)), &shape, &shape);
    }
    inner
}
