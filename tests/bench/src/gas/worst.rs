//! Plans written by hand to cost more than they pay: operators that need shapes, tables or sizes which random Plans do not
//! find, each where its cache misses, its short inner loops or its set-up weigh most.

use std::sync::Arc;

use anyhow::Result;
use praxis_conformance::random_plans::{self, Source};
use praxis_inference::{Isa, Session};
use praxis_model::{
    DType, Op, Plan, PlanBuilder, Tensor, TensorType,
    ops::{
        Activation, Aggregate, Axis, ByteConv, Conv, ConvInteger, ConvTranspose, DeformConv, Direction, Ending, GRU,
        Gather, LSTM, LpPool, MatMul, MatMulInteger, MaxPool, Pool, RNN, Recurrence, Relu, Resample, RoiAlign,
        SetMembership, Split, TreeEnsemble, Window,
    },
};

use super::{Row, fastest};

/// What stands at an input of the node.
enum Operand {
    /// An input of the Plan, random.
    Given(TensorType),
    /// A constant.
    Fixed(Tensor),
}

/// One row for each Plan.
pub(crate) fn measure(isa: Isa, chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, plan) in plans()?.into_iter().filter(|(name, _)| chosen(name)) {
        let plan = Arc::new(plan);
        let mut source = Source::seeded(0x776f_7273);
        let inputs = random_plans::inputs(&mut source, &plan, 0);
        let session = Session::with_isa(Arc::clone(&plan), isa)?;
        let nanoseconds = fastest(|| Ok(session.run(&inputs).map(|_| ())?))?;
        let cost = plan.cost();
        rows.push(Row { name, detail: String::new(), nanoseconds, gas: cost.gas, work: Some(cost.work) });
    }
    Ok(rows)
}

fn plans() -> Result<Vec<(String, Plan)>> {
    let mut plans = Vec::new();
    let mut add = |name: &str, op: Op, operands: Vec<Operand>| -> Result<()> {
        plans.push((name.to_owned(), single(op, operands)?));
        Ok(())
    };
    for (name, op, operands) in products().into_iter().chain(convolutions()).chain(recurrent()).chain(lookups()) {
        add(name, op, operands)?;
    }
    for (depth, rows) in [(4, 4_096), (12, 4_096), (19, 4_096)] {
        let (op, operands) = tree(depth, rows);
        add(&format!("a tree of depth {depth}, {rows} rows"), op, operands)?;
    }
    plans.push(("warm chain of 4000 Relu".to_owned(), chain(4_000)?));
    Ok(plans)
}

/// A tree for one row.
pub(super) fn one_tree(depth: u32) -> Result<Plan> {
    let (op, operands) = tree(depth, 1);
    single(op, operands)
}

fn single(op: Op, operands: Vec<Operand>) -> Result<Plan> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut handles = Vec::new();
    for (index, operand) in operands.into_iter().enumerate() {
        handles.push(match operand {
            Operand::Given(kind) => b.input(format!("x{index}"), kind)?,
            Operand::Fixed(tensor) => b.constant(tensor)?,
        });
    }
    let outputs = b.node(op, &handles)?;
    for (index, output) in outputs.into_iter().enumerate() {
        b.output(format!("y{index}"), output);
    }
    Ok(b.finish()?)
}

/// Nodes that do almost nothing.
fn chain(nodes: usize) -> Result<Plan> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let mut x = b.input("x", TensorType::new(DType::F32, [1, 4]))?;
    for _ in 0..nodes {
        x = b.node1(Relu, &[x])?;
    }
    b.output("y", x);
    Ok(b.finish()?)
}

