//! Matrix products (rule R2). Float32 runs on packed panels of 16 columns with one kernel for each instruction set; float64
//! and integers run on plain loops.

mod lines;
mod pack;
mod panel;
mod plain;
mod product;
mod row;

pub(crate) use pack::{Layout, pack_right, pack_right_on};
pub use pack::{flush_f32, flush_f64};
#[cfg(target_arch = "x86_64")]
pub(crate) use panel::{Avx2Panel, Avx512Panel, Sse2Panel};
pub(crate) use panel::{Panel, ScalarPanel};
pub(crate) use plain::{Number, multiply_plain};
pub(crate) use product::{Finish, Sizes, multiply, scratch_floats};

/// Columns of a packed panel.
pub(crate) const PANEL: usize = 16;
/// Panels that stand together where the left operand is one row: then all of them are read as one stream.
const GROUP: usize = 4;
/// Length of one chain of multiply-adds.
pub(crate) const BLOCK: usize = 256;
