//! Movement, gathering and scattering of elements.

mod constant_of_shape;
mod gather;
mod gather_elements;
mod gather_nd;
mod grid_sample;
mod one_hot;
mod pad;
mod positions;
mod resample;
mod reverse_sequence;
mod roi_align;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod tensor_scatter;
mod trilu;
mod view;
mod walk;

pub use constant_of_shape::ConstantOfShape;
pub use gather::Gather;
pub use gather_elements::GatherElements;
pub use gather_nd::GatherND;
pub use grid_sample::{GridMode, GridPadding, GridSample};
pub use one_hot::OneHot;
pub use pad::{Pad, PadMode};
pub use resample::Resample;
pub use reverse_sequence::ReverseSequence;
pub use roi_align::RoiAlign;
pub use scatter::ScatterReduction;
pub use scatter_elements::ScatterElements;
pub use scatter_nd::ScatterND;
pub use tensor_scatter::TensorScatter;
pub use trilu::Trilu;
pub use view::View;
pub use walk::{Stride, Walk};

use super::{Operator, rules};
