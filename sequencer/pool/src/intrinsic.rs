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

/// What the transaction costs before its first instruction (EIP-2028, 2930, 3860, 7702).
pub fn intrinsic_gas(tx: &Transaction) -> u64 {
    let input = tx.input();
    let mut gas = BASE + tokens(input) * TOKEN;
    if tx.is_create() {
        gas += CREATE + INITCODE_WORD * (input.len() as u64).div_ceil(32);
    }
    if let Some(list) = tx.access_list() {
        gas += list.0.len() as u64 * ACCESS_LIST_ADDRESS + list.storage_keys_count() as u64 * ACCESS_LIST_SLOT;
    }
    gas + tx.authorization_list().map_or(0, |list| list.len() as u64) * AUTHORIZATION
}

/// What the transaction pays for its data at least, whatever it does (EIP-7623).
pub fn floor_gas(tx: &Transaction) -> u64 {
    BASE + tokens(tx.input()) * FLOOR_TOKEN
}

fn tokens(input: &[u8]) -> u64 {
    let zeros = input.iter().filter(|b| **b == 0).count() as u64;
    zeros + (input.len() as u64 - zeros) * NON_ZERO_TOKENS
}
