use praxis_model::{
    DType,
    limits::MAX_RANK,
    ops::{MatMul, MatMulShape},
};

use super::broadcast;
use crate::{
    Fault,
    align::{AlignedBytes, elements, elements_mut},
    call::{Call, Kernel, NodeContext, Prepared},
    gemm::{Finish, Layout, Number, Sizes, multiply, multiply_plain, pack_right, pack_right_on, scratch_floats},
};

/// The products of one MatMul: which matrices meet, in the order of the outputs.
#[derive(Clone, Debug)]
struct Batch {
    sizes: Sizes,
    pairs: Vec<(usize, usize)>,
    /// Matrices of the right operand.
    rights: usize,
}

fn batch(shape: &MatMulShape) -> Result<Batch, Fault> {
    let product = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).product::<usize>();
    let (m, k, n) = (shape.m as usize, shape.k as usize, shape.n as usize);
    let rights = product(&shape.right_batch);
    let count = product(&shape.batch);
    if rights == 1 && product(&shape.left_batch) == count {
        // One right matrix: the left ones are rows of a single product, with the same bits.
        return Ok(Batch { sizes: Sizes::new(m * count, k, n), pairs: vec![(0, 0)], rights });
    }
    if shape.batch.len() > MAX_RANK {
        return Err(Fault::Internal("too many dimensions in a product"));
    }
    let loops = broadcast::loops(&shape.left_batch, &shape.right_batch, &shape.batch);
    let mut pairs = Vec::with_capacity(count);
    broadcast::rows(&loops, |_, left, right| {
        let inner = loops[loops.len() - 1];
        pairs.extend((0..inner.length).map(|i| (left + i * inner.left, right + i * inner.right)));
        Ok::<(), Fault>(())
    })?;
    Ok(Batch { sizes: Sizes::new(m, k, n), pairs, rights })
}

/// Packs all matrices of the right operand, each by `pack`.
fn pack(batch: &Batch, right: &[f32], packed: &mut [f32], pack: impl Fn(&[f32], &mut [f32])) {
    let Sizes { k, n, .. } = batch.sizes;
    let matrices = right.chunks_exact(k * n).zip(packed.chunks_exact_mut(batch.sizes.packed()));
    matrices.for_each(|(from, to)| pack(from, to));
}

fn run(call: &mut Call<'_>, batch: &Batch, weights: Option<&AlignedBytes>) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<f32>(0)?, call.input::<f32>(1)?);
    let (output, scratch) = call.output_and_scratch::<f32>()?;
    let Sizes { m, k, n, .. } = batch.sizes;
    let packed_floats = batch.rights * batch.sizes.packed();
    let (own, scratch) = elements_mut::<f32>(scratch)?.split_at_mut(if weights.is_some() { 0 } else { packed_floats });
    let packed: &[f32] = match weights {
        Some(weights) => &elements(weights.as_slice())?[..packed_floats],
        None => {
            pack(batch, right, own, |from, to| pack_right_on(path, from, Layout::Rows, batch.sizes, to));
            own
        }
    };
    for (out, &(l, r)) in output.chunks_exact_mut(m * n).zip(&batch.pairs) {
        let left = &left[l * m * k..(l + 1) * m * k];
        let right = &packed[r * batch.sizes.packed()..(r + 1) * batch.sizes.packed()];
        multiply(path, batch.sizes, (left, Layout::Rows), right, Finish::Canonical, out, scratch);
    }
    Ok(())
}

fn run_plain<T: Number>(call: &mut Call<'_>, batch: &Batch) -> Result<(), Fault> {
    let (path, left, right) = (call.path, call.input::<T>(0)?, call.input::<T>(1)?);
    let output = call.output::<T>()?;
    let Sizes { m, k, n, .. } = batch.sizes;
    for (out, &(l, r)) in output.chunks_exact_mut(m * n).zip(&batch.pairs) {
        let (left, right) = (&left[l * m * k..(l + 1) * m * k], &right[r * k * n..(r + 1) * k * n]);
        multiply_plain(path, batch.sizes, (left, Layout::Rows), (right, Layout::Rows), out);
    }
    output.iter_mut().for_each(|x| *x = x.canonical());
    Ok(())
}

fn prepare_f32(node: &NodeContext<'_>, batch: Batch) -> Result<Prepared, Fault> {
    let float = size_of::<f32>();
    let packed_floats = batch.rights * batch.sizes.packed();
    let weights = match node.constants[1] {
        Some(bytes) => {
            let mut packed = AlignedBytes::zeroed(packed_floats * float);
            let target = &mut elements_mut(packed.as_mut_slice())?[..packed_floats];
            pack(&batch, elements(bytes)?, target, |from, to| pack_right(from, Layout::Rows, batch.sizes, to));
            Some(packed)
        }
        None => None,
    };
    let own = if weights.is_some() { 0 } else { packed_floats };
    let scratch_bytes = ((own + scratch_floats(batch.sizes)) * float).next_multiple_of(64);
    let held_bytes = weights.as_ref().map_or(0, AlignedBytes::len);
    let run = Box::new(move |call: &mut Call<'_>| run(call, &batch, weights.as_ref()));
    Ok(Prepared { run, scratch_bytes, held_bytes })
}

impl Kernel for MatMul {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let shape = MatMulShape::new(&node.inputs[0].shape, &node.inputs[1].shape)
            .map_err(|_| Fault::Internal("MatMul on shapes that it does not take"))?;
        let batch = batch(&shape)?;
        match node.outputs[0].dtype {
            DType::F32 => prepare_f32(node, batch),
            DType::F64 => Ok(Prepared::new(move |call| run_plain::<f64>(call, &batch))),
            DType::I32 => Ok(Prepared::new(move |call| run_plain::<i32>(call, &batch))),
            DType::I64 => Ok(Prepared::new(move |call| run_plain::<i64>(call, &batch))),
            DType::U32 => Ok(Prepared::new(move |call| run_plain::<u32>(call, &batch))),
            DType::U64 => Ok(Prepared::new(move |call| run_plain::<u64>(call, &batch))),
            _ => Err(Fault::Internal("MatMul on a type that it does not take")),
        }
    }
}
