//! Convolutions and pooling.

mod average_pool;
mod conv;
mod conv_transpose;
mod deform_conv;
mod lp_pool;
mod max_pool;
mod maxima;
mod planes;
mod pool;
mod sums;
