//! Running a model.

use crate::{
    PreparedModel, ResultCache,
    abi::{self, RawTensors, Words},
    dispatch::{Frame, Inference},
    gas::{self, Meter},
    journal, l1_block,
    outcome::Stop,
    records::Completed,
    registry,
    results::{InferenceResult, ResultKey},
};
use alloy_primitives::{B256, Bytes, I256, U256, keccak256};
use alloy_sol_types::SolCall;
use praxis_contracts::{IInference, layout::RoyaltyWord};
use praxis_inference::fixed::{FixedError, MAX_DECIMALS, from_tensor, to_inputs};
use praxis_model::{DType, InputError, Plan, Tensor, TensorType, ValueInfo, encode_tensors};
use revm::context::{Block, ContextTr};
use std::sync::Arc;

impl Inference {
    /// `infer`.
    pub(crate) fn infer<CTX: ContextTr>(
        &mut self,
        context: &mut CTX,
        meter: &mut Meter,
        frame: Frame,
        model: B256,
        raw: &RawTensors<'_>,
    ) -> Result<Bytes, Stop> {
        let run = self.prepare(context, meter, model)?;
        let inputs = given_tensors(run.model.plan(), raw)?;
        let rows = run.model.plan().check_inputs(&inputs).map_err(input_error)?;
        let sizes = run.model.plan().outputs.iter().map(|info| output_size(info, rows));
        meter.charge_each(abi::tensors_len(sizes), gas::OUTPUT_BYTE_GAS)?;
        let done = run.complete(meter, frame, &inputs, rows)?;
        let result = done.result.outputs.iter().map(abi_tensor).collect::<Vec<_>>();
        self.keep(context, meter, done);
        Ok(IInference::inferCall::abi_encode_returns(&result).into())
    }

    /// `inferFixed`.
    #[expect(clippy::too_many_arguments, reason = "the ABI's four arguments after what every function takes")]
    pub(crate) fn infer_fixed<CTX: ContextTr>(
        &mut self,
        context: &mut CTX,
        meter: &mut Meter,
        frame: Frame,
        model: B256,
        output_index: U256,
        input: Words<'_>,
        decimals: u8,
    ) -> Result<Bytes, Stop> {
        if decimals > MAX_DECIMALS {
            return Err(Stop::overflow());
        }
        let run = self.prepare(context, meter, model)?;
        let plan = run.model.plan();
        let chosen = chosen_output(plan, output_index)?;
        meter.charge_each(input.len() as u64, gas::FIXED_ELEMENT_GAS)?;
        let values: Vec<I256> = input.iter().map(I256::from_raw).collect();
        let inputs = to_inputs(plan, &values, decimals).map_err(fixed_error)?;
        let rows = plan.check_inputs(&inputs).map_err(input_error)?;
        let elements = plan.outputs[chosen].tensor_type().elements().saturating_mul(u64::from(rows));
        meter.charge_each(elements, gas::FIXED_ELEMENT_GAS)?;
        meter.charge_each(abi::words_len(elements), gas::OUTPUT_BYTE_GAS)?;
        let done = run.complete(meter, frame, &inputs, rows)?;
        let output =
            done.result.outputs.get(chosen).ok_or_else(|| Stop::fault("a model gave fewer outputs than it has"))?;
        // A number that has no fixed point is no result: the inference does not complete.
        let result = from_tensor(output, decimals).map_err(fixed_error)?;
        self.keep(context, meter, done);
        Ok(IInference::inferFixedCall::abi_encode_returns(&result).into())
    }

