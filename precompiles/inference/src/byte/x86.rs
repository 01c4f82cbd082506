//! The kernels of AVX2 and of AVX-512 with VNNI.

use core::arch::x86_64::*;

use super::{
    kernel::Task,
    pack::{PANEL, QUAD},
};

/// Bytes of one quad of a panel.
const GROUP: usize = PANEL * QUAD;

/// The task as pointers.
#[derive(Clone, Copy)]
struct Parts {
    rows: usize,
    terms: usize,
    columns: usize,
    bytes: *const u8,
    wide: *const i16,
    right: *const u8,
    products: *mut i32,
}

impl Parts {
    fn of(task: Task<'_>) -> Self {
        let Task { rows, terms, columns, bytes, wide, right, products } = task;
        let (bytes, wide, right) = (bytes.as_ptr(), wide.as_ptr(), right.as_ptr());
        Self { rows, terms, columns, bytes, wide, right, products: products.as_mut_ptr() }
    }
}

/// AVX2: quads are widened to int16, `madd` gives exact sums of pairs in int32.
///
/// # Safety
/// The slices of the task have the lengths that it states, and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn run_avx2(task: Task<'_>) {
    let parts = Parts::of(task);
    for panel in 0..parts.columns / PANEL {
        let mut row = 0;
        // SAFETY: row and panel stay below their numbers; the rest is the caller's promise.
        unsafe {
            while parts.rows - row >= 2 {
                pairs::<2>(parts, row, panel);
                row += 2;
            }
            if row < parts.rows {
                pairs::<1>(parts, row, panel);
            }
        }
    }
}

/// `R` rows with one panel.
///
/// # Safety
/// As for [`run_avx2`]; `row + R` is at most the number of rows, and `panel` below that of panels.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn pairs<const R: usize>(parts: Parts, row: usize, panel: usize) {
    let Parts { terms, columns, .. } = parts;
    // SAFETY: quad stays below terms / 4; the rest is the caller's promise.
    unsafe {
        let left: [*const i16; R] = core::array::from_fn(|r| parts.wide.add((row + r) * terms));
        let right = parts.right.add(panel * terms * PANEL);
        // Four columns in each register, as two sums that are joined in the end.
        let mut sums = [[_mm256_setzero_si256(); 4]; R];
        for quad in 0..terms / QUAD {
            let group = right.add(quad * GROUP);
            let rows: [__m256i; R] =
                core::array::from_fn(|r| _mm256_set1_epi64x(left[r].add(quad * QUAD).cast::<i64>().read_unaligned()));
            for part in 0..4 {
                let columns = _mm256_cvtepi8_epi16(_mm_loadu_si128(group.add(part * 16).cast()));
                for (sums, &row) in sums.iter_mut().zip(&rows) {
                    sums[part] = _mm256_add_epi32(sums[part], _mm256_madd_epi16(row, columns));
                }
            }
        }
        for (r, [a, b, c, d]) in sums.into_iter().enumerate() {
            let out = parts.products.add((row + r) * columns + panel * PANEL);
            let joined = |x, y| _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(x, y));
            _mm256_storeu_si256(out.cast(), joined(a, b));
            _mm256_storeu_si256(out.add(8).cast(), joined(c, d));
        }
    }
}

/// AVX-512 with VNNI: `dpbusd` adds four products of uint8 and int8 to each int32, without saturation.
///
/// # Safety
/// The slices of the task have the lengths that it states, and the processor has AVX-512 F and VNNI.
#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) unsafe fn run_vnni(task: Task<'_>) {
    let parts = Parts::of(task);
    let panels = parts.columns / PANEL;
    let mut panel = 0;
    // SAFETY: the panels stay below their number; the rest is the caller's promise.
    unsafe {
        if parts.rows == 1 {
            // With few panels several chains of each, so that no sum waits for the one before.
            while panels - panel >= 8 {
                quads::<1, 8, 1>(parts, 0, panel);
                panel += 8;
            }
            while panels - panel >= 2 {
                quads::<1, 2, 4>(parts, 0, panel);
                panel += 2;
            }
            if panel < panels {
                quads::<1, 1, 8>(parts, 0, panel);
            }
            return;
        }
        while panels - panel >= 4 {
            rows_of_quads::<4>(parts, panel);
            panel += 4;
        }
        while panels - panel >= 2 {
            rows_of_quads::<2>(parts, panel);
            panel += 2;
        }
        if panel < panels {
            rows_of_quads::<1>(parts, panel);
        }
    }
}

/// All rows with `C` panels.
///
/// # Safety
/// As for [`run_vnni`], and `panel + C` is at most the number of panels.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn rows_of_quads<const C: usize>(parts: Parts, panel: usize) {
    let mut row = 0;
    // SAFETY: the rows stay below their number.
    unsafe {
        while parts.rows - row >= 4 {
            quads::<4, C, 1>(parts, row, panel);
            row += 4;
        }
        while row < parts.rows {
            quads::<1, C, 2>(parts, row, panel);
            row += 1;
        }
    }
}

/// `R` rows with `C` panels, each sum in `S` chains.
///
/// # Safety
/// As for [`run_vnni`]; `row + R` is at most the number of rows, and `panel + C` that of panels.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn quads<const R: usize, const C: usize, const S: usize>(parts: Parts, row: usize, panel: usize) {
    let Parts { terms, columns, .. } = parts;
    // SAFETY: a row starts at a multiple of terms in the left operand, a panel at a multiple of 16 * terms in the right one;
    // the quads stay below terms / 4.
    unsafe {
        let left: [*const u8; R] = core::array::from_fn(|r| parts.bytes.add((row + r) * terms));
        let right: [*const u8; C] = core::array::from_fn(|c| parts.right.add((panel + c) * terms * PANEL));
        let mut sums = [[[_mm512_setzero_si512(); C]; R]; S];
        let (quads, mut quad) = (terms / QUAD, 0);
        while quads - quad >= S {
            for (chain, sums) in sums.iter_mut().enumerate() {
                step(sums, &left, &right, quad + chain);
            }
            quad += S;
        }
        while quad < quads {
            step(&mut sums[0], &left, &right, quad);
            quad += 1;
        }
        for r in 0..R {
            for c in 0..C {
                let sum = sums.iter().skip(1).fold(sums[0][r][c], |sum, chain| _mm512_add_epi32(sum, chain[r][c]));
                _mm512_storeu_si512(parts.products.add((row + r) * columns + (panel + c) * PANEL).cast(), sum);
            }
        }
    }
}

/// One quad of `R` rows and `C` panels.
///
/// # Safety
/// The rows have more quads than `quad`, and so have the panels.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn step<const R: usize, const C: usize>(
    sums: &mut [[__m512i; C]; R],
    left: &[*const u8; R],
    right: &[*const u8; C],
    quad: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let columns: [__m512i; C] = core::array::from_fn(|c| _mm512_loadu_si512(right[c].add(quad * GROUP).cast()));
        for r in 0..R {
            let row = _mm512_set1_epi32(left[r].add(quad * QUAD).cast::<i32>().read_unaligned());
            for c in 0..C {
                sums[r][c] = _mm512_dpbusd_epi32(sums[r][c], row, columns[c]);
            }
        }
    }
}
