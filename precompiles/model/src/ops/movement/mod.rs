//! Movement, gathering and scattering of elements.

mod gather;
mod gather_elements;
mod gather_nd;
mod pad;
mod positions;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod view;
mod walk;

pub use gather::Gather;
pub use gather_elements::GatherElements;
pub use gather_nd::GatherND;
pub use pad::{Pad, PadMode};
pub use scatter::ScatterReduction;
pub use scatter_elements::ScatterElements;
pub use scatter_nd::ScatterND;
pub use view::View;
pub use walk::{Stride, Walk};

use super::{Operator, rules};
