//! Add, Sub, Mul and Div.

use praxis_model::{
    DType,
    ops::{Add, Div, Mul, Sub},
};

use super::broadcast::{self, Loop};
use crate::{
    Fault,
    align::Plain,
    arith::{Canonical, Fma},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// A binary function on one element type.
trait Apply<T>: Copy + Send + Sync + 'static {
    fn apply(left: T, right: T) -> T;
}

macro_rules! float_rules {
    ($($kind:ident)*) => {
        $(
            float_rules!(@ $kind Add +);
            float_rules!(@ $kind Sub -);
            float_rules!(@ $kind Mul *);
            float_rules!(@ $kind Div /);
        )*
    };
    (@ $kind:ident $op:ident $sign:tt) => {
        impl Apply<$kind> for $op {
            #[inline(always)]
            fn apply(left: $kind, right: $kind) -> $kind {
                left $sign right
            }
        }
    };
}

macro_rules! integer_rules {
    ($($kind:ident)*) => {
        $(
            impl Apply<$kind> for Add {
                #[inline(always)]
                fn apply(left: $kind, right: $kind) -> $kind {
                    left.wrapping_add(right)
                }
            }
            impl Apply<$kind> for Sub {
                #[inline(always)]
                fn apply(left: $kind, right: $kind) -> $kind {
                    left.wrapping_sub(right)
                }
            }
            impl Apply<$kind> for Mul {
                #[inline(always)]
                fn apply(left: $kind, right: $kind) -> $kind {
                    left.wrapping_mul(right)
                }
            }
            impl Apply<$kind> for Div {
                /// x / 0 is 0; the least number divided by -1 wraps to itself.
                #[inline(always)]
                fn apply(left: $kind, right: $kind) -> $kind {
                    if right == 0 { 0 } else { left.wrapping_div(right) }
                }
            }
        )*
    };
}

float_rules!(f32 f64);
integer_rules!(u8 i8 u16 i16 u32 i32 u64 i64);

/// One run of the innermost loop.
struct Row<'a, T, O> {
    left: &'a [T],
    right: &'a [T],
    output: &'a mut [T],
    op: O,
}

impl<T: Plain + Canonical, O: Apply<T>> Job for Row<'_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let _ = self.op;
        match (self.left, self.right) {
            (&[left], right) if right.len() == self.output.len() => {
                for (to, &right) in self.output.iter_mut().zip(right) {
                    *to = O::apply(left, right).canonical();
                }
            }
            (left, &[right]) => {
                for (to, &left) in self.output.iter_mut().zip(left) {
                    *to = O::apply(left, right).canonical();
                }
            }
            (left, right) => {
                for ((to, &left), &right) in self.output.iter_mut().zip(left).zip(right) {
                    *to = O::apply(left, right).canonical();
                }
            }
        }
    }
}

fn run<T: Plain + Canonical, O: Apply<T>>(call: &mut Call<'_>, loops: &[Loop], op: O) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?);
    let output = call.output::<T>()?;
    let Some(&inner) = loops.last() else { return Err(Fault::Internal("an elementwise node has no loop")) };
    let length = |stride: usize| if stride == 0 { 1 } else { inner.length };
    broadcast::rows(loops, |at, left_at, right_at| {
        path.run(Row {
            left: &left[left_at..left_at + length(inner.left)],
            right: &right[right_at..right_at + length(inner.right)],
            output: &mut output[at..at + inner.length],
            op,
        });
        Ok(())
    })
}

fn prepare<O>(op: O, node: &NodeContext<'_>) -> Result<Prepared, Fault>
where
    O: Apply<f32> + Apply<f64>,
    O: Apply<u8> + Apply<i8> + Apply<u16> + Apply<i16> + Apply<u32> + Apply<i32> + Apply<u64> + Apply<i64>,
{
    let loops = broadcast::loops(&node.inputs[0].shape, &node.inputs[1].shape, &node.outputs[0].shape);
    Ok(match node.outputs[0].dtype {
        DType::F32 => Prepared::new(move |call| run::<f32, O>(call, &loops, op)),
        DType::F64 => Prepared::new(move |call| run::<f64, O>(call, &loops, op)),
        DType::U8 => Prepared::new(move |call| run::<u8, O>(call, &loops, op)),
        DType::I8 => Prepared::new(move |call| run::<i8, O>(call, &loops, op)),
        DType::U16 => Prepared::new(move |call| run::<u16, O>(call, &loops, op)),
        DType::I16 => Prepared::new(move |call| run::<i16, O>(call, &loops, op)),
        DType::U32 => Prepared::new(move |call| run::<u32, O>(call, &loops, op)),
        DType::I32 => Prepared::new(move |call| run::<i32, O>(call, &loops, op)),
        DType::U64 => Prepared::new(move |call| run::<u64, O>(call, &loops, op)),
        DType::I64 => Prepared::new(move |call| run::<i64, O>(call, &loops, op)),
        DType::Bool => return Err(Fault::Internal("arithmetic on bool")),
    })
}

macro_rules! kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                prepare(*self, node)
            }
        })*
    };
}

kernels!(Add Sub Mul Div);