    /// Charges for one row of the model, and for its leaves when they are cold, then finds it.
    fn prepare<CTX: ContextTr>(&mut self, context: &mut CTX, meter: &mut Meter, model: B256) -> Result<Run, Stop> {
        l1_block::check_pause(context, self.timestamp_ms)?;
        let word = registry::active(context, meter, model)?;
        let royalty = registry::royalty(context, meter, model)?;
        meter.charge(word.warm_gas)?;
        let leaves = if journal::warm(context.journal_mut(), model) { 0 } else { word.cold_gas };
        meter.charge(leaves)?;
        let prepared = match self.pinned.get(&model) {
            Some(prepared) => prepared.clone(),
            None => self.models.get(model).map_err(Stop::fault)?,
        };
        self.pinned.insert(model, prepared.clone());
        let timestamp = context.block().timestamp().saturating_to();
        let results = self.models.results.clone();
        Ok(Run { model: prepared, warm_gas: word.warm_gas, leaves_gas: leaves, royalty, timestamp, results })
    }

    fn keep<CTX: ContextTr>(&mut self, context: &mut CTX, meter: &Meter, mut done: Completed) {
        done.gas = meter.used();
        let (payee, royalty_gas) = done.royalty;
        if royalty_gas > 0 {
            let owed = self.royalties.entry(payee).or_default();
            *owed = owed.saturating_add(royalty_gas);
        }
        self.records.push(context.journal_mut(), done);
    }
}

/// A model of which one row is paid.
struct Run {
    model: Arc<PreparedModel>,
    warm_gas: u64,
    /// What was paid for its leaves: nothing when they were warm.
    leaves_gas: u64,
    royalty: RoyaltyWord,
    /// The block's, in seconds.
    timestamp: u64,
    results: Option<Arc<ResultCache>>,
}

impl Run {
    /// Charges for the other rows, the record and the royalty, then runs.
    fn complete(&self, meter: &mut Meter, frame: Frame, inputs: &[Tensor], rows: u32) -> Result<Completed, Stop> {
        meter.charge_each(u64::from(rows.saturating_sub(1)), self.warm_gas)?;
        let outputs = self.model.plan().outputs.iter().map(|info| output_size(info, rows));
        let given = inputs.iter().map(|tensor| (tensor.shape.len() as u64, tensor.data.len() as u64));
        meter.charge(gas::record_gas(canonical_len(given).saturating_add(canonical_len(outputs))))?;
        let counted = self.warm_gas.saturating_mul(rows.into()).saturating_add(self.leaves_gas);
        let royalty_gas = self.royalty.gas(counted, self.timestamp);
        meter.charge(royalty_gas)?;
        let encoded = Bytes::from(encode_tensors(inputs));
        let input_hash = keccak256(&encoded);
        Ok(Completed {
            caller: frame.caller,
            model: self.model.id(),
            input_hash,
            inputs: encoded,
            result: self.result(inputs, input_hash)?,
            royalty: (self.royalty.payee, royalty_gas),
            gas: 0,
            is_static: frame.is_static,
            reverted: false,
        })
    }

    /// Runs the model, or takes the result of the same run from before where that is allowed.
    fn result(&self, inputs: &[Tensor], input_hash: B256) -> Result<Arc<InferenceResult>, Stop> {
        let key = ResultKey { engine: self.model.plan().engine, model: self.model.id(), input_hash };
        if let Some(result) = self.results.as_ref().and_then(|results| results.get(&key)) {
            return Ok(result);
        }
        // The inputs have been checked, so even an input error would be this node's own.
        let outputs = self.model.run(inputs).map_err(Stop::fault)?;
        let encoded = Bytes::from(encode_tensors(&outputs));
        let result = Arc::new(InferenceResult { outputs, hash: keccak256(&encoded), encoded });
        if let Some(results) = &self.results {
            results.insert(key, result.clone());
        }
        Ok(result)
    }
}

/// Rank and bytes of an output of `rows` runs.
fn output_size(info: &ValueInfo, rows: u32) -> (u64, u64) {
    (info.shape.len() as u64, info.tensor_type().bytes().saturating_mul(u64::from(rows)))
}

