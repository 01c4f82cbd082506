//! Policies as people write them, and as the chain holds them.
//!
//! [`PolicyFile`] is a TOML or JSON file; [`PolicyFile::build`] makes of it what `AgentPolicy` takes, [`PolicyFile::of`] is the
//! inverse. [`differences`] says field by field what a change would permit more or less of.

mod arguments;
mod build;
mod diff;
mod file;
pub(crate) mod of;
mod scalar;

pub use build::BuildError;
pub use diff::{Difference, Direction, differences};
pub use file::{
    AllowanceEntry, ArgumentEntry, AssetEntry, BoundEntry, CaveatEntry, ConditionEntry, ModelEntry, OutputEntry,
    PolicyFile, PolicyFileError, Requirement, RuleEntry, Stream,
};
pub use of::{allowance_name, function_name};
pub use scalar::{BadScalar, Scalar};

use alloy_primitives::Bytes;
use alloy_sol_types::SolValue;
use praxis_contracts::agents::{Rule, Terms};

/// What an account's agent may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Everything but the permitted functions.
    pub terms: Terms,
    /// The permitted functions.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// keccak256(abi.encode(Terms, Rule[])): how a listing names the policy that its author proposes.
    pub fn template(&self) -> alloy_primitives::B256 {
        alloy_primitives::keccak256((self.terms.clone(), self.rules.clone()).abi_encode_params())
    }

    /// The code of the contract that holds the terms on chain: a stop, and their encoding.
    pub fn terms_blob(&self) -> Bytes {
        blob(&self.terms.abi_encode())
    }

    /// The same of one rule.
    pub fn rule_blob(rule: &Rule) -> Bytes {
        blob(&rule.abi_encode())
    }

    /// Terms out of such a contract's code.
    pub fn terms_of_blob(code: &[u8]) -> Option<Terms> {
        Terms::abi_decode(code.get(1..)?).ok()
    }

    /// A rule out of such a contract's code.
    pub fn rule_of_blob(code: &[u8]) -> Option<Rule> {
        Rule::abi_decode(code.get(1..)?).ok()
    }
}

fn blob(data: &[u8]) -> Bytes {
    [&[0u8], data].concat().into()
}

#[cfg(test)]
mod tests;
