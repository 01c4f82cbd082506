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
        let m = self.sizes.m;
        let mut row = 0;
        // SAFETY: rows stay below m; the rest is the caller's promise.
        unsafe {
            while m - row >= 4 {
                if P::WIDE {
                    self.rows::<P, 4, 2>(row, out)
                } else {
                    self.rows::<P, 4, 1>(row, out)
                }
                row += 4;
            }
            if m - row >= 2 {
                if P::WIDE {
                    self.rows::<P, 2, 4>(row, out)
                } else {
                    self.rows::<P, 2, 2>(row, out)
                }
                row += 2;
            }
            if row < m {
                if P::WIDE { self.one_row::<P, 8>(row, out, partial) } else { self.one_row::<P, 4>(row, out, partial) }
            }
        }
    }

    /// `R` rows from `first` on, `C` panels at a time.
    ///
    /// # Safety
    /// As for `run`, and `first + R <= m`.
    #[inline(always)]
    unsafe fn rows<P: Panel, const R: usize, const C: usize>(self, first: usize, out: &mut [f32]) {
        let panels = self.sizes.panels();
        let mut panel = 0;
        // SAFETY: the panels stay below their number.
        unsafe {
            while panels - panel >= C {
                self.tiles::<P, R, C>(first, panel, out);
                panel += C;
            }
            while panel < panels {
                self.tiles::<P, R, 1>(first, panel, out);
                panel += 1;
            }
        }
    }

    /// # Safety
    /// As for `rows`, and `panel + C` is at most the number of panels.
    #[inline(always)]
    unsafe fn tiles<P: Panel, const R: usize, const C: usize>(self, first: usize, panel: usize, out: &mut [f32]) {
        let Sizes { k, n, .. } = self.sizes;
        let mut start = 0;
        while start < k {
            let length = BLOCK.min(k - start);
            // SAFETY: row `first + r` starts at `(first + r) * k` and has k elements; panel `panel + c` starts at
            // `(panel + c) * k * 16` and has k * 16 elements; `start + length <= k`.
            let sums = unsafe {
                let left = core::array::from_fn(|r| self.left.as_ptr().add((first + r) * k + start));
                let right = core::array::from_fn(|c| self.right.as_ptr().add(((panel + c) * k + start) * PANEL));
                tile::<P, R, C>(left, right, length)
            };
            for (r, sums) in sums.into_iter().enumerate() {
                for (c, sum) in sums.into_iter().enumerate() {
                    let column = (panel + c) * PANEL;
                    let begin = (first + r) * n + column;
                    let target = &mut out[begin..begin + PANEL.min(n - column)];
                    // SAFETY: the processor runs `P`.
                    unsafe { accumulate(sum, target, start == 0) };
                }
            }
            start += length;
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
            let columns: [P; C] = core::array::from_fn(|c| P::load(right[c].add(step * PANEL)));
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
