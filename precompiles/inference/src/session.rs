//! A Plan with its weights packed for one instruction set.

use std::sync::{Arc, Mutex, PoisonError};

use praxis_model::{Node, Plan, Tensor, TensorType, ValueId, memory::ArenaLayout};

use crate::{
    Fault, Isa, PrepareError, RunError,
    align::{AlignedBytes, LINE},
    call::{self, Call, NodeContext, Prepared},
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
    nodes: Vec<Prepared>,
    weights: AlignedBytes,
    places: Vec<Place>,
    arena_bytes: usize,
    scratch_bytes: usize,
    held_bytes: usize,
    pool: Mutex<Vec<Workspace>>,
}

/// Where a value stands during a run.
#[derive(Clone, Copy, Debug)]
enum Place {
    Weights { start: usize, bytes: usize },
    Arena { start: usize, bytes: usize },
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
        let nodes = prepare_nodes(&plan, &types, weights.as_slice(), &places)?;
        let scratch_bytes = nodes.iter().map(|node| node.scratch_bytes).max().unwrap_or(0);
        let held_bytes = weights.len() + nodes.iter().map(|node| node.held_bytes).sum::<usize>();
        let pool = Mutex::new(Vec::new());
        Ok(Self { plan, path, nodes, weights, places, arena_bytes, scratch_bytes, held_bytes, pool })
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
        let rows = self.plan.check_inputs(inputs)?;
        probe()?;
        let mut workspace = self.take_workspace();
        let result = self.run_rows(&mut workspace, inputs, rows as usize);
        self.give_back(workspace);
        Ok(result?)
    }

    fn run_rows(&self, workspace: &mut Workspace, inputs: &[Tensor], rows: usize) -> Result<Vec<Tensor>, Fault> {
        let mut outputs: Vec<Tensor> = self.plan.outputs.iter().map(|info| empty_rows(info, rows)).collect();
        for row in 0..rows {
            for (input, place) in inputs.iter().zip(&self.places) {
                let Place::Arena { start, bytes } = *place else {
                    return Err(Fault::Internal("an input is not in the arena"));
                };
                let data = &input.data[row * bytes..(row + 1) * bytes];
                workspace.arena.as_mut_slice()[start..start + bytes].copy_from_slice(data);
            }
            self.run_nodes(workspace)?;
            for (output, &value) in outputs.iter_mut().zip(&self.plan.output_values) {
                output.data.extend_from_slice(self.value(&workspace.arena, value)?);
            }
        }
        Ok(outputs)
    }

    fn run_nodes(&self, workspace: &mut Workspace) -> Result<(), Fault> {
        let mut next = self.plan.first_computed() as usize;
        for (node, prepared) in self.plan.nodes.iter().zip(&self.nodes) {
            let outputs = next..next + node.outputs.len();
            next = outputs.end;
            self.run_node(workspace, node, prepared, outputs)?;
        }
        Ok(())
    }

    fn run_node(
        &self,
        workspace: &mut Workspace,
        node: &Node,
        prepared: &Prepared,
        outputs: core::ops::Range<usize>,
    ) -> Result<(), Fault> {
        let arena = workspace.arena.as_mut_slice();
        let mut taken = Vec::with_capacity(outputs.len());
        for place in &self.places[outputs] {
            let Place::Arena { start, bytes } = *place else {
                return Err(Fault::Internal("an output is not in the arena"));
            };
            taken.push(start..start + bytes);
        }
        let (reads, writes) = split(arena, &taken)?;
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for &value in &node.inputs {
            inputs.push(match self.places.get(value as usize) {
                Some(&Place::Weights { start, bytes }) => &self.weights.as_slice()[start..start + bytes],
                Some(&Place::Arena { start, bytes }) => find(&reads, start, bytes)?,
                None => return Err(Fault::Internal("a node reads an unknown value")),
            });
        }
        let scratch = &mut workspace.scratch.as_mut_slice()[..prepared.scratch_bytes];
        (prepared.run)(&mut Call { path: self.path, inputs, outputs: writes, scratch })
    }

    fn value<'a>(&'a self, arena: &'a AlignedBytes, value: ValueId) -> Result<&'a [u8], Fault> {
        match self.places.get(value as usize) {
            Some(&Place::Weights { start, bytes }) => Ok(&self.weights.as_slice()[start..start + bytes]),
            Some(&Place::Arena { start, bytes }) => Ok(&arena.as_slice()[start..start + bytes]),
            None => Err(Fault::Internal("an output names an unknown value")),
        }
    }

    fn take_workspace(&self) -> Workspace {
        let pooled = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        pooled.unwrap_or_else(|| Workspace {
            arena: AlignedBytes::zeroed(self.arena_bytes),
            scratch: AlignedBytes::zeroed(self.scratch_bytes),
        })
    }

    fn give_back(&self, workspace: Workspace) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOL_LIMIT {
            pool.push(workspace);
        }
    }
}

