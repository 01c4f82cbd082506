//! Random valid Plans over all operators, from a seed or from a fuzzer's bytes.
//!
//! Nothing here knows an operator: attributes are read from random fields by the operator's own decoder, operands are
//! values at hand or new ones, and what the operator's rule refuses is tried again. So a new operator takes part at once.

use praxis_model::{DType, Handle, Op, Plan, PlanBuilder, Tensor, TensorType, codec::Reader};

/// Most elements of a value of a small Plan.
const SMALL_ELEMENTS: u64 = 2_048;
/// Most gas of a run: Plans are small, so that thousands of them run on the slowest path.
const MAX_GAS: u64 = 400_000;
/// Most memory of a prepared Plan and a run.
const MAX_MEMORY_BYTES: u64 = 8 << 20;
/// Tries to find attributes and operands for a node.
const TRIES: usize = 200;

/// Odd, and near 2^64 over the golden ratio: what SplitMix64 steps by.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Where choices come from.
#[derive(Debug)]
pub struct Source<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl<'a> Source<'a> {
    /// Choices from SplitMix64 with this seed.
    pub const fn seeded(seed: u64) -> Self {
        Self { bytes: &[], state: seed }
    }

    /// Choices from bytes; once they are used up, from SplitMix64 with the first eight as its seed. So few bytes are a whole
    /// Plan, and each further one that a fuzzer adds decides one thing more.
    pub fn of_bytes(bytes: &'a [u8]) -> Self {
        let (first, bytes) = bytes.split_at(bytes.len().min(8));
        let seed = first.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        Self { bytes, state: seed }
    }

    /// The next 64 bits; of bytes, four are taken.
    pub fn word(&mut self) -> u64 {
        if !self.bytes.is_empty() {
            let (taken, rest) = self.bytes.split_at(self.bytes.len().min(4));
            self.bytes = rest;
            let low = taken.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
            // Spread over the word, so that each part of it can be used.
            return low.wrapping_mul(GOLDEN);
        }
        self.state = self.state.wrapping_add(GOLDEN);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.word() >> 16) % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// How large the values of a Plan are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A few elements to some thousand.
    Small,
    /// Up to this many elements, mostly many.
    Large(u64),
}

impl Scale {
    const fn max_elements(self) -> u64 {
        match self {
            Self::Small => SMALL_ELEMENTS,
            Self::Large(elements) => elements,
        }
    }

    const fn dims(self) -> [u32; 10] {
        match self {
            Self::Small => [1, 1, 2, 2, 3, 4, 5, 8, 17, 33],
            Self::Large(_) => [1, 3, 16, 16, 64, 64, 129, 256, 256, 1000],
        }
    }
}

/// A random valid Plan of one node of the operator at this place of the table. `None` where nothing was found.
pub fn single(source: &mut Source<'_>, place: usize, scale: Scale) -> Option<Plan> {
    let mut builder = PlanBuilder::new(0, [0; 32]);
    let (code, _) = Op::TABLE[place % Op::TABLE.len()];
    let outputs = add_node(&mut builder, source, code, &mut Vec::new(), &mut 0, scale)?;
    for (index, value) in outputs.into_iter().enumerate() {
        builder.output(format!("y{index}"), value);
    }
    builder.finish().ok()
}

/// A random valid Plan of one to six nodes; `first` is the place in the operators' table that the first node is wanted
/// of. `None` where nothing was found.
pub fn plan(source: &mut Source<'_>, first: usize) -> Option<Plan> {
    let mut builder = PlanBuilder::new(0, [0; 32]);
    let mut values = Vec::new();
    let (mut inputs, mut computed) = (0, Vec::new());
    let wanted = 1 + source.below(6) as usize;
    for node in 0..wanted {
        let place = if node == 0 { first } else { source.below(Op::TABLE.len() as u64) as usize };
        let (code, _) = Op::TABLE[place % Op::TABLE.len()];
        if let Some(outputs) = add_node(&mut builder, source, code, &mut values, &mut inputs, Scale::Small) {
            computed.extend(outputs.iter().copied());
            values.extend(outputs);
        } else if node == 0 {
            return None;
        }
    }
    for (index, value) in computed.iter().enumerate().take(8) {
        builder.output(format!("y{index}"), *value);
    }
    let plan = builder.finish().ok()?;
    let cost = plan.cost();
    (cost.gas <= MAX_GAS && cost.memory_bytes <= MAX_MEMORY_BYTES).then_some(plan)
}

