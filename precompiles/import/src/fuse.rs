//! Rewrites of convolutions. A normalisation that follows one becomes part of its weights, as onnxruntime does by default; that
//! moves roundings, and a note says so. An activation that follows one is applied as its outputs are written, with the same
//! bits.

use std::sync::Arc;

use praxis_inference::{EvaluateError, evaluate};
use praxis_model::{
    DType, Op, Tensor,
    ops::{Add, Conv, Ending, Mul, Reshape},
};

use crate::{
    ImportError,
    graph::{Graph, Value},
};

/// Applies the rewrites; gives the positions of the ONNX nodes whose normalisations became part of weights.
pub(crate) fn fuse(graph: &mut Graph, outputs: &[Value]) -> Result<Vec<usize>, ImportError> {
    let mut reads = vec![0usize; graph.len()];
    let inputs = graph.nodes.iter().flat_map(|node| &node.inputs);
    inputs.chain(outputs).for_each(|value| reads[value.index()] += 1);
    // The node that gives a value, where it is a convolution that nothing else reads.
    let mut convolutions: Vec<Option<usize>> = vec![None; graph.len()];
    let mut gone = vec![false; graph.nodes.len()];
    let mut folded = Vec::new();
    for (index, gone) in gone.iter_mut().enumerate() {
        let convolution = graph.nodes[index].inputs.first().and_then(|input| convolutions[input.index()]);
        let fused = match convolution {
            Some(convolution) => {
                normalise(graph, convolution, index, &mut folded)? || activate(graph, convolution, index)
            }
            None => false,
        };
        let giver = match convolution {
            Some(convolution) if fused => convolution,
            _ => index,
        };
        if giver != index {
            graph.nodes[giver].outputs = core::mem::take(&mut graph.nodes[index].outputs);
            *gone = true;
        }
        if let (Op::Conv(_), &[output]) = (&graph.nodes[giver].op, graph.nodes[giver].outputs.as_slice())
            && reads.get(output.index()) == Some(&1)
            && !outputs.contains(&output)
        {
            convolutions.resize(graph.len(), None);
            convolutions[output.index()] = Some(giver);
        }
    }
    let mut gone = gone.into_iter();
    graph.nodes.retain(|_| !gone.next().unwrap_or(false));
    Ok(folded)
}

/// Multiplies the weights of a convolution by the scale of the BatchNormalization that follows: w * scale, and
/// (bias * scale) + shift.
fn normalise(graph: &mut Graph, conv: usize, index: usize, folded: &mut Vec<usize>) -> Result<bool, ImportError> {
    let (Op::Conv(op), Op::BatchNormalization(_)) = (&graph.nodes[conv].op, &graph.nodes[index].op) else {
        return Ok(false);
    };
    let constant = |value: Option<&Value>| value.and_then(|&value| graph.constant(value)).cloned();
    let (inputs, norm) = (&graph.nodes[conv].inputs, &graph.nodes[index].inputs);
    let (weight, scale, shift) = (constant(inputs.get(1)), constant(norm.get(1)), constant(norm.get(2)));
    let (Some(weight), Some(scale), Some(shift)) = (weight, scale, shift) else { return Ok(false) };
    let bias = constant(inputs.get(2));
    if op.activation != Ending::Identity || (inputs.len() > 2 && bias.is_none()) {
        return Ok(false);
    }
    let mut column = vec![1; weight.shape.len()];
    column[0] = weight.shape[0];
    let factors = apply(Reshape { shape: column }, &[&scale])?;
    let weight = apply(Mul, &[&weight, &factors])?;
    let bias = match bias {
        Some(bias) => apply(Add, &[&apply(Mul, &[&bias, &scale])?, &shift])?,
        None => Tensor::clone(&shift),
    };
    let (weight, bias) = (graph.add_constant(Arc::new(weight)), graph.add_constant(Arc::new(bias)));
    graph.nodes[conv].inputs.truncate(1);
    graph.nodes[conv].inputs.extend([weight, bias]);
    folded.push(graph.nodes[index].source);
    Ok(true)
}

fn apply(op: impl Into<Op>, inputs: &[&Tensor]) -> Result<Tensor, ImportError> {
    let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    let failed = |error: EvaluateError| ImportError::Engine(error.to_string());
    let output = evaluate(&op.into(), &inputs).map_err(failed)?.into_iter().next();
    output.ok_or_else(|| ImportError::Engine("an operator gave no result".to_owned()))
}

/// Gives a float32 convolution the activation that follows it.
fn activate(graph: &mut Graph, conv: usize, index: usize) -> bool {
    let Some(activation) = activation(&graph.nodes[index].op) else { return false };
    let single = graph.nodes[conv].inputs.first().is_some_and(|&x| graph.kind(x).dtype == DType::F32);
    match &mut graph.nodes[conv].op {
        Op::Conv(Conv { activation: own @ Ending::Identity, .. }) if single => {
            *own = activation;
            true
        }
        _ => false,
    }
}

fn activation(op: &Op) -> Option<Ending> {
    match op {
        Op::Relu(_) => Some(Ending::Relu),
        Op::LeakyRelu(op) => Some(Ending::LeakyRelu { alpha: op.alpha }),
        Op::Clip(op) => {
            let number = |scalar: praxis_model::ops::Scalar| {
                (scalar.dtype == DType::F32).then(|| scalar.data().try_into().map(f32::from_le_bytes).ok())?
            };
            let min = op.min.map_or(Some(f32::NEG_INFINITY), number)?;
            let max = op.max.map_or(Some(f32::INFINITY), number)?;
            // The written-out activation cannot turn +0 into -0.
            (max.to_bits() != (-0.0f32).to_bits()).then_some(Ending::Clip { min, max })
        }
        _ => None,
    }
}
