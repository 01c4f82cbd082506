//! Movement, gathering and scattering of elements.

mod blocks;
mod expand;
mod fold;
mod gather;
mod known;
mod pad;
mod pick;
mod resize;
mod sampling;
mod scatter;
mod select;
mod split;
mod suppression;
mod unique;
mod weights;

use super::{Context, Row, reshape, slice};

/// The operators of this family.
pub(super) const TABLE: &[Row] = &[
    ("", "AffineGrid", sampling::affine_grid),
    ("", "CenterCropPad", select::center_crop_pad),
    ("", "Col2Im", fold::col2im),
    ("", "Compress", select::compress),
    ("", "DepthToSpace", blocks::depth_to_space),
    ("", "Expand", expand::expand),
    ("", "EyeLike", known::eye_like),
    ("", "Gather", gather::gather),
    ("", "GatherElements", gather::gather_elements),
    ("", "GatherND", gather::gather_nd),
    ("", "GridSample", sampling::grid_sample),
    ("", "MaxUnpool", fold::max_unpool),
    ("", "NonMaxSuppression", suppression::non_max_suppression),
    ("", "NonZero", known::non_zero),
    ("", "OneHot", select::one_hot),
    ("", "Pad", pad::pad),
    ("", "Range", known::range),
    ("", "Resize", resize::resize),
    ("", "ReverseSequence", select::reverse_sequence),
    ("", "RoiAlign", sampling::roi_align),
    ("", "Scatter", scatter::scatter_elements),
    ("", "ScatterElements", scatter::scatter_elements),
    ("", "ScatterND", scatter::scatter_nd),
    ("", "Size", known::size),
    ("", "SpaceToDepth", blocks::space_to_depth),
    ("", "Split", split::split),
    ("", "TensorScatter", select::tensor_scatter),
    ("", "Tile", expand::tile),
    ("", "Trilu", select::trilu),
    ("", "Unique", unique::unique),
    ("", "Upsample", resize::upsample),
];