type Case = (&'static str, Op, Vec<Operand>);

/// Vectors times matrices from memory, many tiny matrices, thin and long ones.
fn products() -> Vec<Case> {
    vec![
        ("vector by matrix 2048x2048", MatMul.into(), vec![given([1, 2_048]), weights(&[2_048, 2_048])]),
        ("products of 1x1, 4096 of them", MatMul.into(), vec![given([4_096, 1, 1]), given([4_096, 1, 1])]),
        ("products of 1x1, int64", MatMul.into(), vec![of(DType::I64, [4_096, 1, 1]), of(DType::I64, [4_096, 1, 1])]),
        ("products of 2x2, 4096 of them", MatMul.into(), vec![given([4_096, 2, 2]), given([4_096, 2, 2])]),
        ("products of 17x17, 256 of them", MatMul.into(), vec![given([256, 17, 17]), given([256, 17, 17])]),
        ("dot product of 65536", MatMul.into(), vec![given([1, 65_536]), given([65_536, 1])]),
        ("outer product of 1024", MatMul.into(), vec![given([1_024, 1]), given([1, 1_024])]),
        ("both matrices given, 256", MatMul.into(), vec![given([256, 256]), given([256, 256])]),
        ("float64 matrices, 128", MatMul.into(), vec![of(DType::F64, [128, 128]), of(DType::F64, [128, 128])]),
        ("int64 matrices, 128", MatMul.into(), vec![of(DType::I64, [128, 128]), of(DType::I64, [128, 128])]),
        ("float64 column, strided", MatMul.into(), vec![of(DType::F64, [1, 4_096]), of(DType::F64, [4_096, 1])]),
        ("bytes, given, 256", MatMulInteger.into(), bytes_product([256, 256], [256, 256])),
        ("bytes, given, vector by matrix", MatMulInteger.into(), bytes_product([1, 1_024], [1_024, 1_024])),
    ]
}

fn bytes_product(left: [u32; 2], right: [u32; 2]) -> Vec<Operand> {
    vec![of(DType::U8, left), of(DType::I8, right), of(DType::U8, []), of(DType::I8, [])]
}

/// Depthwise, dilated, strided, pointwise; one channel; the large kernel on a small image.
fn convolutions() -> Vec<Case> {
    let conv = |axis: Axis, groups| Op::from(Conv { window: two(axis), groups, activation: Ending::Identity });
    let plain = Axis::default();
    let dilated = Axis { dilation: 7, ..plain };
    let strided = Axis { stride: 3, ..plain };
    let padded = Axis { begin: 12, end: 12, ..plain };
    let pool = |kernel: u32| Pool { kernel: vec![kernel; 2], window: two(plain), ceil: false };
    vec![
        ("Conv 3x3, one channel", conv(plain, 1), vec![given([1, 1, 128, 128]), weights(&[1, 1, 3, 3])]),
        ("Conv 3x3, depthwise", conv(plain, 64), vec![given([1, 64, 56, 56]), weights(&[64, 1, 3, 3])]),
        ("Conv 3x3, dilated by 7", conv(dilated, 1), vec![given([1, 8, 64, 64]), weights(&[8, 8, 3, 3])]),
        ("Conv 3x3, strides of 3", conv(strided, 1), vec![given([1, 16, 64, 64]), weights(&[1, 16, 3, 3])]),
        ("Conv 1x1", conv(plain, 1), vec![given([1, 64, 56, 56]), weights(&[3, 64, 1, 1])]),
        ("Conv 13x13, mostly padding", conv(padded, 1), vec![given([1, 4, 4, 4]), weights(&[1, 4, 13, 13])]),
        ("Conv 1x1, 1024 groups", conv(plain, 1_024), vec![given([1, 1_024, 3, 3]), weights(&[1_024, 1, 1, 1])]),
        ("Conv, filters given", conv(plain, 1), vec![given([1, 64, 3, 3]), given([256, 64, 3, 3])]),
        ("ConvTranspose, strides of 3", transposed(3, 1), vec![given([1, 16, 32, 32]), weights(&[16, 4, 4, 4])]),
        ("ConvTranspose, depthwise", transposed(1, 64), vec![given([1, 64, 32, 32]), weights(&[64, 1, 3, 3])]),
        ("DeformConv", deformable(), vec![given([1, 4, 32, 32]), weights(&[4, 4, 3, 3]), given([1, 18, 30, 30])]),
        ("LpPool 3x3, p 3", LpPool { pool: pool(3), p: 3 }.into(), vec![given([1, 8, 64, 64])]),
        ("MaxPool 2x2, one row", MaxPool { pool: pool(2), indices: None }.into(), vec![given([64, 64, 2, 2])]),
        ("ConvInteger 3x3, depthwise", bytes_conv(64), bytes_conv_operands([1, 64, 32, 32], [64, 1, 3, 3])),
        ("ConvInteger 3x3", bytes_conv(1), bytes_conv_operands([1, 16, 32, 32], [16, 16, 3, 3])),
    ]
}

fn two(axis: Axis) -> Window {
    Window { axes: vec![axis; 2] }
}

fn transposed(stride: u32, groups: u32) -> Op {
    let length = if stride == 1 { 34 } else { 31 * stride + 4 };
    let window = two(Axis { stride, ..Axis::default() });
    ConvTranspose { window, groups, output: vec![length; 2] }.into()
}

fn deformable() -> Op {
    DeformConv { window: two(Axis::default()), groups: 1, offset_groups: 1, bias: false, mask: false }.into()
}

fn bytes_conv(groups: u32) -> Op {
    ConvInteger { conv: ByteConv { window: two(Axis::default()), groups } }.into()
}

fn bytes_conv_operands(x: [u32; 4], w: [u32; 4]) -> Vec<Operand> {
    let filters = Tensor { dtype: DType::I8, shape: w.to_vec(), data: vec![0x93; w.iter().product::<u32>() as usize] };
    vec![of(DType::U8, x), Operand::Fixed(filters), of(DType::U8, []), of(DType::I8, [])]
}

/// Long sequences of the smallest cells, and large cells whose weights come from memory at each step.
fn recurrent() -> Vec<Case> {
    use Activation::{Sigmoid, Softplus, Tanh};
    let operands = |gates: u32, steps: u32, features: u32, hidden: u32| {
        vec![
            given([steps, 1, features]),
            weights(&[1, gates * hidden, features]),
            weights(&[1, gates * hidden, hidden]),
        ]
    };
    let common = |activations: &[Activation]| Recurrence::new(Direction::Forward, activations);
    let lstm = |activations: &[Activation]| {
        Op::from(LSTM { common: common(activations), initial_cell: false, peepholes: false, input_forget: false })
    };
    let gru = |linear_before_reset| Op::from(GRU { common: common(&[Sigmoid, Tanh]), linear_before_reset });
    vec![
        ("LSTM of 1, 4096 steps", lstm(&[Sigmoid, Tanh, Tanh]), operands(4, 4_096, 1, 1)),
        ("LSTM of 512, 4 steps", lstm(&[Sigmoid, Tanh, Tanh]), operands(4, 4, 16, 512)),
        ("LSTM of 17 with Softplus", lstm(&[Softplus, Softplus, Softplus]), operands(4, 256, 3, 17)),
        ("GRU of 1, 4096 steps", gru(false), operands(3, 4_096, 1, 1)),
        ("GRU of 1, linear before reset", gru(true), operands(3, 4_096, 1, 1)),
        ("RNN of 1, 4096 steps", RNN { common: common(&[Tanh]) }.into(), operands(1, 4_096, 1, 1)),
    ]
}

/// Reads where the data say.
fn lookups() -> Vec<Case> {
    let count = 1 << 16;
    let places = |limit: u64| {
        let mut source = Source::seeded(limit);
        let data = (0..count).flat_map(|_| (source.below(limit) as i32).to_le_bytes()).collect();
        Operand::Fixed(Tensor { dtype: DType::I32, shape: vec![count], data })
    };
    let rois = || {
        let corners: Vec<f32> = (0..64).flat_map(|i| [i as f32 / 7.0, i as f32 / 9.0, 60.0, 60.0]).collect();
        vec![
            given([1, 4, 64, 64]),
            Operand::Fixed(Tensor::from_f32([64, 4], &corners)),
            Operand::Fixed(Tensor { dtype: DType::I32, shape: vec![64], data: vec![0; 256] }),
        ]
    };
    let align = RoiAlign { max: false, half_pixel: true, height: 7, width: 7, samples: 2, scale: 1.0 };
    let resample = |axis: u32| {
        let mut source = Source::seeded(9);
        let data = (0..512).flat_map(|_| (source.below(256) as i32).to_le_bytes()).collect();
        let positions = Operand::Fixed(Tensor { dtype: DType::I32, shape: vec![256, 2], data });
        (Op::from(Resample { axis }), vec![given([256, 256]), positions, weights(&[256, 2])])
    };
    let ((rows, by_row), (columns, by_column)) = (resample(0), resample(1));
    let members: Vec<f32> = (0..4_096).map(|i| i as f32).collect();
    let sets = Tensor {
        dtype: DType::U32,
        shape: vec![4, 2],
        data: [0u32, 1_024, 1, 1_024, 2, 1_024, 3, 1_024].iter().flat_map(|word| word.to_le_bytes()).collect(),
    };
    let members: Vec<f32> = members.chunks(1_024).flatten().copied().collect();
    vec![
        ("Gather of single floats from 24 MiB", Gather { axis: 0 }.into(), vec![weights(&[6 << 20]), places(6 << 20)]),
        ("Gather of rows of 16 from 24 MiB", Gather { axis: 0 }.into(), vec![weights(&[6 << 16, 16]), places(6 << 16)]),
        ("Resample rows", rows, by_row),
        ("Resample columns", columns, by_column),
        ("RoiAlign", align.into(), rois()),
        (
            "SetMembership",
            SetMembership.into(),
            vec![given([4_096, 4]), Operand::Fixed(sets), Operand::Fixed(Tensor::from_f32([4_096], &members))],
        ),
    ]
}

/// A complete tree; each row takes a way of its own.
fn tree(depth: u32, rows: u32) -> (Op, Vec<Operand>) {
    let splits = (1u32 << depth) - 1;
    let nodes = 2 * splits + 1;
    let mut source = Source::seeded(u64::from(depth));
    let features = 64;
    let word = |node: u32, feature: u64| match node < splits {
        true => Split { feature: feature as u32, missing_is_true: false }.word().unwrap_or(0),
        false => 0,
    };
    let words: Vec<u8> = (0..nodes).flat_map(|node| word(node, source.below(features)).to_le_bytes()).collect();
    let table = |shape: Vec<u32>, data| Operand::Fixed(Tensor { dtype: DType::U32, shape, data });
    let values: Vec<f32> = (0..nodes).map(|_| source.below(2_000) as f32 / 1_000.0 - 1.0).collect();
    let trees = [nodes, 0].iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: u64::from(depth) };
    let operands = vec![
        given([rows, features as u32]),
        table(vec![nodes], words),
        Operand::Fixed(Tensor::from_f32([nodes], &values)),
        table(vec![1, 2], trees),
        Operand::Fixed(Tensor::from_f32([1], &[0.0])),
    ];
    (op.into(), operands)
}

fn given(shape: impl Into<Vec<u32>>) -> Operand {
    of(DType::F32, shape)
}

fn of(dtype: DType, shape: impl Into<Vec<u32>>) -> Operand {
    Operand::Given(TensorType::new(dtype, shape.into()))
}

fn weights(shape: &[u32]) -> Operand {
    let count: u32 = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|i| (i % 251) as f32 / 100.0 - 1.2).collect();
    Operand::Fixed(Tensor::from_f32(shape.to_vec(), &values))
}