/// Bytes of the canonical encoding of tensors of these ranks and data lengths.
fn canonical_len(tensors: impl Iterator<Item = (u64, u64)>) -> u64 {
    tensors.fold(4, |sum, (rank, bytes)| sum.saturating_add(2 + 4 * rank).saturating_add(bytes))
}

/// The caller's tensors with known element types; their fit is checked afterwards.
fn given_tensors(plan: &Plan, raw: &RawTensors<'_>) -> Result<Vec<Tensor>, Stop> {
    let (expected, given) = (plan.inputs.len(), raw.count);
    if expected != given || raw.tensors.len() != given {
        let (expected, given) = (expected as u64, given as u64);
        return Err(input_error(InputError::InputCount { expected, given }));
    }
    let tensor = |(index, (info, tensor)): (usize, (&ValueInfo, &abi::RawTensor<'_>))| {
        let dtype = DType::from_code(tensor.dtype).ok_or_else(|| {
            let (index, expected, given) = (U256::from(index), info.dtype.code(), tensor.dtype);
            Stop::error(&IInference::InputType { index, expected, given })
        })?;
        // Nothing is copied that the model cannot take.
        if TensorType::new(dtype, tensor.shape.clone()).checked_bytes().is_none() {
            let (index, expected, given) = (index as u64, info.shape.clone(), tensor.shape.clone());
            return Err(input_error(InputError::InputShape { index, expected, given }));
        }
        Ok(Tensor { dtype, shape: tensor.shape.clone(), data: tensor.data.to_vec() })
    };
    plan.inputs.iter().zip(&raw.tensors).enumerate().map(tensor).collect()
}

/// The index of a float output.
fn chosen_output(plan: &Plan, index: U256) -> Result<usize, Stop> {
    let found = usize::try_from(index).ok().and_then(|at| Some((at, plan.outputs.get(at)?)));
    let Some((at, info)) = found else {
        return Err(Stop::error(&IInference::InputCount { expected: U256::from(plan.outputs.len()), given: index }));
    };
    match info.dtype.is_float() {
        true => Ok(at),
        false => Err(not_float(at as u64, info.dtype)),
    }
}

/// `inferFixed` gives floats where the model has something else.
fn not_float(index: u64, dtype: DType) -> Stop {
    let (expected, given) = (dtype.code(), DType::F32.code());
    Stop::error(&IInference::InputType { index: U256::from(index), expected, given })
}

/// Numbers that `inferFixed` cannot convert, as the ABI's error.
fn fixed_error(error: FixedError) -> Stop {
    match error {
        FixedError::Decimals(_) => Stop::overflow(),
        FixedError::NotFloat { index, dtype } => not_float(index, dtype),
        FixedError::Count { expected, given } => input_error(InputError::InputLength { index: 0, expected, given }),
        FixedError::NotRepresentable { index } => {
            Stop::error(&IInference::NotRepresentable { index: U256::from(index) })
        }
    }
}

/// An input that does not fit, as the ABI's error.
fn input_error(error: InputError) -> Stop {
    match error {
        InputError::InputCount { expected, given } => {
            Stop::error(&IInference::InputCount { expected: U256::from(expected), given: U256::from(given) })
        }
        InputError::InputType { index, expected, given } => Stop::error(&IInference::InputType {
            index: U256::from(index),
            expected: expected.code(),
            given: given.code(),
        }),
        InputError::InputShape { index, expected, given } => {
            Stop::error(&IInference::InputShape { index: U256::from(index), expected, given })
        }
        InputError::InputLength { index, expected, given } => Stop::error(&IInference::InputLength {
            index: U256::from(index),
            expected: U256::from(expected),
            given: U256::from(given),
        }),
    }
}

pub(crate) fn abi_tensor(tensor: &Tensor) -> IInference::Tensor {
    IInference::Tensor { dtype: tensor.dtype.code(), shape: tensor.shape.clone(), data: tensor.data.clone().into() }
}
