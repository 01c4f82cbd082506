//! The float32 product of an m by k matrix with a packed k by n matrix. Registers hold a tile of rows and panels; every
//! output is still the same chain of multiply-adds over ascending k in blocks of 256, whatever the tile.

#[cfg(target_arch = "x86_64")]
use super::panel::{Avx2Panel, Avx512Panel, Sse2Panel};
use super::{
    BLOCK, GROUP, PANEL,
    lines::{add_lines, load_first, store_lines},
    pack::{Layout, pack_left},
    panel::{Panel, ScalarPanel},
};
use crate::{Isa, isa::Path};

/// Sizes of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    /// Panels of the right operand that stand together, line by line.
    pub(super) group: usize,
}

impl Sizes {
    /// Of a product whose right operand is packed for it alone.
    pub(crate) const fn new(m: usize, k: usize, n: usize) -> Self {
        let group = if m == 1 { GROUP } else { 1 };
        Self { m, k, n, group }
    }

    /// Of a product whose right operand serves products of several m.
    pub(crate) const fn shared(m: usize, k: usize, n: usize) -> Self {
        Self { m, k, n, group: 1 }
    }

    pub(crate) const fn panels(self) -> usize {
        self.n.div_ceil(PANEL)
    }

    /// Elements of the packed right operand.
    pub(crate) const fn packed(self) -> usize {
        self.panels() * PANEL * self.k
    }

    pub(super) const fn blocks(self) -> usize {
        self.k.div_ceil(BLOCK)
    }
}

/// Scratch memory of [`multiply`] in float32: the left operand, and the partial sums of one row.
pub(crate) const fn scratch_floats(sizes: Sizes) -> usize {
    sizes.m * sizes.k + sizes.blocks() * sizes.panels() * PANEL
}

/// What is done with the sums before they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finish<'a> {
    /// Nothing; NaN is not made canonical.
    Sum,
    /// NaN is made canonical.
    Canonical,
    /// One element is added to each column, then NaN made canonical.
    Bias(&'a [f32]),
}

