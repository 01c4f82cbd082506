use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use praxis_model::Tensor;

use crate::{NpzError, read_npz};

/// The vectors of one model.
#[derive(Clone, Debug)]
pub struct Vectors {
    arrays: BTreeMap<String, Tensor>,
    /// How many cases there are.
    pub cases: usize,
}

/// A file of `tests/fixtures/models`.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/models").join(name)
}

impl Vectors {
    /// Reads an `.npz`.
    ///
    /// # Errors
    /// See [`NpzError`].
    pub fn read(path: &Path) -> Result<Self, NpzError> {
        let arrays = read_npz(path)?;
        let cases = arrays.values().filter_map(|array| array.shape.first()).min().map_or(0, |&cases| cases as usize);
        Ok(Self { arrays, cases })
    }

    /// The array `ROLE.NAME` at one case: `in`, `out` (onnxruntime) or `ref` (float64). `None` where there is none.
    pub fn get(&self, role: &str, name: &str, case: usize) -> Option<Tensor> {
        let array = self.arrays.get(&format!("{role}.{name}"))?;
        let (&cases, shape) = array.shape.split_first()?;
        let size = array.data.len().checked_div(cases as usize)?;
        let data = array.data.get(case.checked_mul(size)?..)?.get(..size)?.to_vec();
        Some(Tensor { dtype: array.dtype, shape: shape.to_vec(), data })
    }
}
