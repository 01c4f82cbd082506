//! A Plan with its weights packed for one instruction set.

use std::sync::{Arc, Mutex, PoisonError};

use praxis_model::{InputError, Plan, Tensor, TensorType, ValueId, ValueInfo, memory::ArenaLayout};

use crate::{
    Fault, Isa, PrepareError, RunError,
    align::{AlignedBytes, LINE},
    call::{self, Call, NodeContext, Prepared},
    frame::{Operands, Place},
    isa::Path,
    probe::probe,
};

/// Workspaces kept for the next run; more runs at once allocate their own.
const POOL_LIMIT: usize = 4;

/// A prepared Plan. It is shared between threads; each run takes its own workspace.
#[derive(Debug)]
pub struct Session {
    plan: Arc<Plan>,
    path: Path,
    steps: Vec<Step>,
    weights: AlignedBytes,
    /// By value id.
    places: Vec<Place>,
    arena_bytes: usize,
    scratch_bytes: usize,
    held_bytes: usize,
    pool: Mutex<Vec<Workspace>>,
}

/// Where a run is, as [`Session::run_profiled`] reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The node is about to run.
    Begin,
    /// It has run.
    End,
}

/// A node that has something to compute.
#[derive(Debug)]
struct Step {
    /// Position in the Plan.
    node: usize,
    operands: Operands,
    prepared: Prepared,
}

#[derive(Debug)]
struct Workspace {
    arena: AlignedBytes,
    scratch: AlignedBytes,
}

impl Session {
    /// Validates the Plan and packs its weights, for the fastest instruction set of this machine.
    pub fn prepare(plan: Arc<Plan>) -> Result<Self, PrepareError> {
        Self::with_isa(plan, Isa::best())
    }

    /// The same for a given instruction set.
    pub fn with_isa(plan: Arc<Plan>, isa: Isa) -> Result<Self, PrepareError> {
        plan.validate()?;
        probe()?;
        let path = Path::new(isa).ok_or(Fault::Unavailable(isa))?;
        let types = plan.value_types();
        let weights = AlignedBytes::copy_of(&plan.weights);
        let (places, arena_bytes) = places(&plan, &types)?;
        let arena_bytes = arena_bytes.next_multiple_of(LINE);
        let steps = steps(&plan, &types, weights.as_slice(), &places, arena_bytes)?;
        let scratch_bytes = steps.iter().map(|step| step.prepared.scratch_bytes).max().unwrap_or(0);
        let held_bytes = weights.len() + steps.iter().map(|step| step.prepared.held_bytes).sum::<usize>();
        let pool = Mutex::new(Vec::with_capacity(POOL_LIMIT));
        Ok(Self { plan, path, steps, weights, places, arena_bytes, scratch_bytes, held_bytes, pool })
    }

    /// The Plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The instruction set that it was prepared for.
    pub fn isa(&self) -> Isa {
        self.path.isa()
    }

    /// Memory that the session holds between runs, without the Plan and pooled workspaces, in bytes.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Memory of one workspace, in bytes; up to four are kept.
    pub fn workspace_bytes(&self) -> usize {
        self.arena_bytes + self.scratch_bytes
    }

