use praxis_model::{
    DType::{self, Bool, F32, F64, I8, I16, I64, U16},
    Tensor,
    ops::{
        Gather, GatherElements, GatherND, Pad, PadMode, ScatterElements, ScatterND,
        ScatterReduction::{self, Add, Max, Min, Mul, Replace},
        Transpose, View,
    },
};

use super::{Case, any_tensor};
use crate::tests::agreement::Random;

pub(super) fn cases() -> Vec<Case> {
    [views(), gathers(), scatters(), pads()].into_iter().flatten().collect()
}

fn data(seed: u64, dtype: DType, shape: &[u32]) -> Tensor {
    any_tensor(&mut Random(seed), &praxis_model::TensorType::new(dtype, shape), 40)
}

/// Positions for a dimension of this size; one in eight is out of range where `wild`.
fn positions(seed: u64, shape: &[u32], size: u32, wild: bool) -> Tensor {
    let mut random = Random(seed);
    let count = shape.iter().product::<u32>();
    let values: Vec<i64> = (0..count)
        .map(|_| match random.below(8) {
            0 if wild => [i64::MIN, i64::MAX, i64::from(size), -i64::from(size) - 1][random.below(4) as usize],
            _ => random.below(2 * u64::from(size)) as i64 - i64::from(size),
        })
        .collect();
    Tensor::from_i64(shape, &values)
}

fn views() -> Vec<Case> {
    let view = |offset: i64, loops: &[(u32, i64)], shape: &[u32]| {
        View::new(offset, loops.iter().copied(), shape).expect("the loops fit 32 bits")
    };
    vec![
        Case::wild("backwards", view(299, &[(30, -10), (5, -2)], &[150]), &[(F32, &[300])]),
        Case::wild("repeated", view(2, &[(7, 0), (20, 3), (4, 0)], &[7, 80]), &[(I16, &[80])]),
        Case::wild("diagonal", view(0, &[(17, 18)], &[17]), &[(F64, &[17, 17])]),
        Case::wild("turned", view(1, &[(37, 1), (3, 700), (19, 37)], &[37, 57]), &[(I8, &[3, 720])]),
        Case::wild("one", view(5, &[], &[1, 1]), &[(F32, &[9])]),
        Case::wild("float64_square", Transpose { perm: vec![1, 0] }, &[(F64, &[50, 33])]),
        Case::wild("uint16_channels", Transpose { perm: vec![0, 3, 1, 2] }, &[(U16, &[2, 9, 7, 5])]),
        Case::wild("few_channels", Transpose { perm: vec![0, 3, 1, 2] }, &[(F32, &[1, 9, 7, 3])]),
        Case::wild("blocks", Transpose { perm: vec![1, 0, 2] }, &[(F32, &[4, 5, 6])]),
    ]
}

fn gathers() -> Vec<Case> {
    let rows = vec![data(1, F32, &[3, 10, 4]), positions(2, &[2, 5], 10, true)];
    let single = vec![data(3, F64, &[3, 10]), positions(4, &[40], 10, true)];
    let elements = |axis: u32| vec![data(5, F32, &[6, 7, 8]), positions(6, &[5, 6, 7], 6 + axis, true)];
    let tuples = vec![data(7, F32, &[2, 5, 5, 3]), positions(8, &[2, 6, 2], 5, true)];
    vec![
        Case::new("rows", Gather { axis: 1 }, rows),
        Case::new("elements", Gather { axis: 1 }, single),
        Case::new("first_axis", GatherElements { axis: 0 }, elements(0)),
        Case::new("middle_axis", GatherElements { axis: 1 }, elements(1)),
        Case::new("last_axis", GatherElements { axis: 2 }, elements(2)),
        Case::new("batch", GatherND { batch_dims: 1 }, tuples),
    ]
}

/// The importer folds with constant positions, which must be in range; those that a run computes may not be. Cases run as
/// runs do.
fn scatters() -> Vec<Case> {
    let mut cases = Vec::new();
    let all: [(&str, ScatterReduction); 5] =
        [("replace", Replace), ("add", Add), ("mul", Mul), ("max", Max), ("min", Min)];
    for (name, reduction) in all {
        for (dtype, seed) in [(F32, 20), (F64, 30), (I64, 40), (I8, 50)] {
            let inputs = vec![
                data(seed, dtype, &[4, 9, 5]),
                positions(9, &[3, 8, 5], 9, true),
                data(seed + 1, dtype, &[3, 8, 5]),
            ];
            let op = ScatterElements { axis: 1, reduction };
            cases.push(Case::new(format!("{name}_{dtype}"), op, inputs));
        }
        let inputs = vec![data(60, F32, &[4, 5, 6]), positions(10, &[12, 2], 4, true), data(61, F32, &[12, 6])];
        cases.push(Case::new(name, ScatterND { reduction }, inputs));
    }
    let bools = vec![data(70, Bool, &[20]), positions(11, &[30], 20, false), data(71, Bool, &[30])];
    cases.push(Case::new("bool", ScatterElements { axis: 0, reduction: Replace }, bools.clone()));
    cases
}

fn pads() -> Vec<Case> {
    let pads = vec![(1, 0), (0, 0), (2, 9), (4, 3)];
    let mode = |mode: PadMode| Pad { mode, pads: pads.clone() };
    let image: (DType, &[u32]) = (F32, &[2, 2, 4, 3]);
    vec![
        Case::wild("zero", mode(PadMode::Constant), &[image]),
        Case::wild("value", mode(PadMode::Constant), &[image, (F32, &[])]),
        Case::wild("reflect", mode(PadMode::Reflect), &[image]),
        Case::wild("edge", mode(PadMode::Edge), &[image]),
        Case::wild("wrap", mode(PadMode::Wrap), &[image]),
        Case::wild("blocks", Pad { mode: PadMode::Edge, pads: vec![(0, 0), (2, 3), (0, 0)] }, &[(I16, &[2, 3, 5])]),
        Case::wild("reflect_one", Pad { mode: PadMode::Reflect, pads: vec![(2, 2)] }, &[(F64, &[1])]),
    ]
}
