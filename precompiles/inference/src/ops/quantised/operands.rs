//! What products and convolutions of quantised tensors have in common: where their inputs stand, and what becomes of the
//! sums.

use praxis_model::DType;

use crate::{
    Fault,
    align::{AlignedBytes, Plain, elements_mut},
    byte::{
        Chunk, Columns, Correct, Finish, Packed, Requantise, Sizes, factors, left_flip, left_value, right_flip,
        right_value,
    },
    call::{Call, NodeContext},
    isa::Path,
};

/// Where the operands stand among a node's inputs, and their types.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operands {
    pub(super) right: usize,
    left_zero: usize,
    right_zero: usize,
    pub(super) left_flip: u8,
    pub(super) right_flip: u8,
    /// The type of quantised results; `None` where the sums are the result.
    output: Option<DType>,
}

/// The inputs of one call.
#[derive(Clone, Copy)]
pub(super) struct Output<'a> {
    pub(super) operands: Operands,
    pub(super) left_zeros: &'a [u8],
    pub(super) right_zeros: &'a [u8],
    pub(super) scales: Option<Scales<'a>>,
    pub(super) bias: &'a [i32],
}

#[derive(Clone, Copy)]
pub(super) struct Scales<'a> {
    pub(super) left: &'a [f32],
    pub(super) right: &'a [f32],
    pub(super) result: f32,
    pub(super) kind: Requantise,
}

pub(super) fn one<T: Plain>(list: &[T]) -> Result<T, Fault> {
    list.first().copied().ok_or(Fault::Internal("a scalar has no element"))
}

impl Operands {
    /// Of operators whose result is the int32 sum.
    pub(super) fn integer(node: &NodeContext<'_>) -> Self {
        Self::new(node, [1, 2, 3], None)
    }

    /// Of operators whose result is quantised.
    pub(super) fn quantised(node: &NodeContext<'_>) -> Self {
        Self::new(node, [3, 2, 5], Some(node.outputs[0].dtype))
    }

    fn new(node: &NodeContext<'_>, [right, left_zero, right_zero]: [usize; 3], output: Option<DType>) -> Self {
        let (left_flip, right_flip) = (left_flip(node.inputs[0].dtype), right_flip(node.inputs[right].dtype));
        Self { right, left_zero, right_zero, left_flip, right_flip, output }
    }

    /// The right operand, packed here when it is constant.
    pub(super) fn packed(
        &self,
        node: &NodeContext<'_>,
        bytes: usize,
        pack: impl Fn(&[u8], &mut [u8]) -> Result<(), Fault>,
    ) -> Result<Option<AlignedBytes>, Fault> {
        let Some(constant) = node.constants[self.right] else { return Ok(None) };
        let mut packed = AlignedBytes::zeroed(bytes);
        pack(constant, &mut packed.as_mut_slice()[..bytes])?;
        Ok(Some(packed))
    }

    pub(super) fn output<'a>(&self, call: &Call<'a>) -> Result<Output<'a>, Fault> {
        let scales = match self.output {
            None => None,
            Some(dtype) => Some(Scales {
                left: call.input(1)?,
                right: call.input(4)?,
                result: one(call.input::<f32>(6)?)?,
                kind: Requantise::new(one(call.input_bytes(7)?)?, dtype == DType::I8),
            }),
        };
        Ok(Output {
            operands: *self,
            left_zeros: call.input_bytes(self.left_zero)?,
            right_zeros: call.input_bytes(self.right_zero)?,
            scales,
            bias: if self.output.is_some() && call.inputs.len() > 8 { call.input(8)? } else { &[] },
        })
    }
}

impl<'a> Output<'a> {
    /// Prepares what belongs to columns.
    pub(super) fn columns(&self, columns: &mut Columns<'_>) {
        let flip = self.operands.right_flip;
        match self.right_zeros {
            &[zero] => columns.zero_points.fill(right_value(zero, flip)),
            zeros => {
                columns.zero_points.iter_mut().zip(zeros).for_each(|(to, &zero)| *to = right_value(zero, flip));
            }
        }
        if let Some(Scales { left: &[left], right, result, .. }) = self.scales {
            factors(left, right, result, columns.factors);
        }
    }

    /// Turns the sums of `rows` rows, the first of which is row `first` of the operand, into results: in `chunk.products`,
    /// or in `chunk.results`.
    pub(super) fn finish(
        &self,
        path: Path,
        sizes: &Sizes,
        (first, rows): (usize, usize),
        chunk: &mut Chunk<'_>,
        columns: &mut Columns<'_>,
        right: Packed<'_>,
    ) {
        let all = chunk.products.chunks_exact_mut(sizes.columns).zip(chunk.results.chunks_exact_mut(sizes.n));
        for (row, (products, results)) in all.take(rows).enumerate() {
            let zero = *self.left_zeros.get(first + row).unwrap_or(&self.left_zeros[0]);
            path.run(Correct {
                products,
                column_sums: right.sums,
                zero_points: columns.zero_points,
                zero_point: left_value(zero, self.operands.left_flip),
                row_sum: chunk.sums[row],
                k: sizes.k as i32,
            });
            let Some(scales) = &self.scales else { continue };
            if scales.left.len() > 1 {
                factors(scales.left[first + row], scales.right, scales.result, columns.factors);
            }
            let (bias, factors) = (self.bias, &*columns.factors);
            path.run(Finish { products, bias, factors, kind: scales.kind, results });
        }
    }
}

/// Writes the chunk's rows, which are rows of the output.
pub(super) fn copy_rows(
    output: &mut [u8],
    sizes: &Sizes,
    quantised: bool,
    rows: usize,
    chunk: &Chunk<'_>,
) -> Result<(), Fault> {
    if quantised {
        output.copy_from_slice(&chunk.results[..rows * sizes.n]);
        return Ok(());
    }
    let output = elements_mut::<i32>(output)?;
    for (to, from) in output.chunks_exact_mut(sizes.n).zip(chunk.products.chunks_exact(sizes.columns)) {
        to.copy_from_slice(&from[..sizes.n]);
    }
    Ok(())
}

/// Packed weights, or memory that they are packed into in each run.
pub(super) fn right<'a>(
    held: Option<&'a AlignedBytes>,
    bytes: usize,
    scratch: &mut &'a mut [u8],
    pack: impl FnOnce(&mut [u8]) -> Result<(), Fault>,
) -> Result<&'a [u8], Fault> {
    if let Some(held) = held {
        return Ok(&held.as_slice()[..bytes]);
    }
    let split = core::mem::take(scratch).split_at_mut_checked(bytes);
    let (own, rest) = split.ok_or(Fault::Internal("scratch too small"))?;
    *scratch = rest;
    pack(own)?;
    Ok(own)
}
