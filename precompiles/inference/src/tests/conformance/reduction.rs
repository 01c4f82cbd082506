use praxis_model::{
    DType::{self, Bool, F32, F64, I8, I32, I64, U8, U32, U64},
    Tensor,
    ops::{
        Arg, ArgMax, ArgMin, BatchNormalization, CumProd, CumSum, Cumulative, Det, GroupNormalization,
        LayerNormalization, LinearAttention, RMSNormalization, ReduceL1, ReduceMax, ReduceMean, ReduceMin, ReduceProd,
        ReduceSum, ReduceSumSquare, Reduction, TopK,
    },
};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let arithmetic = [F32, F64, I32, I64, U32, U64];
    let ordered = [F32, F64, I8, I32, I64, U8, U32, U64, Bool];
    reductions(&mut cases, ReduceSum, &arithmetic);
    reductions(&mut cases, ReduceMean, &arithmetic);
    reductions(&mut cases, ReduceProd, &arithmetic);
    reductions(&mut cases, ReduceL1, &arithmetic);
    reductions(&mut cases, ReduceSumSquare, &arithmetic);
    reductions(&mut cases, ReduceMax, &ordered);
    reductions(&mut cases, ReduceMin, &ordered);
    positions(&mut cases);
    cumulative(&mut cases);
    normalisation(&mut cases);
    matrices(&mut cases);
    cases
}

/// Along the last axis, a middle one, several, all; each type once.
fn reductions<T: Into<praxis_model::Op>>(cases: &mut Vec<Case>, op: impl Fn(Reduction) -> T, types: &[DType]) {
    let along = |axes: &[u32], keep_dims| op(Reduction { axes: axes.to_vec(), keep_dims });
    let shape: &[u32] = &[3, 35, 41];
    cases.push(Case::tame("last_axis", along(&[2], true), &[(F32, shape)]));
    cases.push(Case::tame("middle_axis", along(&[1], false), &[(F32, shape)]));
    cases.push(Case::tame("first_axis", along(&[0], true), &[(F32, shape)]));
    cases.push(Case::tame("outer_and_inner_axis", along(&[0, 2], true), &[(F32, shape)]));
    cases.push(Case::tame("interleaved_axes", along(&[0, 2], false), &[(F32, &[3, 4, 5, 6])]));
    cases.push(Case::tame("all_axes", along(&[0, 1, 2], false), &[(F32, shape)]));
    cases.push(Case::tame("single_elements", along(&[1], true), &[(F32, &[50, 1])]));
    cases.push(Case::tame("short_rows", along(&[1], true), &[(F32, &[50, 5])]));
    cases.push(Case::wild("special_rows", along(&[1], true), &[(F32, &[90, 9])]));
    cases.push(Case::wild("special_columns", along(&[0], true), &[(F32, &[9, 90])]));
    for &dtype in types {
        cases.push(Case::tame(&format!("{dtype}_rows"), along(&[1], true), &[(dtype, &[7, 53])]));
        cases.push(Case::wild(&format!("{dtype}_columns"), along(&[0], true), &[(dtype, &[53, 7])]));
    }
}

fn positions(cases: &mut Vec<Case>) {
    let ties = || Tensor::from_f32([2, 6], &[1.0, -0.0, 3.0, 3.0, 0.0, -1.0, f32::NAN, 0.0, -0.0, f32::NAN, 1.0, 2.0]);
    for select_last in [false, true] {
        let name = |what: &str| format!("{what}_{}", if select_last { "last" } else { "first" });
        let arg = |axis| Arg { axis, select_last };
        cases.push(Case::new(name("ties"), ArgMax(arg(1)), vec![ties()]));
        cases.push(Case::new(name("ties"), ArgMin(arg(1)), vec![ties()]));
        for dtype in DType::ALL.into_iter().filter(|&dtype| dtype != Bool) {
            let inputs: &[(DType, &[u32])] = &[(dtype, &[3, 40, 37])];
            cases.push(Case::wild(&name(&format!("{dtype}_columns")), ArgMax(arg(1)), inputs));
            cases.push(Case::wild(&name(&format!("{dtype}_rows")), ArgMin(arg(2)), inputs));
        }
    }
    for largest in [false, true] {
        let top = |axis, k| TopK { axis, k, largest };
        let name = |what: &str| format!("{what}_{}", if largest { "largest" } else { "smallest" });
        cases.push(Case::new(name("ties"), top(1, 6), vec![ties()]));
        for dtype in DType::ALL.into_iter().filter(|&dtype| dtype != Bool) {
            cases.push(Case::wild(&name(&format!("{dtype}_rows")), top(1, 7), &[(dtype, &[3, 300])]));
        }
        cases.push(Case::wild(&name("columns"), top(0, 40), &[(F32, &[40, 6])]));
    }
}

