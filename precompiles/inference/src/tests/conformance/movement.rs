use praxis_model::{
    DType::{self, Bool, F32, F64, I8, I16, I32, I64, U16},
    Tensor,
    ops::{
        ConstantOfShape, Gather, GatherElements, GatherND, GridMode, GridPadding, GridSample, OneHot, Pad, PadMode,
        Resample, ReverseSequence, RoiAlign, ScatterElements, ScatterND,
        ScatterReduction::{self, Add, Max, Min, Mul, Replace},
        TensorScatter, Transpose, Trilu, View,
    },
};

use super::{Case, any_tensor};
use crate::tests::agreement::Random;

pub(super) fn cases() -> Vec<Case> {
    [views(), gathers(), scatters(), pads(), selections(), samples()].into_iter().flatten().collect()
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

fn selections() -> Vec<Case> {
    let ones = ConstantOfShape { dtype: F32, value: u64::from(1f32.to_bits()), shape: vec![3, 5] };
    let bools = ConstantOfShape { dtype: Bool, value: 1, shape: vec![70] };
    let cache = |places: Tensor| vec![data(80, F32, &[3, 2, 6, 4]), data(81, F32, &[3, 2, 3, 4]), places];
    let places = Tensor::from_i64([3], &[2, -1, 5]);
    let hot = |shape: &[u32]| vec![positions(82, shape, 5, true), data(83, F64, &[2])];
    let lengths = Tensor::from_i64([4], &[5, i64::MIN, 3, i64::MAX]);
    vec![
        Case::new("float32", ones, vec![]),
        Case::new("bool", bools, vec![]),
        Case::new("last_axis", OneHot { axis: 1, depth: 5 }, hot(&[40])),
        Case::new("middle_axis", OneHot { axis: 1, depth: 5 }, hot(&[3, 4])),
        Case::new("time_first", ReverseSequence { time_first: true }, vec![data(84, F32, &[6, 4, 3]), lengths.clone()]),
        Case::new("batch_first", ReverseSequence { time_first: false }, vec![data(85, I8, &[4, 6]), lengths]),
        Case::wild("upper", Trilu { upper: true, diagonal: -1 }, &[(F32, &[2, 4, 5])]),
        Case::wild("lower", Trilu { upper: false, diagonal: 2 }, &[(F64, &[7, 5])]),
        Case::wild("far", Trilu { upper: true, diagonal: i64::MAX }, &[(U16, &[3, 3])]),
        Case::new("linear", TensorScatter { axis: 2, circular: false }, cache(places.clone())),
        Case::new("circular", TensorScatter { axis: 2, circular: true }, cache(places)),
        Case::wild("all", TensorScatter { axis: 1, circular: false }, &[(I32, &[2, 4]), (I32, &[2, 4])]),
    ]
}

fn samples() -> Vec<Case> {
    let table = |taps: u32| {
        let mut random = Random(u64::from(taps));
        let values = (0..9 * taps).flat_map(|_| (random.below(9) as i32 - 1).to_le_bytes()).collect();
        Tensor { dtype: I32, shape: vec![9, taps], data: values }
    };
    let resample = |axis: u32, dtype: DType, taps: u32, shape: &[u32]| {
        let op = Resample { axis };
        Case::new(
            format!("axis_{axis}_{dtype}_{taps}"),
            op,
            vec![data(90, dtype, shape), table(taps), data(91, dtype, &[9, taps])],
        )
    };
    let mut cases = vec![
        resample(1, F32, 2, &[3, 7, 21]),
        resample(1, F32, 5, &[3, 7, 4]),
        resample(2, F32, 4, &[3, 7, 7]),
        resample(0, F64, 3, &[7, 5]),
        resample(1, F64, 1, &[5, 7]),
    ];
    let modes = [("nearest", GridMode::Nearest), ("linear", GridMode::Linear), ("cubic", GridMode::Cubic)];
    let paddings =
        [("zeros", GridPadding::Zeros), ("border", GridPadding::Border), ("reflection", GridPadding::Reflection)];
    for (mode_name, mode) in modes {
        for (padding_name, padding) in paddings {
            for align_corners in [false, true] {
                let op = GridSample { mode, padding, align_corners };
                let corners = if align_corners { "_corners" } else { "" };
                let inputs = vec![data(92, F32, &[2, 3, 4, 5]), grid(93, F32, &[2, 6, 7, 2])];
                cases.push(Case::new(format!("{mode_name}_{padding_name}{corners}"), op, inputs));
            }
        }
        let op = GridSample { mode, padding: GridPadding::Border, align_corners: false };
        let inputs = vec![data(94, F64, &[1, 2, 3, 4, 5]), grid(95, F64, &[1, 2, 3, 4, 3])];
        cases.push(Case::new(format!("{mode_name}_volume"), op, inputs));
    }
    let regions = [0.5, 1.0, 4.5, 6.0, -3.0, -2.0, 9.0, 12.0, 2.0, 2.0, 2.1, 2.2, f32::NAN, 0.0, 1.0, 1.0];
    for (name, max, half_pixel) in [("mean", false, true), ("mean_old", false, false), ("max", true, true)] {
        let op = RoiAlign { max, half_pixel, height: 3, width: 2, samples: 2, scale: 0.75 };
        let regions = Tensor::from_f32([4, 4], &regions);
        cases.push(Case::new(name, op, vec![data(96, F32, &[2, 2, 7, 6]), regions, positions(97, &[4], 2, true)]));
    }
    cases
}

/// Coordinates from -1.5 to 1.5, with some special values.
fn grid(seed: u64, dtype: DType, shape: &[u32]) -> Tensor {
    let mut random = Random(seed);
    let count = shape.iter().product::<u32>();
    let values: Vec<f32> = (0..count)
        .map(|_| match random.below(40) {
            0 => [f32::NAN, f32::INFINITY, -1e30, 1e10][random.below(4) as usize],
            1 => [-1.0, 1.0, 0.0, -0.0][random.below(4) as usize],
            _ => random.below(3001) as f32 / 1000.0 - 1.5,
        })
        .collect();
    match dtype {
        F64 => Tensor::from_f64(shape, &values.into_iter().map(f64::from).collect::<Vec<_>>()),
        _ => Tensor::from_f32(shape, &values),
    }
}
