//! What a kernel sees when it is prepared and when it runs.

use praxis_model::{Op, TensorType};

use crate::{
    Fault,
    align::{self, Plain},
    isa::Path,
};

/// A node when it is prepared.
#[derive(Debug)]
pub(crate) struct NodeContext<'a> {
    pub(crate) inputs: &'a [TensorType],
    pub(crate) outputs: &'a [TensorType],
    /// Bytes of the inputs that are constants.
    pub(crate) constants: &'a [Option<&'a [u8]>],
}

/// A node ready to run.
pub(crate) struct Prepared {
    pub(crate) run: Box<Run>,
    /// Scratch memory that a run needs, in bytes.
    pub(crate) scratch_bytes: usize,
    /// Memory that it holds between runs, in bytes.
    pub(crate) held_bytes: usize,
}

/// Computes a node's outputs from its inputs.
pub(crate) type Run = dyn Fn(&mut Call<'_>) -> Result<(), Fault> + Send + Sync;

/// A kernel: how an operator of the model crate is computed.
pub(crate) trait Kernel {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault>;
}

/// One run of one node. All slices start at a multiple of 64 bytes.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) path: Path,
    pub(crate) inputs: &'a [&'a [u8]],
    pub(crate) outputs: &'a mut [&'a mut [u8]],
    pub(crate) scratch: &'a mut [u8],
}

impl core::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Prepared").field("scratch_bytes", &self.scratch_bytes).finish_non_exhaustive()
    }
}

impl Prepared {
    /// A node without scratch memory.
    pub(crate) fn new(run: impl Fn(&mut Call<'_>) -> Result<(), Fault> + Send + Sync + 'static) -> Self {
        Self { run: Box::new(run), scratch_bytes: 0, held_bytes: 0 }
    }
}

impl<'a> Call<'a> {
    /// Bytes of an input.
    pub(crate) fn input_bytes(&self, index: usize) -> Result<&'a [u8], Fault> {
        self.inputs.get(index).copied().ok_or(Fault::Internal("a node misses an input"))
    }

    /// Elements of an input.
    pub(crate) fn input<T: Plain>(&self, index: usize) -> Result<&'a [T], Fault> {
        align::elements(self.input_bytes(index)?)
    }

    /// Bytes of the first output.
    pub(crate) fn output_bytes(&mut self) -> Result<&mut [u8], Fault> {
        self.outputs.first_mut().map(|output| &mut **output).ok_or(Fault::Internal("a node misses its output"))
    }

    /// Elements of the first output.
    pub(crate) fn output<T: Plain>(&mut self) -> Result<&mut [T], Fault> {
        align::elements_mut(self.output_bytes()?)
    }

    /// Elements of the first output, and the scratch memory beside it.
    pub(crate) fn output_and_scratch<T: Plain>(&mut self) -> Result<(&mut [T], &mut [u8]), Fault> {
        let output = self.outputs.first_mut().ok_or(Fault::Internal("a node misses its output"))?;
        Ok((align::elements_mut(output)?, self.scratch))
    }
}

/// Prepares any operator.
pub(crate) fn prepare(op: &Op, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
    crate::ops::kernel(op).prepare(node)
}
