use praxis_model::{
    TensorType,
    ops::{ByteProduct, MatMulInteger, MatMulShape, QLinearMatMul},
};

use super::{
    super::broadcast,
    Operands,
    operands::{copy_rows, right},
};
use crate::{
    Fault,
    align::AlignedBytes,
    byte::{Chunk, Columns, Packed, Sizes, multiply, pack},
    call::{Call, Kernel, NodeContext, Prepared},
};

/// The products of one node: which matrices meet, in the order of the outputs.
struct Batch {
    sizes: Sizes,
    pairs: Vec<(usize, usize)>,
    /// Matrices of the right operand.
    rights: usize,
    operands: Operands,
    quantised: bool,
}

impl Batch {
    fn new(node: &NodeContext<'_>, operands: Operands, quantised: bool) -> Result<Self, Fault> {
        let (left, right): (&TensorType, &TensorType) = (&node.inputs[0], &node.inputs[operands.right]);
        let shape = MatMulShape::new(&left.shape, &right.shape)
            .map_err(|_| Fault::Internal("a matrix product on shapes that it does not take"))?;
        let product = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).product::<usize>();
        let (m, k, n) = (u64::from(shape.m), u64::from(shape.k), u64::from(shape.n));
        let (rights, count) = (product(&shape.right_batch), product(&shape.batch));
        if rights == 1 && product(&shape.left_batch) == count {
            let sizes = Sizes::new(ByteProduct { m: m * count as u64, k, n });
            return Ok(Self { sizes, pairs: vec![(0, 0)], rights, operands, quantised });
        }
        let loops = broadcast::loops(&shape.left_batch, &shape.right_batch, &shape.batch);
        let mut pairs = Vec::with_capacity(count);
        broadcast::rows(&loops, |_, left, right| {
            let inner = loops[loops.len() - 1];
            pairs.extend((0..inner.length).map(|i| (left + i * inner.left, right + i * inner.right)));
            Ok::<(), Fault>(())
        })?;
        Ok(Self { sizes: Sizes::new(ByteProduct { m, k, n }), pairs, rights, operands, quantised })
    }

    fn packed_bytes(&self) -> usize {
        self.sizes.product.packed_bytes() as usize
    }

    fn pack(&self, source: &[u8], packed: &mut [u8]) -> Result<(), Fault> {
        let (k, n, flip) = (self.sizes.k, self.sizes.n, self.operands.right_flip);
        let matrices = source.chunks_exact(k * n).zip(packed.chunks_exact_mut(self.packed_bytes()));
        matrices
            .into_iter()
            .try_for_each(|(from, to)| pack(&self.sizes, to, |term, column| from[term * n + column] ^ flip))
    }

    fn run(&self, call: &mut Call<'_>, weights: Option<&AlignedBytes>) -> Result<(), Fault> {
        let (path, left, source) = (call.path, call.input_bytes(0)?, call.input_bytes(self.operands.right)?);
        let results = self.operands.output(call)?;
        let element = if self.quantised { 1 } else { size_of::<i32>() };
        let (output, mut scratch) = call.output_and_scratch::<u8>()?;
        let scratch = &mut scratch;
        let bytes = self.packed_bytes();
        let packed = right(weights, bytes * self.rights, scratch, |own| self.pack(source, own))?;
        let mut chunk = Chunk::new(&self.sizes, scratch)?;
        let mut columns = Columns::new(&self.sizes, scratch)?;
        results.columns(&mut columns);
        let Sizes { m, k, n, .. } = self.sizes;
        for (out, &(l, r)) in output.chunks_exact_mut(m * n * element).zip(&self.pairs) {
            let left = &left[l * m * k..(l + 1) * m * k];
            let right = Packed::new(&self.sizes, &packed[r * bytes..(r + 1) * bytes])?;
            let most = self.sizes.chunk_rows();
            for (index, (out, rows)) in out.chunks_mut(most * n * element).zip(left.chunks(most * k)).enumerate() {
                let count = rows.len() / k;
                chunk.fill(path, &self.sizes, rows, self.operands.left_flip);
                multiply(path, &self.sizes, count, &mut chunk, right);
                let place = (index * most, count);
                results.finish(path, &self.sizes, place, &mut chunk, &mut columns, right);
                copy_rows(out, &self.sizes, self.quantised, count, &chunk)?;
            }
        }
        Ok(())
    }

    fn prepare(self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let bytes = self.packed_bytes() * self.rights;
        let weights = self.operands.packed(node, bytes, |source, packed| self.pack(source, packed))?;
        let own = if weights.is_some() { 0 } else { bytes };
        let product = &self.sizes.product;
        let scratch_bytes = own + (product.chunk_bytes() + product.column_bytes()) as usize;
        let held_bytes = weights.as_ref().map_or(0, AlignedBytes::len);
        let run = Box::new(move |call: &mut Call<'_>| self.run(call, weights.as_ref()));
        Ok(Prepared { run, scratch_bytes: scratch_bytes.next_multiple_of(64), held_bytes })
    }
}

impl Kernel for MatMulInteger {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Batch::new(node, Operands::integer(node), false)?.prepare(node)
    }
}

impl Kernel for QLinearMatMul {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Batch::new(node, Operands::quantised(node), true)?.prepare(node)
    }
}
