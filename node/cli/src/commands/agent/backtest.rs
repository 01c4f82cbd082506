//! `praxis agent backtest`.

use super::{
    common::{in_force, read_policy},
    past::{self, RemoteState},
};
use crate::{
    args::{BacktestArgs, PricesArgs, ShapeArgs},
    client::Client,
    commands::model,
    failure::Failure,
    ui::Ui,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_agents::{
    backtest::{Backtest, PriceFile, Report, page},
    policy::Policy,
    slots,
};
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER, MODEL_REGISTRY, STRATEGY_REGISTRY},
    agents::IAgentRunner,
    layout::{ModelWord, model_slot},
};
use praxis_evm::{AccountOverride, BlockContext, InMemoryModels, ModelAccess, ModelCache, StateOverrides};
use praxis_primitives::RecoveredBlock;
use serde_json::json;
use std::{path::Path, sync::Arc};
use tokio::task;

/// Blocks that are fetched before they are executed.
const AHEAD: usize = 16;

pub(super) async fn run(args: &BacktestArgs, ui: &Ui) -> Result<(), Failure> {
    let client = Client::reader(&args.chain.rpc);
    let config = past::config(&client).await?;
    let models = past::models(&client, ui).await?;
    let assumed = assumptions(args, &client, &models, ui).await?;
    let report = match &args.prices.prices {
        Some(path) => over_prices(args, &client, config, models, assumed, path, ui).await?,
        None => over_blocks(args, &client, config, models, assumed, ui).await?,
    };
    std::fs::write(&args.output, page(&report))
        .map_err(|e| Failure::failed(format!("{} can't be written: {e}", args.output.display())))?;
    show(&report, &args.output, ui);
    ui.document(&serde_json::to_value(&report)?);
    Ok(())
}

fn access(models: InMemoryModels) -> ModelAccess {
    ModelAccess::new(Arc::new(models), Arc::new(ModelCache::default()))
}

/// The chain's blocks, executed again.
async fn over_blocks(
    args: &BacktestArgs,
    client: &Client,
    config: Arc<praxis_primitives::RollupConfig>,
    models: InMemoryModels,
    assumed: StateOverrides,
    ui: &Ui,
) -> Result<Report, Failure> {
    let last = match args.to {
        Some(to) => to,
        None => client.block_number().await?,
    };
    let first = args.from.unwrap_or(last).max(1);
    if first > last {
        return Err(Failure::usage(format!("--from {first} is after the last block, {last}")));
    }
    let owner = in_force(client, args.account).await?.owner;
    let base = RemoteState::new(client, first - 1);
    let (sender, mut blocks) = tokio::sync::mpsc::channel::<Result<RecoveredBlock, Failure>>(AHEAD);
    let reader = client.clone();
    let fetching = task::spawn(async move {
        for number in first..=last {
            let block = past::block(&reader, number).await;
            let failed = block.is_err();
            if sender.send(block).await.is_err() || failed {
                return;
            }
        }
    });
    let bar = ui.bar(last - first + 1, "blocks");
    let (account, every, booking, steps) = (args.account, args.every, args.booking, bar.clone());
    let report = task::spawn_blocking(move || -> Result<Report, Failure> {
        let spec = config.chain_spec();
        let mut backtest = Backtest::new(&spec, &base, access(models), account);
        if !assumed.is_empty() {
            backtest.assume(&assumed)?;
        }
        while let Some(block) = blocks.blocking_recv() {
            let block = block?;
            backtest.block(&block)?;
            if let (Some(every), Some(booking)) = (every, booking)
                && block.number % every == 0
            {
                // From here on the account's past is another one.
                backtest.assume(&StateOverrides::new())?;
                backtest.run(&BlockContext::at_header(&spec, block.header()), owner, booking)?;
            }
            steps.inc(1);
        }
        Ok(backtest.report())
    });
    let report = report.await?;
    fetching.abort();
    bar.finish_and_clear();
    report
}

/// A price file, on the state of one block.
pub(super) fn prices(args: &PricesArgs, path: &Path) -> Result<PriceFile, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|e| Failure::failed(format!("{} can't be read: {e}", path.display())))?;
    let file = PriceFile::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
    match args.feeds.iter().find(|feed| !file.has(&feed.column)) {
        Some(feed) => Err(Failure::usage(format!("{} has no column {:?}", path.display(), feed.column))),
        None => Ok(file),
    }
}

/// The header of a block, and a block after it at another time.
pub(super) async fn base_context(
    client: &Client,
    config: &Arc<praxis_primitives::RollupConfig>,
    number: u64,
) -> Result<BlockContext, Failure> {
    let block = past::block(client, number).await?;
    Ok(BlockContext::at_header(&config.chain_spec(), block.header()))
}

/// The context of a line of the file: lines keep their distances, and the first one comes after the base.
pub(super) fn context_at(base: &BlockContext, row: u64, offset: u64) -> BlockContext {
    let mut context = base.clone();
    context.number = base.number.saturating_add(1 + row);
    context.timestamp = base.timestamp.saturating_add(1 + offset);
    context.timestamp_ms = context.timestamp.saturating_mul(1000);
    context
}

