//! Tensors in files: .npz archives and JSON.

use crate::failure::Failure;
use npyz::{NpyFile, WriterBuilder, npz::NpzArchive, npz::NpzWriter};
use praxis_model::{DType, Tensor, ValueInfo};
use serde_json::{Map, Value, json};
use std::path::Path;

/// One tensor as JSON: dtype, shape and a flat list of its elements; what is no finite number becomes a string.
pub(crate) fn tensor_json(tensor: &Tensor) -> Value {
    json!({ "dtype": tensor.dtype.name(), "shape": tensor.shape, "data": elements(tensor) })
}

macro_rules! for_dtype {
    ($dtype:expr, $ty:ident => $body:expr, bool => $bool:expr) => {
        match $dtype {
            DType::F32 => {
                type $ty = f32;
                $body
            }
            DType::F64 => {
                type $ty = f64;
                $body
            }
            DType::U8 => {
                type $ty = u8;
                $body
            }
            DType::I8 => {
                type $ty = i8;
                $body
            }
            DType::U16 => {
                type $ty = u16;
                $body
            }
            DType::I16 => {
                type $ty = i16;
                $body
            }
            DType::I32 => {
                type $ty = i32;
                $body
            }
            DType::I64 => {
                type $ty = i64;
                $body
            }
            DType::U32 => {
                type $ty = u32;
                $body
            }
            DType::U64 => {
                type $ty = u64;
                $body
            }
            DType::Bool => $bool,
        }
    };
}

fn typed<T: Copy, const N: usize>(data: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let mut values = Vec::with_capacity(data.len() / N);
    for chunk in data.chunks_exact(N) {
        let mut bytes = [0; N];
        bytes.copy_from_slice(chunk);
        values.push(read(bytes));
    }
    values
}

fn elements(tensor: &Tensor) -> Vec<Value> {
    for_dtype!(tensor.dtype,
        T => typed(&tensor.data, T::from_le_bytes).into_iter().map(|v| number(json!(v), &v)).collect(),
        bool => tensor.data.iter().map(|b| json!(*b != 0)).collect())
}

fn number(value: Value, shown: &dyn std::fmt::Display) -> Value {
    if value.is_null() { Value::String(shown.to_string()) } else { value }
}

/// Reads the inputs `wanted` from a .npz or .json file.
pub(crate) fn read(path: &Path, wanted: &[ValueInfo]) -> Result<Vec<Tensor>, Failure> {
    match extension(path)? {
        Format::Npz => read_npz(path, wanted),
        Format::Json => read_json(path, wanted),
    }
}

enum Format {
    Npz,
    Json,
}

fn extension(path: &Path) -> Result<Format, Failure> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("npz") => Ok(Format::Npz),
        Some("json") => Ok(Format::Json),
        _ => Err(Failure::usage(format!("{}: tensors come in .npz or .json files", path.display()))),
    }
}

fn missing(path: &Path, name: &str, there: &[String]) -> Failure {
    Failure::failed(format!("{} has no input \"{name}\"; it has: {}", path.display(), there.join(", ")))
}

fn read_npz(path: &Path, wanted: &[ValueInfo]) -> Result<Vec<Tensor>, Failure> {
    let at = |e: std::io::Error| Failure::failed(format!("{} can't be read: {e}", path.display()));
    let mut archive = NpzArchive::open(path).map_err(at)?;
    let names: Vec<String> = archive.array_names().map(ToString::to_string).collect();
    let mut tensors = Vec::with_capacity(wanted.len());
    for info in wanted {
        let array = archive.by_name(&info.name).map_err(at)?.ok_or_else(|| missing(path, &info.name, &names))?;
        tensors.push(
            from_npy(array, info)
                .map_err(|e| Failure::failed(format!("{}: input \"{}\": {}", path.display(), info.name, e.message)))?,
        );
    }
    Ok(tensors)
}

fn from_npy<R: std::io::Read>(array: NpyFile<R>, info: &ValueInfo) -> Result<Tensor, Failure> {
    if array.order() != npyz::Order::C {
        return Err(Failure::failed("it is in Fortran order; save it with numpy.ascontiguousarray"));
    }
    let elements = array.len();
    let limit = praxis_model::limits::MAX_TENSOR_BYTES / info.dtype.size() as u64;
    if elements > limit {
        return Err(Failure::failed(format!("it has {elements} elements; at most {limit} are taken")));
    }
    let shape: Option<Vec<u32>> = array.shape().iter().map(|d| u32::try_from(*d).ok()).collect();
    let shape = shape.ok_or_else(|| Failure::failed("a dimension is larger than 2^32"))?;
    let wrong = |e: std::io::Error| Failure::failed(format!("expected {}: {e}", info.dtype.name()));
    let data: Vec<u8> = for_dtype!(info.dtype,
        T => array.into_vec::<T>().map_err(wrong)?.iter().flat_map(|v| v.to_le_bytes()).collect(),
        bool => array.into_vec::<bool>().map_err(wrong)?.iter().map(|b| u8::from(*b)).collect());
    Ok(Tensor { dtype: info.dtype, shape, data })
}

fn read_json(path: &Path, wanted: &[ValueInfo]) -> Result<Vec<Tensor>, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|e| Failure::failed(format!("{} can't be read: {e}", path.display())))?;
    let object: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|e| Failure::failed(format!("{} is not a JSON object of inputs by name: {e}", path.display())))?;
    let names: Vec<String> = object.keys().cloned().collect();
    wanted
        .iter()
        .map(|info| {
            let value = object.get(&info.name).ok_or_else(|| missing(path, &info.name, &names))?;
            from_json(value, info)
                .map_err(|e| Failure::failed(format!("{}: input \"{}\": {e}", path.display(), info.name)))
        })
        .collect()
}

