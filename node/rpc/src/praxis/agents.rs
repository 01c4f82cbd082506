//! Agents: `praxis_getAgent` and `praxis_getAgentActions`.

use super::Number;
use crate::{
    Args, Context, Failure,
    eth::{CallInput, LogQuery, run_call},
    gate::Deadline,
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_rpc_types_eth::{Filter, TransactionRequest};
use alloy_sol_types::SolCall;
use praxis_agents::{
    abi::{IErc721, IRunnerInside},
    log::{self, Happened},
    policy::{Policy, PolicyFile},
};
use praxis_contracts::{
    addresses::{AGENT_MARKET, AGENT_POLICY, AGENT_RUNNER, ERC8004_IDENTITY},
    agents::IAgentPolicy,
    market::{IAgentMarket, IIdentityRegistry},
};
use serde::{Deserialize, Serialize};

/// What is meant: an account, or a number in the identity registry.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Which {
    Account(Address),
    Id(U256),
}

/// An agent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub(super) enum RpcAgent {
    /// By its account.
    Account(Box<RpcAccount>),
    /// By its ERC-8004 identity.
    Identity(RpcIdentity),
}

/// An agent's account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcAccount {
    account: Address,
    owner: Address,
    epoch: U64,
    /// Seconds since 1970; 0: not paused.
    paused_until: U64,
    revoked: bool,
    /// The terms in force as a policy file has them, without rules; none where it is revoked.
    terms: Option<PolicyFile>,
    units: U256,
    /// Highest value per unit, 18 decimals.
    mark: U256,
}

/// An agent's identity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcIdentity {
    agent_id: U256,
    owner: Address,
    uri: String,
    wallet: Address,
    bond: U256,
    /// When the bond can be had back, seconds since 1970; 0: no notice was given.
    bond_ready_at: U256,
}

/// `praxis_getAgent(id)`: `None` where there is none.
pub(super) fn get(c: &Context, mut args: Args<'_>) -> Result<Option<RpcAgent>, Failure> {
    let which: Which = args.required()?;
    let at: Option<BlockId> = args.optional()?;
    match which {
        Which::Account(account) => Ok(account_of(c, at, account)?.map(|a| RpcAgent::Account(Box::new(a)))),
        Which::Id(id) => Ok(identity(c, at, id)?.map(RpcAgent::Identity)),
    }
}

fn ask<C: SolCall>(c: &Context, at: Option<BlockId>, to: Address, call: C) -> Result<C::Return, Failure> {
    let request = TransactionRequest::default().to(to).input(Bytes::from(call.abi_encode()).into());
    let outcome = run_call(c, CallInput::new(c, request, at, None, None)?)?;
    C::abi_decode_returns(&outcome.output)
        .map_err(|error| Failure::Fault(format!("{} at {to} gave something else: {error}", C::SIGNATURE)))
}

fn account_of(c: &Context, at: Option<BlockId>, account: Address) -> Result<Option<RpcAccount>, Failure> {
    let owner = ask(c, at, AGENT_POLICY, IAgentPolicy::ownerOfCall { account })?;
    if owner == Address::ZERO {
        return Ok(None);
    }
    let state = ask(c, at, AGENT_POLICY, IAgentPolicy::stateOfCall { account })?;
    let revoked = state.terms == Address::ZERO;
    let terms = match revoked {
        true => None,
        false => {
            let terms = ask(c, at, AGENT_POLICY, IAgentPolicy::termsOfCall { account })?;
            Some(PolicyFile::of(&Policy { terms, rules: Vec::new() }))
        }
    };
    let counted = ask(c, at, AGENT_RUNNER, IRunnerInside::accountOfCall { account })?;
    Ok(Some(RpcAccount {
        account,
        owner,
        epoch: U64::from(state.epoch),
        paused_until: U64::from(state.pausedUntil),
        revoked,
        terms,
        units: counted.units,
        mark: counted.mark,
    }))
}

fn identity(c: &Context, at: Option<BlockId>, id: U256) -> Result<Option<RpcIdentity>, Failure> {
    // The registry reverts where there is no such agent.
    let owner = match ask(c, at, ERC8004_IDENTITY, IErc721::ownerOfCall { id }) {
        Ok(owner) => owner,
        Err(Failure::Reverted { .. }) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let bond = ask(c, at, AGENT_MARKET, IAgentMarket::bondOfCall { agentId: id })?;
    Ok(Some(RpcIdentity {
        agent_id: id,
        owner,
        uri: ask(c, at, ERC8004_IDENTITY, IErc721::tokenURICall { id })?,
        wallet: ask(c, at, ERC8004_IDENTITY, IIdentityRegistry::getAgentWalletCall { agentId: id })?,
        bond: bond.amount,
        bond_ready_at: bond.readyAt,
    }))
}

/// A page of an account's history.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Page {
    /// First block.
    from: Number,
    /// Entries; the last block's are given whole.
    limit: Option<Number>,
}

/// What happened, and where.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcAction {
    block_number: U64,
    transaction_hash: Option<B256>,
    log_index: Option<U64>,
    #[serde(flatten)]
    happened: Happened,
}

/// A page of an account's history.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcActions {
    actions: Vec<RpcAction>,
    /// From which block to ask for more; none at the head.
    next: Option<U64>,
}

/// `praxis_getAgentActions(account, {from, limit})`: what the account did and what its policy refused, oldest first. One answer looks
/// at a bounded number of blocks, so it may be empty and still name a next one.
pub(super) fn actions(c: &Context, mut args: Args<'_>, deadline: Deadline) -> Result<RpcActions, Failure> {
    let account: Address = args.required()?;
    let page: Page = args.optional()?.unwrap_or_default();
    let limit = page.limit.map_or(c.limits.page as u64, Number::get).clamp(1, c.limits.page as u64) as usize;
    let filter = Filter::new().address(log::SOURCES.to_vec()).topic1(account.into_word());
    let query = LogQuery::new(filter)?;
    let view = c.view()?;
    let (from, head) = (page.from.get(), view.heads.head.number);
    let last = head.min(from.saturating_add(c.limits.log_blocks.saturating_sub(1)));
    let mut found = Vec::new();
    for number in from..=last {
        deadline.check()?;
        let Some(header) = view.reader.header(number)? else { break };
        if !query.may_match(header.logs_bloom) {
            continue;
        }
        let Some((block, receipts)) = view.block_and_receipts(BlockId::number(number))? else { break };
        let here: Vec<_> = query.select(&block, &receipts, false).filter_map(action).collect();
        if !found.is_empty() && found.len() + here.len() > limit {
            return Ok(RpcActions { actions: found, next: Some(U64::from(number)) });
        }
        found.extend(here);
    }
    Ok(RpcActions { actions: found, next: (last < head).then(|| U64::from(last + 1)) })
}

fn action(log: alloy_rpc_types_eth::Log) -> Option<RpcAction> {
    let (_, happened) = log::read(&log.inner)?;
    Some(RpcAction {
        block_number: U64::from(log.block_number.unwrap_or_default()),
        transaction_hash: log.transaction_hash,
        log_index: log.log_index.map(U64::from),
        happened,
    })
}
