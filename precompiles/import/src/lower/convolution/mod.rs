//! Convolutions and pooling.

mod causal;
mod conv;
mod pool;
mod transpose;
pub(super) mod window;

use super::Row;

pub(super) const TABLE: &[Row] = &[
    ("", "AveragePool", pool::average_pool),
    ("", "CausalConvWithState", causal::causal_conv_with_state),
    ("", "Conv", conv::conv),
    ("", "ConvTranspose", transpose::conv_transpose),
    ("", "DeformConv", conv::deform_conv),
    ("", "GlobalAveragePool", pool::global_average_pool),
    ("", "GlobalLpPool", pool::global_lp_pool),
    ("", "GlobalMaxPool", pool::global_max_pool),
    ("", "LpPool", pool::lp_pool),
    ("", "MaxPool", pool::max_pool),
];
