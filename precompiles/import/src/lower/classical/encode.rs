//! Encoders: values for keys.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use praxis_model::{DType, Tensor, ops::LabelMap};

use crate::{
    graph::Value,
    limits::shown,
    lower::{Context, names::distinct},
    refusal::Refusal,
    tensor,
};

/// What an attribute lists.
enum List {
    Strings(Vec<String>),
    Numbers(Tensor),
}

impl List {
    fn len(&self) -> usize {
        match self {
            Self::Strings(list) => list.len(),
            Self::Numbers(tensor) => tensor.tensor_type().elements() as usize,
        }
    }
}

fn count(length: usize) -> Result<u32, Refusal> {
    u32::try_from(length).map_err(|_| "it has too many entries".into())
}

/// The list in one of the attributes `keys_…` or `values_…`, in the forms of all versions.
fn list(cx: &mut Context<'_, '_>, kind: &str) -> Result<Option<List>, Refusal> {
    let mut found = Vec::new();
    if let Some(list) = cx.attributes.ints(&format!("{kind}_int64s"))?.filter(|list| !list.is_empty()) {
        found.push(List::Numbers(Tensor::from_i64([count(list.len())?], list)));
    }
    if let Some(list) = cx.attributes.floats(&format!("{kind}_floats"))?.filter(|list| !list.is_empty()) {
        found.push(List::Numbers(Tensor::from_f32([count(list.len())?], list)));
    }
    if let Some(list) = cx.attributes.strings(&format!("{kind}_strings"))?.filter(|list| !list.is_empty()) {
        found.push(List::Strings(list.into_iter().map(str::to_owned).collect()));
    }
    if let Some(proto) = cx.attributes.tensor(&format!("{kind}_tensor"))? {
        found.push(match tensor::strings(proto)? {
            Some(strings) => List::Strings(strings),
            None => List::Numbers(tensor::load(proto)?),
        });
    }
    if found.len() > 1 {
        return Err(format!("it has several lists of {kind}").into());
    }
    Ok(found.pop())
}

pub(super) fn label_encoder(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let input = cx.input(0)?;
    if cx.ml_opset() < 2 {
        return Err("its version 1 encodes strings; export the model with version 2 of ai.onnx.ml or later".into());
    }
    let keys = list(cx, "keys")?.ok_or("it has no keys")?;
    let values = list(cx, "values")?.ok_or("it has no values")?;
    let default = Default {
        string: cx.attributes.string("default_string")?.unwrap_or("_Unused").to_owned(),
        integer: cx.attributes.int("default_int64")?.unwrap_or(-1),
        float: cx.attributes.float("default_float")?.unwrap_or(-0.0),
        tensor: cx.attributes.tensor("default_tensor")?.map(tensor::load).transpose()?,
    };
    if keys.len() != values.len() {
        return Err(format!("it has {} keys and {} values", keys.len(), values.len()).into());
    }
    // Strings are positions by now; a key's position is where it stands among the input's names.
    let keys = match (keys, cx.label_names(input)) {
        (List::Numbers(keys), None) => keys,
        (List::Strings(keys), Some(names)) => positions(&keys, &names)?,
        (List::Strings(_), None) => return Err("its keys are strings, its input is not".into()),
        (List::Numbers(_), Some(_)) => return Err("its input is strings, its keys are not".into()),
    };
    let (values, names) = match values {
        List::Numbers(values) => (default.append(values)?, None),
        List::Strings(values) => {
            let (positions, names) = distinct(values.into_iter().chain([default.string]));
            (Tensor::from_i64([count(positions.len())?], &positions), Some(Arc::new(names)))
        }
    };
    let output = apply(cx, input, &keys, &values)?;
    if let Some(names) = names {
        cx.name_labels(output, names);
    }
    Ok(vec![output])
}

/// What stands for a key that is not listed.
struct Default {
    string: String,
    integer: i64,
    float: f32,
    tensor: Option<Tensor>,
}

impl Default {
    fn append(&self, mut values: Tensor) -> Result<Tensor, Refusal> {
        let one = match (&self.tensor, values.dtype) {
            (Some(tensor), dtype) if tensor.dtype == dtype && tensor.tensor_type().elements() == 1 => {
                tensor.data.clone()
            }
            (Some(tensor), dtype) => {
                return Err(format!("default_tensor is {}, one {dtype} is needed", tensor.tensor_type()).into());
            }
            (None, DType::I64) => self.integer.to_le_bytes().to_vec(),
            (None, DType::F32) => self.float.to_le_bytes().to_vec(),
            (None, DType::F64) => f64::from(self.float).to_le_bytes().to_vec(),
            (None, DType::I32) => i32::try_from(self.integer).unwrap_or(-1).to_le_bytes().to_vec(),
            (None, other) => return Err(format!("values of the type {other} need a default_tensor").into()),
        };
        values.data.extend(one);
        values.shape = vec![count(values.data.len() / values.dtype.size())?];
        Ok(values)
    }
}

