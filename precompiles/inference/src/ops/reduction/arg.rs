//! ArgMax and ArgMin.

use core::marker::PhantomData;

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
    reduce::{COLUMNS, Element, Extreme},
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
    select_last: bool,
    op: PhantomData<P>,
}

/// The best elements so far and their positions.
struct Best<T> {
    values: [T; COLUMNS],
    found: [u32; COLUMNS],
}

impl<T: Extreme> Best<T> {
    /// Looks at the next row; equal elements replace earlier ones where the last is wanted.
    #[inline(always)]
    fn look<P: Prefer>(&mut self, row: &[T], position: u32, select_last: bool) {
        for ((best, found), &x) in self.values.iter_mut().zip(&mut self.found).zip(row) {
            let better = if select_last { !P::prefers(*best, x) } else { P::prefers(x, *best) };
            *best = if better { x } else { *best };
            *found = if better { position } else { *found };
        }
    }

    #[inline(always)]
    fn of(row: &[T]) -> Self {
        let mut values = [T::of_key(T::BELOW); COLUMNS];
        values[..row.len()].copy_from_slice(row);
        Self { values, found: [0; COLUMNS] }
    }
}

/// The position in one row. Every 32nd element is one column, so that most of the row is looked at as a matrix.
#[inline(always)]
fn in_row<T: Extreme, P: Prefer>(row: &[T], select_last: bool) -> usize {
    let (chunks, rest) = row.as_chunks::<COLUMNS>();
    let (mut best, mut found, mut next) = (row[0], 0, 0);
    if let Some((first, others)) = chunks.split_first() {
        let mut columns = Best::of(first);
        for (number, chunk) in others.iter().enumerate() {
            columns.look::<P>(chunk, number as u32 + 1, select_last);
        }
        for (column, (&x, &number)) in columns.values.iter().zip(&columns.found).enumerate() {
            let position = number as usize * COLUMNS + column;
            let ahead = if select_last { position > found } else { position < found };
            if P::prefers(x, best) | (!P::prefers(best, x) & ahead) {
                (best, found) = (x, position);
            }
        }
        next = chunks.len() * COLUMNS;
    }
    for (position, &x) in (next..).zip(rest) {
        if if select_last { !P::prefers(best, x) } else { P::prefers(x, best) } {
            (best, found) = (x, position);
        }
    }
    found
}

impl<T: Plain + Extreme, P: Prefer> Job for Slab<'_, T, P> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Self { input, length, output, select_last, .. } = self;
        let inner = output.len();
        if inner == 1 {
            output[0] = in_row::<T, P>(input, select_last) as i64;
            return;
        }
        for (block, to) in output.chunks_mut(COLUMNS).enumerate() {
            let at = |row: usize| &input[row * inner + block * COLUMNS..][..to.len()];
            let mut best = Best::of(at(0));
            for row in 1..length {
                best.look::<P>(at(row), row as u32, select_last);
            }
            to.iter_mut().zip(best.found).for_each(|(to, found)| *to = i64::from(found));
        }
    }
}

fn prepare<P: Prefer>(arg: Arg, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
    let (_, length, inner) = around(&node.inputs[0].shape, arg.axis);
    macro_rules! of {
        ($kind:ident) => {
            Prepared::new(move |call: &mut Call<'_>| {
                let (path, input) = (call.path, call.input::<$kind>(0)?);
                let slabs = call.output::<i64>()?.chunks_exact_mut(inner);
                for (output, input) in slabs.zip(input.chunks_exact(length * inner)) {
                    <$kind>::run(
                        path,
                        Slab { input, length, output, select_last: arg.select_last, op: PhantomData::<P> },
                    );
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
        prepare::<Self>(self.0, node)
    }
}

impl Kernel for ArgMin {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        prepare::<Self>(self.0, node)
    }
}
