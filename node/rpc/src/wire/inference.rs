//! Tensors and inference records.

use crate::Failure;
use alloy_primitives::{Address, B256, Bytes, U64};
use praxis_model::{DType, Tensor, ValueInfo};
use serde::{Deserialize, Serialize};

/// Tensors with more elements than this are given as bytes alone.
const MAX_DECODED_ELEMENTS: usize = 4096;
/// Integers beyond this lose digits in JavaScript's numbers, so they become strings.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// A tensor: exact bytes, and the same as numbers for people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RpcTensor {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    dtype: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    shape: Vec<u32>,
    data: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Element>>,
}

/// One element as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Element {
    F32(f32),
    F64(f64),
    Unsigned(u64),
    Signed(i64),
    Bool(bool),
    Text(String),
}

impl RpcTensor {
    pub(crate) fn new(tensor: &Tensor, name: Option<String>) -> Self {
        let elements = tensor.data.len() / tensor.dtype.size();
        Self {
            name,
            dtype: tensor.dtype.code(),
            kind: tensor.dtype.name(),
            shape: tensor.shape.clone(),
            data: tensor.data.clone().into(),
            values: (elements <= MAX_DECODED_ELEMENTS).then(|| elements_of(tensor)),
        }
    }

    /// Tensors with the names of the model's inputs or outputs, where they are known.
    pub(crate) fn list(tensors: &[Tensor], infos: &[ValueInfo]) -> Vec<Self> {
        tensors.iter().enumerate().map(|(i, t)| Self::new(t, infos.get(i).map(|info| info.name.clone()))).collect()
    }
}

fn elements_of(tensor: &Tensor) -> Vec<Element> {
    fn each<const N: usize>(data: &[u8], read: impl Fn([u8; N]) -> Element) -> Vec<Element> {
        data.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect()
    }
    let data = &tensor.data;
    match tensor.dtype {
        DType::F32 => each(data, |b| float32(f32::from_le_bytes(b))),
        DType::F64 => each(data, |b| float64(f64::from_le_bytes(b))),
        DType::U8 => each(data, |[b]: [u8; 1]| Element::Unsigned(b.into())),
        DType::I8 => each(data, |b| Element::Signed(i8::from_le_bytes(b).into())),
        DType::U16 => each(data, |b| Element::Unsigned(u16::from_le_bytes(b).into())),
        DType::I16 => each(data, |b| Element::Signed(i16::from_le_bytes(b).into())),
        DType::U32 => each(data, |b| Element::Unsigned(u32::from_le_bytes(b).into())),
        DType::I32 => each(data, |b| Element::Signed(i32::from_le_bytes(b).into())),
        DType::U64 => each(data, |b| unsigned(u64::from_le_bytes(b))),
        DType::I64 => each(data, |b| signed(i64::from_le_bytes(b))),
        DType::Bool => each(data, |[b]: [u8; 1]| Element::Bool(b != 0)),
    }
}

fn float32(value: f32) -> Element {
    if value.is_finite() { Element::F32(value) } else { not_finite(value.into()) }
}

fn float64(value: f64) -> Element {
    if value.is_finite() { Element::F64(value) } else { not_finite(value) }
}

fn not_finite(value: f64) -> Element {
    let text = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    Element::Text(text.into())
}

fn unsigned(value: u64) -> Element {
    if value > MAX_SAFE_INTEGER { Element::Text(value.to_string()) } else { Element::Unsigned(value) }
}

fn signed(value: i64) -> Element {
    if value.unsigned_abs() > MAX_SAFE_INTEGER { Element::Text(value.to_string()) } else { Element::Signed(value) }
}

/// An inference record with the tensors behind its hashes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcInference {
    pub(crate) block_number: U64,
    pub(crate) block_hash: B256,
    pub(crate) transaction_hash: B256,
    pub(crate) transaction_index: U64,
    pub(crate) call_index: U64,
    pub(crate) caller: Address,
    pub(crate) model: B256,
    pub(crate) input_hash: B256,
    pub(crate) output_hash: B256,
    pub(crate) gas: U64,
    #[serde(rename = "static")]
    pub(crate) is_static: bool,
    pub(crate) reverted: bool,
    pub(crate) inputs: Vec<RpcTensor>,
    pub(crate) outputs: Vec<RpcTensor>,
}