async fn over_prices(
    args: &BacktestArgs,
    client: &Client,
    config: Arc<praxis_primitives::RollupConfig>,
    models: InMemoryModels,
    assumed: StateOverrides,
    path: &Path,
    ui: &Ui,
) -> Result<Report, Failure> {
    let booking = args.booking.ok_or_else(|| Failure::usage("--prices needs --booking: what is to be run"))?;
    let file = prices(&args.prices, path)?;
    let number = match args.from {
        Some(number) => number,
        None => client.block_number().await?,
    };
    let owner = in_force(client, args.account).await?.owner;
    let context = base_context(client, &config, number).await?;
    let base = RemoteState::new(client, number);
    let bar = ui.bar(file.times().len() as u64, "lines");
    let (account, feeds, steps) = (args.account, args.prices.feeds.clone(), bar.clone());
    let report = task::spawn_blocking(move || -> Result<Report, Failure> {
        let spec = config.chain_spec();
        let mut backtest = Backtest::new(&spec, &base, access(models), account);
        backtest.assume(&assumed)?;
        let first = file.times().next().unwrap_or_default();
        for (row, time) in file.times().enumerate() {
            let context = context_at(&context, row as u64, time - first);
            backtest.assume(&file.overrides(row, context.timestamp, &feeds))?;
            backtest.run(&context, owner, booking)?;
            steps.inc(1);
        }
        Ok(backtest.report())
    });
    let report = report.await?;
    bar.finish_and_clear();
    report
}

/// What the command line assumes: policy, strategy, models.
async fn assumptions(
    args: &BacktestArgs,
    client: &Client,
    models: &InMemoryModels,
    ui: &Ui,
) -> Result<StateOverrides, Failure> {
    let mut all = StateOverrides::new();
    if args.policy.is_some() || args.strategy.is_some() {
        let now = in_force(client, args.account).await?;
        let before = now.policy.unwrap_or_default();
        let strategy = strategy(args, client, &before).await?;
        if let Some(path) = &args.policy {
            let known = [("OWNER", now.owner.to_string()), ("STRATEGY", strategy.to_string())];
            let policy = read_policy(path, &args.set, &known)?;
            assume_policy(&mut all, args.account, now.epoch, now.blob, &before, &policy);
        }
        if let Some(other) = args.strategy {
            let code: Bytes = client.request("eth_getCode", json!([other, "latest"])).await?;
            let slot = slots::of_mapping(strategy.into_word(), 0);
            word(&mut all, STRATEGY_REGISTRY, slot, keccak256(&code));
            all.entry(strategy).or_default().code = Some(code);
        }
    }
    for (id, file) in &args.models {
        let id: B256 = id.parse().map_err(|_| Failure::usage(format!("--model: {id} is no model id")))?;
        let loaded = model::load(Path::new(file), &ShapeArgs::default(), ui)?;
        let cost = loaded.plan.validate()?;
        let slot = B256::from(model_slot(id));
        let old: U256 = client.request("eth_getStorageAt", json!([MODEL_REGISTRY, slot, "latest"])).await?;
        let old = ModelWord::decode(old);
        let length = u32::try_from(loaded.bytes.len()).map_err(|_| Failure::failed("the Plan is larger than 4 GiB"))?;
        let new = ModelWord {
            // Active from the start.
            activation_block: if old.activation_block == 0 { 1 } else { old.activation_block },
            warm_gas: cost.gas,
            cold_gas: cost.cold_gas,
            engine: loaded.plan.engine,
            length,
        };
        word(&mut all, MODEL_REGISTRY, slot, new.encode().into());
        models.insert_as(id, loaded.bytes);
    }
    Ok(all)
}

/// The strategy that the booking runs, or else the first one that the policy permits.
async fn strategy(args: &BacktestArgs, client: &Client, policy: &Policy) -> Result<Address, Failure> {
    if let Some(booking) = args.booking {
        return Ok(client.call(AGENT_RUNNER, IAgentRunner::bookedForCall { booking }).await?.strategy);
    }
    let first = policy.terms.strategies.first().copied();
    first.ok_or_else(|| Failure::usage("the account's policy permits no strategy; give --booking"))
}

fn word(all: &mut StateOverrides, address: Address, slot: B256, value: B256) {
    let account: &mut AccountOverride = all.entry(address).or_default();
    account.state_diff.insert(slot.into(), value.into());
}

fn assume_policy(
    all: &mut StateOverrides,
    account: Address,
    epoch: u32,
    blob: Address,
    before: &Policy,
    policy: &Policy,
) {
    all.entry(blob).or_default().code = Some(policy.terms_blob());
    for rule in &before.rules {
        word(all, AGENT_POLICY, slots::rule(account, epoch, rule.target, rule.selector.0), B256::ZERO);
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        let holder = slots::stand_in(account, index);
        all.entry(holder).or_default().code = Some(Policy::rule_blob(rule));
        word(all, AGENT_POLICY, slots::rule(account, epoch, rule.target, rule.selector.0), holder.into_word());
    }
}

fn show(report: &Report, path: &Path, ui: &Ui) {
    let refused: u64 = report.refused.values().sum();
    let rules: Vec<String> = report.refused.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let rows = [
        ("runs", report.runs.to_string()),
        ("runs that reverted", report.reverted.len().to_string()),
        ("actions executed", report.executed.to_string()),
        ("actions failed", report.failed.to_string()),
        ("refused", format!("{refused} {}", rules.join(", "))),
        ("gas", report.gas.to_string()),
        ("worth before", report.equity_before.to_string()),
        ("worth after", report.equity_after.to_string()),
        ("put in", report.put_in.to_string()),
        ("profit", report.profit.to_string()),
        ("drawdown", format!("{}.{:02} %", report.drawdown_bps / 100, report.drawdown_bps % 100)),
        ("decisions", report.decisions.to_string()),
        ("report", path.display().to_string()),
    ];
    ui.table(&[], rows.into_iter().map(|(name, value)| vec![name.into(), value]));
}
