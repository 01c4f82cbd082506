use praxis_model::{Op, ops::Gemm};

use crate::graph::{Graph, GraphNode, Value};

/// The operator, its operands, and the ONNX node that it is named after.
type Joined = (Op, Vec<Value>, usize);

/// Makes one Gemm of a MatMul and the Add that is the only one to read it: 1 * s + 1 * c is s + c, rounded once, in both.
pub(super) fn join(graph: &mut Graph, outputs: &[Value]) {
    let uses = uses(graph, outputs);
    let mut producers: Vec<Option<usize>> = vec![None; graph.len()];
    for index in 0..graph.nodes.len() {
        let joined = joined(graph, &graph.nodes[index], &uses, &producers);
        if let Some((gemm, inputs, source)) = joined {
            let node = &mut graph.nodes[index];
            (node.op, node.inputs, node.source) = (gemm, inputs, source);
        }
        for output in &graph.nodes[index].outputs {
            producers[output.index()] = Some(index);
        }
    }
}

/// How many operands and results of the model each value is.
fn uses(graph: &Graph, outputs: &[Value]) -> Vec<usize> {
    let mut uses = vec![0; graph.len()];
    let read = graph.nodes.iter().flat_map(|node| &node.inputs);
    read.chain(outputs).for_each(|value| uses[value.index()] += 1);
    uses
}

fn joined(graph: &Graph, node: &GraphNode, uses: &[usize], producers: &[Option<usize>]) -> Option<Joined> {
    let (Op::Add(_), &[left, right]) = (&node.op, node.inputs.as_slice()) else { return None };
    [(left, right), (right, left)].into_iter().find_map(|(product, bias)| {
        let producer = &graph.nodes[producers[product.index()]?];
        let matrices = producer.inputs.iter().all(|&input| graph.kind(input).rank() == 2);
        let same_shape = node.outputs.first().is_some_and(|&sum| graph.kind(sum) == graph.kind(product));
        if !matches!(producer.op, Op::MatMul(_)) || uses[product.index()] != 1 || !matrices || !same_shape {
            return None;
        }
        Some((Gemm::default().into(), [producer.inputs.as_slice(), &[bias]].concat(), producer.source))
    })
}
