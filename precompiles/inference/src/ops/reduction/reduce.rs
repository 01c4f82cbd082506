//! The Reduce family except what import makes of other operators.

use praxis_model::{
    DType,
    ops::{
        ReduceL1, ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum, ReduceSumSquare, Reduction, ReductionShape,
    },
};

use crate::{
    Fault,
    align::{Plain, elements_mut},
    arith::{Canonical, Fma},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
    reduce::{self, Absolutes, COLUMNS, Columns, Element, Fold, LANES, Maximum, Minimum, Product, Squares, Sum},
};

/// From this many short rows on it pays to work on them side by side.
const SIDE_BY_SIDE: usize = 4;

/// Neighbouring rows of `length`, each to one result.
struct Rows<'a, T, R> {
    input: &'a [T],
    length: usize,
    output: &'a mut [T],
    fold: R,
}

impl<T: Plain + Canonical, R: Fold<T>> Job for Rows<'_, T, R> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        if self.length <= LANES && self.output.len() >= SIDE_BY_SIDE {
            let blocks = self.output.chunks_mut(COLUMNS).zip(self.input.chunks(COLUMNS * self.length));
            for (to, rows) in blocks {
                let results = reduce::short_rows::<T, R, F>(self.fold, rows, self.length);
                to.iter_mut().zip(results).for_each(|(to, result)| *to = result.canonical());
            }
            return;
        }
        for (to, row) in self.output.iter_mut().zip(self.input.chunks_exact(self.length)) {
            *to = reduce::row::<T, R, F>(self.fold, row).canonical();
        }
    }
}

/// Neighbouring columns, each to one result.
struct Slab<'a, T, R> {
    matrix: Columns<'a, T>,
    output: &'a mut [T],
    fold: R,
}

impl<T: Plain + Canonical, R: Fold<T>> Job for Slab<'_, T, R> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (block, to) in self.output.chunks_mut(COLUMNS).enumerate() {
            let matrix = Columns { values: &self.matrix.values[block * COLUMNS..], ..self.matrix };
            let sums = reduce::columns::<T, R, F>(self.fold, matrix, to.len());
            for (to, sum) in to.iter_mut().zip(sums) {
                *to = sum.canonical();
            }
        }
    }
}

/// Calls `each` with the offset of every combination of these loops, in row-major order.
fn visit(loops: &[(usize, usize)], mut each: impl FnMut(usize) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut index = [0usize; praxis_model::limits::MAX_RANK];
    let mut at = 0;
    for _ in 0..loops.iter().map(|l| l.0).product::<usize>() {
        each(at)?;
        for (position, &(length, distance)) in index.iter_mut().zip(loops).rev() {
            *position += 1;
            at += distance;
            if *position < length {
                break;
            }
            *position = 0;
            at -= distance * length;
        }
    }
    Ok(())
}

/// What a node computes, by how its loops lie in memory.
fn run<T: Element, R: Fold<T>>(
    call: &mut Call<'_>,
    shape: &ReductionShape,
    length: usize,
    fold: R,
) -> Result<(), Fault> {
    let (path, input) = (call.path, call.input::<T>(0)?);
    let (output, scratch) = call.output_and_scratch::<T>()?;
    if !shape.is_direct() {
        let row = &mut elements_mut::<T>(scratch)?[..length];
        let mut results = output.iter_mut();
        return visit(&shape.kept, |from| {
            let mut to = row.iter_mut();
            visit(&shape.reduced, |at| {
                to.next().map(|to| *to = input[from + at]).ok_or(Fault::Internal("a reduction has too many elements"))
            })?;
            let output = results.next().ok_or(Fault::Internal("a reduction has too many results"))?;
            T::run(path, Rows { input: row, length, output: core::slice::from_mut(output), fold });
            Ok(())
        });
    }
    match (shape.reduced.as_slice(), shape.kept.split_last()) {
        (&[(rows, stride)], Some((&(inner, 1), outer))) => {
            let mut slabs = output.chunks_exact_mut(inner);
            visit(outer, |from| {
                let output = slabs.next().ok_or(Fault::Internal("a reduction has too many results"))?;
                T::run(path, Slab { matrix: Columns { values: &input[from..], stride, rows }, output, fold });
                Ok(())
            })
        }
        ([], _) => {
            T::run(path, Slab { matrix: Columns { values: input, stride: 0, rows: 1 }, output, fold });
            Ok(())
        }
        _ => {
            T::run(path, Rows { input, length, output, fold });
            Ok(())
        }
    }
}

/// Divides each result by the number of its elements.
struct Divide<'a, T>(&'a mut [T], T);

