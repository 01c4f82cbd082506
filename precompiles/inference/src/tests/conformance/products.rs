//! Recurrent cells: directions, operands, activations.

use praxis_model::{
    DType::{F32, F64, I32},
    Tensor,
    ops::{Activation, Direction, GRU, LSTM, RNN, Recurrence},
};

use super::Case;

const LSTM_FUNCTIONS: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Tanh];
const GRU_FUNCTIONS: [Activation; 2] = [Activation::Sigmoid, Activation::Tanh];

/// Every activation.
const FUNCTIONS: &[(&str, Activation)] = &[
    ("relu", Activation::Relu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("affine", Activation::Affine { alpha: 0.3, beta: -0.7 }),
    ("leaky-relu", Activation::LeakyRelu { alpha: 0.1 }),
    ("thresholded-relu", Activation::ThresholdedRelu { alpha: 0.4 }),
    ("scaled-tanh", Activation::ScaledTanh { alpha: 1.7, beta: 0.6 }),
    ("hard-sigmoid", Activation::HardSigmoid { alpha: 0.2, beta: 0.5 }),
    ("elu", Activation::Elu { alpha: 1.3 }),
    ("softsign", Activation::Softsign),
    ("softplus", Activation::Softplus),
];

/// All operands that every cell has.
fn full(direction: Direction, functions: &[Activation]) -> Recurrence {
    let common = Recurrence::new(direction, functions);
    Recurrence { clip: Some(0.9), bias: true, lengths: true, initial_state: true, ..common }
}

/// A case whose operand 4 are the lengths of three sequences of 40 steps: short, none, more than there are.
fn with_lengths(mut case: Case) -> Case {
    let bytes = [17, 0, 99i32].into_iter().flat_map(i32::to_le_bytes).collect();
    case.inputs[4] = Tensor { dtype: I32, shape: vec![3], data: bytes };
    case
}

fn lstm(common: Recurrence) -> LSTM {
    LSTM { common, initial_cell: false, peepholes: false, input_forget: false }
}

fn lstms() -> Vec<Case> {
    let plain = lstm(Recurrence::new(Direction::Forward, &LSTM_FUNCTIONS));
    let both = full(Direction::Bidirectional, &LSTM_FUNCTIONS);
    let all = LSTM { common: both, initial_cell: true, peepholes: true, input_forget: false };
    let reverse = LSTM { input_forget: true, ..lstm(Recurrence::new(Direction::Reverse, &LSTM_FUNCTIONS)) };
    let small: [(_, &[u32]); 3] = [(F32, &[5, 1, 7]), (F32, &[1, 76, 7]), (F32, &[1, 76, 19])];
    let operands: [(_, &[u32]); 8] = [
        (F32, &[40, 3, 5]),
        (F32, &[2, 44, 5]),
        (F32, &[2, 44, 11]),
        (F32, &[2, 88]),
        (I32, &[3]),
        (F32, &[2, 3, 11]),
        (F32, &[2, 3, 11]),
        (F32, &[2, 33]),
    ];
    let wide = small.map(|(_, shape)| (F64, shape));
    vec![
        Case::wild("float64", plain.clone(), &wide),
        Case::wild("forward", plain.clone(), &small),
        Case::tame("forward-tame", plain.clone(), &small),
        // More features and states than one block of a dot product has.
        Case::tame("long", plain, &[(F32, &[2, 1, 300]), (F32, &[1, 1040, 300]), (F32, &[1, 1040, 260])]),
        Case::tame("reverse-input-forget", reverse, &small),
        with_lengths(Case::tame("all-operands", all, &operands)),
    ]
}

fn grus() -> Vec<Case> {
    let cell = |direction, linear_before_reset| GRU {
        common: Recurrence::new(direction, &GRU_FUNCTIONS),
        linear_before_reset,
    };
    let small: [(_, &[u32]); 3] = [(F32, &[6, 2, 4]), (F32, &[1, 51, 4]), (F32, &[1, 51, 17])];
    let operands: [(_, &[u32]); 6] =
        [(F32, &[40, 3, 5]), (F32, &[2, 33, 5]), (F32, &[2, 33, 11]), (F32, &[2, 66]), (I32, &[3]), (F32, &[2, 3, 11])];
    let all = |linear_before_reset| GRU { common: full(Direction::Bidirectional, &GRU_FUNCTIONS), linear_before_reset };
    let wide = small.map(|(_, shape)| (F64, shape));
    vec![
        Case::wild("float64", cell(Direction::Reverse, false), &wide),
        Case::wild("float64-linear", cell(Direction::Forward, true), &wide),
        Case::wild("forward", cell(Direction::Forward, false), &small),
        Case::wild("reverse-linear", cell(Direction::Reverse, true), &small),
        Case::tame("forward-linear", cell(Direction::Forward, true), &small),
        with_lengths(Case::tame("all-operands", all(false), &operands)),
        with_lengths(Case::tame("all-operands-linear", all(true), &operands)),
    ]
}

fn rnns() -> Vec<Case> {
    let small: [(_, &[u32]); 3] = [(F32, &[33, 2, 4]), (F32, &[1, 21, 4]), (F32, &[1, 21, 21])];
    let operands: [(_, &[u32]); 6] =
        [(F32, &[40, 3, 5]), (F32, &[2, 11, 5]), (F32, &[2, 11, 11]), (F32, &[2, 22]), (I32, &[3]), (F32, &[2, 3, 11])];
    let mut cases = Vec::new();
    for &(name, function) in FUNCTIONS {
        let cell = RNN { common: Recurrence::new(Direction::Forward, &[function]) };
        cases.push(Case::wild(name, cell.clone(), &small));
        let wide = small.map(|(_, shape)| (F64, shape));
        cases.push(Case::wild(&format!("{name}-float64"), cell.clone(), &wide));
        let clipped = Recurrence { clip: Some(0.5), ..cell.common };
        cases.push(Case::wild(&format!("{name}-clipped"), RNN { common: clipped }, &small));
    }
    let all = RNN { common: full(Direction::Bidirectional, &[Activation::Tanh]) };
    cases.push(with_lengths(Case::tame("all-operands", all, &operands)));
    cases
}

pub(super) fn cases() -> Vec<Case> {
    [lstms(), grus(), rnns()].into_iter().flatten().collect()
}
