//! Recurrent cells: LSTM, GRU and RNN. What they have in common: the operands, the directions, the counted work.

mod activation;
mod cells;

pub use activation::Activation;
pub use cells::{GRU, LSTM, RNN};

use super::{OpMemory, rules};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Which way a recurrent cell goes through its sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the first step to the last.
    Forward,
    /// From the last step to the first.
    Reverse,
    /// Both, with weights of their own.
    Bidirectional,
}

impl Direction {
    /// Number of passes, each with its own weights.
    pub const fn count(self) -> u32 {
        match self {
            Self::Forward | Self::Reverse => 1,
            Self::Bidirectional => 2,
        }
    }

    /// Whether a pass goes from the last step to the first.
    pub const fn is_reverse(self, pass: usize) -> bool {
        match self {
            Self::Forward => false,
            Self::Reverse => true,
            Self::Bidirectional => pass == 1,
        }
    }
}

/// Attributes of all recurrent cells.
///
/// The operands are X (steps, batch, features), W (directions, gates * hidden, features), R (directions, gates * hidden,
/// hidden), and then those of these that are there: B (directions, 2 * gates * hidden), lengths (int32, batch), the initial
/// state (directions, batch, hidden). The results are all states (steps, directions, batch, hidden) and the last ones
/// (directions, batch, hidden).
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    /// Which way.
    pub direction: Direction,
    /// The functions of the gates, pass by pass.
    pub activations: Vec<Activation>,
    /// What enters the functions of the gates is held between -clip and clip; positive. A cell state is not.
    pub clip: Option<f32>,
    /// Whether B is an operand.
    pub bias: bool,
    /// Whether each sequence of the batch has a length of its own.
    pub lengths: bool,
    /// Whether the initial state is an operand; it is 0 otherwise.
    pub initial_state: bool,
}

/// Sizes of a recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrentSizes {
    /// Steps of the sequence.
    pub steps: u32,
    /// Sequences side by side.
    pub batch: u32,
    /// Numbers that enter at each step.
    pub features: u32,
    /// Numbers of a state.
    pub hidden: u32,
}

/// Steps whose products with the input weights are computed at once.
pub const STEPS_AT_ONCE: u32 = 32;

/// Elements that one step of one sequence counts as beside what it computes.
const STEP_COST: u64 = 96;

/// Largest number of activations: three for each of two passes.
const MAX_ACTIVATIONS: usize = 6;

impl Recurrence {
    /// Both biases, all features: the usual form with these functions.
    pub fn new(direction: Direction, activations: &[Activation]) -> Self {
        let activations = activations.repeat(direction.count() as usize);
        Self { direction, activations, clip: None, bias: false, lengths: false, initial_state: false }
    }

    fn encode(&self, out: &mut Writer) {
        out.u8(match self.direction {
            Direction::Forward => 0,
            Direction::Reverse => 1,
            Direction::Bidirectional => 2,
        });
        out.list(&self.activations, |w, activation| activation.encode(w));
        out.bool(self.clip.is_some());
        self.clip.into_iter().for_each(|clip| out.f32(clip));
        [self.bias, self.lengths, self.initial_state].into_iter().for_each(|flag| out.bool(flag));
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let direction = match reader.u8()? {
            0 => Direction::Forward,
            1 => Direction::Reverse,
            2 => Direction::Bidirectional,
            _ => return Err(PlanError::NotCanonical { what: "a direction has an unknown number" }),
        };
        let activations =
            reader.list("number of activations", MAX_ACTIVATIONS, Activation::MIN_BYTES, Activation::decode)?;
        let clip = if reader.bool()? { Some(reader.f32()?) } else { None };
        let [bias, lengths, initial_state] = [reader.bool()?, reader.bool()?, reader.bool()?];
        Ok(Self { direction, activations, clip, bias, lengths, initial_state })
    }

    /// Number of operands, without those that only one kind of cell has.
    fn operands(&self) -> usize {
        3 + usize::from(self.bias) + usize::from(self.lengths) + usize::from(self.initial_state)
    }

    /// Which operand B is.
    pub fn bias_operand(&self) -> Option<usize> {
        self.bias.then_some(3)
    }

    /// Which operand the lengths are.
    pub fn lengths_operand(&self) -> Option<usize> {
        self.lengths.then_some(3 + usize::from(self.bias))
    }

    /// Which operand the initial state is.
    pub fn initial_operand(&self) -> Option<usize> {
        self.initial_state.then_some(3 + usize::from(self.bias) + usize::from(self.lengths))
    }

    /// The sizes, from the shapes of X and R.
    pub fn sizes(&self, inputs: &[TensorType]) -> Option<RecurrentSizes> {
        match (inputs.first()?.shape.as_slice(), inputs.get(2)?.shape.as_slice()) {
            (&[steps, batch, features], &[_, _, hidden]) => Some(RecurrentSizes { steps, batch, features, hidden }),
            _ => None,
        }
    }