    /// Runs the model. A batch-1 model takes B rows as B runs; the rows of the outputs are joined on dimension 0.
    pub fn run(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, RunError> {
        self.run_observed(inputs, |_, _| ())
    }

    /// [`Self::run`] that calls `observe` with the node's position in the Plan before and after each node. Nodes that
    /// only give bytes a new shape do not run and are not reported.
    pub fn run_profiled(
        &self,
        inputs: &[Tensor],
        observe: &mut dyn FnMut(usize, Phase),
    ) -> Result<Vec<Tensor>, RunError> {
        self.run_observed(inputs, observe)
    }

    fn run_observed(&self, inputs: &[Tensor], mut observe: impl FnMut(usize, Phase)) -> Result<Vec<Tensor>, RunError> {
        let rows = self.plan.check_inputs(inputs)? as usize;
        probe()?;
        let mut outputs: Vec<Tensor> = self.plan.outputs.iter().map(|info| empty_rows(info, rows)).collect();
        self.with_workspace(|workspace| {
            for row in 0..rows {
                for (input, place) in inputs.iter().zip(&self.places) {
                    let target = input_place(workspace, place)?;
                    target.copy_from_slice(&input.data[row * target.len()..(row + 1) * target.len()]);
                }
                self.run_steps(workspace, &mut observe)?;
                for (output, &value) in outputs.iter_mut().zip(&self.plan.output_values) {
                    output.data.extend_from_slice(self.value(&workspace.arena, value)?);
                }
            }
            Ok(())
        })?;
        Ok(outputs)
    }

    /// Runs one row from bytes to bytes, in the model's order of inputs and outputs; nothing is allocated once a workspace
    /// is there. `outputs` have the lengths of the model's outputs.
    ///
    /// # Errors
    /// [`InputError`] where an input does not have the length of its type, or a bool is neither 0 nor 1. An output of another
    /// length is an error of the calling code and a [`Fault`].
    pub fn run_into(&self, inputs: &[&[u8]], outputs: &mut [&mut [u8]]) -> Result<(), RunError> {
        self.check_bytes(inputs)?;
        probe()?;
        Ok(self.with_workspace(|workspace| {
            for (input, place) in inputs.iter().zip(&self.places) {
                input_place(workspace, place)?.copy_from_slice(input);
            }
            self.run_steps(workspace, &mut |_, _| ())?;
            if outputs.len() != self.plan.output_values.len() {
                return Err(Fault::Internal("a run is given another number of outputs than the model has"));
            }
            for (output, &value) in outputs.iter_mut().zip(&self.plan.output_values) {
                let found = self.value(&workspace.arena, value)?;
                if output.len() != found.len() {
                    return Err(Fault::Internal("a run is given an output of another length than the model's"));
                }
                output.copy_from_slice(found);
            }
            Ok(())
        })?)
    }

    fn check_bytes(&self, inputs: &[&[u8]]) -> Result<(), InputError> {
        let infos = &self.plan.inputs;
        if inputs.len() != infos.len() {
            let (expected, given) = (infos.len() as u64, inputs.len() as u64);
            return Err(InputError::InputCount { expected, given });
        }
        for (index, ((input, info), place)) in inputs.iter().zip(infos).zip(&self.places).enumerate() {
            let (Place::Arena(range) | Place::Weights(range)) = place;
            let wrong_bool = info.dtype == praxis_model::DType::Bool && input.iter().any(|&byte| byte > 1);
            if input.len() != range.len() || wrong_bool {
                let (expected, given) = (range.len() as u64, input.len() as u64);
                return Err(InputError::InputLength { index: index as u64, expected, given });
            }
        }
        Ok(())
    }

    fn run_steps(&self, workspace: &mut Workspace, observe: &mut impl FnMut(usize, Phase)) -> Result<(), Fault> {
        let (path, weights) = (self.path, self.weights.as_slice());
        let (arena, scratch) = (workspace.arena.as_mut_slice(), workspace.scratch.as_mut_slice());
        for step in &self.steps {
            observe(step.node, Phase::Begin);
            let scratch = &mut scratch[..step.prepared.scratch_bytes];
            step.operands.with(weights, arena, scratch, |inputs, outputs, scratch| {
                (step.prepared.run)(&mut Call { path, inputs, outputs, scratch })
            })??;
            observe(step.node, Phase::End);
        }
        Ok(())
    }

    fn value<'a>(&'a self, arena: &'a AlignedBytes, value: ValueId) -> Result<&'a [u8], Fault> {
        match self.places.get(value as usize) {
            Some(Place::Weights(range)) => Ok(&self.weights.as_slice()[range.clone()]),
            Some(Place::Arena(range)) => Ok(&arena.as_slice()[range.clone()]),
            None => Err(Fault::Internal("an output names an unknown value")),
        }
    }

    /// A fault drops the workspace: the node stops anyway.
    fn with_workspace(&self, run: impl FnOnce(&mut Workspace) -> Result<(), Fault>) -> Result<(), Fault> {
        let pooled = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workspace = pooled.unwrap_or_else(|| Workspace {
            arena: AlignedBytes::zeroed(self.arena_bytes),
            scratch: AlignedBytes::zeroed(self.scratch_bytes),
        });
        run(&mut workspace)?;
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOL_LIMIT {
            pool.push(workspace);
        }
        Ok(())
    }
}

fn input_place<'a>(workspace: &'a mut Workspace, place: &Place) -> Result<&'a mut [u8], Fault> {
    match place {
        Place::Arena(range) => Ok(&mut workspace.arena.as_mut_slice()[range.clone()]),
        Place::Weights(_) => Err(Fault::Internal("an input is not in the arena")),
    }
}

