//! The filters as the kernels read them.

use praxis_model::ops::{Geometry, LANES, Method, Phase};

use crate::align::Plain;

/// Filters that the highest tile computes together.
pub(super) const TILE_FILTERS: usize = 6;

/// Which of the weights' two first dimensions is the filter's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterOrder {
    /// (filters, channels of a group, kernel).
    FilterFirst,
    /// (channels, filters of a group, kernel): transposed convolution.
    ChannelFirst,
}

/// Rows of filters that are computed together: as few as possible, of nearly equal heights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    filters: usize,
    count: usize,
}

impl Tiles {
    pub(super) const fn new(filters: usize) -> Self {
        Self { filters, count: filters.div_ceil(TILE_FILTERS) }
    }

    /// First filter and number of filters of each tile.
    #[inline(always)]
    pub(super) fn each(self) -> impl Iterator<Item = (usize, usize)> {
        let (least, higher) = (self.filters / self.count, self.filters % self.count);
        (0..self.count).map(move |tile| (tile * least + tile.min(higher), least + usize::from(tile < higher)))
    }
}

/// The weight of a filter of a group at a channel and a tap.
fn weight(geometry: &Geometry, order: FilterOrder, [group, filter, channel]: [usize; 3], tap: usize) -> usize {
    let (channels, filters, taps) = (geometry.channels, geometry.filters, geometry.taps());
    match order {
        FilterOrder::FilterFirst => ((group * filters + filter) * channels + channel) * taps + tap,
        FilterOrder::ChannelFirst => ((group * channels + channel) * filters + filter) * taps + tap,
    }
}

/// The weights of one filter of a phase in the order of its terms.
pub(crate) fn gather<T: Plain>(
    geometry: &Geometry,
    phase: &Phase,
    order: FilterOrder,
    [group, filter]: [usize; 2],
    weights: &[T],
) -> impl Iterator<Item = T> {
    (0..geometry.channels).flat_map(move |channel| {
        let place =
            move |&(tap, _): &(u32, u32)| weights[weight(geometry, order, [group, filter, channel], tap as usize)];
        phase.taps.iter().map(place)
    })
}

/// Packs all filters: group, phase, then tiles of filters (tile, term, filter) or, where filters are the lanes, panels of 16
/// filters (panel, term, filter) with missing ones 0.
pub(crate) fn pack_filters(
    geometry: &Geometry,
    phases: &[Phase],
    order: FilterOrder,
    weights: &[f32],
    map: impl Fn(f32) -> f32,
    packed: &mut [f32],
) {
    // Taps that no output reads belong to no phase: a group may fill less than its part.
    let parts = packed.chunks_exact_mut(geometry.filter_elements());
    for (group, mut rest) in parts.enumerate().take(geometry.groups) {
        for phase in phases {
            let terms = geometry.channels * phase.taps.len();
            if terms == 0 {
                continue;
            }
            let mut block = |first: usize, filters: usize, width: usize| {
                let (target, after) = core::mem::take(&mut rest).split_at_mut(width * terms);
                rest = after;
                for filter in 0..filters {
                    let line = gather(geometry, phase, order, [group, first + filter], weights);
                    target[filter..].iter_mut().step_by(width).zip(line).for_each(|(to, x)| *to = map(x));
                }
            };
            match geometry.method {
                Method::Filters => {
                    for first in (0..geometry.filters).step_by(LANES) {
                        block(first, (geometry.filters - first).min(LANES), LANES);
                    }
                }
                _ => Tiles::new(geometry.filters).each().for_each(|(first, count)| block(first, count, count)),
            }
        }
    }
}
