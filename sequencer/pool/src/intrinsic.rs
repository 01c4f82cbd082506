//! Gas that a transaction costs before its first instruction.

use alloy_consensus::Transaction as _;
use praxis_primitives::Transaction;

const BASE: u64 = 21_000;
const CREATE: u64 = 32_000;
const TOKEN: u64 = 4;
const FLOOR_TOKEN: u64 = 10;
const NON_ZERO_TOKENS: u64 = 4;
const INITCODE_WORD: u64 = 2;
const ACCESS_LIST_ADDRESS: u64 = 2_400;
const ACCESS_LIST_SLOT: u64 = 1_900;
const AUTHORIZATION: u64 = 25_000;

/// The least gas limit with which the transaction is valid: the larger of its intrinsic gas (EIP-2028, 2930, 3860,
/// 7702) and the calldata floor of EIP-7623.
pub fn intrinsic_gas(tx: &Transaction) -> u64 {
    let input = tx.input();
    let zeros = input.iter().filter(|b| **b == 0).count() as u64;
    let tokens = zeros + (input.len() as u64 - zeros) * NON_ZERO_TOKENS;
    let mut gas = BASE + tokens * TOKEN;
    if tx.is_create() {
        gas += CREATE + INITCODE_WORD * (input.len() as u64).div_ceil(32);
    }
    if let Some(list) = tx.access_list() {
        gas += list.0.len() as u64 * ACCESS_LIST_ADDRESS + list.storage_keys_count() as u64 * ACCESS_LIST_SLOT;
    }
    gas += tx.authorization_list().map_or(0, |list| list.len() as u64) * AUTHORIZATION;
    gas.max(BASE + tokens * FLOOR_TOKEN)
}