fn empty_rows(info: &ValueInfo, rows: usize) -> Tensor {
    let mut shape = info.shape.clone();
    // A batch was accepted only for models with a leading dimension of 1; other models have one row.
    if rows > 1
        && let Some(first) = shape.first_mut()
    {
        *first = rows as u32;
    }
    Tensor { dtype: info.dtype, shape, data: Vec::with_capacity(info.tensor_type().bytes() as usize * rows) }
}

/// Inputs stand before the computed values in the arena.
fn places(plan: &Plan, types: &[TensorType]) -> Result<(Vec<Place>, usize), PrepareError> {
    let layout = ArenaLayout::new(plan, types);
    let size = |kind: &TensorType| kind.bytes() as usize;
    let mut places: Vec<Place> = Vec::with_capacity(types.len());
    let mut inputs_end = 0;
    for kind in &types[..plan.inputs.len()] {
        places.push(Place::Arena(inputs_end..inputs_end + size(kind)));
        inputs_end = (inputs_end + size(kind)).next_multiple_of(LINE);
    }
    for range in plan.constant_ranges()? {
        places.push(Place::Weights(range));
    }
    for (index, kind) in types.iter().enumerate().skip(places.len()) {
        let place = match layout.offsets[index] {
            Some(offset) => Place::Arena(inputs_end + offset as usize..inputs_end + offset as usize + size(kind)),
            None => {
                let root = layout.storage[index] as usize;
                let shared = places.get(root).filter(|_| root < index);
                shared.cloned().ok_or(Fault::Internal("a computed value has no place in the arena"))?
            }
        };
        places.push(place);
    }
    Ok((places, inputs_end + layout.bytes as usize))
}

fn steps(
    plan: &Plan,
    types: &[TensorType],
    weights: &[u8],
    places: &[Place],
    arena_bytes: usize,
) -> Result<Vec<Step>, PrepareError> {
    let mut steps = Vec::with_capacity(plan.nodes.len());
    let mut next = plan.first_computed() as usize;
    for (index, node) in plan.nodes.iter().enumerate() {
        let outputs = next..next + node.outputs.len();
        next = outputs.end;
        if node.op.is_view() {
            continue;
        }
        let inputs: Vec<TensorType> = node.inputs.iter().map(|&id| types[id as usize].clone()).collect();
        let read: Vec<Place> = node.inputs.iter().map(|&id| places[id as usize].clone()).collect();
        let constant = |place: &Place| match place {
            Place::Weights(range) => Some(&weights[range.clone()]),
            Place::Arena(_) => None,
        };
        let constants: Vec<Option<&[u8]>> = read.iter().map(constant).collect();
        let context = NodeContext { inputs: &inputs, outputs: &node.outputs, constants: &constants };
        let prepared = call::prepare(&node.op, &context)?;
        let operands = Operands::new(read, places[outputs].to_vec(), weights.len(), arena_bytes)?;
        steps.push(Step { node: index, operands, prepared });
    }
    Ok(steps)
}
