//! The float32 product of an m by k matrix with a packed k by n matrix. Registers hold a tile of rows and panels; every
//! output is still the same chain of multiply-adds over ascending k in blocks of 256, whatever the tile.

#[cfg(target_arch = "x86_64")]
use super::panel::{Avx2Panel, Avx512Panel, Sse2Panel};
use super::{
    BLOCK, PANEL,
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
}

impl Sizes {
    pub(crate) const fn panels(self) -> usize {
        self.n.div_ceil(PANEL)
    }

    /// Elements of the packed right operand.
    pub(crate) const fn packed(self) -> usize {
        self.panels() * PANEL * self.k
    }

    const fn blocks(self) -> usize {
        self.k.div_ceil(BLOCK)
    }
}

/// Scratch memory of [`multiply`] in float32: the left operand, and the partial sums of one row.
pub(crate) const fn scratch_floats(sizes: Sizes) -> usize {
    sizes.m * sizes.k + sizes.blocks() * sizes.panels() * PANEL
}

/// out = left * right, without bias and before NaN is made canonical. `right` is packed, `scratch` has
/// [`scratch_floats`] elements.
pub(crate) fn multiply(
    path: Path,
    sizes: Sizes,
    left: &[f32],
    layout: Layout,
    right: &[f32],
    out: &mut [f32],
    scratch: &mut [f32],
) {
    let Sizes { m, k, n } = sizes;
    let fits = left.len() == m * k && right.len() == sizes.packed() && out.len() == m * n;
    assert!(fits && scratch.len() >= scratch_floats(sizes), "operands of a product have other sizes than stated");
    let (rows, partial) = scratch.split_at_mut(m * k);
    pack_left(path, left, layout, m, k, rows);
    let task = Task { sizes, left: rows, right };
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
struct Task<'a> {
    sizes: Sizes,
    left: &'a [f32],
    right: &'a [f32],
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
                    self.one_row::<P, 8>(0, out, partial)
                } else {
                    self.one_row::<P, 4>(0, out, partial)
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
        // SAFETY: row `row + r` starts at `(row + r) * k` and has k elements; panel `panel + c` starts at
        // `(panel + c) * k * 16` and has k * 16 elements; `start + length <= k`.
        let sums = unsafe {
            let left = core::array::from_fn(|r| self.left.as_ptr().add((row + r) * k + start));
            let right = core::array::from_fn(|c| self.right.as_ptr().add(((panel + c) * k + start) * PANEL));
            tile::<P, R, C>(left, right, length)
        };
        for (r, sums) in sums.into_iter().enumerate() {
            for (c, sum) in sums.into_iter().enumerate() {
                let column = (panel + c) * PANEL;
                let begin = (row + r) * n + column;
                let target = &mut out[begin..begin + PANEL.min(n - column)];
                // SAFETY: the processor runs `P`.
                unsafe { accumulate(sum, target, start == 0) };
            }
        }
    }

    /// One row: `C` chains at a time, over panels and blocks alike, so that few outputs of long dot products still fill the
    /// registers. The blocks' sums are added in order afterwards.
    ///
    /// # Safety
    /// As for `run`, and `row < m`.
    #[inline(always)]
    unsafe fn one_row<P: Panel, const C: usize>(self, row: usize, out: &mut [f32], partial: &mut [f32]) {
        let Sizes { k, n, .. } = self.sizes;
        let (panels, blocks) = (self.sizes.panels(), self.sizes.blocks());
        let full = k / BLOCK;
        // SAFETY: chains name a panel below their number and a block below `blocks`; the lengths end at k.
        unsafe {
            self.chains::<P, C>(row, 0..full * panels, BLOCK, partial);
            self.chains::<P, C>(row, full * panels..blocks * panels, k - full * BLOCK, partial);
        }
        let out = &mut out[row * n..(row + 1) * n];
        for (panel, target) in out.chunks_mut(PANEL).enumerate() {
            for block in 0..blocks {
                let begin = (block * panels + panel) * PANEL;
                // SAFETY: `partial` has 16 elements for each panel of each block.
                unsafe { accumulate(P::load(partial[begin..begin + PANEL].as_ptr()), target, block == 0) };
            }
        }
    }

    /// The chains with these numbers (block * panels + panel), all of one length, into `partial`.
    ///
    /// # Safety
    /// As for `one_row`.
    #[inline(always)]
    unsafe fn chains<P: Panel, const C: usize>(
        self,
        row: usize,
        numbers: core::ops::Range<usize>,
        length: usize,
        partial: &mut [f32],
    ) {
        let mut next = numbers.start;
        // SAFETY: numbers stay in the range.
        unsafe {
            while numbers.end - next >= C {
                self.chain_group::<P, C>(row, next, length, partial);
                next += C;
            }
            while next < numbers.end {
                self.chain_group::<P, 1>(row, next, length, partial);
                next += 1;
            }
        }
    }

    /// # Safety
    /// As for `chains`; the numbers `first..first + C` are in its range.
    #[inline(always)]
    unsafe fn chain_group<P: Panel, const C: usize>(
        self,
        row: usize,
        first: usize,
        length: usize,
        partial: &mut [f32],
    ) {
        let (k, panels) = (self.sizes.k, self.sizes.panels());
        let place = |c: usize| ((first + c) / panels * BLOCK, (first + c) % panels);
        // SAFETY: a chain reads `length` elements of the row from its block's start, and as many lines of its panel.
        let sums = unsafe {
            let left: [*const f32; C] = core::array::from_fn(|c| self.left.as_ptr().add(row * k + place(c).0));
            let right: [*const f32; C] = core::array::from_fn(|c| {
                let (start, panel) = place(c);
                self.right.as_ptr().add((panel * k + start) * PANEL)
            });
            let mut sums = [P::zero(); C];
            for step in 0..length {
                for c in 0..C {
                    sums[c] = sums[c].fma(*left[c].add(step), P::load(right[c].add(step * PANEL)));
                }
            }
            sums
        };
        for (c, sum) in sums.into_iter().enumerate() {
            let begin = (first + c) * PANEL;
            // SAFETY: the slice has 16 elements.
            unsafe { sum.store(partial[begin..begin + PANEL].as_mut_ptr()) };
        }
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

/// Writes a block's sums, or adds them to those of the blocks before it.
///
/// # Safety
/// The processor runs `P`.
#[inline(always)]
unsafe fn accumulate<P: Panel>(sum: P, target: &mut [f32], first: bool) {
    if target.len() == PANEL {
        // SAFETY: the target has 16 elements.
        unsafe {
            let sum = if first { sum } else { P::load(target.as_ptr()).add(sum) };
            sum.store(target.as_mut_ptr());
        }
        return;
    }
    let mut lanes = [0.0; PANEL];
    // SAFETY: `lanes` has 16 elements.
    unsafe { sum.store(lanes.as_mut_ptr()) };
    for (to, lane) in target.iter_mut().zip(lanes) {
        *to = if first { lane } else { *to + lane };
    }
}
