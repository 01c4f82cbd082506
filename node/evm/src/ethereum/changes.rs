//! What an Ethereum block changes besides its transactions.

use crate::{BlockContext, ExecuteError, evm::BlockEvm, system};
use alloy_eips::{
    eip6110::DEPOSIT_REQUEST_TYPE,
    eip7002::{WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_TYPE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_TYPE},
    eip7685::Requests,
};
use alloy_evm::{
    block::calc,
    eth::{
        dao_fork::{DAO_HARDFORK_ACCOUNTS, DAO_HARDFORK_BENEFICIARY},
        eip6110::accumulate_deposits_from_receipts,
    },
};
use alloy_primitives::{Address, Bytes};
use praxis_contracts::addresses::SYSTEM_ADDRESS;
use praxis_primitives::{EthereumRules, Fault, Fork, Receipt};

/// Moves the DAO's ether, in the block where that happens (EIP-779).
pub(crate) fn before_transactions(
    rules: &EthereumRules,
    context: &BlockContext,
    evm: &mut BlockEvm<'_>,
) -> Result<(), Fault> {
    if rules.forks.dao_block() != Some(context.number) {
        return Ok(());
    }
    let drained = evm.drain(DAO_HARDFORK_ACCOUNTS)?;
    evm.credit([(DAO_HARDFORK_BENEFICIARY, drained)])
}

/// Credits miners and withdrawals, then collects the requests to the beacon chain (EIP-7685).
pub(crate) fn after_transactions(
    rules: &EthereumRules,
    context: &BlockContext,
    evm: &mut BlockEvm<'_>,
    receipts: &[Receipt],
) -> Result<Requests, ExecuteError> {
    evm.credit(credits(rules, context))?;
    if context.fork < Fork::Prague {
        return Ok(Requests::default());
    }
    requests(rules, evm, receipts)
}

/// Who is credited how many wei: miner and uncles' miners under proof of work, and withdrawals. Zeros are left out.
fn credits(rules: &EthereumRules, context: &BlockContext) -> Vec<(Address, u128)> {
    let mut credits = Vec::new();
    let reward = context.fork.block_reward();
    if rules.rewards && reward > 0 {
        let ommers = &context.ethereum.ommers;
        for ommer in ommers {
            credits.push((ommer.beneficiary, calc::ommer_reward(reward, context.number, ommer.number)));
        }
        credits.push((context.beneficiary, calc::block_reward(reward, ommers.len())));
    }
    for withdrawal in &context.ethereum.withdrawals {
        let wei = withdrawal.amount_wei().saturating_to::<u128>();
        if wei > 0 {
            credits.push((withdrawal.address, wei));
        }
    }
    summed(credits)
}

/// One sum for each address, in ascending order: crediting takes an address's balance once.
fn summed(credits: Vec<(Address, u128)>) -> Vec<(Address, u128)> {
    let mut sums = std::collections::BTreeMap::<Address, u128>::new();
    for (address, wei) in credits {
        let sum = sums.entry(address).or_default();
        *sum = sum.saturating_add(wei);
    }
    sums.into_iter().collect()
}

/// Deposits (EIP-6110), withdrawal requests (EIP-7002) and consolidations (EIP-7251). A chain whose genesis lacks one of the
/// contracts goes without it.
fn requests(rules: &EthereumRules, evm: &mut BlockEvm<'_>, receipts: &[Receipt]) -> Result<Requests, ExecuteError> {
    let mut deposits = Vec::new();
    accumulate_deposits_from_receipts(rules.deposit_contract, receipts, &mut deposits)
        .map_err(|error| Fault::new(format!("a log of the deposit contract is no deposit: {error}")))?;
    let mut requests = Requests::default();
    if !deposits.is_empty() {
        requests.push_request_with_type(DEPOSIT_REQUEST_TYPE, deposits);
    }
    let contracts = [
        (WITHDRAWAL_REQUEST_TYPE, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS),
        (CONSOLIDATION_REQUEST_TYPE, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS),
    ];
    for (kind, contract) in contracts {
        if evm.has_code(contract)? {
            let (data, _) = evm.system_call(SYSTEM_ADDRESS, contract, Bytes::new(), system::GAS)?;
            if !data.is_empty() {
                requests.push_request_with_type(kind, data);
            }
        }
    }
    Ok(requests)
}
