use std::sync::Arc;

use praxis_inference::flush_f32;
use praxis_model::{DType, Op, Tensor, ops};

use crate::{
    NodeLabel, Note,
    graph::{Graph, GraphNode, Value},
};

/// Exponent of the least operand of a dot product that counts.
const LEAST: i32 = -40;
/// Scaled weights stay below 2^21: what multiplies them may be as large as 2^100 before a product overflows.
const LARGEST: i32 = 20;

/// Multiplies columns of constant weights that have numbers below 2^-40 by powers of two, which is exact, and the results by
/// the inverse powers before any bias.
pub(super) fn rescale(graph: &mut Graph, label: &dyn Fn(usize) -> NodeLabel, notes: &mut Vec<Note>) {
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    for node in core::mem::take(&mut graph.nodes) {
        match scaled(graph, &node) {
            Some(scaled) => {
                let total = scaled.weights.tensor_type().elements();
                notes.push(Note::RescaledWeights { node: label(node.source).to_string(), saved: scaled.saved, total });
                nodes.extend(replace(graph, node, scaled));
            }
            None => nodes.push(node),
        }
    }
    graph.nodes = nodes;
}

/// Weights with scaled columns, and what undoes the scaling of each column's result.
struct Scaled {
    weights: Tensor,
    inverse: Tensor,
    saved: u64,
}

fn scaled(graph: &Graph, node: &GraphNode) -> Option<Scaled> {
    let transposed = match &node.op {
        Op::MatMul(_) => false,
        Op::Gemm(gemm) if gemm.alpha.to_bits() == gemm.beta.to_bits() && gemm.alpha == 1.0 => gemm.trans_b,
        _ => return None,
    };
    let weights = graph.constant(*node.inputs.get(1)?)?;
    let (DType::F32, &[rows, columns]) = (weights.dtype, weights.shape.as_slice()) else { return None };
    let mut values = weights.to_f32()?;
    if !values.iter().any(|&x| is_lost(x)) {
        return None;
    }
    let (k, n) = if transposed { (columns, rows) } else { (rows, columns) };
    let at = |i: u32, column: u32| {
        if transposed { column as usize * k as usize + i as usize } else { i as usize * n as usize + column as usize }
    };
    let (mut inverse, mut saved) = (Vec::with_capacity(n as usize), 0);
    for column in 0..n {
        let power = power((0..k).map(|i| values[at(i, column)]));
        inverse.push(two_to(-power) as f32);
        for i in 0..k {
            let value = &mut values[at(i, column)];
            let larger = (f64::from(*value) * two_to(power)) as f32;
            saved += u64::from(is_lost(*value) && !is_lost(larger));
            *value = larger;
        }
    }
    let weights = Tensor::from_f32(weights.shape.clone(), &values);
    (saved > 0).then(|| Scaled { weights, inverse: Tensor::from_f32([n], &inverse), saved })
}

/// Whether a weight would count as zero.
fn is_lost(x: f32) -> bool {
    x != 0.0 && flush_f32(x) == 0.0
}

/// The power of two that brings a column's least number up to 2^-40, as far as its largest allows; 0 where nothing is small.
fn power(column: impl Iterator<Item = f32>) -> i32 {
    let (mut least, mut largest) = (i32::MAX, i32::MIN);
    for x in column.filter(|&x| x != 0.0) {
        let exponent = exponent(x);
        (least, largest) = (least.min(exponent), largest.max(exponent));
    }
    if least >= LEAST { 0 } else { (LEAST - least).min(LARGEST - largest).max(0) }
}

/// e where 2^e <= |x| < 2^(e + 1); large for infinities and NaN.
fn exponent(x: f32) -> i32 {
    (f64::from(x).to_bits() >> 52 & 0x7FF) as i32 - 1023
}

/// 2^power as float64, for powers of normal numbers.
fn two_to(power: i32) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
}

/// The product with scaled weights, the inverse scaling, and the bias where there is one; the last gives the node's result.
fn replace(graph: &mut Graph, node: GraphNode, scaled: Scaled) -> Vec<GraphNode> {
    let GraphNode { op, mut inputs, outputs, source } = node;
    let bias = (inputs.len() > 2).then(|| inputs.remove(2));
    inputs[1] = graph.add_constant(Arc::new(scaled.weights));
    let inverse = graph.add_constant(Arc::new(scaled.inverse));
    let mut fresh = || outputs.first().map(|&output| graph.kind(output).clone()).map(|kind| graph.add(kind));
    let mut nodes = Vec::with_capacity(3);
    let mut push = |op: Op, inputs: Vec<Value>, output: Option<Value>| -> Option<Value> {
        nodes.push(GraphNode { op, inputs, outputs: output.into_iter().collect(), source });
        output
    };
    let product = push(op, inputs, fresh());
    let unscaled = if bias.is_some() { fresh() } else { outputs.first().copied() };
    let unscaled = push(ops::Mul.into(), product.into_iter().chain([inverse]).collect(), unscaled);
    if let Some(bias) = bias {
        push(ops::Add.into(), unscaled.into_iter().chain([bias]).collect(), outputs.first().copied());
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_scaled_as_far_as_their_largest_number_allows() {
        let column = |values: &[f32]| power(values.iter().copied());
        let small = f32::from_bits(1);
        assert_eq!(column(&[1.0, 0.25, 0.0]), 0);
        assert_eq!(column(&[1e-15, 1.0]), LEAST - exponent(1e-15));
        assert_eq!(column(&[small]), 109);
        assert_eq!(column(&[small, 3.0]), 19);
        assert_eq!(column(&[1e-20, 1e30]), 0);
        assert_eq!(column(&[1e-20, f32::INFINITY]), 0);
        assert_eq!(two_to(-3), 0.125);
    }
}