fn cumulative(cases: &mut Vec<Case>) {
    for exclusive in [false, true] {
        for reverse in [false, true] {
            let name = |what: &str| format!("{what}_exclusive_{exclusive}_reverse_{reverse}");
            let rule = |axis| Cumulative { axis, exclusive, reverse };
            cases.push(Case::wild(&name("rows"), CumSum(rule(1)), &[(F32, &[20, 9])]));
            cases.push(Case::tame(&name("columns"), CumProd(rule(0)), &[(F32, &[9, 20])]));
            for dtype in [F64, I32, I64, U32, U64] {
                cases.push(Case::tame(&name(dtype.name()), CumSum(rule(1)), &[(dtype, &[3, 10, 4])]));
                cases.push(Case::tame(&name(dtype.name()), CumProd(rule(1)), &[(dtype, &[3, 10, 4])]));
            }
        }
    }
}

fn normalisation(cases: &mut Vec<Case>) {
    let layer = |axis, statistics| LayerNormalization { axis, epsilon: 1e-5, statistics };
    let rms = |axis| RMSNormalization { axis, epsilon: 1e-6 };
    let group = |groups| GroupNormalization { groups, epsilon: 1e-5 };
    for dtype in [F32, F64] {
        let name = |what: &str| format!("{what}_{dtype}");
        let shaped = |shape: &'static [u32]| (dtype, shape);
        let [x, scale, flat, channels] = [&[6, 8, 9][..], &[9], &[72], &[8]].map(shaped);
        cases.push(Case::tame(&name("plain"), layer(2, false), &[x]));
        cases.push(Case::tame(&name("scaled"), layer(2, false), &[x, scale]));
        cases.push(Case::tame(&name("biased"), layer(1, true), &[x, flat, flat]));
        cases.push(Case::wild(&name("special"), layer(2, true), &[x, scale, scale]));
        cases.push(Case::tame(&name("plain"), rms(1), &[x]));
        cases.push(Case::tame(&name("scaled"), rms(1), &[x, flat]));
        cases.push(Case::wild(&name("special"), rms(2), &[x, scale]));
        cases.push(Case::tame(&name("groups"), group(2), &[x, channels, channels]));
        cases.push(Case::wild(&name("instances"), group(8), &[x, channels, channels]));
        cases.push(Case::wild(&name("planes"), BatchNormalization, &[x, channels, channels]));
        cases.push(Case::tame(&name("columns"), BatchNormalization, &[(dtype, &[6, 8]), channels, channels]));
    }
    let shifted: Vec<f32> = (0..40).map(|step| 4096.0 + (step * step % 23) as f32 / 64.0).collect();
    cases.push(Case::new("far_from_zero", layer(0, true), vec![Tensor::from_f32([40], &shifted)]));
}

fn matrices(cases: &mut Vec<Case>) {
    for dtype in [F32, F64] {
        cases.push(Case::tame(&format!("{dtype}_one"), Det, &[(dtype, &[1, 1])]));
        cases.push(Case::tame(&format!("{dtype}_many"), Det, &[(dtype, &[5, 13, 13])]));
        cases.push(Case::wild(&format!("{dtype}_special"), Det, &[(dtype, &[40, 3, 3])]));
    }
    let singular = Tensor::from_f32([2, 2, 2], &[1.0, 2.0, 2.0, 4.0, 0.0, 1.0, -1.0, 0.0]);
    cases.push(Case::new("singular_and_swapped", Det, vec![singular]));
    let rule = |decay, delta, past| LinearAttention { query_heads: 4, heads: 2, scale: 0.5, past, decay, delta };
    let [query, key, value]: [&'static [u32]; 3] = [&[2, 5, 12], &[2, 5, 6], &[2, 5, 10]];
    let [state, per_key, per_head]: [&'static [u32]; 3] = [&[2, 2, 3, 5], &[2, 5, 6], &[2, 5, 2]];
    let f32s = |shapes: &[&'static [u32]]| shapes.iter().map(|&shape| (F32, shape)).collect::<Vec<_>>();
    let attention = |name: &str, op, shapes: &[&'static [u32]]| Case::tame(name, op, &f32s(shapes));
    cases.push(attention("linear", rule(false, false, false), &[query, key, value]));
    cases.push(attention("gated", rule(true, false, true), &[query, key, value, state, per_head]));
    cases.push(attention("delta", rule(false, true, false), &[query, key, value, &[2, 5, 1]]));
    cases.push(attention("gated_delta", rule(true, true, true), &[query, key, value, state, per_key, per_head]));
}
