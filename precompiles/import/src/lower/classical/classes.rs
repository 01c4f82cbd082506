use std::sync::Arc;

use praxis_model::{
    DType,
    ops::{Cast, ClassLabels, Reshape},
};

use crate::{graph::Value, lower::Context, refusal::Refusal};

/// The labels of a classifier.
pub(super) struct Classes {
    values: Vec<i64>,
    names: Option<Arc<Vec<String>>>,
}

impl Classes {
    /// From `classlabels_strings` or the integer attribute of this name. Strings become their positions.
    pub(super) fn from_attributes(cx: &mut Context<'_, '_>, integers: &str) -> Result<Self, Refusal> {
        let values = cx.attributes.ints(integers)?.unwrap_or(&[]);
        let names = cx.attributes.strings("classlabels_strings")?.unwrap_or_default();
        let count = values.len().max(names.len());
        if !(2..=ClassLabels::MAX_CLASSES).contains(&count) {
            let most = ClassLabels::MAX_CLASSES;
            return Err(format!("it has {count} class labels, 2 to {most} are possible").into());
        }
        match (values, names.as_slice()) {
            ([], names) => Ok(Self {
                values: (0..names.len() as i64).collect(),
                names: Some(Arc::new(names.iter().map(|&name| name.to_owned()).collect())),
            }),
            (values, []) => Ok(Self { values: values.to_vec(), names: None }),
            _ => Err("it has integer and string class labels".into()),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    /// The label of each class as an integer.
    pub(super) fn values(&self) -> Vec<i64> {
        self.values.clone()
    }

    /// Remembers what the integers of `value` stand for.
    pub(super) fn name(&self, cx: &mut Context<'_, '_>, value: Value) {
        if let Some(names) = &self.names {
            cx.name_labels(value, Arc::clone(names));
        }
    }
}

/// The first input as rows of float32 or float64; integers become float32, one row may come without its dimension.
pub(super) fn rows(cx: &mut Context<'_, '_>) -> Result<Value, Refusal> {
    let mut rows = cx.input(0)?;
    match cx.shape(rows) {
        &[_, _] => {}
        &[features] => rows = cx.emit1(Reshape { shape: vec![1, features] }, &[rows])?,
        other => return Err(format!("its input should be rows of features, it has the shape {other:?}").into()),
    }
    match cx.kind(rows).dtype {
        DType::F32 | DType::F64 => Ok(rows),
        _ => cx.emit1(Cast { to: DType::F32 }, &[rows]),
    }
}

/// [`rows`] as float32, for the operators that compute in it whatever their input is.
pub(super) fn float32_rows(cx: &mut Context<'_, '_>) -> Result<Value, Refusal> {
    let rows = rows(cx)?;
    if cx.kind(rows).dtype == DType::F32 { Ok(rows) } else { cx.emit1(Cast { to: DType::F32 }, &[rows]) }
}