/// A nested list as people write it, or `{dtype, shape, data}` as `--output` writes it.
fn from_json(value: &Value, info: &ValueInfo) -> Result<Tensor, String> {
    if let Some(object) = value.as_object() {
        let shape = object.get("shape").ok_or("it has no \"shape\"")?;
        let shape: Vec<u32> = serde_json::from_value(shape.clone()).map_err(|e| format!("its shape: {e}"))?;
        let data = object.get("data").and_then(Value::as_array).ok_or("it has no list \"data\"")?;
        return encode(data.iter(), shape, info.dtype);
    }
    let mut shape = Vec::new();
    let mut level = value;
    while let Some(list) = level.as_array() {
        if shape.len() == praxis_model::limits::MAX_RANK {
            return Err(format!("it is nested more than {} deep", praxis_model::limits::MAX_RANK));
        }
        shape.push(u32::try_from(list.len()).map_err(|_| "a list is too long")?);
        level = list.first().unwrap_or(&Value::Null);
    }
    let mut flat = Vec::new();
    flatten(value, &shape, &mut flat)?;
    encode(flat.into_iter(), shape, info.dtype)
}

fn flatten<'a>(value: &'a Value, shape: &[u32], out: &mut Vec<&'a Value>) -> Result<(), String> {
    match (value.as_array(), shape) {
        (None, []) => out.push(value),
        (Some(list), [dim, rest @ ..]) if list.len() == *dim as usize => {
            for item in list {
                flatten(item, rest, out)?;
            }
        }
        _ => return Err("its lists have different lengths or depths".into()),
    }
    Ok(())
}

fn encode<'a>(values: impl Iterator<Item = &'a Value>, shape: Vec<u32>, dtype: DType) -> Result<Tensor, String> {
    let mut data = Vec::new();
    for value in values {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(b) => {
                if dtype == DType::Bool {
                    b.to_string()
                } else {
                    u8::from(*b).to_string()
                }
            }
            other => other.to_string(),
        };
        let wrong = || format!("{text} is not a {}", dtype.name());
        for_dtype!(dtype,
            T => data.extend(text.parse::<T>().map_err(|_| wrong())?.to_le_bytes()),
            bool => data.push(u8::from(text.parse::<bool>().map_err(|_| wrong())?)));
    }
    Ok(Tensor { dtype, shape, data })
}

/// Writes outputs by name to a .npz or .json file.
pub(crate) fn write(path: &Path, names: &[ValueInfo], tensors: &[Tensor]) -> Result<(), Failure> {
    let at = |e: std::io::Error| Failure::failed(format!("{} can't be written: {e}", path.display()));
    match extension(path)? {
        Format::Json => {
            let object: Map<String, Value> =
                names.iter().zip(tensors).map(|(info, t)| (info.name.clone(), tensor_json(t))).collect();
            std::fs::write(path, Value::Object(object).to_string()).map_err(at)
        }
        Format::Npz => {
            let mut writer = NpzWriter::create(path).map_err(at)?;
            for (info, tensor) in names.iter().zip(tensors) {
                write_npy(&mut writer, &info.name, tensor).map_err(at)?;
            }
            Ok(())
        }
    }
}

fn write_npy<W: std::io::Write + std::io::Seek>(
    archive: &mut NpzWriter<W>,
    name: &str,
    tensor: &Tensor,
) -> std::io::Result<()> {
    let shape: Vec<u64> = tensor.shape.iter().map(|d| u64::from(*d)).collect();
    for_dtype!(tensor.dtype,
    T => {
        let mut array = archive.array(name, Default::default())?.default_dtype().shape(&shape).begin_nd()?;
        array.extend(typed(&tensor.data, T::from_le_bytes))?;
        array.finish()
    },
    bool => {
        let mut array = archive.array(name, Default::default())?.default_dtype().shape(&shape).begin_nd()?;
        array.extend(tensor.data.iter().map(|b| *b != 0))?;
        array.finish()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(dtype: DType) -> ValueInfo {
        ValueInfo { name: "x".into(), dtype, shape: vec![2, 2] }
    }

    #[test]
    fn json_lists_and_written_outputs_read_alike() {
        let nested = from_json(&json!([[1.5, -2], ["NaN", "inf"]]), &info(DType::F32)).unwrap();
        assert_eq!(nested.shape, [2, 2]);
        let written = from_json(&tensor_json(&nested), &info(DType::F32)).unwrap();
        assert_eq!(written, nested);
        assert_eq!(&nested.data[..4], 1.5f32.to_le_bytes());
    }

    #[test]
    fn ragged_lists_and_wrong_types_are_refused() {
        for bad in [json!([[1, 2], [3]]), json!([[1, 2], 3]), json!([["x"]]), json!({ "data": [1] })] {
            assert!(from_json(&bad, &info(DType::F32)).is_err(), "{bad}");
        }
        assert!(from_json(&json!([300]), &info(DType::U8)).is_err());
    }

    #[test]
    fn npz_files_keep_every_type() {
        let dir = tempfile::tempdir().unwrap();
        for dtype in DType::ALL {
            let path = dir.path().join(format!("{}.npz", dtype.name()));
            let tensor = Tensor { dtype, shape: vec![2, 1], data: vec![1; 2 * dtype.size()] };
            write(&path, &[info(dtype)], std::slice::from_ref(&tensor)).unwrap();
            assert_eq!(read(&path, &[info(dtype)]).unwrap(), [tensor]);
        }
    }
}
