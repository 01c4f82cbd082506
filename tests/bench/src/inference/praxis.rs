//! Praxis on one instruction set.

use std::sync::Arc;

use anyhow::Result;
use praxis_inference::{Isa, Session};
use praxis_model::Tensor;

use super::{case::Case, engine::Engine};

/// A session with its buffers: a run allocates nothing.
pub(crate) struct Model {
    session: Session,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
}

impl Model {
    /// Prepares the case's Plan.
    pub(crate) fn new(case: &Case, isa: Isa) -> Result<Self> {
        let session = Session::with_isa(Arc::clone(&case.plan), isa)?;
        let inputs: Vec<Tensor> = case.inputs.iter().map(|(_, tensor)| tensor.clone()).collect();
        let outputs = session.run(&inputs)?;
        Ok(Self { session, inputs, outputs })
    }
}

impl Engine for Model {
    fn run(&mut self) -> Result<()> {
        let inputs: Vec<&[u8]> = self.inputs.iter().map(|tensor| tensor.data.as_slice()).collect();
        let mut outputs: Vec<&mut [u8]> = self.outputs.iter_mut().map(|tensor| tensor.data.as_mut_slice()).collect();
        Ok(self.session.run_into(&inputs, &mut outputs)?)
    }

    fn outputs(&self) -> Result<Vec<Option<Tensor>>> {
        Ok(self.outputs.iter().cloned().map(Some).collect())
    }
}
