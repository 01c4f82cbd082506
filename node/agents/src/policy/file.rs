//! The policy file.

use super::Scalar;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A policy as people write it. Numbers may be text; allowances are named, and other fields use their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// How long a change that permits more has to wait.
    pub delay: Option<Scalar>,
    /// Last moment in which the agent acts.
    pub expiry: Option<Scalar>,
    /// Hours of the day (UTC) in which it acts; without it, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<u8>>,
    /// Actions per run, at most 32.
    pub max_actions: Option<u8>,
    /// Most gas that one action declares.
    pub action_gas: Option<Scalar>,
    /// Most gas that all actions of a run declare.
    pub run_gas: Option<Scalar>,
    /// How far the value per unit may fall below its highest; without it, any.
    pub drawdown: Option<Scalar>,
    /// An action that lets more value out needs the owner's approval; without it, none does.
    pub approval_above: Option<Scalar>,
    /// Allowance that counts actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// Allowance that sums losses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<String>,
    /// Allowance that sums wei of gas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<String>,
    /// Allowance that sums wei of royalties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub royalty: Option<String>,
    /// Allowance that sums wei of market fees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Strategies that may run.
    #[serde(default)]
    pub strategies: Vec<String>,
    /// Who starts runs besides owner and Scheduler.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<String>,
    /// Who pauses besides the owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guardians: Vec<String>,
    /// Off-chain keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// What runs out.
    #[serde(default, rename = "allowance", skip_serializing_if = "Vec::is_empty")]
    pub allowances: Vec<AllowanceEntry>,
    /// What may move.
    #[serde(default, rename = "asset", skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetEntry>,
    /// Models that may decide.
    #[serde(default, rename = "model", skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelEntry>,
    /// Functions that may be called.
    #[serde(default, rename = "rule", skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleEntry>,
}

/// Something that runs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowanceEntry {
    /// Its name in this file.
    pub name: String,
    /// Its number on chain, which keeps its usage when terms change; without it, its place counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// What a full bucket holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Scalar>,
    /// In what time an empty bucket refills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Scalar>,
    /// Most that ever passes; without it, any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<Scalar>,
    /// What flows in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Stream>,
}

/// An allowance that flows in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// What is there at the start.
    pub initial: Scalar,
    /// What each second adds.
    pub per_second: Scalar,
    /// When it starts.
    pub start: Scalar,
}

/// An asset that may move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetEntry {
    /// Its contract, or `ether`.
    pub token: String,
    /// Contract that tells its price; without it, it is worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valuer: Option<String>,
    /// Most that leaves in one action.
    pub per_action: Scalar,
    /// Allowance that its outflow spends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<String>,
}

/// A model that may decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Its id.
    pub id: String,
    /// Bounds on its outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<BoundEntry>,
}

/// A bound on one element of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundEntry {
    /// Which output.
    #[serde(default)]
    pub tensor: u8,
    /// Which element of it.
    #[serde(default)]
    pub element: u32,
    /// Least value.
    pub low: Scalar,
    /// Largest value.
    pub high: Scalar,
}

/// A function that may be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// The contract, or the recipient of ether.
    pub target: String,
    /// `transfer(address,uint256)`, four bytes, or `ether` for plain ether.
    pub function: String,
    /// How much less value may come in than goes out; without it, nothing may be lost. `100%` makes it a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slippage: Option<Scalar>,
    /// Whether ether may go along.
    #[serde(default)]
    pub sends_value: bool,
    /// Contract that is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_policy: Option<String>,
    /// What is required of each argument of the function, in order. Not together with `conditions`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<ArgumentEntry>,
    /// The flat tree itself, where `arguments` does not reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionEntry>,
    /// Contracts that are called before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<CaveatEntry>,
}

/// What is required of one argument: `"any"`, `"account"` for the account itself, or one requirement by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ArgumentEntry {
    /// `"any"` or `"account"`.
    Word(String),
    /// `{ equal = … }`, `{ above = … }`, `{ below = … }`, `{ allowance = "name" }`, `{ one_of = […] }`, `{ every = … }`.
    Required(Box<Requirement>),
}

/// One requirement; exactly one field is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// This value. Of bytes and text, the keccak256 of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equal: Option<Scalar>,
    /// More than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Scalar>,
    /// Less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Scalar>,
    /// Spends this allowance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<String>,
    /// One of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Scalar>>,
    /// Each element of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<ArgumentEntry>,
    /// Near an output of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputEntry>,
}

/// An argument that follows an output: within `tolerance` of output * `scale`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputEntry {
    /// Which output.
    #[serde(default)]
    pub tensor: u8,
    /// Which element of it.
    #[serde(default)]
    pub element: u32,
    /// What an output of 1 stands for, in the argument's unit.
    pub scale: Scalar,
    /// Largest distance, relative to output * scale.
    pub tolerance: Scalar,
}

/// A node of the tree as the contract has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionEntry {
    /// Index of the parent.
    pub parent: u8,
    /// `none`, `static`, `dynamic`, `tuple`, `array`, `calldata` or `abi-encoded`.
    pub kind: String,
    /// Zodiac Roles' number of the operator, or its name in lower case with dashes.
    pub operator: Scalar,
    /// Hexadecimal.
    #[serde(default)]
    pub value: String,
}

/// A contract that is called before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaveatEntry {
    /// Its address.
    pub enforcer: String,
    /// What it is given, hexadecimal.
    #[serde(default)]
    pub terms: String,
}

/// Why a policy file is none.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFileError {
    /// It uses a name that has no value.
    #[error("the policy file uses ${{{0}}}, which has no value: give --set {0}=VALUE")]
    Unset(String),
    /// It is no TOML.
    #[error("the policy file is not valid TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// It is no JSON.
    #[error("the policy file is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It cannot be written.
    #[error("the policy cannot be written as TOML: {0}")]
    Write(#[from] toml::ser::Error),
}

impl PolicyFile {
    /// Reads a file: JSON where it begins with a brace, else TOML. `${NAME}` stands for a value of `names`.
    ///
    /// # Errors
    /// When a name has no value, or the text has another form.
    pub fn parse(text: &str, names: &BTreeMap<String, String>) -> Result<Self, PolicyFileError> {
        let text = substitute(text, names)?;
        if text.trim_start().starts_with('{') {
            return Ok(serde_json::from_str(&text)?);
        }
        Ok(toml::from_str(&text)?)
    }

    /// As TOML.
    ///
    /// # Errors
    /// Never for what [`Self::parse`] or [`Self::of`] gave.
    pub fn to_toml(&self) -> Result<String, PolicyFileError> {
        Ok(toml::to_string(self)?)
    }
}

fn substitute(text: &str, names: &BTreeMap<String, String>) -> Result<String, PolicyFileError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${")
        && let Some((name, later)) = after.split_once('}')
    {
        out.push_str(before);
        out.push_str(names.get(name).ok_or_else(|| PolicyFileError::Unset(name.to_owned()))?);
        rest = later;
    }
    out.push_str(rest);
    Ok(out)
}