    /// Checks the common operands and attributes; gives sizes and results without the cell state. `extra` operands follow.
    fn outputs(
        &self,
        inputs: &[TensorType],
        gates: u32,
        functions: usize,
        extra: usize,
    ) -> Result<(RecurrentSizes, Vec<TensorType>), OpError> {
        if inputs.len() != self.operands() + extra {
            return Err(OpError::Arity { expected: "as many as its flags say", found: inputs.len() });
        }
        self.check_attributes(functions)?;
        let dtype = inputs[0].dtype;
        for (index, input) in inputs.iter().enumerate() {
            let is_lengths = self.lengths_operand() == Some(index);
            let fits = if is_lengths { input.dtype == DType::I32 } else { input.dtype == dtype && accepts(dtype) };
            if !fits {
                let accepted = if is_lengths { "int32" } else { ACCEPTED };
                return Err(OpError::InputType { input: index, found: input.dtype, accepted });
            }
        }
        let sizes = self.sizes(inputs).ok_or_else(|| OpError::shape("X and R should have three dimensions"))?;
        let RecurrentSizes { steps, batch, features, hidden } = sizes;
        let passes = self.direction.count();
        let rows = rules::product(&[gates, hidden])?;
        expect("W", &inputs[1], &[passes, rows, features])?;
        expect("R", &inputs[2], &[passes, rows, hidden])?;
        if let Some(index) = self.bias_operand() {
            expect("B", &inputs[index], &[passes, rules::product(&[2, rows])?])?;
        }
        if let Some(index) = self.lengths_operand() {
            expect("the lengths", &inputs[index], &[batch])?;
        }
        if let Some(index) = self.initial_operand() {
            expect("the initial state", &inputs[index], &[passes, batch, hidden])?;
        }
        let all = TensorType::new(dtype, [steps, passes, batch, hidden]);
        Ok((sizes, vec![all, TensorType::new(dtype, [passes, batch, hidden])]))
    }

    fn check_attributes(&self, functions: usize) -> Result<(), OpError> {
        let expected = functions * self.direction.count() as usize;
        if self.activations.len() != expected {
            let why = format!("has {} functions, it should have {expected}", self.activations.len());
            return Err(OpError::attribute("activations", why));
        }
        if !self.activations.iter().all(|activation| activation.is_finite()) {
            return Err(OpError::attribute("activations", "has a parameter that is not finite"));
        }
        match self.clip {
            Some(clip) if !(clip > 0.0 && clip.is_finite()) => {
                Err(OpError::attribute("clip", "should be positive and finite"))
            }
            _ => Ok(()),
        }
    }

    fn work(&self, inputs: &[TensorType], gates: u64, functions: u64) -> Work {
        let Some(sizes) = self.sizes(inputs) else { return Work::default() };
        let [steps, batch, features, hidden] = sizes.wide();
        let passes = u64::from(self.direction.count());
        let cells = passes.saturating_mul(steps).saturating_mul(batch);
        let columns = gates.saturating_mul(hidden);
        // Columns are packed in panels of 16; a GRU may need two matrices.
        let padded = columns.next_multiple_of(PANEL).saturating_add(if gates == 3 { PANEL } else { 0 });
        let terms = cells.saturating_mul(features.saturating_add(hidden));
        // Softplus is computed one number at a time, through wider ones.
        let weight = if self.activations.contains(&Activation::Softplus) { 8 } else { 1 };
        let functions = cells.saturating_mul(functions.saturating_mul(hidden)).saturating_mul(weight);
        let per_cell = columns.saturating_mul(4).saturating_add(features).saturating_add(hidden);
        let moved = cells.saturating_mul(per_cell.saturating_add(STEP_COST));
        let setup = passes.saturating_mul(columns).saturating_mul(2);
        let elements = moved.saturating_add(setup);
        if inputs.first().is_some_and(|x| x.dtype == DType::F32) {
            let multiply_adds = terms.saturating_mul(padded);
            Work { multiply_adds, transcendentals: functions, elements, ..Work::default() }
        } else {
            let wide_multiply_adds = terms.saturating_mul(columns);
            Work { wide_multiply_adds, wide_transcendentals: functions, elements, ..Work::default() }
        }
    }

    /// Weights are packed; a run holds one pass: products of some steps with the input weights, gates, states, bias.
    fn memory(&self, inputs: &[TensorType], gates: u64) -> OpMemory {
        let Some(sizes) = self.sizes(inputs) else { return OpMemory::default() };
        let [steps, batch, features, hidden] = sizes.wide();
        let passes = u64::from(self.direction.count());
        let width = inputs.first().map_or(8, |x| x.dtype.size() as u64);
        let columns = gates.saturating_mul(hidden).next_multiple_of(PANEL).saturating_add(2 * PANEL);
        let numbers = |count: u64| count.saturating_mul(width).saturating_add(LINE);
        let packed = |k: u64| numbers(passes.saturating_mul(k).saturating_mul(columns));
        let rows = steps.min(u64::from(STEPS_AT_ONCE)).saturating_mul(batch);
        let product = rows.saturating_mul(columns.saturating_add(features));
        let step = batch.saturating_mul(columns.saturating_add(hidden.saturating_mul(6)));
        let partial = columns.saturating_mul(features.max(hidden).div_ceil(BLOCK));
        let scratch = [product, step, partial, columns.saturating_mul(2)].into_iter().fold(0u64, u64::saturating_add);
        let scratch = numbers(scratch).saturating_add(8 * LINE);
        OpMemory { packed: vec![(1, packed(features)), (2, packed(hidden))], scratch }
    }
}

impl RecurrentSizes {
    fn wide(self) -> [u64; 4] {
        [self.steps, self.batch, self.features, self.hidden].map(u64::from)
    }
}

const PANEL: u64 = 16;
const BLOCK: u64 = 256;
const LINE: u64 = 64;

const ACCEPTED: &str = "float32 and float64";

fn accepts(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64)
}

fn expect(name: &str, input: &TensorType, shape: &[u32]) -> Result<(), OpError> {
    if input.shape == shape {
        return Ok(());
    }
    Err(OpError::shape(format!("{name} should have the shape {shape:?}, it has {:?}", input.shape)))
}