/// A tensor in a request: an object with exact bytes or with numbers, or bare numbers in the model's own type. Numbers
/// are read as float64 and rounded to the element type; bytes are taken as they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum TensorInput {
    Described(DescribedTensor),
    Bare(serde_json::Value),
}

/// A tensor in a request, as an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribedTensor {
    /// Allowed, so that an answer can be sent back as a request; not looked at.
    #[serde(default, rename = "name")]
    _name: Option<String>,
    #[serde(default)]
    dtype: Option<u8>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    shape: Option<Vec<u32>>,
    #[serde(default)]
    data: Option<Bytes>,
    #[serde(default)]
    values: Option<serde_json::Value>,
}

impl TensorInput {
    /// The tensor that is meant, given what the model declares for this input. What is left out is taken from there.
    pub(crate) fn into_tensor(self, declared: &ValueInfo) -> Result<Tensor, Failure> {
        let wrong = |reason: String| Failure::Params(format!("input {:?}: {reason}", declared.name));
        let described = match self {
            Self::Described(described) => described,
            Self::Bare(values) => {
                DescribedTensor { _name: None, dtype: None, kind: None, shape: None, data: None, values: Some(values) }
            }
        };
        let dtype = described.dtype(declared).map_err(wrong)?;
        let data = match (described.data, described.values) {
            (Some(data), _) => data.to_vec(),
            (None, Some(values)) => {
                let mut data = Vec::new();
                push(&values, dtype, &mut data).map_err(wrong)?;
                data
            }
            (None, None) => return Err(wrong("it has neither \"data\" nor \"values\"".into())),
        };
        let shape = described.shape.unwrap_or_else(|| shape_for(declared, data.len() / dtype.size()));
        let tensor = Tensor { dtype, shape, data };
        tensor.check().map_err(|error| wrong(error.to_string()))?;
        Ok(tensor)
    }
}

impl DescribedTensor {
    fn dtype(&self, declared: &ValueInfo) -> Result<DType, String> {
        match (self.dtype, &self.kind) {
            (Some(code), _) => DType::from_code(code).ok_or_else(|| format!("there is no element type {code}")),
            (None, Some(name)) => DType::ALL
                .into_iter()
                .find(|dtype| dtype.name() == name)
                .ok_or_else(|| format!("there is no element type {name:?}; float32 would be one")),
            (None, None) => Ok(declared.dtype),
        }
    }
}

/// The declared shape; with a leading dimension of 1, as many rows as were given.
fn shape_for(declared: &ValueInfo, elements: usize) -> Vec<u32> {
    let mut shape = declared.shape.clone();
    let one = declared.shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim as usize)).unwrap_or(0);
    if shape.first() == Some(&1) && one > 0 && elements.is_multiple_of(one) && elements > one {
        shape[0] = u32::try_from(elements / one).unwrap_or(u32::MAX);
    }
    shape
}

fn push(value: &serde_json::Value, dtype: DType, out: &mut Vec<u8>) -> Result<(), String> {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| push(item, dtype, out)),
        Value::Bool(flag) => push_integer(i128::from(*flag), dtype, out),
        Value::String(text) => push_text(text, dtype, out),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(n), _) if !dtype.is_float() => push_integer(n.into(), dtype, out),
            (_, Some(n)) if !dtype.is_float() => push_integer(n.into(), dtype, out),
            _ => push_float(number.as_f64().ok_or("a number is out of range")?, dtype, out),
        },
        Value::Null | Value::Object(_) => Err("values must be numbers, or arrays of them".into()),
    }
}