fn empty_rows(info: &praxis_model::ValueInfo, rows: usize) -> Tensor {
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
    let mut places = Vec::with_capacity(types.len());
    let mut inputs_end = 0;
    for kind in &types[..plan.inputs.len()] {
        places.push(Place::Arena { start: inputs_end, bytes: size(kind) });
        inputs_end = (inputs_end + size(kind)).next_multiple_of(LINE);
    }
    for range in plan.constant_ranges()? {
        places.push(Place::Weights { start: range.start, bytes: range.len() });
    }
    for (kind, offset) in types.iter().zip(&layout.offsets).skip(places.len()) {
        let offset = offset.ok_or(Fault::Internal("a computed value has no place in the arena"))?;
        places.push(Place::Arena { start: inputs_end + offset as usize, bytes: size(kind) });
    }
    Ok((places, inputs_end + layout.bytes as usize))
}

fn prepare_nodes(
    plan: &Plan,
    types: &[TensorType],
    weights: &[u8],
    places: &[Place],
) -> Result<Vec<Prepared>, PrepareError> {
    let mut nodes = Vec::with_capacity(plan.nodes.len());
    for node in &plan.nodes {
        let inputs: Vec<TensorType> = node.inputs.iter().map(|&id| types[id as usize].clone()).collect();
        let constant = |&id: &ValueId| match places[id as usize] {
            Place::Weights { start, bytes } => Some(&weights[start..start + bytes]),
            Place::Arena { .. } => None,
        };
        let constants: Vec<Option<&[u8]>> = node.inputs.iter().map(constant).collect();
        let context = NodeContext { inputs: &inputs, outputs: &node.outputs, constants: &constants };
        nodes.push(call::prepare(&node.op, &context)?);
    }
    Ok(nodes)
}

/// A part of the arena that a node may read, with where it starts.
type Readable<'a> = (usize, &'a [u8]);

/// Cuts the ranges that a node writes out of the arena; the rest can be read.
fn split<'a>(
    arena: &'a mut [u8],
    taken: &[core::ops::Range<usize>],
) -> Result<(Vec<Readable<'a>>, Vec<&'a mut [u8]>), Fault> {
    let mut order: Vec<usize> = (0..taken.len()).collect();
    order.sort_unstable_by_key(|&index| taken[index].start);
    let mut reads = Vec::with_capacity(taken.len() + 1);
    let mut writes: Vec<Option<&'a mut [u8]>> = taken.iter().map(|_| None).collect();
    let (mut rest, mut at) = (arena, 0);
    for index in order {
        let range = &taken[index];
        if range.start < at || range.end > at + rest.len() {
            return Err(Fault::Internal("outputs of a node overlap"));
        }
        let (before, tail) = rest.split_at_mut(range.start - at);
        let (written, tail) = tail.split_at_mut(range.len());
        reads.push((at, &*before));
        writes[index] = Some(written);
        (rest, at) = (tail, range.end);
    }
    reads.push((at, &*rest));
    Ok((reads, writes.into_iter().flatten().collect()))
}

fn find<'a>(reads: &[Readable<'a>], start: usize, bytes: usize) -> Result<&'a [u8], Fault> {
    reads
        .iter()
        .find(|(at, part)| *at <= start && start + bytes <= at + part.len())
        .map(|(at, part)| &part[start - at..start - at + bytes])
        .ok_or(Fault::Internal("a node reads what it writes"))
}
