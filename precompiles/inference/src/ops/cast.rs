use praxis_model::{DType, ops::Cast};

use super::copy::copy;
use crate::{
    Fault,
    align::Plain,
    arith::Canonical,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// Rust's `as` is the rule: floats round to the nearest, ties to even; float to integer truncates and saturates, NaN gives
/// 0; integers wrap.
trait As<T> {
    fn convert(self) -> T;
    /// Not zero; NaN is true.
    fn truth(self) -> u8;
}

macro_rules! conversions {
    ($($from:ident)*) => {
        $(conversions!(@ $from f32 f64 u8 i8 u16 i16 u32 i32 u64 i64);)*
    };
    (@ $from:ident $($to:ident)*) => {
        $(impl As<$to> for $from {
            #[inline(always)]
            fn convert(self) -> $to {
                self as $to
            }

            #[inline(always)]
            fn truth(self) -> u8 {
                u8::from(self != 0 as $from)
            }
        })*
    };
}

conversions!(f32 f64 u8 i8 u16 i16 u32 i32 u64 i64);

fn convert<A: Plain + As<B>, B: Plain + Canonical>(call: &mut Call<'_>) -> Result<(), Fault> {
    let input = call.input::<A>(0)?;
    for (to, &x) in call.output::<B>()?.iter_mut().zip(input) {
        *to = x.convert().canonical();
    }
    Ok(())
}

fn truth<A: Plain + As<u8>>(call: &mut Call<'_>) -> Result<(), Fault> {
    let input = call.input::<A>(0)?;
    for (to, &x) in call.output::<u8>()?.iter_mut().zip(input) {
        *to = x.truth();
    }
    Ok(())
}

fn from<A>(to: DType) -> Prepared
where
    A: Plain + As<f32> + As<f64> + As<u8> + As<i8> + As<u16> + As<i16> + As<u32> + As<i32> + As<u64> + As<i64>,
{
    match to {
        DType::F32 => Prepared::new(convert::<A, f32>),
        DType::F64 => Prepared::new(convert::<A, f64>),
        DType::U8 => Prepared::new(convert::<A, u8>),
        DType::I8 => Prepared::new(convert::<A, i8>),
        DType::U16 => Prepared::new(convert::<A, u16>),
        DType::I16 => Prepared::new(convert::<A, i16>),
        DType::U32 => Prepared::new(convert::<A, u32>),
        DType::I32 => Prepared::new(convert::<A, i32>),
        DType::U64 => Prepared::new(convert::<A, u64>),
        DType::I64 => Prepared::new(convert::<A, i64>),
        DType::Bool => Prepared::new(truth::<A>),
    }
}

impl Kernel for Cast {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let source = node.inputs[0].dtype;
        if source == self.to {
            // Nothing is computed, so NaN bits stay.
            return Ok(Prepared::new(copy));
        }
        Ok(match source {
            DType::F32 => from::<f32>(self.to),
            DType::F64 => from::<f64>(self.to),
            DType::U8 | DType::Bool => from::<u8>(self.to),
            DType::I8 => from::<i8>(self.to),
            DType::U16 => from::<u16>(self.to),
            DType::I16 => from::<i16>(self.to),
            DType::U32 => from::<u32>(self.to),
            DType::I32 => from::<i32>(self.to),
            DType::U64 => from::<u64>(self.to),
            DType::I64 => from::<i64>(self.to),
        })
    }
}
