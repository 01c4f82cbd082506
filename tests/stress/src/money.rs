//! Ether and royalties, to the wei.

use crate::run::Market;
use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::SolEvent;
use praxis_audit::{Frame, Record};
use praxis_chain::Chain;
use praxis_contracts::{
    addresses::{BASE_FEE_VAULT, L1_FEE_VAULT, MODEL_REGISTRY, OPERATOR_FEE_VAULT, SCHEDULER, SEQUENCER_FEE_VAULT},
    layout::{ModelWord, model_slot},
    scheduler::IScheduler,
};
use praxis_primitives::{Receipt, StateReader};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who gets the royalties of the models that have one. Nobody else pays it.
pub(crate) const LICENSOR: Address = address!("0x00000000000000000000000000000000beef0003");
/// The royalty, in ten-thousandths of an inference's counted gas.
pub(crate) const ROYALTY_BPS: u16 = 1_250;

/// The royalties of a run in wei, counted in three ways.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Royalties {
    /// Out of the chain's inference records: each one's share of the gas that the registry counts for it, at its call's price.
    pub metered: U256,
    /// What the Scheduler says of its calls.
    pub said: U256,
    /// What the payee holds.
    pub received: U256,
}

impl Royalties {
    /// Whether there are any and all three are equal.
    pub fn agree(&self) -> bool {
        !self.metered.is_zero() && self.metered == self.said && self.metered == self.received
    }
}

/// Counts the royalties of the whole chain. `licensed` are the models that have one.
pub(crate) fn royalties(market: &Market, licensed: &[B256]) -> Royalties {
    let chain = market.driver.world.sequencer.chain();
    let head = chain.head().number;
    let state = chain.state_at(head).expect("the head's state");
    let mut gas = BTreeMap::new();
    for model in licensed {
        let word = state.storage(MODEL_REGISTRY, model_slot(*model)).expect("readable");
        gas.insert(*model, ModelWord::decode(word));
    }
    let received = state.account(LICENSOR).expect("readable").unwrap_or_default().balance;
    let mut counted = Royalties { received, ..Royalties::default() };
    for number in 1..=head {
        let receipts = chain.db().receipts(number).expect("readable").expect("a block's receipts");
        let mut owed: BTreeMap<u32, u64> = BTreeMap::new();
        let mut warm = BTreeSet::new();
        for entry in chain.db().inferences(number).expect("readable").unwrap_or_default() {
            let Some(word) = gas.get(&entry.record.model) else { continue };
            // A transaction's first inference of a model pays for its leaves.
            let is_cold = warm.insert((entry.record.transaction_index, entry.record.model));
            let work = word.warm_gas + if is_cold { word.cold_gas } else { 0 };
            *owed.entry(entry.record.transaction_index).or_default() += work * u64::from(ROYALTY_BPS) / 10_000;
        }
        for (index, receipt) in receipts.iter().enumerate() {
            let Some(ran) = ran(receipt) else { continue };
            let index = u32::try_from(index).expect("few transactions");
            counted.metered += U256::from(owed.remove(&index).unwrap_or_default()) * ran.price;
            counted.said += ran.royalty;
        }
        assert!(owed.is_empty(), "block {number}: only scheduled calls ask models here");
    }
    counted
}

fn ran(receipt: &Receipt) -> Option<IScheduler::Ran> {
    let mut logs = receipt.logs.iter().filter(|log| log.address == SCHEDULER);
    logs.find_map(|log| IScheduler::Ran::decode_log(log).ok()).map(|log| log.data)
}

/// Ether at genesis, and ether at the head in all accounts that genesis or a trace names. Nothing is minted or withdrawn in a run.
pub(crate) fn ether(chain: &Chain, record: &Record) -> (U256, U256) {
    let alloc = &chain.spec().genesis.alloc;
    let at_first = alloc.values().map(|account| account.balance).sum();
    let mut holders: BTreeSet<Address> = alloc.keys().copied().collect();
    holders.extend([LICENSOR, BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT, SEQUENCER_FEE_VAULT]);
    for transaction in record.blocks.iter().flat_map(|block| &block.transactions) {
        name(&transaction.result, &mut holders);
    }
    for number in 0..=chain.head().number {
        let header = chain.db().header(number).expect("readable").expect("a block's header");
        holders.insert(header.beneficiary);
    }
    let state = chain.state_at(chain.head().number).expect("the head's state");
    let held = |holder: &Address| state.account(*holder).expect("readable").unwrap_or_default().balance;
    (at_first, holders.iter().map(held).sum())
}

fn name(frame: &Frame, holders: &mut BTreeSet<Address>) {
    holders.insert(frame.from);
    holders.extend(frame.to);
    frame.calls.iter().for_each(|inner| name(inner, holders));
}
