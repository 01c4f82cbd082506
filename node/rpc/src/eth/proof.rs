//! `eth_getProof` (EIP-1186).

use crate::{Args, Context, Failure, args::storage_key, register::Registrar};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use jsonrpsee::server::RegisterMethodError;
use praxis_trie::{AccountProof, account_proof};
use serde::Serialize;

/// A proof of an account and of some slots.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcProof {
    address: Address,
    account_proof: Vec<Bytes>,
    balance: U256,
    code_hash: B256,
    nonce: U64,
    storage_hash: B256,
    storage_proof: Vec<RpcSlot>,
}

#[derive(Debug, Serialize)]
struct RpcSlot {
    key: String,
    value: U256,
    proof: Vec<Bytes>,
}

pub(super) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("eth_getProof", |c, args, _| get_proof(c, args))
}

fn get_proof(c: &Context, mut args: Args<'_>) -> Result<RpcProof, Failure> {
    let address: Address = args.required()?;
    let keys: Vec<String> = args.required()?;
    let id: Option<BlockId> = args.optional()?;
    if keys.len() > c.limits.proof_slots {
        let limit = c.limits.proof_slots;
        return Err(Failure::Params(format!("too many storage keys: {}, at most {limit}", keys.len())));
    }
    let slots: Vec<B256> = keys.iter().map(|key| storage_key(key)).collect::<Result<_, _>>()?;
    let words: Vec<U256> = slots.iter().map(|slot| (*slot).into()).collect();
    let state = c.state_for_proofs_of(address, id)?;
    let proof = account_proof(&state, address, &words)?;
    Ok(RpcProof::new(proof, &keys, &slots))
}

impl RpcProof {
    fn new(proof: AccountProof, keys: &[String], slots: &[B256]) -> Self {
        let account = proof.account.unwrap_or_default();
        let storage = proof.storage.into_iter().zip(keys).zip(slots);
        Self {
            address: proof.address,
            account_proof: proof.proof,
            balance: account.balance,
            code_hash: account.code_hash,
            nonce: U64::from(account.nonce),
            storage_hash: proof.storage_root,
            storage_proof: storage
                .map(|((slot, given), key)| RpcSlot { key: spelled(given, *key), value: slot.value, proof: slot.proof })
                .collect(),
        }
    }
}

/// A key comes back as it was given: as a word, or as a quantity.
fn spelled(given: &str, key: B256) -> String {
    if given.len() == 66 { key.to_string() } else { format!("{:#x}", U256::from_be_bytes(key.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_given() {
        let word = B256::from(U256::from(5));
        assert_eq!(spelled("0x5", word), "0x5");
        assert_eq!(spelled("0x05", word), "0x5");
        assert_eq!(spelled(&word.to_string(), word), word.to_string());
    }

    #[test]
    fn an_absent_account_has_the_empty_code_hash() {
        let proof = AccountProof {
            address: Address::ZERO,
            account: None,
            storage_root: praxis_trie::EMPTY_ROOT_HASH,
            proof: vec![],
            storage: vec![],
        };
        let json = serde_json::to_value(RpcProof::new(proof, &[], &[])).unwrap();
        assert_eq!(json["codeHash"], serde_json::to_value(alloy_consensus::constants::KECCAK_EMPTY).unwrap());
        assert_eq!(json["storageHash"], serde_json::to_value(praxis_trie::EMPTY_ROOT_HASH).unwrap());
        assert_eq!(json["nonce"], "0x0");
    }
}
