//! Builds Plans in any order of inputs, constants and nodes, with the ids and types filled in.

use crate::{
    ENGINE_VERSION, Node, Op, OpError, Plan, PlanError, Tensor, TensorError, TensorType, ValueId, ValueInfo,
    plan::constant_ranges,
};

/// A value of a Plan that is being built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle {
    kind: Kind,
    index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Input,
    Constant,
    Computed,
}

/// Collects the parts of a Plan.
#[derive(Clone, Debug, Default)]
pub struct PlanBuilder {
    importer: u32,
    source_sha256: [u8; 32],
    inputs: Vec<ValueInfo>,
    constants: Vec<Tensor>,
    nodes: Vec<(Op, Vec<Handle>, Vec<TensorType>)>,
    computed: Vec<TensorType>,
    outputs: Vec<(String, Handle, Vec<String>)>,
}

/// Why a part cannot be added or the Plan is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The operator's rule refuses the inputs.
    #[error(transparent)]
    Op(#[from] OpError),
    /// A constant is not well formed.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// The whole is not a valid Plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl PlanBuilder {
    /// An empty Plan from this source file, made by this version of the importer.
    pub fn new(importer: u32, source_sha256: [u8; 32]) -> Self {
        Self { importer, source_sha256, ..Self::default() }
    }

    /// Adds the next input.
    pub fn input(&mut self, name: impl Into<String>, kind: TensorType) -> Result<Handle, BuildError> {
        kind.check()?;
        self.inputs.push(ValueInfo { name: name.into(), dtype: kind.dtype, shape: kind.shape });
        Ok(Handle { kind: Kind::Input, index: self.inputs.len() as u32 - 1 })
    }

    /// Adds a constant.
    pub fn constant(&mut self, tensor: Tensor) -> Result<Handle, BuildError> {
        tensor.tensor_type().check()?;
        tensor.check()?;
        self.constants.push(tensor);
        Ok(Handle { kind: Kind::Constant, index: self.constants.len() as u32 - 1 })
    }

    /// Adds a node and gives its outputs.
    pub fn node(&mut self, op: impl Into<Op>, inputs: &[Handle]) -> Result<Vec<Handle>, BuildError> {
        let op = op.into();
        let types: Vec<TensorType> = inputs.iter().map(|&handle| self.tensor_type(handle)).collect();
        let outputs = op.outputs(&types)?;
        let first = self.computed.len() as u32;
        self.computed.extend(outputs.iter().cloned());
        self.nodes.push((op, inputs.to_vec(), outputs));
        Ok((first..self.computed.len() as u32).map(|index| Handle { kind: Kind::Computed, index }).collect())
    }

    /// Adds a node that has one output.
    pub fn node1(&mut self, op: impl Into<Op>, inputs: &[Handle]) -> Result<Handle, BuildError> {
        let outputs = self.node(op, inputs)?;
        outputs.first().copied().ok_or_else(|| OpError::shape("the operator has no output").into())
    }

    /// Adds the next output.
    pub fn output(&mut self, name: impl Into<String>, handle: Handle) {
        self.labelled_output(name, handle, Vec::new());
    }

    /// Adds the next output with names for its labels, see [`Plan::labels`].
    pub fn labelled_output(&mut self, name: impl Into<String>, handle: Handle, labels: Vec<String>) {
        self.outputs.push((name.into(), handle, labels));
    }

    /// Type of a value of this builder.
    ///
    /// # Panics
    /// When the handle comes from another builder.
    pub fn tensor_type(&self, handle: Handle) -> TensorType {
        let index = handle.index as usize;
        match handle.kind {
            Kind::Input => self.inputs[index].tensor_type(),
            Kind::Constant => self.constants[index].tensor_type(),
            Kind::Computed => self.computed[index].clone(),
        }
    }

    /// The constant behind a handle, `None` for other values.
    pub fn as_constant(&self, handle: Handle) -> Option<&Tensor> {
        self.constants.get(handle.index as usize).filter(|_| handle.kind == Kind::Constant)
    }

    /// The valid Plan. Constants that nothing reads are left out.
    pub fn finish(self) -> Result<Plan, BuildError> {
        let mut used = vec![false; self.constants.len()];
        let read = self.nodes.iter().flat_map(|(_, inputs, _)| inputs).chain(self.outputs.iter().map(|(_, h, _)| h));
        read.filter(|handle| handle.kind == Kind::Constant).for_each(|handle| used[handle.index as usize] = true);
        let first_constant = self.inputs.len() as u32;
        let first_computed = first_constant + used.iter().filter(|&&used| used).count() as u32;
        let id = |handle: Handle| -> ValueId {
            match handle.kind {
                Kind::Input => handle.index,
                Kind::Constant => {
                    let before = used[..handle.index as usize].iter().filter(|&&used| used).count();
                    first_constant + before as u32
                }
                Kind::Computed => first_computed + handle.index,
            }
        };
        let outputs = self.outputs.iter().map(|(name, handle, _)| {
            let kind = self.tensor_type(*handle);
            ValueInfo { name: name.clone(), dtype: kind.dtype, shape: kind.shape }
        });
        let outputs = outputs.collect();
        let output_values = self.outputs.iter().map(|&(_, handle, _)| id(handle)).collect();
        let labels = self.outputs.iter().map(|(_, _, labels)| labels.clone()).collect();
        let nodes = self.nodes.iter().map(|(op, inputs, outputs)| Node {
            op: op.clone(),
            inputs: inputs.iter().map(|&handle| id(handle)).collect(),
            outputs: outputs.clone(),
        });
        let nodes = nodes.collect();
        let kept: Vec<&Tensor> = self.constants.iter().zip(&used).filter(|&(_, used)| *used).map(|(t, _)| t).collect();
        let constants: Vec<TensorType> = kept.iter().map(|tensor| tensor.tensor_type()).collect();
        let weights = pack(&constants, &kept)?;
        let plan = Plan {
            engine: ENGINE_VERSION,
            importer: self.importer,
            source_sha256: self.source_sha256,
            inputs: self.inputs.clone(),
            constants,
            nodes,
            outputs,
            output_values,
            labels,
            weights,
        };
        plan.validate()?;
        Ok(plan)
    }
}

fn pack(types: &[TensorType], constants: &[&Tensor]) -> Result<Vec<u8>, PlanError> {
    let ranges = constant_ranges(types)?;
    let mut weights = vec![0; ranges.last().map_or(0, |range| range.end)];
    for (range, constant) in ranges.into_iter().zip(constants) {
        weights[range].copy_from_slice(&constant.data);
    }
    Ok(weights)
}
