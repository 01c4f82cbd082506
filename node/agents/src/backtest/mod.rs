//! A strategy over a chain's past or over a file of prices, by the node's own executor and the chain's own contracts.
//!
//! [`Backtest`] executes blocks of the chain again, or makes runs at prices that a file gives ([`PriceFile`]), and keeps what the account did.
//! Nothing is modelled: what is different from the past is what the caller assumed (another policy, strategy or model). Without an
//! assumption every block must give its own header's receipts again.

mod html;
mod prices;
mod report;

pub use html::page;
pub use prices::{PriceFeed, PriceFile, PriceFileError, stand_in_code};
pub use report::{Report, Step};

use crate::log::{self, DecisionDigest, Happened};
use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{Address, Log, Signature, TxKind, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    addresses::{AGENT_POLICY, AGENT_RUNNER},
    agents::{AssetTerms, IAgentPolicy, IAgentRunner},
};
use praxis_evm::{
    BlockContext, BlockExecutor, CallRequest, CallStatus, ExecuteError, ExecutionOutput, LayeredState, ModelAccess,
    SimulateError, StateOverrides, receipts_root, simulate,
};
use praxis_primitives::{ChainSpec, Fault, RecoveredBlock, RecoveredTransaction, StateReader, Transaction};
use report::Keeper;

/// Gas of a run that a backtest makes itself.
const RUN_GAS: u64 = 25_000_000;

/// Why a backtest stopped.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// The past could not be read, or not be computed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The same block gave something else than the chain says, though nothing was assumed.
    #[error("block {number} gives other receipts than the chain's: the node lies, or this build executes differently")]
    Differs {
        /// The block.
        number: u64,
    },
    /// A transaction of the chain cannot be executed, though nothing was assumed.
    #[error("block {number}: {reason}")]
    Invalid {
        /// The block.
        number: u64,
        /// Why.
        reason: String,
    },
}

impl From<ExecuteError> for BacktestError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Fault(fault) => Self::Fault(fault),
            ExecuteError::Invalid(reason) => Self::Fault(Fault::new(reason)),
        }
    }
}

impl From<SimulateError> for BacktestError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Fault(fault) => Self::Fault(fault),
            SimulateError::Invalid(reason) => Self::Fault(Fault::new(reason)),
        }
    }
}

/// What an account holds, and what that is worth.
#[derive(Debug, Clone, Default)]
struct Sample {
    assets: Vec<Address>,
    balances: Vec<U256>,
    /// Worth of 10^18 smallest units; none where no price can be trusted now.
    prices: Vec<Option<U256>>,
}

/// What is kept of one account.
struct Kept {
    account: Address,
    digest: DecisionDigest,
    keeper: Keeper,
}

impl Kept {
    fn new(account: Address) -> Self {
        Self { account, digest: DecisionDigest::default(), keeper: Keeper::default() }
    }

    fn is_run(&self, log: &Log) -> bool {
        log.topics().get(1) == Some(&self.account.into_word()) && log::is_of_run(log)
    }

    /// What the account did in a block, and the gas of the transactions in which it did.
    fn read(&mut self, parts: &[Part<'_>]) -> (Vec<Happened>, u64) {
        let (mut events, mut gas) = (Vec::new(), 0);
        for part in parts {
            let runs: Vec<&Log> = part.logs.iter().filter(|log| self.is_run(log)).collect();
            if !runs.is_empty() {
                gas += part.gas;
            }
            for log in runs {
                self.digest.add(self.account, log);
                events.extend(log::read(log).map(|(_, happened)| happened));
            }
        }
        (events, gas)
    }
}

/// A transaction of a block: its gas and its logs.
struct Part<'a> {
    gas: u64,
    logs: &'a [Log],
}

/// A backtest on its way.
pub struct Backtest<'a> {
    spec: &'a ChainSpec,
    state: LayeredState<'a>,
    models: ModelAccess,
    /// The account that it is about, which is always there, and others beside it.
    kept: Vec<Kept>,
    assumed: bool,
    skipped: u64,
}

