//! Convolutions and pooling.

mod average_pool;
mod conv;
mod conv_transpose;
mod deform_conv;
mod ending;
mod geometry;
mod lp_pool;
mod max_pool;
mod pool;
mod window;

pub use average_pool::AveragePool;
pub use conv::Conv;
pub use conv_transpose::ConvTranspose;
pub use deform_conv::{DeformConv, DeformShape};
pub use ending::Ending;
pub use geometry::{Geometry, LANES, MAX_CHUNK, Method, Phase};
pub use lp_pool::LpPool;
pub use max_pool::{IndexOrder, MaxPool};
pub use pool::Pool;
pub use window::{Axis, MAX_SPATIAL, Window};

/// Elements of a float32 or float64 product.
pub(super) const FLOATS: &str = "float32 and float64";
