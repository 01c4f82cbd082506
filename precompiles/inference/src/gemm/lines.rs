//! Lines of results in memory: tiles of sums are added to them and written to them.

use super::{PANEL, Panel};

/// The first `count` of 16 numbers.
///
/// # Safety
/// The processor runs `P`.
#[inline(always)]
pub(super) unsafe fn load_first<P: Panel>(from: &[f32], count: usize) -> P {
    // SAFETY: 16 numbers are read from a slice or from the array.
    unsafe {
        if count == PANEL {
            return P::load(from[..PANEL].as_ptr());
        }
        let mut lanes = [0.0; PANEL];
        lanes[..count].copy_from_slice(&from[..count]);
        P::load(lanes.as_ptr())
    }
}

/// Adds the sums of a tile to those in lines that are `n` elements apart and have `left` elements.
///
/// # Safety
/// The processor runs `P`.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "iterators would take the sums through memory")]
pub(super) unsafe fn add_lines<P: Panel, const R: usize, const C: usize>(
    mut sums: [[P; C]; R],
    lines: &[f32],
    n: usize,
    left: usize,
) -> [[P; C]; R] {
    for r in 0..R {
        for c in 0..C {
            let (from, count) = (r * n + c * PANEL, PANEL.min(left - c * PANEL));
            // SAFETY: as stated.
            sums[r][c] = unsafe { load_first::<P>(&lines[from..from + count], count).add(sums[r][c]) };
        }
    }
    sums
}

/// Writes the sums of a tile to such lines.
///
/// # Safety
/// As for [`add_lines`].
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "iterators would take the sums through memory")]
pub(super) unsafe fn store_lines<P: Panel, const R: usize, const C: usize>(
    sums: [[P; C]; R],
    lines: &mut [f32],
    n: usize,
    left: usize,
) {
    for r in 0..R {
        for c in 0..C {
            let (from, count) = (r * n + c * PANEL, PANEL.min(left - c * PANEL));
            let target = &mut lines[from..from + count];
            // SAFETY: the target has `count` elements.
            unsafe {
                if count == PANEL {
                    sums[r][c].store(target.as_mut_ptr());
                } else {
                    sums[r][c].store_first(target.as_mut_ptr(), count);
                }
            }
        }
    }
}
