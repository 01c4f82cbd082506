//! Where the windows of a channel stand, for pooling without a padded copy.

use core::ops::Range;

use praxis_model::ops::Window;

use super::pool::Windows;

/// Where the windows of a channel stand along an axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Elements of the input.
    pub(super) source: usize,
    /// Elements per position: where windows are one position long, those between them are left out.
    pub(super) skip: usize,
    /// Positions.
    pub(super) input: usize,
    pub(super) output: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
    pub(super) begin: usize,
    /// The outputs whose windows are all inside the input.
    pub(super) whole: Range<usize>,
}

/// The positions of a window that are inside the input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taps {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) step: usize,
}

impl Axis {
    fn span(&self) -> usize {
        (self.kernel - 1) * self.dilation + 1
    }

    /// Where the window of an output reads.
    #[inline(always)]
    pub(super) fn taps(&self, output: usize) -> Taps {
        let (start, step) = (output * self.stride, self.dilation);
        if self.whole.contains(&output) {
            return Taps { first: start - self.begin, count: self.kernel, step };
        }
        let before = self.begin.saturating_sub(start).div_ceil(step);
        let (first, end) = (start + before * step, self.begin + self.input);
        let count = if first < end { (end - first).div_ceil(step).min(self.kernel.saturating_sub(before)) } else { 0 };
        Taps { first: first.saturating_sub(self.begin), count, step }
    }

    /// Positions from the first on that windows reach.
    fn reached(&self) -> usize {
        let end = (self.output - 1) * self.stride + self.span();
        end.saturating_sub(self.begin).min(self.input)
    }
}

/// The windows of a channel.
#[derive(Clone, Debug)]
pub(super) struct Planes {
    pub(super) axes: [Axis; 3],
    /// Positions from the first on that windows reach.
    pub(super) reached: [usize; 3],
    /// Whether a window is all of a channel and there is one.
    pub(super) global: bool,
}

impl Planes {
    pub(super) fn new(windows: &Windows, window: &Window) -> Self {
        let geometry = &windows.geometry;
        let axes = core::array::from_fn(|axis| {
            let given = (axis + window.axes.len()).checked_sub(3).map(|index| window.axes[index]).unwrap_or_default();
            let (kernel, output, source) = (geometry.kernel[axis], geometry.output[axis], geometry.input[axis]);
            let stride = given.stride as usize;
            // A window of one position has no padding.
            let (skip, stride, input) = if kernel == 1 { (stride, 1, output) } else { (1, stride, source) };
            let mut axis = Axis {
                source,
                skip,
                input,
                output,
                kernel,
                stride,
                dilation: given.dilation as usize,
                begin: given.begin as usize,
                whole: 0..0,
            };
            let inside = axis.begin + axis.input;
            let first = axis.begin.div_ceil(axis.stride).min(axis.output);
            let end = if inside < axis.span() { 0 } else { (inside - axis.span()) / axis.stride + 1 };
            axis.whole = first..end.clamp(first, axis.output);
            axis
        });
        let reached = core::array::from_fn(|axis| Axis::reached(&axes[axis]));
        Self { axes, reached, global: windows.is_global() }
    }
}
