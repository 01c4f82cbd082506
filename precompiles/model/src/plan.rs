use crate::{Op, PlanError, TensorType, ValueInfo};

/// Names a value: first the inputs, then the constants, then the outputs of the nodes in order.
pub type ValueId = u32;

/// Every constant starts at a multiple of this in the weight section; the gaps are zero.
pub const WEIGHT_ALIGNMENT: usize = 64;

/// One operator application. Its outputs get the next value ids in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Operator with its attributes.
    pub op: Op,
    /// Values that it reads; all are defined before it.
    pub inputs: Vec<ValueId>,
    /// Types of what it gives, checked against the operator's rule by [`Plan::validate`].
    pub outputs: Vec<TensorType>,
}

/// A frozen graph with static shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Version of the canonical arithmetic that it was made for.
    pub engine: u32,
    /// Version of the importer, which names the rewrites that were applied.
    pub importer: u32,
    /// sha256 of the ONNX file that it came from.
    pub source_sha256: [u8; 32],
    /// Inputs in the model's order: values `0..inputs.len()`.
    pub inputs: Vec<ValueInfo>,
    /// Constants: the next values. Their bytes stand in `weights` in this order.
    pub constants: Vec<TensorType>,
    /// Nodes in topological order.
    pub nodes: Vec<Node>,
    /// Outputs in the model's order.
    pub outputs: Vec<ValueInfo>,
    /// Which value each output is.
    pub output_values: Vec<ValueId>,
    /// Names for each output, empty for most. Of an integer output they name its numbers from 0 on, as a classifier's class
    /// labels; of any other one its columns, the elements of the last dimension. They change nothing that is computed.
    pub labels: Vec<Vec<String>>,
    /// Constants, little-endian and row-major, each at a multiple of [`WEIGHT_ALIGNMENT`], gaps zero.
    pub weights: Vec<u8>,
}

impl Plan {
    /// Where each constant stands in the weight section; the end of the last one is the section's length.
    pub fn constant_ranges(&self) -> Result<Vec<core::ops::Range<usize>>, PlanError> {
        constant_ranges(&self.constants)
    }

    /// Types of all values by id.
    pub fn value_types(&self) -> Vec<TensorType> {
        let inputs = self.inputs.iter().map(ValueInfo::tensor_type);
        let constants = self.constants.iter().cloned();
        let computed = self.nodes.iter().flat_map(|node| node.outputs.iter().cloned());
        inputs.chain(constants).chain(computed).collect()
    }

    /// Id of the first constant.
    pub fn first_constant(&self) -> ValueId {
        self.inputs.len() as ValueId
    }

    /// Id of the first node's first output.
    pub fn first_computed(&self) -> ValueId {
        (self.inputs.len() + self.constants.len()) as ValueId
    }

    /// Whether `value` is a constant.
    pub fn is_constant(&self, value: ValueId) -> bool {
        (self.first_constant()..self.first_computed()).contains(&value)
    }

    /// Whether every input and output has a leading dimension of 1, so that B rows can be given as B runs.
    pub fn is_batch_one(&self) -> bool {
        let leading_one = |info: &ValueInfo| info.shape.first() == Some(&1);
        !self.inputs.is_empty() && self.inputs.iter().chain(&self.outputs).all(leading_one)
    }
}

pub(crate) fn constant_ranges(constants: &[TensorType]) -> Result<Vec<core::ops::Range<usize>>, PlanError> {
    let mut end = 0usize;
    let mut ranges = Vec::with_capacity(constants.len());
    for constant in constants {
        let start = end.next_multiple_of(WEIGHT_ALIGNMENT);
        let bytes = usize::try_from(constant.bytes()).unwrap_or(usize::MAX);
        let limit = crate::MAX_PLAN_BYTES as u64;
        end = start.checked_add(bytes).filter(|&end| end as u64 <= limit).ok_or(PlanError::Limit {
            what: "size of the weights in bytes",
            found: (start as u64).saturating_add(constant.bytes()),
            limit,
        })?;
        ranges.push(start..end);
    }
    Ok(ranges)
}
