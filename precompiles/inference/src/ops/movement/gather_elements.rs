use praxis_model::{DType, limits::MAX_RANK, ops::GatherElements};

use super::positions::{Positions, product};
use crate::{
    Fault,
    align::Plain,
    call::{Call, Kernel, NodeContext, Prepared},
};

/// Rows of the positions along their last dimension, and where each begins in the data.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// Length of a row.
    pub(super) length: usize,
    /// Dimensions of the positions but the last, with the distance of neighbours in the data: 0 for the axis.
    outer: Vec<(usize, usize)>,
    /// Distance of neighbours of a row in the data: 0 where the axis is the last dimension.
    pub(super) step: usize,
    /// Length of the axis in the data.
    pub(super) size: usize,
    /// Distance of neighbours on the axis in the data.
    pub(super) stride: usize,
}

impl Lines {
    pub(super) fn new(data: &[u32], positions: &[u32], axis: usize) -> Self {
        let stride = |place: usize| if place == axis { 0 } else { product(&data[place + 1..]) };
        let last = positions.len() - 1;
        Self {
            length: positions[last] as usize,
            outer: (0..last).map(|place| (positions[place] as usize, stride(place))).collect(),
            step: stride(last),
            size: data[axis] as usize,
            stride: product(&data[axis + 1..]),
        }
    }

    /// Calls `row(number of the row, where it begins in the data)` for each row in order.
    pub(super) fn each(&self, mut row: impl FnMut(usize, usize)) {
        let count: usize = self.outer.iter().map(|each| each.0).product();
        let mut index = [0usize; MAX_RANK];
        let mut at = 0;
        for number in 0..count {
            row(number, at);
            for (place, &(length, stride)) in self.outer.iter().enumerate().rev() {
                index[place] += 1;
                at += stride;
                if index[place] < length {
                    break;
                }
                index[place] = 0;
                at -= stride * length;
            }
        }
    }
}

fn run<T: Plain>(call: &mut Call<'_>, lines: &Lines, dtype: DType) -> Result<(), Fault> {
    let (data, positions) = (call.input::<T>(0)?, Positions::of(call, 1, dtype)?);
    let output = call.output::<T>()?;
    lines.each(|number, at| {
        let first = number * lines.length;
        for (place, to) in output[first..first + lines.length].iter_mut().enumerate() {
            let chosen = positions.clamped(first + place, lines.size);
            *to = data[at + place * lines.step + chosen * lines.stride];
        }
    });
    Ok(())
}

impl Kernel for GatherElements {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let dtype = node.inputs[1].dtype;
        let lines = Lines::new(&node.inputs[0].shape, &node.inputs[1].shape, self.axis as usize);
        Ok(match node.outputs[0].dtype.size() {
            1 => Prepared::new(move |call| run::<u8>(call, &lines, dtype)),
            2 => Prepared::new(move |call| run::<u16>(call, &lines, dtype)),
            4 => Prepared::new(move |call| run::<u32>(call, &lines, dtype)),
            _ => Prepared::new(move |call| run::<u64>(call, &lines, dtype)),
        })
    }
}
