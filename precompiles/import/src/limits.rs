//! Bounds on what an ONNX file may ask of the importer. They are wider than a Plan's own limits, because much of a file
//! (initialisers in wide types, constant subgraphs, metadata) does not reach the Plan.

/// Largest file that is read.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Largest memory that the decoded protobuf is estimated to take while it is scanned.
pub(crate) const MAX_DECODED_BYTES: u64 = 200 * 1024 * 1024;
/// Deepest nesting of protobuf messages. An operator's constant stands at depth 5; each subgraph adds three.
pub(crate) const MAX_NESTING: usize = 32;
/// Most nodes of the ONNX graph, before constants are folded and dead nodes dropped.
pub(crate) const MAX_ONNX_NODES: usize = 16_384;
/// Most parts (nodes, names, constants) of graphs and functions that are read, with each loop unrolled and each call inlined.
pub(crate) const MAX_LOWERED: usize = 131_072;
/// Largest product of the trip counts of nested loops.
pub(crate) const MAX_TRIPS: u64 = 16_384;
/// Deepest nesting of calls, branches and loops, the main graph included.
pub(crate) const MAX_DEPTH: usize = 24;
/// Largest constant, and largest sum of all constants that the importer holds.
pub(crate) const MAX_CONSTANT_BYTES: u64 = 192 * 1024 * 1024;
/// Most gas that constant folding may take in total: enough to cast and transpose every weight of the largest Plan, and
/// still about a second on a machine without fused multiply-add.
pub(crate) const MAX_FOLDING_GAS: u64 = 80_000_000;
/// Oldest version of the default operator set: before it, elementwise operators broadcast differently.
pub const MIN_OPSET: i64 = 7;
/// Newest version of the default operator set that the importer was tested with.
pub const MAX_OPSET: i64 = 28;
/// Longest piece of a name from the file that an error message repeats, in characters.
const MAX_SHOWN: usize = 64;

/// Longest list of axes, positions or dimensions that an operator may have: more than any rank.
pub(crate) const MAX_LIST: usize = 64;

/// A name from the file as an error message may show it: control characters escaped, long ones cut.
pub(crate) fn shown(name: &str) -> String {
    let mut out: String = name.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(MAX_SHOWN).is_some() {
        out.push('…');
    }
    out
}
