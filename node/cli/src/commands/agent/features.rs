//! `praxis agent features`: what the chain would have asked a model, to train it on the same numbers.

use super::{
    backtest::{base_context, context_at, prices},
    past::{self, RemoteState},
};
use crate::{args::FeaturesArgs, client::Client, commands::model::write_tensors, failure::Failure, ui::Ui};
use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolCall;
use praxis_agents::backtest::Backtest;
use praxis_contracts::agents::IStrategy;
use praxis_evm::{InMemoryModels, ModelAccess, ModelCache};
use praxis_model::{DType, Tensor, ValueInfo};
use serde_json::json;
use std::{path::Path, sync::Arc};

/// Bytes of all tensors of one file.
const MAX_BYTES: usize = 1 << 30;

/// Rows as they come: the same tensors each time, laid one below the other.
#[derive(Default)]
struct Rows {
    times: Vec<i64>,
    models: Vec<B256>,
    inputs: Vec<Tensor>,
    skipped: u64,
}

pub(super) async fn run(args: &FeaturesArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let rows = match &args.prices.prices {
        Some(path) => over_prices(args, &client, path, ui).await?,
        None => over_blocks(args, &client, ui).await?,
    };
    let count = rows.times.len();
    if count == 0 {
        return Err(Failure::failed(format!("`features` reverted each time ({} times)", rows.skipped)));
    }
    let (skipped, models) = (rows.skipped, rows.models.clone());
    let (names, tensors) = rows.stacked();
    write_tensors(&args.output, &names, &tensors)?;
    let table = names
        .iter()
        .zip(&tensors)
        .map(|(name, tensor)| vec![name.name.clone(), tensor.dtype.name().to_string(), format!("{:?}", tensor.shape)]);
    ui.table(&["array", "type", "shape"], table);
    ui.line(format!("{count} rows in {}; at {skipped} places `features` reverted", args.output.display()));
    let shapes: Vec<_> = names
        .iter()
        .zip(&tensors)
        .map(|(n, t)| json!({ "name": n.name, "dtype": t.dtype.name(), "shape": t.shape }))
        .collect();
    ui.document(
        &json!({ "rows": count, "skipped": skipped, "models": models, "arrays": shapes, "output": args.output }),
    );
    Ok(())
}

