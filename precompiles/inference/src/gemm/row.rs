//! The product of one row with a packed matrix: chains of several panels and blocks side by side.

use core::ops::Range;

use super::{
    BLOCK, PANEL, Panel,
    product::{Sizes, Task},
};

/// Panels whose chains are computed together.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    panels: usize,
    /// Elements from one line of a panel to the next, and from one panel to the next.
    line: usize,
    next: usize,
}

impl Task<'_> {
    /// One row: `C` chains at a time, or `D`, over panels and blocks alike, so that few outputs of long dot products still fill the
    /// registers. The blocks' sums are added in order afterwards.
    ///
    /// # Safety
    /// As for `run`, and m is 1.
    #[inline(always)]
    pub(super) unsafe fn one_row<P: Panel, const C: usize, const D: usize>(self, out: &mut [f32], partial: &mut [f32]) {
        let Sizes { k, group, .. } = self.sizes;
        let (panels, blocks) = (self.sizes.panels(), self.sizes.blocks());
        let full = k / BLOCK;
        // SAFETY: chains name a panel of the span and a block below `blocks`; the lengths end at k.
        unsafe {
            for first in (0..panels).step_by(if group == 1 { panels } else { group }) {
                let span = if group == 1 {
                    Span { first, panels, line: PANEL, next: k * PANEL }
                } else {
                    let panels = group.min(panels - first);
                    Span { first, panels, line: panels * PANEL, next: PANEL }
                };
                self.chains::<P, C, D>(span, 0..full * span.panels, BLOCK, partial);
                self.chains::<P, C, D>(span, full * span.panels..blocks * span.panels, k - full * BLOCK, partial);
            }
        }
        for (panel, target) in out.chunks_mut(PANEL).enumerate() {
            // SAFETY: `partial` has 16 elements for each panel of each block; the processor runs `P`.
            unsafe {
                let sum = |block: usize| P::load(partial[(block * panels + panel) * PANEL..][..PANEL].as_ptr());
                let mut total = sum(0);
                for block in 1..blocks {
                    total = total.add(sum(block));
                }
                let [[total]] = self.end([[total]], panel * PANEL);
                total.store_first(target.as_mut_ptr(), target.len());
            }
        }
    }

    /// The chains of a span with these numbers (block * panels + panel), all of one length, into `partial`.
    ///
    /// # Safety
    /// As for `one_row`.
    #[inline(always)]
    unsafe fn chains<P: Panel, const C: usize, const D: usize>(
        self,
        span: Span,
        numbers: Range<usize>,
        length: usize,
        partial: &mut [f32],
    ) {
        let mut next = numbers.start;
        // SAFETY: numbers stay in the range.
        unsafe {
            while numbers.end - next >= C {
                self.chain_group::<P, C>(span, next, length, partial);
                next += C;
            }
            while numbers.end - next >= D {
                self.chain_group::<P, D>(span, next, length, partial);
                next += D;
            }
            while next < numbers.end {
                self.chain_group::<P, 1>(span, next, length, partial);
                next += 1;
            }
        }
    }

    /// # Safety
    /// As for `chains`; the numbers `number..number + C` are in its range.
    #[inline(always)]
    unsafe fn chain_group<P: Panel, const C: usize>(
        self,
        span: Span,
        number: usize,
        length: usize,
        partial: &mut [f32],
    ) {
        let panels = self.sizes.panels();
        let place = |c: usize| ((number + c) / span.panels, (number + c) % span.panels);
        // SAFETY: a chain reads `length` elements of the row from its block's start, and as many lines of its panel.
        let sums = unsafe {
            let base = self.right.as_ptr().add(span.first * self.sizes.k * PANEL);
            let left: [*const f32; C] = core::array::from_fn(|c| self.left.as_ptr().add(place(c).0 * BLOCK));
            let mut right: [*const f32; C] = core::array::from_fn(|c| {
                let (block, panel) = place(c);
                base.add(block * BLOCK * span.line + panel * span.next)
            });
            let mut sums = [P::zero(); C];
            for step in 0..length {
                for c in 0..C {
                    sums[c] = sums[c].fma(*left[c].add(step), P::load(right[c]));
                    right[c] = right[c].wrapping_add(span.line);
                }
            }
            sums
        };
        for (c, sum) in sums.into_iter().enumerate() {
            let (block, panel) = place(c);
            let begin = (block * panels + span.first + panel) * PANEL;
            // SAFETY: the slice has 16 elements.
            unsafe { sum.store(partial[begin..begin + PANEL].as_mut_ptr()) };
        }
    }
}
