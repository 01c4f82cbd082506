//! Stock tract: optimised by its own rules for the machine at hand, with the kernels that it chooses.

use anyhow::{Result, anyhow, bail};
use praxis_model::{DType, Tensor};
use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceFact, InferenceModelExt, IntoRunnable, TValue, Tensor as TractTensor,
    TypedRunnableModel,
};

use super::{case::Case, engine::Engine};

/// A model with its inputs and last outputs.
pub(crate) struct Model {
    plan: std::sync::Arc<TypedRunnableModel>,
    inputs: Vec<TValue>,
    outputs: Vec<TValue>,
    order: Vec<usize>,
}

impl Model {
    /// Loads and optimises the file for the case's shapes. tract panics on some files: that is an error here.
    pub(crate) fn new(case: &Case) -> Result<Self> {
        std::panic::catch_unwind(|| Self::load(case)).unwrap_or_else(|_| bail!("it panics on this file"))
    }

    fn load(case: &Case) -> Result<Self> {
        let mut model = tract_onnx::onnx().model_for_read(&mut case.onnx.as_slice())?;
        let mut inputs = Vec::new();
        let declared: Vec<String> = model.input_outlets()?.iter().map(|at| model.node(at.node).name.clone()).collect();
        for (at, name) in declared.iter().enumerate() {
            let (_, tensor) =
                case.inputs.iter().find(|(own, _)| own == name).ok_or_else(|| anyhow!("no input {name}"))?;
            let value = to_tract(tensor)?;
            model.set_input_fact(at, InferenceFact::dt_shape(value.datum_type(), value.shape()))?;
            inputs.push(TValue::from(value));
        }
        let labels = (0..model.output_outlets()?.len()).map(|at| model.output_outlets().map(|o| o[at]));
        let labels: Vec<_> = labels.collect::<Result<_, _>>()?;
        let names: Vec<String> =
            labels.iter().map(|&outlet| model.outlet_label(outlet).unwrap_or_default().to_owned()).collect();
        let order = |name: &String| names.iter().position(|own| own == name);
        let order = case.outputs.iter().enumerate().map(|(at, output)| order(&output.name).unwrap_or(at)).collect();
        let plan = model.into_optimized()?.into_runnable()?;
        Ok(Self { plan, inputs, outputs: Vec::new(), order })
    }
}

impl Engine for Model {
    fn run(&mut self) -> Result<()> {
        // Not on a state that is kept: its recurrent layers would go on from where the last run ended.
        let inputs = self.inputs.iter().cloned().collect();
        self.outputs = self.plan.run(inputs)?.into_iter().collect();
        Ok(())
    }

    fn outputs(&self) -> Result<Vec<Option<Tensor>>> {
        self.order
            .iter()
            .map(|&at| from_tract(self.outputs.get(at).ok_or_else(|| anyhow!("no output {at}"))?))
            .collect()
    }
}

fn to_tract(tensor: &Tensor) -> Result<TractTensor> {
    let kind = match tensor.dtype {
        DType::F32 => DatumType::F32,
        DType::F64 => DatumType::F64,
        DType::I64 => DatumType::I64,
        DType::I32 => DatumType::I32,
        other => bail!("no input of {other} was expected"),
    };
    let shape: Vec<usize> = tensor.shape.iter().map(|&dim| dim as usize).collect();
    // SAFETY: the bytes are numbers of this type, as many as the shape asks for; any bits are a number.
    unsafe { TractTensor::from_raw_dt(kind, &shape, &tensor.data) }
}

/// `None` for strings and types that no vector has.
fn from_tract(value: &TValue) -> Result<Option<Tensor>> {
    let shape: Vec<u32> = value.shape().iter().map(|&dim| dim as u32).collect();
    Ok(match value.datum_type() {
        DatumType::F32 => Some(Tensor::from_f32(shape, &elements(value)?)),
        DatumType::F64 => Some(Tensor::from_f64(shape, &elements(value)?)),
        DatumType::I64 => Some(Tensor::from_i64(shape, &elements(value)?)),
        _ => None,
    })
}

fn elements<T: Datum + Copy>(value: &TValue) -> Result<Vec<T>> {
    Ok(value.to_plain_array_view::<T>()?.iter().copied().collect())
}
