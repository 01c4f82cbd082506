//! How long the movement of elements takes. Not a test of speed; run it by hand on a quiet machine.

use std::sync::Arc;

use praxis_model::{
    DType::{self, F32, I64},
    Handle, Op, Plan, PlanBuilder, Tensor, TensorType,
    ops::{Gather, GatherElements, Pad, PadMode, Slice, SliceRange, Transpose, View},
};

use super::{agreement::Random, speed::microseconds};
use crate::{Isa, Session};

fn plan(op: impl Into<Op>, inputs: &[(DType, &[u32])]) -> Plan {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let inputs: Vec<Handle> = inputs
        .iter()
        .enumerate()
        .map(|(index, &(dtype, shape))| b.input(format!("x{index}"), TensorType::new(dtype, shape)).unwrap())
        .collect();
    let y = b.node1(op, &inputs).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

#[test]
#[ignore = "measures time"]
fn speed_of_movement() {
    let turn = |perm: &[u32]| Transpose { perm: perm.to_vec() };
    let part = SliceRange { axis: 2, start: 3, end: 60, step: 1 };
    let twice = View::new(0, [(64 * 32, 32), (2, 0), (32, 1), (2, 0)], [1, 64, 64, 64]).unwrap();
    let image: (DType, &[u32]) = (F32, &[1, 64, 32, 32]);
    let cases: Vec<(&str, Plan)> = vec![
        ("transpose 1024x1024", plan(turn(&[1, 0]), &[(F32, &[1024, 1024])])),
        ("transpose 64x3136 to NHWC", plan(turn(&[0, 2, 3, 1]), &[(F32, &[1, 64, 56, 56])])),
        ("transpose 224x224x3 to NCHW", plan(turn(&[0, 3, 1, 2]), &[(F32, &[1, 224, 224, 3])])),
        ("heads 128x8x64", plan(turn(&[0, 2, 1, 3]), &[(F32, &[1, 128, 8, 64])])),
        ("slice of rows", plan(Slice { ranges: vec![part] }, &[(F32, &[8, 128, 64])])),
        ("twice as large", plan(twice, &[image])),
        ("pad 1", plan(Pad { mode: PadMode::Constant, pads: vec![(0, 0), (0, 0), (1, 1), (1, 1)] }, &[image])),
        ("embedding 128 of 30000x64", plan(Gather { axis: 0 }, &[(F32, &[30_000, 64]), (I64, &[128])])),
        ("elements 64x1000", plan(GatherElements { axis: 1 }, &[(F32, &[64, 1000]), (I64, &[64, 1000])])),
    ];
    let mut random = Random(9);
    for (name, plan) in cases {
        let plan = Arc::new(plan);
        let inputs: Vec<Tensor> = plan
            .inputs
            .iter()
            .map(|info| match info.dtype {
                F32 => random.tensor(&info.tensor_type(), 0),
                _ => {
                    let count = info.tensor_type().elements();
                    let values: Vec<i64> = (0..count).map(|_| random.below(1000) as i64).collect();
                    Tensor::from_i64(info.shape.clone(), &values)
                }
            })
            .collect();
        let gas = plan.cost().gas;
        let taken = microseconds(&Session::with_isa(plan, Isa::best()).unwrap(), &inputs);
        eprintln!("{name:28} {taken:9.1} us  {gas:9} gas  {:5.2} ns/gas", taken * 1000.0 / gas as f64);
    }
}