impl<'a> Backtest<'a> {
    /// A backtest of `account` that begins on the state `base`.
    pub fn new(spec: &'a ChainSpec, base: &'a dyn StateReader, models: ModelAccess, account: Address) -> Self {
        Self {
            spec,
            state: LayeredState::new(base),
            models,
            kept: vec![Kept::new(account)],
            assumed: false,
            skipped: 0,
        }
    }

    /// Keeps what this account does too: the blocks are executed once for all.
    #[must_use]
    pub fn beside(mut self, account: Address) -> Self {
        self.kept.push(Kept::new(account));
        self
    }

    /// Makes assumptions true, from here on. Blocks are then no longer compared with their headers.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn assume(&mut self, overrides: &StateOverrides) -> Result<(), Fault> {
        self.assumed = true;
        self.state.assume(overrides)
    }

    fn models(&self) -> ModelAccess {
        ModelAccess {
            store: self.models.store.clone(),
            cache: self.models.cache.clone(),
            results: self.models.results.clone(),
        }
    }

    /// Executes a block of the chain. Scheduled calls are those that the state demands here, which are the block's own where nothing
    /// was assumed.
    ///
    /// # Errors
    /// When the state can't be read, or, without assumptions, the block gives something else than its header says.
    pub fn block(&mut self, block: &RecoveredBlock) -> Result<(), BacktestError> {
        let context = BlockContext::at_header(self.spec, block.header());
        let (output, skipped) = self.execute(&context, block)?;
        let same = output.gas_used == block.gas_used && receipts_root(&output.receipts).0 == block.receipts_root;
        if !self.assumed && (skipped > 0 || !same) {
            return Err(BacktestError::Differs { number: block.number });
        }
        self.skipped += skipped;
        let mut before = 0;
        let receipts = output.receipts.clone();
        let parts: Vec<Part<'_>> = receipts
            .iter()
            .map(|receipt| {
                let gas = receipt.cumulative_gas_used - before;
                before = receipt.cumulative_gas_used;
                Part { gas, logs: &receipt.logs }
            })
            .collect();
        self.keep(&context, &parts, output)
    }

    fn execute(&self, context: &BlockContext, block: &RecoveredBlock) -> Result<(ExecutionOutput, u64), BacktestError> {
        let mut executor = BlockExecutor::new(self.spec, context.clone(), &self.state, self.models());
        executor.apply_pre_block()?;
        let all: Vec<_> = block.transactions_recovered().collect();
        for tx in all.iter().filter(|tx| tx.inner().is_deposit() && !tx.inner().is_scheduled()) {
            executor.execute_ref(*tx)?;
        }
        while let Some(tx) = executor.scheduled()? {
            executor.execute(&tx)?;
        }
        let mut skipped = 0;
        for tx in all.iter().filter(|tx| !tx.inner().is_deposit()) {
            match executor.execute_ref(*tx) {
                Ok(_) => {}
                // In a changed past somebody may lack the ether for what he did.
                Err(ExecuteError::Invalid(_)) if self.assumed => skipped += 1,
                Err(ExecuteError::Invalid(reason)) => {
                    return Err(BacktestError::Invalid { number: block.number, reason: reason.to_string() });
                }
                Err(ExecuteError::Fault(fault)) => return Err(fault.into()),
            }
        }
        Ok((executor.finish()?, skipped))
    }

    /// Runs a booking in the block `context`, started by `by`, who pays no gas. A run that reverts changes nothing and is counted.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn run(&mut self, context: &BlockContext, by: Address, booking: U256) -> Result<(), BacktestError> {
        let call = IAgentRunner::runCall { booking };
        let tx = unsigned(self.spec, by, AGENT_RUNNER, call.abi_encode(), RUN_GAS.min(context.gas_limit));
        let (outcome, output) = {
            let mut executor = BlockExecutor::simulating(self.spec, context.clone(), &self.state, self.models(), false);
            let outcome = executor.simulate(&tx, false)?;
            (outcome, executor.finish_transactions()?)
        };
        if outcome.status != CallStatus::Success {
            let reason = crate::errors::name(&outcome.output).unwrap_or_else(|| format!("{:?}", outcome.status));
            self.kept.iter_mut().for_each(|kept| kept.keeper.reverted(context.number, reason.clone()));
            return Ok(());
        }
        self.keep(context, &[Part { gas: outcome.gas_used, logs: &outcome.logs }], output)
    }

    /// Takes over what a block changed, and notes what the accounts did in it.
    fn keep(
        &mut self,
        context: &BlockContext,
        parts: &[Part<'_>],
        output: ExecutionOutput,
    ) -> Result<(), BacktestError> {
        let mut acted = Vec::new();
        for index in 0..self.kept.len() {
            let (events, gas) = self.kept[index].read(parts);
            if !events.is_empty() {
                acted.push((index, events, gas, self.sample(context, self.kept[index].account)?));
            }
        }
        self.state.apply(output.diff);
        for (index, events, gas, before) in acted {
            let after = self.sample(context, self.kept[index].account)?;
            self.kept[index].keeper.step(context.number, context.timestamp, gas, events, &before, &after);
        }
        Ok(())
    }

    fn sample(&self, context: &BlockContext, account: Address) -> Result<Sample, BacktestError> {
        let terms = self.call(context, AGENT_POLICY, IAgentPolicy::termsOfCall { account })?.unwrap_or_default();
        let mut sample = Sample::default();
        for AssetTerms { token, valuer, .. } in terms.assets {
            let balance = match token == Address::ZERO {
                true => self.state.account(account)?.unwrap_or_default().balance,
                false => self.call(context, token, crate::abi::IErc20::balanceOfCall { account })?.unwrap_or_default(),
            };
            let price = match valuer == Address::ZERO {
                true => Some(U256::ZERO),
                false => self.call(context, valuer, crate::abi::IValuer::priceCall {})?,
            };
            sample.assets.push(token);
            sample.balances.push(balance);
            sample.prices.push(price);
        }
        Ok(sample)
    }

    /// A question to a contract; `None` where it reverts or answers something else.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn call<C: SolCall>(
        &self,
        context: &BlockContext,
        to: Address,
        call: C,
    ) -> Result<Option<C::Return>, BacktestError> {
        let request = CallRequest { to: TxKind::Call(to), data: call.abi_encode().into(), ..CallRequest::default() };
        let none = StateOverrides::default();
        let outcome = simulate(self.spec, context, &self.state, self.models(), &request, &none)?;
        if outcome.status != CallStatus::Success {
            return Ok(None);
        }
        Ok(C::abi_decode_returns(&outcome.output).ok())
    }

    /// The report so far.
    pub fn report(&self) -> Report {
        self.report_of(&self.kept[0])
    }

    /// The reports so far, of the account first and then of those beside it, in the order in which they were named.
    pub fn reports(&self) -> Vec<Report> {
        self.kept.iter().map(|kept| self.report_of(kept)).collect()
    }

    fn report_of(&self, kept: &Kept) -> Report {
        let mut report = kept.keeper.report(kept.account);
        report.decisions = kept.digest.finish();
        report.assumed = self.assumed;
        report.skipped = self.skipped;
        report
    }
}

/// A transaction that nobody signed and that pays for no gas.
fn unsigned(spec: &ChainSpec, from: Address, to: Address, input: Vec<u8>, gas_limit: u64) -> RecoveredTransaction {
    let tx = TxEip1559 {
        chain_id: spec.chain_id,
        nonce: 0,
        gas_limit,
        max_fee_per_gas: 0,
        max_priority_fee_per_gas: 0,
        to: TxKind::Call(to),
        value: U256::ZERO,
        access_list: Default::default(),
        input: input.into(),
    };
    let signature = Signature::new(U256::ZERO, U256::ZERO, false);
    RecoveredTransaction::new_unchecked(Transaction::Ethereum(tx.into_signed(signature).into()), from)
}
