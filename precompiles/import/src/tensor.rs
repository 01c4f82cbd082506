//! Constants of the file, in each of the ways that a `TensorProto` can hold them.

use praxis_inference::arith::CANONICAL_NAN_F32;
use praxis_model::{DType, Tensor, TensorType};
use tract_onnx::pb::{self, tensor_proto::DataLocation};

use crate::{limits::MAX_CONSTANT_BYTES, proto::data_type_name};

/// Reads a constant. Unlike a Plan's tensors it may have dimensions of 0, as empty shapes have.
pub(crate) fn load(proto: &pb::TensorProto) -> Result<Tensor, String> {
    if proto.data_location == Some(DataLocation::External as i32) || !proto.external_data.is_empty() {
        return Err("its data stands in another file; export the model with all data inside".to_owned());
    }
    if proto.segment.is_some() {
        return Err("its data is split into segments, which is not supported".to_owned());
    }
    let ty = TensorType::new(dtype(proto.data_type)?, dimensions(&proto.dims)?);
    let bytes = ty.checked_bytes().filter(|&bytes| bytes <= MAX_CONSTANT_BYTES);
    let bytes = bytes.ok_or_else(|| format!("{ty} has more than {MAX_CONSTANT_BYTES} bytes"))?;
    let mut data = if proto.raw_data.is_empty() { typed_data(proto, ty.dtype)? } else { proto.raw_data.clone() };
    if data.len() as u64 != bytes {
        return Err(format!("it holds {} bytes of elements, {ty} needs {bytes}", data.len()));
    }
    if ty.dtype == DType::Bool {
        data.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
    }
    Ok(Tensor { dtype: ty.dtype, shape: ty.shape, data })
}

/// The elements of a constant of strings; `None` for one of numbers.
pub(crate) fn strings(proto: &pb::TensorProto) -> Result<Option<Vec<String>>, String> {
    if proto.data_type != pb::tensor_proto::DataType::String as i32 {
        return Ok(None);
    }
    let text = |bytes: &Vec<u8>| core::str::from_utf8(bytes).map(str::to_owned);
    let strings = proto.string_data.iter().map(text).collect::<Result<Vec<_>, _>>();
    let strings = strings.map_err(|_| "one of its strings is not UTF-8".to_owned())?;
    let elements = TensorType::new(DType::U8, dimensions(&proto.dims)?).checked_elements();
    if elements != Some(strings.len() as u64) {
        return Err(format!("it holds {} strings, its shape asks for another number", strings.len()));
    }
    Ok(Some(strings))
}

/// A float64 constant rounded to float32, ties to even.
pub(crate) fn to_float32(tensor: &Tensor) -> Tensor {
    let narrow = |value: f64| if value.is_nan() { f32::from_bits(CANONICAL_NAN_F32) } else { value as f32 };
    let values: Vec<f32> = tensor.to_f64().unwrap_or_default().into_iter().map(narrow).collect();
    Tensor::from_f32(tensor.shape.clone(), &values)
}

/// The element type with this ONNX number.
pub(crate) fn dtype(number: i32) -> Result<DType, String> {
    u8::try_from(number).ok().and_then(DType::from_code).ok_or_else(|| {
        let names: Vec<_> = DType::ALL.iter().map(|dtype| dtype.name()).collect();
        format!("the element type {} is not supported; supported are {}", data_type_name(number), names.join(", "))
    })
}

pub(crate) fn dimensions(dims: &[i64]) -> Result<Vec<u32>, String> {
    if dims.len() > praxis_model::limits::MAX_RANK {
        return Err(format!("it has {} dimensions, at most {}", dims.len(), praxis_model::limits::MAX_RANK));
    }
    dims.iter().map(|&dim| u32::try_from(dim).map_err(|_| format!("its dimension {dim} is out of range"))).collect()
}

/// Elements from the typed fields: one field serves several element types.
fn typed_data(proto: &pb::TensorProto, dtype: DType) -> Result<Vec<u8>, String> {
    let present = [
        proto.float_data.len(),
        proto.double_data.len(),
        proto.int32_data.len(),
        proto.int64_data.len(),
        proto.uint64_data.len(),
    ];
    let used = match dtype {
        DType::F32 => 0,
        DType::F64 => 1,
        DType::I64 => 3,
        DType::U32 | DType::U64 => 4,
        _ => 2,
    };
    if present.iter().enumerate().any(|(field, &count)| field != used && count > 0) {
        return Err(format!("its elements stand in the field of another type than {dtype}"));
    }
    let range = |value: &dyn core::fmt::Display| format!("the element {value} is out of range for {dtype}");
    match dtype {
        DType::F32 => Ok(proto.float_data.iter().flat_map(|v| v.to_le_bytes()).collect()),
        DType::F64 => Ok(proto.double_data.iter().flat_map(|v| v.to_le_bytes()).collect()),
        DType::I64 => Ok(proto.int64_data.iter().flat_map(|v| v.to_le_bytes()).collect()),
        DType::U64 => Ok(proto.uint64_data.iter().flat_map(|v| v.to_le_bytes()).collect()),
        DType::U32 => narrow(&proto.uint64_data, |v| u32::try_from(v).ok().map(u32::to_le_bytes), range),
        DType::I32 => narrow(&proto.int32_data, |v| Some(v.to_le_bytes()), range),
        DType::I16 => narrow(&proto.int32_data, |v| i16::try_from(v).ok().map(i16::to_le_bytes), range),
        DType::U16 => narrow(&proto.int32_data, |v| u16::try_from(v).ok().map(u16::to_le_bytes), range),
        DType::I8 => narrow(&proto.int32_data, |v| i8::try_from(v).ok().map(i8::to_le_bytes), range),
        DType::U8 => narrow(&proto.int32_data, |v| u8::try_from(v).ok().map(|v| [v]), range),
        DType::Bool => narrow(&proto.int32_data, |v| Some([u8::from(v != 0)]), range),
    }
}

fn narrow<T: Copy + core::fmt::Display, const N: usize>(
    values: &[T],
    bytes: impl Fn(T) -> Option<[u8; N]>,
    range: impl Fn(&dyn core::fmt::Display) -> String,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(values.len() * N);
    for &value in values {
        out.extend(bytes(value).ok_or_else(|| range(&value))?);
    }
    Ok(out)
}