/// Inputs for a Plan; `wild` of 256 floats are special or have any bits.
pub fn inputs(source: &mut Source<'_>, plan: &Plan, wild: u64) -> Vec<Tensor> {
    plan.inputs.iter().map(|info| tensor(source, &info.tensor_type(), wild)).collect()
}

fn add_node(
    builder: &mut PlanBuilder,
    source: &mut Source<'_>,
    code: u16,
    values: &mut Vec<Handle>,
    inputs: &mut usize,
    scale: Scale,
) -> Option<Vec<Handle>> {
    for _ in 0..TRIES {
        let bytes = fields(source);
        let Ok(op) = Op::decode_attributes(code, &mut Reader::new(&bytes)) else { continue };
        let operands = operands(builder, source, values, scale);
        let kinds: Vec<TensorType> = operands.iter().map(|operand| operand.kind(builder)).collect();
        let Ok(outputs) = op.outputs(&kinds) else { continue };
        if outputs.iter().any(|kind| kind.elements() > scale.max_elements()) {
            continue;
        }
        let constants: Vec<Option<&[u8]>> = operands.iter().map(|operand| operand.constant(builder)).collect();
        if op.check_constants(&kinds, &constants).is_err() {
            continue;
        }
        let handles: Option<Vec<Handle>> =
            operands.into_iter().map(|operand| operand.place(builder, values, inputs)).collect();
        return builder.node(op, &handles?).ok();
    }
    None
}

/// An operand before it is known whether it is used.
enum Operand {
    Existing(Handle),
    Input(TensorType),
    Constant(Tensor),
}

impl Operand {
    fn kind(&self, builder: &PlanBuilder) -> TensorType {
        match self {
            Self::Existing(handle) => builder.tensor_type(*handle),
            Self::Input(kind) => kind.clone(),
            Self::Constant(tensor) => tensor.tensor_type(),
        }
    }

    fn constant<'a>(&'a self, builder: &'a PlanBuilder) -> Option<&'a [u8]> {
        match self {
            Self::Existing(handle) => builder.as_constant(*handle).map(|tensor| tensor.data.as_slice()),
            Self::Input(_) => None,
            Self::Constant(tensor) => Some(&tensor.data),
        }
    }

    fn place(self, builder: &mut PlanBuilder, values: &mut Vec<Handle>, inputs: &mut usize) -> Option<Handle> {
        let handle = match self {
            Self::Existing(handle) => return Some(handle),
            Self::Input(kind) => {
                if *inputs == 12 {
                    return None;
                }
                *inputs += 1;
                builder.input(format!("x{inputs}"), kind).ok()?
            }
            Self::Constant(tensor) => builder.constant(tensor).ok()?,
        };
        values.push(handle);
        Some(handle)
    }
}

