//! What the agents' contracts revert with, by name.

use crate::log::rule_name;
use alloy_primitives::B256;
use alloy_sol_types::{Revert, SolError, SolInterface};
use praxis_contracts::{
    agents::{IAgentPolicy, IAgentRunner, IStrategyRegistry},
    market::{IAgentMarket, IIdentityRegistry, IReputationRegistry, IValidationRegistry, IVerifierHub},
    scheduler::IScheduler,
};

/// The error in what a call reverted with, as people read it; `None` where it is none of these contracts'.
pub fn name(data: &[u8]) -> Option<String> {
    named_field(data)
        .or_else(|| shown::<IAgentPolicy::IAgentPolicyErrors>(data))
        .or_else(|| shown::<IAgentRunner::IAgentRunnerErrors>(data))
        .or_else(|| shown::<IStrategyRegistry::IStrategyRegistryErrors>(data))
        .or_else(|| shown::<IAgentMarket::IAgentMarketErrors>(data))
        .or_else(|| shown::<IScheduler::ISchedulerErrors>(data))
        .or_else(|| shown::<IIdentityRegistry::IIdentityRegistryErrors>(data))
        .or_else(|| shown::<IReputationRegistry::IReputationRegistryErrors>(data))
        .or_else(|| shown::<IValidationRegistry::IValidationRegistryErrors>(data))
        .or_else(|| shown::<IVerifierHub::IVerifierHubErrors>(data))
        .or_else(|| Revert::abi_decode(data).ok().map(|revert| revert.reason))
}

/// Errors that name a field by a short text.
fn named_field(data: &[u8]) -> Option<String> {
    let text = |field: B256| rule_name(field);
    if let Ok(e) = IAgentPolicy::BadTerms::abi_decode(data) {
        return Some(format!("the policy's field {:?} is out of range (BadTerms)", text(e.field)));
    }
    if let Ok(e) = IAgentPolicy::NotTighter::abi_decode(data) {
        return Some(format!("the new terms permit more in {:?}: propose them (NotTighter)", text(e.field)));
    }
    if let Ok(e) = IAgentRunner::Refused::abi_decode(data) {
        return Some(format!("refused by the rule {:?}, by {}", text(e.rule), e.margin));
    }
    if let Ok(e) = IScheduler::BadPlan::abi_decode(data) {
        return Some(format!("the plan's field {:?} is out of range (BadPlan)", text(e.field)));
    }
    let e = IAgentMarket::BadOffer::abi_decode(data).ok()?;
    Some(format!("the offer's field {:?} is out of range (BadOffer)", text(e.field)))
}

/// An error by its name and fields.
fn shown<E: SolInterface + std::fmt::Debug>(data: &[u8]) -> Option<String> {
    let error = E::abi_decode(data).ok()?;
    let text = format!("{error:?}");
    // The variant of the list of errors, and in brackets the error itself.
    let inner = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(&text);
    Some(inner.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, U256};

    #[test]
    fn errors_have_names() {
        let mut field = B256::ZERO;
        field[..5].copy_from_slice(b"delay");
        let text = name(&IAgentPolicy::NotTighter { field }.abi_encode()).unwrap();
        assert!(text.contains("\"delay\"") && text.contains("NotTighter"), "{text}");
        let text = name(&IAgentMarket::NotHirer { caller: Address::ZERO }.abi_encode()).unwrap();
        assert!(text.starts_with("NotHirer"), "{text}");
        let text = name(&IAgentRunner::NeedGas { gas: U256::from(7) }.abi_encode()).unwrap();
        assert!(text.contains("NeedGas") && text.contains('7'), "{text}");
        assert_eq!(name(&[1, 2, 3, 4]), None);
    }
}
