//! Conditions on a call's arguments, read off the calldata.
//!
//! Only what agents' policies are made of in practice: comparisons and allowances on parameters that are a word, beside
//! parameters that may be anything. Whatever else a tree holds is reported as not checked, never as fine.

use crate::abi::Condition;
use alloy_primitives::{Address, U256};

const MATCHES: u8 = 5;

/// What the conditions say of a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// What does not hold.
    pub(crate) broken: Option<String>,
    /// Position of an allowance and what is spent of it.
    pub(crate) spent: Vec<(usize, U256)>,
    /// The tree holds something that is not checked here.
    pub(crate) unchecked: bool,
}

/// Judges `data`, selector included.
pub(crate) fn judge(tree: &[Condition], account: Address, value: U256, data: &[u8]) -> Judged {
    let mut judged = Judged::default();
    let Some(root) = tree.first() else { return judged };
    if root.operator != MATCHES {
        judged.unchecked = true;
        return judged;
    }
    for (position, condition) in tree.iter().skip(1).enumerate() {
        if condition.parent != 0 || condition.paramType == 3 || condition.paramType == 0 {
            judged.unchecked = true;
            return judged;
        }
        let at = 4 + 32 * position;
        let Some(word) = data.get(at..at + 32).map(U256::from_be_slice) else {
            judged.broken = Some(format!("argument {position} is missing"));
            return judged;
        };
        argument(condition, position, account, value, word, &mut judged);
    }
    judged
}

fn argument(condition: &Condition, position: usize, account: Address, value: U256, word: U256, judged: &mut Judged) {
    let wanted = U256::try_from_be_slice(&condition.compValue).unwrap_or_default();
    let allowance = usize::try_from(wanted).unwrap_or(usize::MAX);
    let holds = match condition.operator {
        // Anything.
        0 => true,
        15 => word == U256::from_be_slice(account.as_slice()),
        16 if condition.paramType == 1 => word == wanted,
        17 => word > wanted,
        18 => word < wanted,
        28 => {
            judged.spent.push((allowance, word));
            true
        }
        29 => {
            judged.spent.push((allowance, value));
            true
        }
        30 => {
            judged.spent.push((allowance, U256::ONE));
            true
        }
        _ => {
            judged.unchecked = true;
            true
        }
    };
    if !holds {
        judged.broken = Some(format!("argument {position} is {word:#x}"));
    }
}
