//! One operator on given tensors: what the importer folds constants with, so that no other arithmetic enters a Plan.

use praxis_model::{Op, OpError, Tensor, TensorError, TensorType};

use crate::{
    Fault, Isa,
    align::AlignedBytes,
    call::{self, Call, NodeContext},
    isa::Path,
    probe::probe,
};

/// Why an operator cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// The operator's rule refuses the inputs.
    #[error(transparent)]
    Op(#[from] OpError),
    /// An input is not well formed.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// The machine cannot compute it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The operator's outputs for these inputs, with the arithmetic of a Session.
pub fn evaluate(op: &Op, inputs: &[Tensor]) -> Result<Vec<Tensor>, EvaluateError> {
    let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
    op.outputs(&types)?;
    let constants: Vec<Option<&[u8]>> = inputs.iter().map(|input| Some(input.data.as_slice())).collect();
    op.check_constants(&types, &constants)?;
    evaluate_with(op, inputs, Isa::best())
}

/// The same on a given instruction set, for inputs that a run computes: what operators ask of constants is not checked.
pub(crate) fn evaluate_with(op: &Op, inputs: &[Tensor], isa: Isa) -> Result<Vec<Tensor>, EvaluateError> {
    probe()?;
    let path = Path::new(isa).ok_or(Fault::Unavailable(isa))?;
    inputs.iter().try_for_each(Tensor::check)?;
    let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
    let output_types = op.outputs(&types)?;
    // Tables are read when a node is prepared; everything else is given to the run.
    let tables = inputs.iter().enumerate().map(|(index, input)| op.is_table(index).then_some(input.data.as_slice()));
    let constants: Vec<Option<&[u8]>> = tables.collect();
    let node = NodeContext { inputs: &types, outputs: &output_types, constants: &constants };
    let prepared = call::prepare(op, &node)?;
    let aligned: Vec<AlignedBytes> = inputs.iter().map(|input| AlignedBytes::copy_of(&input.data)).collect();
    let sizes: Vec<usize> = output_types.iter().map(|kind| kind.bytes() as usize).collect();
    let mut outputs: Vec<AlignedBytes> = sizes.iter().map(|&size| AlignedBytes::zeroed(size)).collect();
    let mut scratch = AlignedBytes::zeroed(prepared.scratch_bytes);
    let reads: Vec<&[u8]> =
        aligned.iter().zip(inputs).map(|(bytes, input)| &bytes.as_slice()[..input.data.len()]).collect();
    let mut writes: Vec<&mut [u8]> =
        outputs.iter_mut().zip(&sizes).map(|(bytes, &size)| &mut bytes.as_mut_slice()[..size]).collect();
    let scratch = scratch.as_mut_slice();
    (prepared.run)(&mut Call { path, inputs: &reads, outputs: &mut writes, scratch })?;
    let tensor = |(kind, bytes): (TensorType, &AlignedBytes)| {
        let data = bytes.as_slice()[..kind.bytes() as usize].to_vec();
        Tensor { dtype: kind.dtype, shape: kind.shape, data }
    };
    Ok(output_types.into_iter().zip(&outputs).map(tensor).collect())
}