macro_rules! divide {
    ($($kind:ident $divide:expr;)*) => {
        $(impl Job for Divide<'_, $kind> {
            type Output = ();

            #[inline(always)]
            fn run<F: Fma>(self) {
                let divide: fn($kind, $kind) -> $kind = $divide;
                for x in self.0 {
                    *x = divide(*x, self.1).canonical();
                }
            }
        })*
    };
}

divide! {
    f32 |sum, count| sum / count;
    f64 |sum, count| sum / count;
    // The count is that of a tensor's elements, so it is positive and below 2^31.
    u32 |sum, count| sum.checked_div(count).unwrap_or(0);
    u64 |sum, count| sum.checked_div(count).unwrap_or(0);
    i32 |sum, count| sum.checked_div(count).unwrap_or(0);
    i64 |sum, count| sum.checked_div(count).unwrap_or(0);
}

struct Plan {
    shape: ReductionShape,
    length: usize,
}

impl Plan {
    fn of(reduction: &Reduction, node: &NodeContext<'_>) -> Self {
        let shape = reduction.loops(&node.inputs[0].shape);
        Self { length: shape.length(), shape }
    }

    fn prepared<T: Plain>(
        self,
        run: impl Fn(&mut Call<'_>, &ReductionShape, usize) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Prepared {
        let scratch = if self.shape.is_direct() { 0 } else { (self.length * size_of::<T>()).next_multiple_of(64) };
        let mut prepared = Prepared::new(move |call| run(call, &self.shape, self.length));
        prepared.scratch_bytes = scratch;
        prepared
    }

    fn fold<T: Element, R: Fold<T>>(self, fold: R) -> Prepared {
        self.prepared::<T>(move |call, shape, length| run::<T, R>(call, shape, length, fold))
    }
}

const TYPE: Fault = Fault::Internal("a reduction of a type that it does not take");

macro_rules! arithmetic {
    ($($op:ident $fold:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                let plan = Plan::of(&self.0, node);
                Ok(match node.outputs[0].dtype {
                    DType::F32 => plan.fold::<f32, _>($fold),
                    DType::F64 => plan.fold::<f64, _>($fold),
                    DType::I32 | DType::U32 => plan.fold::<u32, _>($fold),
                    DType::I64 | DType::U64 => plan.fold::<u64, _>($fold),
                    _ => return Err(TYPE),
                })
            }
        })*
    };
}

arithmetic!(ReduceSum Sum ReduceProd Product ReduceSumSquare Squares);

impl Kernel for ReduceL1 {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let plan = Plan::of(&self.0, node);
        Ok(match node.outputs[0].dtype {
            DType::F32 => plan.fold::<f32, _>(Absolutes),
            DType::F64 => plan.fold::<f64, _>(Absolutes),
            DType::I32 => plan.fold::<i32, _>(Absolutes),
            DType::I64 => plan.fold::<i64, _>(Absolutes),
            DType::U32 => plan.fold::<u32, _>(Sum),
            DType::U64 => plan.fold::<u64, _>(Sum),
            _ => return Err(TYPE),
        })
    }
}

macro_rules! extremes {
    ($($op:ident $fold:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                let plan = Plan::of(&self.0, node);
                Ok(match node.outputs[0].dtype {
                    DType::F32 => plan.fold::<f32, _>($fold),
                    DType::F64 => plan.fold::<f64, _>($fold),
                    DType::U8 | DType::Bool => plan.fold::<u8, _>($fold),
                    DType::I8 => plan.fold::<i8, _>($fold),
                    DType::I32 => plan.fold::<i32, _>($fold),
                    DType::U32 => plan.fold::<u32, _>($fold),
                    DType::I64 => plan.fold::<i64, _>($fold),
                    DType::U64 => plan.fold::<u64, _>($fold),
                    _ => return Err(TYPE),
                })
            }
        })*
    };
}

extremes!(ReduceMax Maximum ReduceMin Minimum);

/// The mean as the sum in the bits of `$sum`, divided as `$kind`.
macro_rules! mean {
    ($plan:expr, $sum:ident, $kind:ident) => {
        $plan.prepared::<$sum>(|call, shape, length| {
            run::<$sum, Sum>(call, shape, length, Sum)?;
            let path = call.path;
            path.run(Divide(call.output::<$kind>()?, length as $kind));
            Ok(())
        })
    };
}

impl Kernel for ReduceMean {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let plan = Plan::of(&self.0, node);
        Ok(match node.outputs[0].dtype {
            DType::F32 => mean!(plan, f32, f32),
            DType::F64 => mean!(plan, f64, f64),
            DType::I32 => mean!(plan, u32, i32),
            DType::U32 => mean!(plan, u32, u32),
            DType::I64 => mean!(plan, u64, i64),
            DType::U64 => mean!(plan, u64, u64),
            _ => return Err(TYPE),
        })
    }
}
