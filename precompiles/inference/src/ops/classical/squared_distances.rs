use praxis_model::ops::SquaredDistances;

use crate::{
    Fault,
    align::{AlignedBytes, elements, elements_mut},
    arith::{Canonical, Fma},
    call::{Kernel, NodeContext, Prepared},
    isa::Job,
};

/// Points side by side.
const LANES: usize = 16;
/// Differences that one chain of multiply-adds takes, as in dot products.
const BLOCK: usize = 256;

struct Rows<'a> {
    rows: &'a [f32],
    /// Panels of 16 points: element 16 i + l of a panel is feature i of its point l.
    panels: &'a [f32],
    features: usize,
    points: usize,
    output: &'a mut [f32],
}

impl Job for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        for (row, to) in self.rows.chunks_exact(self.features).zip(self.output.chunks_exact_mut(self.points)) {
            let panels = self.panels.chunks_exact(LANES * self.features);
            for (panel, to) in panels.zip(to.chunks_mut(LANES)) {
                let mut sums = [0.0f32; LANES];
                let (lines, _) = panel.as_chunks::<LANES>();
                for (block, (xs, lines)) in row.chunks(BLOCK).zip(lines.chunks(BLOCK)).enumerate() {
                    let mut chains = [0.0f32; LANES];
                    for (&x, line) in xs.iter().zip(lines) {
                        for (chain, &point) in chains.iter_mut().zip(line) {
                            let difference = x - point;
                            *chain = F::fma(difference, difference, *chain);
                        }
                    }
                    for (sum, chain) in sums.iter_mut().zip(chains) {
                        *sum = if block == 0 { chain } else { *sum + chain };
                    }
                }
                for (to, sum) in to.iter_mut().zip(sums) {
                    *to = sum.canonical();
                }
            }
        }
    }
}

impl Kernel for SquaredDistances {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let table = node.constants.get(1).copied().flatten().ok_or(Fault::Internal("the points are not constant"))?;
        let [points, features] = [node.inputs[1].shape[0] as usize, node.inputs[1].shape[1] as usize];
        let mut packed = AlignedBytes::zeroed(points.next_multiple_of(LANES) * features * size_of::<f32>());
        let panels = elements_mut::<f32>(packed.as_mut_slice())?;
        for (index, &word) in table.as_chunks::<4>().0.iter().enumerate() {
            let (point, feature) = (index / features, index % features);
            let panel = point / LANES * features;
            panels[(panel + feature) * LANES + point % LANES] = f32::from_le_bytes(word);
        }
        let held_bytes = packed.len();
        let mut prepared = Prepared::new(move |call| {
            let (path, rows) = (call.path, call.input::<f32>(0)?);
            let panels = elements::<f32>(packed.as_slice())?;
            path.run(Rows { rows, panels, features, points, output: call.output()? });
            Ok(())
        });
        prepared.held_bytes = held_bytes;
        Ok(prepared)
    }
}
