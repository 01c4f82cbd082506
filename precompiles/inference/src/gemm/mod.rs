//! Matrix products (rule R2). Float32 runs on packed panels of 16 columns with one kernel for each instruction set; float64
//! and integers run on plain loops.

mod pack;
mod panel;
mod plain;
mod product;

pub(crate) use pack::{Layout, pack_right};
pub use pack::{flush_f32, flush_f64};
#[cfg(target_arch = "x86_64")]
pub(crate) use panel::{Avx2Panel, Avx512Panel, Sse2Panel};
pub(crate) use panel::{Panel, ScalarPanel};
pub(crate) use plain::{Number, multiply_plain};
pub(crate) use product::{Sizes, multiply, scratch_floats};

/// Columns of a packed panel.
pub(crate) const PANEL: usize = 16;
/// Length of one chain of multiply-adds.
pub(crate) const BLOCK: usize = 256;
