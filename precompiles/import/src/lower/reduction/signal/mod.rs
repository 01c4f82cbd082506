//! Fourier transforms as products with constant matrices, and the windows and filters that go with them.

mod dft;
mod mel;
mod stft;
mod turns;
mod window;

pub(super) use dft::dft;
pub(super) use mel::mel_weight_matrix;
pub(super) use stft::stft;
pub(super) use window::{blackman, hamming, hann};

use praxis_model::{DType, Tensor, ops};

use crate::{graph::Value, lower::Context, refusal::Refusal};

/// Float64 numbers as a constant of another type.
fn constant(cx: &mut Context<'_, '_>, shape: Vec<u32>, numbers: &[f64], dtype: DType) -> Result<Value, Refusal> {
    let value = cx.constant(Tensor::from_f64(shape, numbers))?;
    if dtype == DType::F64 {
        return Ok(value);
    }
    cx.emit1(ops::Cast { to: dtype }, &[value])
}

/// One whole number of an input that has to be known at import.
fn whole(cx: &Context<'_, '_>, index: usize, what: &str) -> Result<Option<i64>, Refusal> {
    match cx.integers(index, what)?.as_deref() {
        None => Ok(None),
        Some(&[number]) => Ok(Some(number)),
        Some(list) => Err(format!("its {what} (input {index}) should be one number, it is {list:?}").into()),
    }
}
