//! Preprocessing of numbers: elementwise operators and reductions of a Plan say all of it.

use praxis_model::{
    DType, Tensor,
    ops::{
        Abs, Cast, Div, Equal, Greater, IsNaN, ReduceMax, ReduceSum, ReduceSumSquare, Reduction, Reshape, Sqrt, Where,
    },
};

use super::{classes, encode};
use crate::{graph::Value, limits::shown, lower::Context, refusal::Refusal};

/// Divides each row by its maximum, by the sum of its absolute values or by its Euclidean length; a row where that is 0 stays.
pub(super) fn normalizer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let norm = cx.attributes.string("norm")?.unwrap_or("MAX");
    let rows = classes::float32_rows(cx)?;
    let along = || Reduction { axes: vec![1], keep_dims: true };
    let size = match norm {
        "MAX" => cx.emit1(ReduceMax(along()), &[rows])?,
        "L1" => {
            let sizes = cx.emit1(Abs, &[rows])?;
            cx.emit1(ReduceSum(along()), &[sizes])?
        }
        "L2" => {
            let squares = cx.emit1(ReduceSumSquare(along()), &[rows])?;
            cx.emit1(Sqrt, &[squares])?
        }
        other => return Err(format!("the norm {} is unknown", shown(other)).into()),
    };
    let zero = cx.constant(Tensor::from_f32([], &[0.0]))?;
    let one = cx.constant(Tensor::from_f32([], &[1.0]))?;
    let is_zero = cx.emit1(Equal, &[size, zero])?;
    let divisor = cx.emit1(Where, &[is_zero, one, size])?;
    let value = cx.emit1(Div, &[rows, divisor])?;
    let shape = cx.shape(cx.input(0)?).to_vec();
    Ok(vec![if shape.len() == 2 { value } else { cx.emit1(Reshape { shape }, &[value])? }])
}

/// 1 where an element is greater than the threshold, else 0, in the input's type.
pub(super) fn binarizer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let threshold = cx.attributes.float("threshold")?.unwrap_or(0.0);
    let input = cx.input(0)?;
    let dtype = cx.kind(input).dtype;
    let mut bound = cx.constant(Tensor::from_f32([], &[threshold]))?;
    if dtype != DType::F32 {
        bound = cx.emit1(Cast { to: dtype }, &[bound])?;
    }
    let above = cx.emit1(Greater, &[input, bound])?;
    Ok(vec![cx.emit1(Cast { to: dtype }, &[above])?])
}

/// Replaces one value, usually NaN, by another one for each feature.
pub(super) fn imputer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let dtype = cx.kind(input).dtype;
    let floats = cx.attributes.floats("imputed_value_floats")?.unwrap_or(&[]);
    let integers = cx.attributes.ints("imputed_value_int64s")?.unwrap_or(&[]);
    let replaced_float = cx.attributes.float("replaced_value_float")?.unwrap_or(0.0);
    let replaced_integer = cx.attributes.int("replaced_value_int64")?.unwrap_or(0);
    let count = |length: usize| u32::try_from(length).map_err(|_| Refusal::from("it has too many values"));
    let (imputed, replaced) = if dtype.is_float() {
        (Tensor::from_f32([count(floats.len())?], floats), Tensor::from_f32([], &[replaced_float]))
    } else {
        (Tensor::from_i64([count(integers.len())?], integers), Tensor::from_i64([], &[replaced_integer]))
    };
    let features = cx.shape(input).last().copied().unwrap_or(1);
    if imputed.shape[0] != 1 && imputed.shape[0] != features {
        return Err(format!("it has {} imputed values for {features} features", imputed.shape[0]).into());
    }
    let mut operands = Vec::new();
    for tensor in [imputed, replaced] {
        let given = tensor.dtype;
        let value = cx.constant(tensor)?;
        operands.push(if given == dtype { value } else { cx.emit1(Cast { to: dtype }, &[value])? });
    }
    let missing = if dtype.is_float() && replaced_float.is_nan() {
        cx.emit1(IsNaN, &[input])?
    } else {
        cx.emit1(Equal, &[input, operands[1]])?
    };
    Ok(vec![cx.emit1(Where, &[missing, operands[0], input])?])
}

/// A column for each category, 1 where the element is that category. An element that is none of them gives zeros; a file
/// that wants an error instead (`zeros` = 0) gets zeros too, since a Plan has no errors of this kind.
pub(super) fn one_hot_encoder(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    let integers = cx.attributes.ints("cats_int64s")?.unwrap_or(&[]);
    let strings = cx.attributes.strings("cats_strings")?.unwrap_or_default();
    cx.attributes.flag("zeros")?;
    let categories = match cx.label_names(input) {
        Some(names) => encode::positions(&strings.into_iter().map(str::to_owned).collect::<Vec<_>>(), &names)?,
        None if !strings.is_empty() => return Err("its categories are strings, its input is not".into()),
        None => {
            let count = u32::try_from(integers.len()).map_err(|_| "it has too many categories")?;
            Tensor::from_i64([count], integers)
        }
    };
    if categories.data.is_empty() {
        return Err("it has no categories".into());
    }
    let mut shape = cx.shape(input).to_vec();
    shape.push(1);
    let mut element = cx.emit1(Reshape { shape }, &[input])?;
    if cx.kind(element).dtype != DType::I64 {
        element = cx.emit1(Cast { to: DType::I64 }, &[element])?;
    }
    let categories = cx.constant(categories)?;
    let found = cx.emit1(Equal, &[element, categories])?;
    Ok(vec![cx.emit1(Cast { to: DType::F32 }, &[found])?])
}
