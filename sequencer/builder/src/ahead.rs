//! Runs pending transactions before their block is built, so that their inferences are done when it is.
//!
//! Only the results of inferences are kept, by model and input; nothing else of such a run has any effect. A result serves
//! the builder alone: what it seals is executed again, with every inference, before anybody sees it.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, TxKind};
use praxis_chain::{Chain, ChainError};
use praxis_evm::{BlockContext, CallRequest, SimulateError, StateOverrides};
use praxis_pool::{Pool, PooledTransaction};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// What a call of the precompile takes at least: its own price, a cold account and slot, a run, a record.
const LEAST_INFERENCE_GAS: u64 = 30_000;

/// How long news may gather before the pool is looked at again.
const PAUSE: Duration = Duration::from_millis(10);

/// How much is run ahead on one head.
#[derive(Debug, Clone, Copy)]
pub struct AheadLimits {
    /// Gas limits of one sender's transactions together.
    pub sender_gas: u64,
    /// Gas limits of all transactions together.
    pub total_gas: u64,
}

/// Runs ahead on one chain's pool.
pub struct AheadRunner {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    limits: AheadLimits,
    head: B256,
    /// What was run on this head; bounded by the gas limits.
    ran: BTreeSet<B256>,
    /// Gas limits spent on this head.
    spent: BTreeMap<Address, u64>,
    total: u64,
}

impl AheadRunner {
    /// With an eighth of a block for a sender, and one block in all.
    pub fn new(chain: Arc<Chain>, pool: Arc<Pool>) -> Self {
        let block = chain.head().gas_limit;
        Self::with_limits(chain, pool, AheadLimits { sender_gas: block / 8, total_gas: block })
    }

    /// With these limits.
    pub fn with_limits(chain: Arc<Chain>, pool: Arc<Pool>, limits: AheadLimits) -> Self {
        Self { chain, pool, limits, head: B256::ZERO, ran: BTreeSet::new(), spent: BTreeMap::new(), total: 0 }
    }

    /// Runs the best pending transactions that the head's state can pay for and that were not run on this head yet, within
    /// the limits. Gives how many it ran.
    ///
    /// # Errors
    /// When the node cannot read its state or compute.
    pub fn step(&mut self) -> Result<usize, ChainError> {
        let head = self.chain.head();
        if head.hash() != self.head {
            self.head = head.hash();
            self.ran.clear();
            self.spent.clear();
            self.total = 0;
        }
        // What the open block has, it has run.
        let open = self.chain.pending();
        let taken = open.iter().flat_map(|block| block.entries()).map(|(tx, _)| tx.hash());
        self.ran.extend(taken);
        let mut best = self.pool.best(self.chain.spec().base_fee_after(head.header()));
        let mut count = 0;
        let state = self.chain.state_at(head.number)?;
        let mut context = BlockContext::at_header(self.chain.spec(), head.header());
        context.number += 1;
        context.timestamp_ms += self.chain.rollup().map_or(0, |config| config.block_time_ms);
        while let Some(pooled) = best.next() {
            if self.chain.head().hash() != self.head {
                break;
            }
            if self.ran.contains(&pooled.hash()) {
                continue;
            }
            match self.admit(&pooled) {
                Admission::Run => {}
                Admission::Never => continue,
                Admission::SenderSpent => {
                    best.skip_sender();
                    continue;
                }
                Admission::AllSpent => break,
            }
            let models = self.chain.models_with_results(&state);
            let request = request(&pooled);
            let outcome =
                praxis_evm::simulate(self.chain.spec(), &context, &state, models, &request, &StateOverrides::default());
            if let Err(SimulateError::Fault(fault)) = outcome {
                return Err(ChainError::Fault { number: head.number, fault });
            }
            count += 1;
        }
        metrics::counter!("praxis_run_ahead_transactions_total").increment(count as u64);
        Ok(count)
    }

    fn admit(&mut self, pooled: &PooledTransaction) -> Admission {
        let gas = pooled.tx.gas_limit();
        if !may_infer(pooled) {
            return Admission::Never;
        }
        let sender = self.spent.entry(pooled.sender()).or_default();
        if sender.saturating_add(gas) > self.limits.sender_gas {
            return Admission::SenderSpent;
        }
        if self.total.saturating_add(gas) > self.limits.total_gas {
            return Admission::AllSpent;
        }
        *sender += gas;
        self.total += gas;
        self.ran.insert(pooled.hash());
        Admission::Run
    }
}

/// Whether a transaction can hold an inference at all.
fn may_infer(pooled: &PooledTransaction) -> bool {
    pooled.tx.gas_limit() >= LEAST_INFERENCE_GAS && !pooled.tx.input().is_empty()
}

enum Admission {
    Run,
    /// It cannot hold an inference.
    Never,
    SenderSpent,
    AllSpent,
}

/// The transaction as a call without fees: the pool has checked that its sender can pay.
fn request(pooled: &PooledTransaction) -> CallRequest {
    let tx = &pooled.tx;
    CallRequest {
        from: pooled.sender(),
        to: tx.to().map_or(TxKind::Create, TxKind::Call),
        value: tx.value(),
        data: tx.input().clone(),
        gas: Some(tx.gas_limit()),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        authorization_list: tx.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
        ..CallRequest::default()
    }
}

/// Runs ahead whenever the pool has news, until the process ends. Does nothing on a machine with a single core, where it
/// would only delay the builder.
///
/// # Errors
/// When the node cannot read its state or compute.
pub async fn run_ahead(mut runner: AheadRunner) -> Result<(), ChainError> {
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        std::future::pending::<()>().await;
    }
    let mut news = runner.pool.subscribe();
    loop {
        let mut worth = match news.recv().await {
            Ok(pooled) => may_infer(&pooled),
            Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => return Ok(()),
        };
        tokio::time::sleep(PAUSE).await;
        loop {
            match news.try_recv() {
                Ok(pooled) => worth |= may_infer(&pooled),
                Err(TryRecvError::Lagged(_)) => worth = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if !worth {
            continue;
        }
        let stepped = tokio::task::spawn_blocking(move || {
            let result = runner.step();
            (runner, result)
        });
        match stepped.await {
            Ok((back, result)) => {
                runner = back;
                match result {
                    Ok(_) => {}
                    // The head moved under the run.
                    Err(error) if !error.is_fault() => tracing::debug!(%error, "a run ahead was given up"),
                    Err(error) => return Err(error),
                }
            }
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
