//! Praxis on one instruction set.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use praxis_inference::{Isa, Session};
use praxis_model::Tensor;

use super::{
    case::{Case, Output},
    engine::Engine,
};

/// A session with its buffers: a run allocates nothing.
pub(crate) struct Model {
    session: Session,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    /// For each output of the file its place among the Plan's.
    order: Vec<usize>,
}

impl Model {
    /// Prepares the case's Plan.
    pub(crate) fn new(case: &Case, isa: Isa) -> Result<Self> {
        let plan = case.plan.as_ref().map_err(|why| anyhow!("refused: {why}"))?;
        let session = Session::with_isa(Arc::clone(plan), isa)?;
        let inputs = case.ordered_inputs(plan)?;
        let outputs = session.run(&inputs)?;
        let place = |output: &Output| plan.outputs.iter().position(|info| info.name == output.name);
        let order = case.outputs.iter().enumerate().map(|(at, output)| place(output).unwrap_or(at)).collect();
        Ok(Self { session, inputs, outputs, order })
    }
}

impl Engine for Model {
    fn run(&mut self) -> Result<()> {
        let inputs: Vec<&[u8]> = self.inputs.iter().map(|tensor| tensor.data.as_slice()).collect();
        let mut outputs: Vec<&mut [u8]> = self.outputs.iter_mut().map(|tensor| tensor.data.as_mut_slice()).collect();
        Ok(self.session.run_into(&inputs, &mut outputs)?)
    }

    fn outputs(&self) -> Result<Vec<Option<Tensor>>> {
        Ok(self.order.iter().map(|&at| self.outputs.get(at).cloned()).collect())
    }
}
