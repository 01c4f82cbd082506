//! Deployment of the L1 contracts.

mod params;
mod plan;

pub use params::{BadParams, SettlementParams, SystemParams};
pub use plan::DeploymentPlan;

use crate::{BlockTag, L1Client, L1Error, PendingTx, TxError, TxManager};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use praxis_contracts::settlement::{GAME_TYPE, IAnchorStateRegistry, IDisputeGameFactory};
use std::collections::VecDeque;

/// A deployment that failed. Running it again goes on where it stopped, unless the error says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// A transaction was not included.
    #[error("deploying the L1 contracts: {0}")]
    Transaction(#[from] TxError),
    /// L1 cannot be read.
    #[error("deploying the L1 contracts: {0}")]
    L1(#[from] L1Error),
    /// The plan's delays do not protect what they are for.
    #[error(transparent)]
    Params(#[from] BadParams),
    /// The account sent something else, so later contracts can't stand where the plan has them.
    #[error(
        "the account {deployer} sent other transactions since this deployment began: its nonce is {nonce}, and {what}; begin \
         a new deployment"
    )]
    Disturbed {
        /// The account that deploys.
        deployer: Address,
        /// Its next nonce.
        nonce: u64,
        /// What contradicts the plan.
        what: String,
    },
    /// Everything is included, yet L1 says something else than the plan.
    #[error("after the deployment, {what} is {found}, expected {expected}: do not use these contracts")]
    Differs {
        /// What was asked.
        what: &'static str,
        /// What L1 says.
        found: String,
        /// What the plan says.
        expected: String,
    },
}

/// Sends the steps of `plan` that L1 does not have yet and waits until all are included; `progress` hears how many of how many
/// are, and what is waited for.
///
/// # Errors
/// When a transaction cannot be sent or reverts, the account was used for something else meanwhile, or the result is not what
/// the plan says.
pub async fn deploy_contracts(
    client: &L1Client,
    manager: &TxManager,
    plan: &DeploymentPlan,
    mut progress: impl FnMut(usize, usize, &str),
) -> Result<(), DeployError> {
    plan.settlement.check()?;
    let steps = plan.steps();
    let (count, done) = (steps.len(), steps_done(client, plan, &steps).await?);
    let mut pending: VecDeque<(String, PendingTx)> = VecDeque::new();
    for step in steps.iter().skip(done) {
        pending.push_back((step.request.label.clone(), manager.send(step.request.clone()).await?));
    }
    while let Some((label, sent)) = pending.pop_front() {
        progress(count - pending.len() - 1, count, &label);
        sent.included().await?;
    }
    progress(count, count, "done");
    for step in &steps {
        if let Some(address) = step.creates
            && client.code(address).await?.is_empty()
        {
            return Err(disturbed(plan, plan.first_nonce, &format!("nothing stands at {address}")));
        }
    }
    check_result(client, plan).await
}

/// How many steps L1 has.
async fn steps_done(client: &L1Client, plan: &DeploymentPlan, steps: &[plan::Step]) -> Result<usize, DeployError> {
    let nonce = client.nonce(plan.deployer, false).await?;
    let Some(used) = nonce.checked_sub(plan.first_nonce) else {
        return Err(disturbed(plan, nonce, &format!("it began at {}", plan.first_nonce)));
    };
    let used = usize::try_from(used).unwrap_or(usize::MAX);
    if used > steps.len() {
        return Err(disturbed(plan, nonce, &format!("there are only {} steps", steps.len())));
    }
    for step in &steps[..used] {
        if let Some(address) = step.creates
            && client.code(address).await?.is_empty()
        {
            return Err(disturbed(plan, nonce, &format!("{} left nothing at {address}", step.request.label)));
        }
    }
    Ok(used)
}

fn disturbed(plan: &DeploymentPlan, nonce: u64, what: &str) -> DeployError {
    DeployError::Disturbed { deployer: plan.deployer, nonce, what: what.into() }
}

/// The last steps leave no code: what they did is asked for.
async fn check_result(client: &L1Client, plan: &DeploymentPlan) -> Result<(), DeployError> {
    let contracts = DeploymentPlan::contracts(plan.deployer, plan.first_nonce);
    let Some((head, _)) = client.head(BlockTag::Latest).await? else { return Ok(()) };
    let factory = contracts.dispute_game_factory;
    let owner = client.read(factory, &IDisputeGameFactory::ownerCall {}, head.hash).await?;
    expect("the factory's owner", owner, contracts.timelock)?;
    let game = client.read(factory, &IDisputeGameFactory::gameImplsCall { gameType: GAME_TYPE }, head.hash).await?;
    expect("the factory's kind of claim", game, contracts.output_game)?;
    let bond = client.read(factory, &IDisputeGameFactory::initBondsCall { gameType: GAME_TYPE }, head.hash).await?;
    expect("the bond of a claim", bond, plan.settlement.claim_bond)?;
    let anchor =
        client.read(contracts.anchor_state_registry, &IAnchorStateRegistry::getAnchorRootCall {}, head.hash).await?;
    expect::<B256>("the first output root", anchor.root, plan.genesis_output)
}

fn expect<T: PartialEq + std::fmt::Display>(what: &'static str, found: T, expected: T) -> Result<(), DeployError> {
    if found == expected {
        return Ok(());
    }
    Err(DeployError::Differs { what, found: found.to_string(), expected: expected.to_string() })
}

impl L1Client {
    /// Asks a contract on the state of the block with this hash.
    ///
    /// # Errors
    /// When L1 cannot be read, the call reverts, or there is no such contract.
    pub async fn read<C: SolCall>(&self, contract: Address, call: &C, block: B256) -> Result<C::Return, L1Error> {
        let answer = self.call(contract, call.abi_encode().into(), block).await?;
        C::abi_decode_returns(&answer).map_err(|_| {
            let name = C::SIGNATURE.split('(').next().unwrap_or_default();
            self.rpc
                .not_found(format!("a contract that answers {name} at {contract}: check the rollup configuration's l1"))
        })
    }
}
