use std::{collections::BTreeMap, io, path::Path};

use npyz::{DType as NpyType, Deserialize, NpyFile, Order, npz::NpzArchive};
use praxis_model::{DType, Tensor};

/// Why an `.npz` cannot be read as tensors.
#[derive(Debug, thiserror::Error)]
pub enum NpzError {
    /// The file cannot be read or is not an archive of arrays.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What is wrong.
        source: io::Error,
    },
    /// An array of a type or layout that tensors do not have.
    #[error("{path}: the array {array} is {found}; numbers in row-major order are supported")]
    Array {
        /// The file.
        path: String,
        /// The array.
        array: String,
        /// Its type.
        found: String,
    },
}

/// All arrays of an `.npz` by name.
///
/// # Errors
/// See [`NpzError`].
pub fn read_npz(path: &Path) -> Result<BTreeMap<String, Tensor>, NpzError> {
    let shown = path.display().to_string();
    let failed = |source| NpzError::Read { path: shown.clone(), source };
    let mut archive = NpzArchive::open(path).map_err(failed)?;
    let names: Vec<String> = archive.array_names().map(str::to_owned).collect();
    let mut tensors = BTreeMap::new();
    for name in names {
        let Some(array) = archive.by_name(&name).map_err(failed)? else { continue };
        let found = array.dtype().descr();
        let tensor = read_array(array).map_err(failed)?;
        let tensor = tensor.ok_or_else(|| NpzError::Array { path: shown.clone(), array: name.clone(), found })?;
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

/// `None` where the array's type or layout is none of a tensor's.
fn read_array<R: io::Read>(array: NpyFile<R>) -> io::Result<Option<Tensor>> {
    let NpyType::Plain(kind) = array.dtype() else { return Ok(None) };
    if array.order() != Order::C {
        return Ok(None);
    }
    let Ok(shape) = array.shape().iter().map(|&dim| u32::try_from(dim)).collect::<Result<Vec<_>, _>>() else {
        return Ok(None);
    };
    let (dtype, data) = match kind.to_string().trim_start_matches(['<', '|', '=']) {
        "f4" => (DType::F32, bytes(array, f32::to_le_bytes)?),
        "f8" => (DType::F64, bytes(array, f64::to_le_bytes)?),
        "i1" => (DType::I8, bytes(array, i8::to_le_bytes)?),
        "i2" => (DType::I16, bytes(array, i16::to_le_bytes)?),
        "i4" => (DType::I32, bytes(array, i32::to_le_bytes)?),
        "i8" => (DType::I64, bytes(array, i64::to_le_bytes)?),
        "u1" => (DType::U8, bytes(array, u8::to_le_bytes)?),
        "u2" => (DType::U16, bytes(array, u16::to_le_bytes)?),
        "u4" => (DType::U32, bytes(array, u32::to_le_bytes)?),
        "u8" => (DType::U64, bytes(array, u64::to_le_bytes)?),
        "b1" => (DType::Bool, bytes(array, |value: bool| [u8::from(value)])?),
        _ => return Ok(None),
    };
    Ok(Some(Tensor { dtype, shape, data }))
}

fn bytes<R: io::Read, T: Deserialize, const N: usize>(
    array: NpyFile<R>,
    encode: fn(T) -> [u8; N],
) -> io::Result<Vec<u8>> {
    Ok(array.into_vec::<T>()?.into_iter().flat_map(encode).collect())
}
