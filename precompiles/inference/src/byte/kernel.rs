//! Sums of products of a chunk of rows with all columns.

use super::{
    Chunk, Packed, Sizes,
    pack::{PANEL, QUAD},
};
use crate::{
    Isa,
    arith::Fma,
    isa::{Job, Path},
};

/// Operands whose lengths match: `rows * terms` on the left, `terms * columns` on the right, `rows * columns` sums.
pub(super) struct Task<'a> {
    pub(super) rows: usize,
    pub(super) terms: usize,
    pub(super) columns: usize,
    pub(super) bytes: &'a [u8],
    pub(super) wide: &'a [i16],
    pub(super) right: &'a [u8],
    pub(super) products: &'a mut [i32],
}

/// Multiplies the first `rows` rows of the chunk, and adds each of them up.
pub(crate) fn multiply(path: Path, sizes: &Sizes, rows: usize, chunk: &mut Chunk<'_>, right: Packed<'_>) {
    let (terms, columns) = (sizes.terms, sizes.columns);
    let quads = quads_of_bytes(path);
    chunk.finish_rows(path, sizes, rows, !quads);
    let task = Task {
        rows,
        terms,
        columns,
        bytes: &chunk.bytes[..rows * terms],
        wide: if quads { &[] } else { &chunk.wide[..rows * terms] },
        right: &right.panels[..terms * columns],
        products: &mut chunk.products[..rows * columns],
    };
    match path.isa() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the lengths were checked by the slices above, and the processor was seen to have AVX-512 and VNNI.
        Isa::Avx512 if quads => unsafe { super::x86::run_vnni(task) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the lengths were checked by the slices above, and a `Path` exists only for an instruction set that was
        // detected; AVX-512 includes AVX2.
        Isa::Avx512 | Isa::Avx2Fma => unsafe { super::x86::run_avx2(task) },
        _ => path.run(Portable(task)),
    }
}

/// Whether the path multiplies quads of bytes as they are; the others multiply pairs of int16.
fn quads_of_bytes(path: Path) -> bool {
    #[cfg(target_arch = "x86_64")]
    return path.isa() == Isa::Avx512 && is_x86_feature_detected!("avx512vnni");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

struct Portable<'a>(Task<'a>);

impl Job for Portable<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Task { terms, columns, wide, right, products, .. } = self.0;
        for (row, sums) in wide.chunks_exact(terms).zip(products.chunks_exact_mut(columns)) {
            let panels = right.chunks_exact(terms * PANEL);
            for (panel, sums) in panels.zip(sums.as_chunks_mut::<PANEL>().0) {
                *sums = [0; PANEL];
                let quads = panel.as_chunks::<{ PANEL * QUAD }>().0.iter();
                for (group, left) in quads.zip(row.as_chunks::<QUAD>().0) {
                    for (sum, four) in sums.iter_mut().zip(group.as_chunks::<QUAD>().0) {
                        for (&b, &a) in four.iter().zip(left) {
                            *sum = sum.wrapping_add(i32::from(a) * i32::from(b as i8));
                        }
                    }
                }
            }
        }
    }
}
