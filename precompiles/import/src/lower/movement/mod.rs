//! Movement, gathering and scattering of elements.

mod expand;
mod gather;
mod pad;
mod pick;
mod resize;
mod scatter;
mod split;

use super::{Context, Row, reshape, slice};

/// The operators of this family.
pub(super) const TABLE: &[Row] = &[
    ("", "Expand", expand::expand),
    ("", "Gather", gather::gather),
    ("", "GatherElements", gather::gather_elements),
    ("", "GatherND", gather::gather_nd),
    ("", "Pad", pad::pad),
    ("", "Resize", resize::resize),
    ("", "Scatter", scatter::scatter_elements),
    ("", "ScatterElements", scatter::scatter_elements),
    ("", "ScatterND", scatter::scatter_nd),
    ("", "Split", split::split),
    ("", "Tile", expand::tile),
    ("", "Upsample", resize::upsample),
];
