//! Matrix products, sums of products, recurrent cells.

mod einsum;
mod equation;
mod permute;
mod product;
mod recurrent;

pub(super) use product::{gemm, matmul};

use super::Row;

pub(super) const TABLE: &[Row] = &[
    ("", "Einsum", einsum::einsum),
    ("", "GRU", recurrent::gru),
    ("", "LSTM", recurrent::lstm),
    ("", "RNN", recurrent::rnn),
];