/// Keys that are strings as positions among `names`; one that is not there is never met.
pub(super) fn positions(keys: &[String], names: &[String]) -> Result<Tensor, Refusal> {
    let known: BTreeMap<&str, i64> = names.iter().map(String::as_str).zip(0..).collect();
    let position = |(index, key): (usize, &String)| known.get(key.as_str()).copied().unwrap_or(-1 - index as i64);
    let positions: Vec<i64> = keys.iter().enumerate().map(position).collect();
    Ok(Tensor::from_i64([count(positions.len())?], &positions))
}

/// LabelMap with the keys sorted; of equal keys the last one counts, as in a dictionary.
fn apply(cx: &mut Context<'_, '_>, input: Value, keys: &Tensor, values: &Tensor) -> Result<Value, Refusal> {
    if keys.dtype != cx.kind(input).dtype {
        return Err(format!("its keys are {}, its input is {}", keys.dtype, cx.kind(input).dtype).into());
    }
    let (key_size, value_size) = (keys.dtype.size(), values.dtype.size());
    let mut entries: Vec<(&[u8], &[u8])> =
        keys.data.chunks_exact(key_size).zip(values.data.chunks_exact(value_size)).collect();
    let order = match keys.dtype {
        DType::F32 => float_order::<4>(|word| f64::from(f32::from_le_bytes(word))),
        DType::F64 => float_order::<8>(f64::from_le_bytes),
        DType::I32 => integer_order::<4>(|word| i64::from(i32::from_le_bytes(word))),
        DType::I64 => integer_order::<8>(i64::from_le_bytes),
        other => return Err(format!("keys of the type {other} are not supported").into()),
    };
    // A stable sort from the back, so that the last of equal keys comes first.
    entries.reverse();
    entries.sort_by(|a, b| order(a.0, b.0));
    entries.dedup_by(|later, first| order(later.0, first.0) == Ordering::Equal);
    let default = values.data.len() - value_size;
    let sorted = |bytes: Vec<u8>, dtype: DType| -> Result<Tensor, Refusal> {
        Ok(Tensor { dtype, shape: vec![count(bytes.len() / dtype.size())?], data: bytes })
    };
    let key_bytes = entries.iter().flat_map(|(key, _)| *key).copied().collect();
    let value_bytes = entries.iter().flat_map(|(_, value)| *value).chain(&values.data[default..]).copied().collect();
    let keys = cx.constant(sorted(key_bytes, keys.dtype)?)?;
    let values = cx.constant(sorted(value_bytes, values.dtype)?)?;
    cx.emit1(LabelMap, &[input, keys, values])
}

type Order = Box<dyn Fn(&[u8], &[u8]) -> Ordering>;

fn word<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

/// NaN stands last; all NaN are one key, and so are both zeros.
fn float_order<const N: usize>(value: impl Fn([u8; N]) -> f64 + 'static) -> Order {
    Box::new(move |a, b| {
        let (a, b) = (value(word(a)), value(word(b)));
        a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    })
}

fn integer_order<const N: usize>(value: impl Fn([u8; N]) -> i64 + 'static) -> Order {
    Box::new(move |a, b| value(word(a)).cmp(&value(word(b))))
}

/// Elements of a constant vector, or of the one row of a constant, at computed places: ArrayFeatureExtractor of class labels.
/// Places outside give the first element.
pub(super) fn look_up(
    cx: &mut Context<'_, '_>,
    data: Value,
    table: &Tensor,
    places: Value,
) -> Result<Vec<Value>, Refusal> {
    let length = table.tensor_type().elements() as usize;
    if table.shape.iter().rev().skip(1).any(|&dim| dim != 1) {
        return Err(format!(
            "it takes elements of the constant {}, one row is possible",
            shown(&table.tensor_type().to_string())
        )
        .into());
    }
    let keys = Tensor::from_i64([count(length)?], &(0..length as i64).collect::<Vec<_>>());
    let mut values = table.clone();
    values.data.extend_from_within(..table.dtype.size());
    values.shape = vec![count(length + 1)?];
    let keys = match cx.kind(places).dtype {
        DType::I32 => {
            let data = (0..length as i32).flat_map(i32::to_le_bytes).collect();
            Tensor { dtype: DType::I32, shape: keys.shape, data }
        }
        _ => keys,
    };
    let names = cx.label_names(data);
    let flat = cx.shape(places).iter().copied().fold(1u32, u32::saturating_mul);
    let output = apply(cx, places, &keys, &values)?;
    let shape = vec![1, flat];
    let output =
        if cx.shape(output) == shape { output } else { cx.emit1(praxis_model::ops::Reshape { shape }, &[output])? };
    if let Some(names) = names {
        cx.name_labels(output, names);
    }
    Ok(vec![output])
}