fn push_text(text: &str, dtype: DType, out: &mut Vec<u8>) -> Result<(), String> {
    if dtype.is_float() {
        let value = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
        return push_float(value, dtype, out);
    }
    push_integer(text.parse().map_err(|_| format!("{text:?} is not an integer"))?, dtype, out)
}

fn push_float(value: f64, dtype: DType, out: &mut Vec<u8>) -> Result<(), String> {
    match dtype {
        DType::F32 => out.extend_from_slice(&(value as f32).to_le_bytes()),
        DType::F64 => out.extend_from_slice(&value.to_le_bytes()),
        other => return Err(format!("{value} is not {other}")),
    }
    Ok(())
}

fn push_integer(value: i128, dtype: DType, out: &mut Vec<u8>) -> Result<(), String> {
    let (min, max): (i128, i128) = match dtype {
        DType::F32 | DType::F64 => return push_float(value as f64, dtype, out),
        DType::Bool => (0, 1),
        DType::U8 => (0, u8::MAX.into()),
        DType::U16 => (0, u16::MAX.into()),
        DType::U32 => (0, u32::MAX.into()),
        DType::U64 => (0, u64::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        DType::I64 => (i64::MIN.into(), i64::MAX.into()),
    };
    if value < min || value > max {
        return Err(format!("{value} is not {dtype}"));
    }
    out.extend_from_slice(&value.to_le_bytes()[..dtype.size()]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(dtype: DType, shape: &[u32]) -> ValueInfo {
        ValueInfo { name: "x".into(), dtype, shape: shape.into() }
    }

    fn read(json: serde_json::Value, declared: &ValueInfo) -> Result<Tensor, Failure> {
        serde_json::from_value::<TensorInput>(json).unwrap().into_tensor(declared)
    }

    #[test]
    fn numbers_take_the_models_type_and_shape() {
        let declared = declared(DType::F32, &[1, 2]);
        let tensor = read(serde_json::json!([[0.5, -1]]), &declared).unwrap();
        assert_eq!(tensor, Tensor::from_f32([1, 2], &[0.5, -1.0]));
        let rows = read(serde_json::json!([[1, 2], [3, 4], [5, 6]]), &declared).unwrap();
        assert_eq!(rows.shape, [3, 2]);
    }

    #[test]
    fn what_is_given_back_can_be_sent_again() {
        let declared = declared(DType::I64, &[3]);
        let tensor = Tensor::from_i64([3], &[i64::MIN, -1, 5]);
        let mut json = serde_json::to_value(RpcTensor::new(&tensor, Some("x".into()))).unwrap();
        assert_eq!(json["values"], serde_json::json!(["-9223372036854775808", -1, 5]));
        assert_eq!(read(json.clone(), &declared).unwrap(), tensor);
        json.as_object_mut().unwrap().remove("data");
        assert_eq!(read(json, &declared).unwrap(), tensor);
    }

    #[test]
    fn floats_are_shown_shortest_and_never_as_null() {
        let tensor = Tensor::from_f32([4], &[0.1, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        let json = serde_json::to_string(&RpcTensor::new(&tensor, None)).unwrap();
        assert!(json.contains(r#""values":[0.1,"NaN","Infinity","-Infinity"]"#), "{json}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let bytes = declared(DType::U8, &[2]);
        for json in [
            serde_json::json!([1, 256]),
            serde_json::json!([1, -1]),
            serde_json::json!([1, 0.5]),
            serde_json::json!([1]),
            serde_json::json!([1, null]),
            serde_json::json!({"data": "0x010203"}),
            serde_json::json!({"dtype": 99, "data": "0x0102"}),
            serde_json::json!({"shape": [2]}),
        ] {
            assert!(read(json.clone(), &bytes).is_err(), "{json}");
        }
        assert!(read(serde_json::json!([1, 255]), &bytes).is_ok());
        assert!(read(serde_json::json!([2]), &declared(DType::Bool, &[1])).is_err());
        assert!(read(serde_json::json!([true]), &declared(DType::Bool, &[1])).is_ok());
    }
}
