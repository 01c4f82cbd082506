use praxis_model::{
    DType::{self, Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64},
    Op,
    ops::{
        Abs, Acos, Acosh, And, Asin, Asinh, Atan, Atanh, BitCast, BitShift, BitwiseAnd, BitwiseNot, BitwiseOr,
        BitwiseXor, Ceil, Celu, Cos, Cosh, Elu, Equal, Erf, Exp, Floor, Gelu, Greater, GreaterOrEqual, HardSigmoid,
        HardSwish, IsInf, IsNaN, Less, LessOrEqual, Log, Max, Min, Mish, Mod, Neg, Not, Or, PRelu, Pow, Reciprocal,
        Round, Selu, Shrink, Sigmoid, Sign, Sin, Sinh, Softplus, Softsign, Sqrt, Swish, Tan, Tanh, ThresholdedRelu,
        Where, Xor,
    },
};

use super::Case;

const NUMBERS: [DType; 10] = [F32, F64, U8, I8, U16, I16, U32, I32, U64, I64];
const INTEGERS: [DType; 8] = [U8, I8, U16, I16, U32, I32, U64, I64];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = floats();
    cases.extend(functions());
    cases.extend(pairs());
    cases.extend(logic());
    cases.extend(choices());
    cases
}

/// A case for float32 and one for float64.
fn both(name: &str, op: impl Into<Op>, cases: &mut Vec<Case>) {
    let op = op.into();
    for dtype in [F32, F64] {
        cases.push(Case::wild(&format!("{name}{dtype}"), op.clone(), &[(dtype, &[3000])]));
    }
}

fn floats() -> Vec<Case> {
    let mut cases = Vec::new();
    let ops: [Op; 11] = [
        Abs.into(),
        Neg.into(),
        Sign.into(),
        Ceil.into(),
        Floor.into(),
        Round.into(),
        Reciprocal.into(),
        Sqrt.into(),
        HardSwish.into(),
        Softsign.into(),
        ThresholdedRelu { alpha: 0.5 }.into(),
    ];
    ops.into_iter().for_each(|op| both("", op, &mut cases));
    both("", HardSigmoid { alpha: 0.2, beta: 0.5 }, &mut cases);
    both("", Shrink { bias: 0.25, lambd: 0.5 }, &mut cases);
    for dtype in [I8, I16, I32, I64] {
        cases.push(Case::wild(&dtype.to_string(), Abs, &[(dtype, &[300])]));
        cases.push(Case::wild(&dtype.to_string(), Neg, &[(dtype, &[300])]));
    }
    INTEGERS.iter().for_each(|&dtype| cases.push(Case::wild(&dtype.to_string(), Sign, &[(dtype, &[300])])));
    cases
}

fn functions() -> Vec<Case> {
    let mut cases = Vec::new();
    let ops: [Op; 19] = [
        Exp.into(),
        Log.into(),
        Sin.into(),
        Cos.into(),
        Tan.into(),
        Asin.into(),
        Acos.into(),
        Atan.into(),
        Sinh.into(),
        Cosh.into(),
        Asinh.into(),
        Acosh.into(),
        Atanh.into(),
        Erf.into(),
        Softplus.into(),
        Mish.into(),
        Elu { alpha: 1.5 }.into(),
        Selu { alpha: 1.673_263_2, gamma: 1.050_701 }.into(),
        Celu { alpha: 0.7 }.into(),
    ];
    ops.into_iter().for_each(|op| both("", op, &mut cases));
    both("", Swish { alpha: 1.25 }, &mut cases);
    both("erf_", Gelu { tanh: false }, &mut cases);
    both("tanh_", Gelu { tanh: true }, &mut cases);
    cases.push(Case::wild("float64", Tanh, &[(F64, &[3000])]));
    cases.push(Case::wild("float64", Sigmoid, &[(F64, &[3000])]));
    cases
}

fn pairs() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut all = |op: Op, name: &str, dtypes: &[DType]| {
        for &dtype in dtypes {
            let name = format!("{name}{dtype}");
            cases.push(Case::wild(&name, op.clone(), &[(dtype, &[3, 5, 61]), (dtype, &[5, 1])]));
            let same = format!("{name}_itself");
            let mut case = Case::wild(&same, op.clone(), &[(dtype, &[300])]);
            case.inputs.push(case.inputs[0].clone());
            cases.push(case);
        }
    };
    for op in [Equal.into(), Greater.into(), GreaterOrEqual.into(), Less.into(), LessOrEqual.into()] {
        all(op, "", &NUMBERS);
    }
    all(Equal.into(), "", &[Bool]);
    all(Min.into(), "", &NUMBERS);
    all(Max.into(), "", &NUMBERS);
    all(PRelu.into(), "", &NUMBERS);
    all(Pow.into(), "", &NUMBERS);
    all(Mod { fmod: false }.into(), "floored_", &NUMBERS);
    all(Mod { fmod: true }.into(), "truncated_", &NUMBERS);
    for op in [BitwiseAnd.into(), BitwiseOr.into(), BitwiseXor.into()] {
        all(op, "", &INTEGERS);
    }
    cases
}

fn logic() -> Vec<Case> {
    let bools: &[(DType, &[u32])] = &[(Bool, &[4, 1, 7]), (Bool, &[5, 7])];
    let mut cases = vec![
        Case::tame("bool", And, bools),
        Case::tame("bool", Or, bools),
        Case::tame("bool", Xor, bools),
        Case::tame("bool", Not, &[(Bool, &[50])]),
        Case::tame("int64", BitwiseNot, &[(I64, &[50])]),
        Case::wild("float32_to_int32", BitCast { to: I32 }, &[(F32, &[300])]),
        Case::wild("uint8_to_bool", BitCast { to: Bool }, &[(U8, &[300])]),
    ];
    for dtype in INTEGERS {
        for right in [false, true] {
            let name = format!("{}_{dtype}", if right { "right" } else { "left" });
            let mut case = Case::tame(&name, BitShift { right }, &[(dtype, &[60, 80]), (dtype, &[80])]);
            // Distances from -8 to 71.
            let size = dtype.size();
            let distances = (-8i64..72).flat_map(|distance| distance.to_le_bytes()[..size].to_vec());
            case.inputs[1].data = distances.collect();
            cases.push(case);
        }
    }
    cases
}

fn choices() -> Vec<Case> {
    let mut cases = Vec::new();
    for dtype in [F32, F64, I16, Bool] {
        let shapes: [[&[u32]; 3]; 4] =
            [[&[40], &[40], &[40]], [&[3, 1], &[4], &[]], [&[5], &[3, 1], &[2, 1, 1]], [&[6], &[], &[6]]];
        for (number, [condition, x, y]) in shapes.into_iter().enumerate() {
            let kinds = [(Bool, condition), (dtype, x), (dtype, y)];
            cases.push(Case::wild(&format!("{dtype}_{number}"), Where, &kinds));
        }
    }
    both("", IsNaN, &mut cases);
    both("negative_", IsInf { negative: true, positive: false }, &mut cases);
    both("any_", IsInf { negative: true, positive: true }, &mut cases);
    cases
}
