//! Places in the storage of policy and runner that have no getter, or that a question to a node assumes otherwise.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;

/// `AgentPolicy._rules`.
const RULES: u64 = 1;
/// `AgentPolicy._changes`.
const CHANGES: u64 = 2;
/// `AgentRunner._bookingCount`: number of the last booking.
pub const BOOKING_COUNT: B256 = B256::with_last_byte(4);

/// Slot of a key in the mapping at slot `index`.
pub fn of_mapping(key: B256, index: u64) -> B256 {
    keccak256((key, U256::from(index)).abi_encode())
}

/// Where `AgentPolicy` keeps when a proposed change can be enacted.
pub fn change(id: B256) -> B256 {
    of_mapping(id, CHANGES)
}

/// Where `AgentPolicy` keeps the address of the blob with a rule.
pub fn rule(account: Address, epoch: u32, target: Address, selector: [u8; 4]) -> B256 {
    let id = (account, epoch, target, alloy_primitives::FixedBytes::<4>(selector)).abi_encode();
    of_mapping(keccak256(id), RULES)
}

/// An address where a simulation puts the blob of an assumed rule: nobody can have a contract there.
pub fn stand_in(account: Address, index: usize) -> Address {
    Address::from_word(keccak256((account, U256::from(index), "assumed rule").abi_encode()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn slots_are_the_compilers() {
        let slot = |layout: &str, label: &str| {
            let layout: Value = serde_json::from_str(layout).unwrap();
            let entries = layout["storage"].as_array().unwrap().clone();
            entries.iter().find(|entry| entry["label"] == label).unwrap()["slot"].as_u64().unwrap()
        };
        let policy = include_str!("../../../contracts/snapshots/AgentPolicy.storage.json");
        let runner = include_str!("../../../contracts/snapshots/AgentRunner.storage.json");
        assert_eq!((slot(policy, "_rules"), slot(policy, "_changes")), (RULES, CHANGES));
        assert_eq!(B256::from(U256::from(slot(runner, "_bookingCount"))), BOOKING_COUNT);
    }
}