async fn over_blocks(args: &FeaturesArgs, client: &Client, ui: &Ui) -> Result<Rows, Failure> {
    let last = match args.to {
        Some(to) => to,
        None => client.block_number().await?,
    };
    let first = args.from.unwrap_or(last);
    if first > last {
        return Err(Failure::usage(format!("--from {first} is after the last block, {last}")));
    }
    let step = usize::try_from(args.every).unwrap_or(usize::MAX);
    let bar = ui.bar((last - first) / args.every + 1, "blocks");
    let mut rows = Rows::default();
    let data = Bytes::from(IStrategy::featuresCall { context: args.context.clone() }.abi_encode());
    for number in (first..=last).step_by(step) {
        let call = json!([{ "to": args.strategy, "input": data }, format!("{number:#x}")]);
        match client.request::<Bytes>("eth_call", call).await {
            Ok(output) => rows.add(number, &decode(&output, args.strategy)?)?,
            Err(_) => rows.skipped += 1,
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(rows)
}

fn decode(output: &[u8], strategy: Address) -> Result<IStrategy::featuresReturn, Failure> {
    IStrategy::featuresCall::abi_decode_returns(output)
        .map_err(|e| Failure::failed(format!("`features` of {strategy} gave something else than its ABI says: {e}")))
}

async fn over_prices(args: &FeaturesArgs, client: &Client, path: &Path, ui: &Ui) -> Result<Rows, Failure> {
    let file = prices(&args.prices, path)?;
    let number = match args.from {
        Some(number) => number,
        None => client.block_number().await?,
    };
    let config = past::config(client).await?;
    let context = base_context(client, &config, number).await?;
    let base = RemoteState::new(client, number);
    let bar = ui.bar(file.times().len() as u64, "lines");
    let (strategy, given, feeds, steps) = (args.strategy, args.context.clone(), args.prices.feeds.clone(), bar.clone());
    let rows = tokio::task::spawn_blocking(move || -> Result<Rows, Failure> {
        let spec = config.chain_spec();
        let models = ModelAccess::new(Arc::new(InMemoryModels::default()), Arc::new(ModelCache::default()));
        let mut backtest = Backtest::new(&spec, &base, models, Address::ZERO);
        let (mut rows, first) = (Rows::default(), file.times().next().unwrap_or_default());
        for (row, time) in file.times().enumerate() {
            let context = context_at(&context, row as u64, time - first);
            backtest.assume(&file.overrides(row, context.timestamp, &feeds))?;
            match backtest.call(&context, strategy, IStrategy::featuresCall { context: given.clone() })? {
                Some(asked) => rows.add(time, &asked)?,
                None => rows.skipped += 1,
            }
            steps.inc(1);
        }
        Ok(rows)
    });
    let rows = rows.await?;
    bar.finish_and_clear();
    rows
}

impl Rows {
    fn add(&mut self, at: u64, asked: &IStrategy::featuresReturn) -> Result<(), Failure> {
        if self.times.is_empty() {
            for input in &asked.inputs {
                let dtype = DType::from_code(input.dtype).ok_or_else(|| {
                    Failure::failed(format!("`features` gave the unknown element type {}", input.dtype))
                })?;
                self.inputs.push(Tensor { dtype, shape: input.shape.clone(), data: Vec::new() });
            }
        }
        let same = self.inputs.len() == asked.inputs.len()
            && self.inputs.iter().zip(&asked.inputs).all(|(a, b)| a.dtype.code() == b.dtype && a.shape == b.shape);
        if !same {
            return Err(Failure::failed(format!(
                "at {at} `features` gave other shapes than before: they can't be one array"
            )));
        }
        for (all, input) in self.inputs.iter_mut().zip(&asked.inputs) {
            let count = input.shape.iter().try_fold(all.dtype.size(), |n, d| n.checked_mul(*d as usize));
            if count != Some(input.data.len()) {
                return Err(Failure::failed(format!(
                    "at {at} `features` gave a tensor whose data does not fill its shape"
                )));
            }
            if all.data.len() + input.data.len() > MAX_BYTES {
                return Err(Failure::failed(format!("the arrays have more than {MAX_BYTES} bytes: take fewer blocks")));
            }
            all.data.extend_from_slice(&input.data);
        }
        self.times.push(i64::try_from(at).unwrap_or(i64::MAX));
        if !self.models.contains(&asked.model) {
            self.models.push(asked.model);
        }
        Ok(())
    }

    /// One array per input, with a leading dimension of the rows, and `at`: block or time of each row.
    fn stacked(self) -> (Vec<ValueInfo>, Vec<Tensor>) {
        let count = u32::try_from(self.times.len()).unwrap_or(u32::MAX);
        let at = Tensor {
            dtype: DType::I64,
            shape: vec![count],
            data: self.times.iter().flat_map(|time| time.to_le_bytes()).collect(),
        };
        let stack = |mut tensor: Tensor| {
            tensor.shape.insert(0, count);
            tensor
        };
        let tensors: Vec<Tensor> = std::iter::once(at).chain(self.inputs.into_iter().map(stack)).collect();
        let name = |index: usize| if index == 0 { "at".to_owned() } else { format!("input_{}", index - 1) };
        let infos = tensors.iter().enumerate();
        let infos = infos.map(|(i, t)| ValueInfo { name: name(i), dtype: t.dtype, shape: t.shape.clone() });
        (infos.collect(), tensors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use praxis_contracts::agents::Tensor as AbiTensor;

    fn asked(shape: &[u32], data: &[f32]) -> IStrategy::featuresReturn {
        let data: Vec<u8> = data.iter().flat_map(|value| value.to_le_bytes()).collect();
        let tensor = AbiTensor { dtype: 1, shape: shape.to_vec(), data: data.into() };
        IStrategy::featuresReturn { model: B256::ZERO, inputs: vec![tensor] }
    }

    #[test]
    fn rows_become_one_array() {
        let mut rows = Rows::default();
        rows.add(5, &asked(&[1, 2], &[1.0, 2.0])).unwrap();
        rows.add(6, &asked(&[1, 2], &[3.0, 4.0])).unwrap();
        assert!(rows.add(7, &asked(&[2], &[3.0, 4.0])).is_err());
        assert!(rows.add(7, &asked(&[1, 2], &[3.0])).is_err());
        let (names, tensors) = rows.stacked();
        assert_eq!((names[0].name.as_str(), names[1].name.as_str()), ("at", "input_0"));
        assert_eq!((&tensors[0].shape, &tensors[1].shape), (&vec![2], &vec![2, 1, 2]));
        assert_eq!(tensors[1].data[8..12], 3.0f32.to_le_bytes());
    }
}