/// out = left * right with the finish. `right` is packed, `scratch` has [`scratch_floats`] elements.
pub(crate) fn multiply(
    path: Path,
    sizes: Sizes,
    (left, layout): (&[f32], Layout),
    right: &[f32],
    finish: Finish<'_>,
    out: &mut [f32],
    scratch: &mut [f32],
) {
    let Sizes { m, k, n, .. } = sizes;
    let fits = left.len() == m * k && right.len() == sizes.packed() && out.len() == m * n;
    let fits = fits && if let Finish::Bias(bias) = finish { bias.len() == n } else { true };
    assert!(fits && scratch.len() >= scratch_floats(sizes), "operands of a product have other sizes than stated");
    let (rows, partial) = scratch.split_at_mut(m * k);
    pack_left(path, left, layout, m, k, rows);
    let task = Task { sizes, left: rows, right, finish };
    match path.isa() {
        // SAFETY: the sizes were checked above; the portable panel needs no instruction set.
        Isa::Scalar => unsafe { task.run::<ScalarPanel>(out, partial) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the sizes were checked above, and SSE2 is x86-64's baseline.
        Isa::Sse2 => unsafe { task.run::<Sse2Panel>(out, partial) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the sizes were checked above, and a `Path` exists only for an instruction set that was detected.
        Isa::Avx2Fma => unsafe { run_avx2(task, out, partial) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { run_avx512(task, out, partial) },
        #[cfg(not(target_arch = "x86_64"))]
        // SAFETY: the sizes were checked above; the portable panel needs no instruction set.
        _ => unsafe { task.run::<ScalarPanel>(out, partial) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2(task: Task<'_>, out: &mut [f32], partial: &mut [f32]) {
    // SAFETY: the caller checked sizes and instruction set.
    unsafe { task.run::<Avx2Panel>(out, partial) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")]
unsafe fn run_avx512(task: Task<'_>, out: &mut [f32], partial: &mut [f32]) {
    // SAFETY: the caller checked sizes and instruction set.
    unsafe { task.run::<Avx512Panel>(out, partial) }
}

/// Numbers of the left operand that stay in the second cache while the panels pass by: 512 KiB.
const LEFT_AT_ONCE: usize = 128 * 1024;

/// Where a tile stands: its first row, its first panel, the first of its terms.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    panel: usize,
    start: usize,
}

/// Operands whose lengths match the sizes.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) sizes: Sizes,
    pub(super) left: &'a [f32],
    pub(super) right: &'a [f32],
    finish: Finish<'a>,
}

impl Task<'_> {
    /// # Safety
    /// The slices have the lengths of the sizes, `partial` that of one row's blocks, and the processor runs `P`.
    #[inline(always)]
    unsafe fn run<P: Panel>(self, out: &mut [f32], partial: &mut [f32]) {
        let Sizes { m, k, .. } = self.sizes;
        // SAFETY: rows stay below m; the rest is the caller's promise.
        unsafe {
            if m == 1 {
                return if P::WIDE {
                    self.one_row::<P, 8, 4>(out, partial)
                } else {
                    self.one_row::<P, 4, 2>(out, partial)
                };
            }
            let at_once = (LEFT_AT_ONCE / k).max(8 * P::ROWS);
            for first in (0..m).step_by(at_once) {
                self.rows::<P>(first..m.min(first + at_once), out);
            }
        }
    }

    /// Some rows: panel by panel and block by block, so that a panel's block stays in the first cache while all rows pass by.
    ///
    /// # Safety
    /// As for `run`; the rows are below m.
    #[inline(always)]
    unsafe fn rows<P: Panel>(self, rows: core::ops::Range<usize>, out: &mut [f32]) {
        // Tiles of equal height, as far as that goes.
        let height = rows.len().div_ceil(rows.len().div_ceil(P::ROWS));
        let most = if height <= P::ROWS / 2 { P::PANELS_LOW } else { P::PANELS_HIGH };
        let panels = self.sizes.panels();
        let mut panel = 0;
        while panel < panels {
            let left = panels - panel;
            let width = if left == 3 { most.min(2) } else { most.min(left) };
            for start in (0..self.sizes.k).step_by(BLOCK) {
                for row in rows.clone().step_by(height) {
                    let place = Place { row, panel, start };
                    // SAFETY: the tile's rows and panels were counted above.
                    unsafe { self.tile_of::<P>(place, height.min(rows.end - row), width, out) };
                }
            }
            panel += width;
        }
    }

    /// The tile of this height and width.
    ///
    /// # Safety
    /// As for `run`; the tile's rows and panels are below their numbers.
    #[inline(always)]
    unsafe fn tile_of<P: Panel>(self, place: Place, height: usize, width: usize, out: &mut [f32]) {
        // SAFETY: the caller's promise.
        unsafe {
            match (height, width) {
                (1, 4) if P::WIDE => self.tile::<P, 1, 4>(place, out),
                (2, 4) if P::WIDE => self.tile::<P, 2, 4>(place, out),
                (3, 4) if P::WIDE => self.tile::<P, 3, 4>(place, out),
                (1, 2) => self.tile::<P, 1, 2>(place, out),
                (2, 2) if P::ROWS > 2 => self.tile::<P, 2, 2>(place, out),
                (3, 2) if P::ROWS > 2 => self.tile::<P, 3, 2>(place, out),
                (4, 2) if P::WIDE => self.tile::<P, 4, 2>(place, out),
                (5, 2) if P::WIDE => self.tile::<P, 5, 2>(place, out),
                (6, 2) if P::WIDE => self.tile::<P, 6, 2>(place, out),
                // No closures: one that is not inlined would lose the instruction set.
                _ => {
                    for panel in place.panel..place.panel + width {
                        self.column_of_tiles::<P>(Place { panel, ..place }, height, out);
                    }
                }
            }
        }
    }

    /// A tile of one panel.
    ///
    /// # Safety
    /// As for `tile_of`.
    #[inline(always)]
    unsafe fn column_of_tiles<P: Panel>(self, place: Place, height: usize, out: &mut [f32]) {
        // SAFETY: the caller's promise.
        unsafe {
            match height {
                2 => self.tile::<P, 2, 1>(place, out),
                3 if P::ROWS > 2 => self.tile::<P, 3, 1>(place, out),
                4 if P::ROWS > 2 => self.tile::<P, 4, 1>(place, out),
                5 if P::ROWS > 2 => self.tile::<P, 5, 1>(place, out),
                6 if P::ROWS > 2 => self.tile::<P, 6, 1>(place, out),
                _ => {
                    for row in place.row..place.row + height {
                        self.tile::<P, 1, 1>(Place { row, ..place }, out);
                    }
                }
            }
        }
    }

    /// # Safety
    /// As for `run`; `R` rows and `C` panels from the place on are below their numbers.
    #[inline(always)]
    unsafe fn tile<P: Panel, const R: usize, const C: usize>(self, place: Place, out: &mut [f32]) {
        let Sizes { k, n, .. } = self.sizes;
        let Place { row, panel, start } = place;
        let length = BLOCK.min(k - start);
        let column = panel * PANEL;
        // SAFETY: row `row + r` starts at `(row + r) * k` and has k elements; panel `panel + c` starts at
        // `(panel + c) * k * 16` and has k * 16 elements; `start + length <= k`.
        let sums = unsafe {
            let left = core::array::from_fn(|r| self.left.as_ptr().add((row + r) * k + start));
            let right = core::array::from_fn(|c| self.right.as_ptr().add(((panel + c) * k + start) * PANEL));
            tile::<P, R, C>(left, right, length)
        };
        let lines = &mut out[row * n + column..(row + R) * n];
        // SAFETY: the lines are those of the tile's rows from its first column on; the processor runs `P`.
        unsafe {
            let sums = if start == 0 { sums } else { add_lines(sums, lines, n, n - column) };
            let sums = if start + length == k { self.end(sums, column) } else { sums };
            store_lines(sums, lines, n, n - column);
        }
    }

    /// The results of sums from `column` on.
    ///
    /// # Safety
    /// The processor runs `P`.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "iterators would take the sums through memory")]
    pub(super) unsafe fn end<P: Panel, const R: usize, const C: usize>(
        self,
        mut sums: [[P; C]; R],
        column: usize,
    ) -> [[P; C]; R] {
        if let Finish::Sum = self.finish {
            return sums;
        }
        if let Finish::Bias(bias) = self.finish {
            for c in 0..C {
                let bias = &bias[column + c * PANEL..];
                // SAFETY: as stated.
                let bias = unsafe { load_first::<P>(bias, bias.len().min(PANEL)) };
                for r in 0..R {
                    // SAFETY: as stated.
                    sums[r][c] = unsafe { sums[r][c].add(bias) };
                }
            }
        }
        for r in 0..R {
            for c in 0..C {
                // SAFETY: as stated.
                sums[r][c] = unsafe { sums[r][c].canonical() };
            }
        }
        sums
    }
}

/// One block of `R` rows and `C` panels.
///
/// # Safety
/// Each pointer of `left` reads `length` elements, each of `right` 16 times as many, and the processor runs `P`.
#[inline(always)]
unsafe fn tile<P: Panel, const R: usize, const C: usize>(
    left: [*const f32; R],
    right: [*const f32; C],
    length: usize,
) -> [[P; C]; R] {
    // SAFETY: `step` stays below `length`.
    unsafe {
        let mut sums = [[P::zero(); C]; R];
        for step in 0..length {
            let mut columns = [P::zero(); C];
            for c in 0..C {
                columns[c] = P::load(right[c].add(step * PANEL));
            }
            for r in 0..R {
                let a = *left[r].add(step);
                for c in 0..C {
                    sums[r][c] = sums[r][c].fma(a, columns[c]);
                }
            }
        }
        sums
    }
}
