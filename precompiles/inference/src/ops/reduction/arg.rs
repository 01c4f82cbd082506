//! ArgMax and ArgMin.

use praxis_model::{
    DType,
    ops::{Arg, ArgMax, ArgMin},
};

use super::around;
use crate::{
    Fault,
    align::Plain,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{COLUMNS, Extreme},
};

/// Whether `x` is preferred to `best`, which stands before it. NaN is preferred to every number; equal elements, +0 and -0, and
/// two NaN change nothing.
trait Prefer: Copy + Send + Sync + 'static {
    fn prefers<T: Extreme>(x: T, best: T) -> bool;
}

impl Prefer for ArgMax {
    #[inline(always)]
    fn prefers<T: Extreme>(x: T, best: T) -> bool {
        (x > best) | (x.is_nan() & !best.is_nan())
    }
}

impl Prefer for ArgMin {
    #[inline(always)]
    fn prefers<T: Extreme>(x: T, best: T) -> bool {
        (x < best) | (x.is_nan() & !best.is_nan())
    }
}

/// Positions along the rows of a matrix whose columns stand `inner` apart; `inner` results.
struct Slab<'a, T, P> {
    input: &'a [T],
    length: usize,
    output: &'a mut [i64],
    op: P,
    select_last: bool,
}

impl<T: Plain + Extreme, P: Prefer> Job for Slab<'_, T, P> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let (inner, length) = (self.output.len(), self.length);
        let _ = self.op;
        // The last of equal elements is the first one from the end.
        let place = |step: usize| if self.select_last { length - 1 - step } else { step };
        if inner == 1 {
            let (mut best, mut found) = (self.input[place(0)], place(0));
            for step in 1..length {
                let x = self.input[place(step)];
                if P::prefers(x, best) {
                    (best, found) = (x, place(step));
                }
            }
            self.output[0] = found as i64;
            return;
        }
        for (block, to) in self.output.chunks_mut(COLUMNS).enumerate() {
            let at = |row: usize| &self.input[row * inner + block * COLUMNS..][..to.len()];
            let mut best = [T::LEAST; COLUMNS];
            best[..to.len()].copy_from_slice(at(place(0)));
            let mut found = [place(0) as u32; COLUMNS];
            for step in 1..length {
                let row = place(step);
                for ((best, found), &x) in best.iter_mut().zip(&mut found).zip(at(row)) {
                    let better = P::prefers(x, *best);
                    *best = if better { x } else { *best };
                    *found = if better { row as u32 } else { *found };
                }
            }
            to.iter_mut().zip(found).for_each(|(to, found)| *to = i64::from(found));
        }
    }
}

fn prepare<P: Prefer>(op: P, arg: Arg, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
    let (_, length, inner) = around(&node.inputs[0].shape, arg.axis);
    macro_rules! of {
        ($kind:ident) => {
            Prepared::new(move |call: &mut Call<'_>| {
                let (path, input) = (call.path, call.input::<$kind>(0)?);
                let slabs = call.output::<i64>()?.chunks_exact_mut(inner);
                for (output, input) in slabs.zip(input.chunks_exact(length * inner)) {
                    path.run(Slab { input, length, output, op, select_last: arg.select_last });
                }
                Ok(())
            })
        };
    }
    Ok(match node.inputs[0].dtype {
        DType::F32 => of!(f32),
        DType::F64 => of!(f64),
        DType::U8 => of!(u8),
        DType::I8 => of!(i8),
        DType::U16 => of!(u16),
        DType::I16 => of!(i16),
        DType::U32 => of!(u32),
        DType::I32 => of!(i32),
        DType::U64 => of!(u64),
        DType::I64 => of!(i64),
        DType::Bool => return Err(Fault::Internal("the greatest of bools")),
    })
}

impl Kernel for ArgMax {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        prepare(*self, self.0, node)
    }
}

impl Kernel for ArgMin {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        prepare(*self, self.0, node)
    }
}
