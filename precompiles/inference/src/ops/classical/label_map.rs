use core::cmp::Ordering;

use praxis_model::{DType, ops::LabelMap};

use crate::{
    Fault,
    align::Plain,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// NaN equals NaN and stands above all numbers.
fn compare<T: PartialOrd>(a: T, b: T) -> Ordering {
    #[expect(clippy::eq_op, reason = "what does not equal itself is NaN")]
    let (a_is_nan, b_is_nan) = (a != a, b != b);
    a.partial_cmp(&b).unwrap_or_else(|| a_is_nan.cmp(&b_is_nan))
}

fn run<T: Plain + PartialOrd>(call: &mut Call<'_>, size: usize) -> Result<(), Fault> {
    let (input, keys, values) = (call.input::<T>(0)?, call.input::<T>(1)?, call.input_bytes(2)?);
    let output = call.output_bytes()?;
    for (&x, to) in input.iter().zip(output.chunks_exact_mut(size)) {
        let at = keys.binary_search_by(|&key| compare(key, x)).unwrap_or(keys.len());
        to.copy_from_slice(&values[at * size..(at + 1) * size]);
    }
    Ok(())
}

impl Kernel for LabelMap {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let size = node.outputs[0].dtype.size();
        Ok(match node.inputs[0].dtype {
            DType::F32 => Prepared::new(move |call| run::<f32>(call, size)),
            DType::F64 => Prepared::new(move |call| run::<f64>(call, size)),
            DType::I32 => Prepared::new(move |call| run::<i32>(call, size)),
            _ => Prepared::new(move |call| run::<i64>(call, size)),
        })
    }
}