/// One to six operands. Later ones often have the type of the first, or its last dimensions.
fn operands(builder: &PlanBuilder, source: &mut Source<'_>, values: &[Handle], scale: Scale) -> Vec<Operand> {
    let count = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6][source.below(11) as usize];
    let mut operands: Vec<Operand> = Vec::new();
    for index in 0..count {
        if !values.is_empty() && !source.one_in(3) {
            operands.push(Operand::Existing(values[source.below(values.len() as u64) as usize]));
            continue;
        }
        let like = operands.first().filter(|_| index > 0 && !source.one_in(3)).map(|first| first.kind(builder));
        let kind = match like {
            Some(mut kind) => {
                if source.one_in(3) && !kind.shape.is_empty() {
                    kind.shape = kind.shape[source.below(kind.shape.len() as u64) as usize..].to_vec();
                }
                if source.one_in(4) {
                    kind.dtype = dtype(source);
                }
                kind
            }
            None => any_kind(source, scale),
        };
        operands.push(match source.one_in(3) {
            true => {
                let wild = if source.one_in(2) { 20 } else { 0 };
                Operand::Constant(tensor(source, &kind, wild))
            }
            false => Operand::Input(kind),
        });
    }
    operands
}

fn dtype(source: &mut Source<'_>) -> DType {
    if source.one_in(2) { DType::F32 } else { DType::ALL[source.below(DType::ALL.len() as u64) as usize] }
}

fn any_kind(source: &mut Source<'_>, scale: Scale) -> TensorType {
    let dims = scale.dims();
    let rank = [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4][source.below(11) as usize];
    loop {
        let shape: Vec<u32> = (0..rank).map(|_| dims[source.below(10) as usize]).collect();
        let kind = TensorType::new(dtype(source), shape);
        if kind.elements() <= scale.max_elements() {
            return kind;
        }
    }
}

/// Fields as attributes have them: flags, small counts, floats and integers, with the operator's decoder to sort them.
fn fields(source: &mut Source<'_>) -> Vec<u8> {
    let style = source.below(5);
    let mut bytes = Vec::with_capacity(160);
    while bytes.len() < 128 {
        let kind = if style < 4 { style } else { source.below(4) };
        let value = source.word();
        // Mostly 0, 1 or 2: counts and axes are small.
        let small = [0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 7][(value >> 20) as usize % 11];
        match kind {
            0 => bytes.push(small as u8),
            1 => bytes.extend_from_slice(&(small as u32).to_le_bytes()),
            2 => bytes.extend_from_slice(&(small as i64 - i64::from(value & 7 == 0)).to_le_bytes()),
            _ => {
                let float = [0.0f32, 1.0, 0.5, -1.0, 2.0, 0.01, 1e-5, 3.25][(value >> 40) as usize % 8];
                bytes.extend_from_slice(&float.to_le_bytes());
            }
        }
    }
    bytes
}

fn float(source: &mut Source<'_>, wild: u64) -> f64 {
    let bits = source.word();
    if bits & 255 >= wild {
        return ((bits >> 40) as i32 - (1 << 23)) as f64 / 4_194_304.0;
    }
    match bits >> 8 & 15 {
        0 | 1 => f64::NAN,
        2 => f64::INFINITY,
        3 => f64::NEG_INFINITY,
        4 => -0.0,
        5 | 6 => f64::from(f32::from_bits((bits >> 32) as u32 & 0x807F_FFFF)),
        7 => 3.4e38,
        8 => f64::from_bits(bits & 0x800F_FFFF_FFFF_FFFF),
        _ => f64::from(f32::from_bits((bits >> 32) as u32)),
    }
}

fn tensor(source: &mut Source<'_>, kind: &TensorType, wild: u64) -> Tensor {
    let mut data = Vec::with_capacity(kind.bytes() as usize);
    let small = source.one_in(2);
    for _ in 0..kind.elements() {
        match kind.dtype {
            DType::F32 => data.extend_from_slice(&(float(source, wild) as f32).to_le_bytes()),
            DType::F64 => data.extend_from_slice(&float(source, wild).to_le_bytes()),
            DType::Bool => data.push(source.below(2) as u8),
            // Small numbers, which can be positions, or any.
            other if small => data.extend_from_slice(&source.below(4).to_le_bytes()[..other.size()]),
            other => data.extend_from_slice(&source.word().to_le_bytes()[..other.size()]),
        }
    }
    Tensor { dtype: kind.dtype, shape: kind.shape.clone(), data }
}
