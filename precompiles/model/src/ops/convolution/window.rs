use crate::{
    OpError, PlanError,
    codec::{Reader, Writer},
};

/// Most spatial dimensions.
pub const MAX_SPATIAL: usize = 3;
/// Largest stride, dilation, padding or kernel length.
const MAX_LENGTH: u32 = 1 << 22;

/// How a window moves along one spatial dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Distance of neighbouring windows.
    pub stride: u32,
    /// Distance of neighbouring taps.
    pub dilation: u32,
    /// Padding before the first element.
    pub begin: u32,
    /// Padding after the last element.
    pub end: u32,
}

impl Default for Axis {
    fn default() -> Self {
        Self { stride: 1, dilation: 1, begin: 0, end: 0 }
    }
}

/// How a window moves over the spatial dimensions, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// One for each spatial dimension.
    pub axes: Vec<Axis>,
}

impl Axis {
    /// Input positions that a window of `kernel` taps spans.
    pub const fn span(&self, kernel: u32) -> u64 {
        (kernel as u64 - 1) * self.dilation as u64 + 1
    }

    /// Number of windows over `length` positions; 0 when not one fits. With `ceil` a last window may hang over the end as
    /// long as it starts before the padding at the end.
    pub fn windows(&self, length: u32, kernel: u32, ceil: bool) -> u64 {
        let padded = u64::from(length) + u64::from(self.begin) + u64::from(self.end);
        let stride = u64::from(self.stride);
        let Some(room) = padded.checked_sub(self.span(kernel)) else { return 0 };
        if !ceil {
            return room / stride + 1;
        }
        let count = room.div_ceil(stride) + 1;
        let starts_past_end = (count - 1) * stride >= u64::from(length) + u64::from(self.begin);
        if starts_past_end { count - 1 } else { count }
    }
}

impl Window {
    /// Strides and dilations of 1 and no padding.
    pub fn unit(rank: usize) -> Self {
        Self { axes: vec![Axis::default(); rank] }
    }

    pub(in crate::ops) fn encode(&self, out: &mut Writer) {
        out.list(&self.axes, |w, axis| {
            [axis.stride, axis.dilation, axis.begin, axis.end].into_iter().for_each(|number| w.u32(number));
        });
    }

    pub(in crate::ops) fn decode(reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        let axes = reader.list("number of spatial dimensions", MAX_SPATIAL, 16, |reader| {
            Ok(Axis { stride: reader.u32()?, dilation: reader.u32()?, begin: reader.u32()?, end: reader.u32()? })
        })?;
        Ok(Self { axes })
    }

    /// Checks the numbers and that there is one axis and one kernel length for each spatial dimension.
    pub(super) fn check(&self, kernel: &[u32], spatial: &[u32]) -> Result<(), OpError> {
        if !(1..=MAX_SPATIAL).contains(&spatial.len()) {
            let why = format!("it has {} spatial dimensions, 1 to {MAX_SPATIAL} are supported", spatial.len());
            return Err(OpError::shape(why));
        }
        if kernel.len() != spatial.len() || self.axes.len() != spatial.len() {
            let (kernel, axes) = (kernel.len(), self.axes.len());
            let why = format!("kernel and window have {kernel} and {axes} dimensions, the input has {}", spatial.len());
            return Err(OpError::shape(why));
        }
        for (axis, &kernel) in self.axes.iter().zip(kernel) {
            let numbers = [
                ("kernel_shape", kernel, 1),
                ("strides", axis.stride, 1),
                ("dilations", axis.dilation, 1),
                ("pads", axis.begin, 0),
                ("pads", axis.end, 0),
            ];
            for (name, value, least) in numbers {
                if !(least..=MAX_LENGTH).contains(&value) {
                    return Err(OpError::attribute(name, format!("is {value}, it should be {least} to {MAX_LENGTH}")));
                }
            }
        }
        Ok(())
    }

    /// Spatial dimensions of the output.
    pub(in crate::ops) fn outputs(&self, kernel: &[u32], spatial: &[u32], ceil: bool) -> Result<Vec<u32>, OpError> {
        self.check(kernel, spatial)?;
        let windows = self.axes.iter().zip(kernel).zip(spatial);
        windows
            .map(|((axis, &kernel), &length)| match u32::try_from(axis.windows(length, kernel, ceil)) {
                Ok(0) => Err(OpError::shape(format!(
                    "a window of {} positions does not fit into {length} and the padding",
                    axis.span(kernel)
                ))),
                Ok(count) => Ok(count),
                Err(_) => Err(OpError::shape("there are too many windows")),
            })
            .collect()
    }
}
