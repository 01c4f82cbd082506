//! Access lists and authorizations, which most transactions have not.

use super::Budget;
use crate::batch::{
    BatchDecodeError,
    cell::Column,
    dictionary::{AddressReader, AddressWriter},
    fields::{Delegation, Fields, Kind},
    number::{get_number, get_u64, put_number},
    sections::{Input, Section, Sections},
};
use alloy_eips::eip2930::AccessListItem;
use alloy_primitives::{B256, U256};

/// What an address of an access list takes of the budget.
const ADDRESS_BYTES: u64 = 20;
/// What a storage key takes of the budget.
const KEY_BYTES: u64 = 32;
/// What an authorization takes of the budget: its signature and its address.
const DELEGATION_BYTES: u64 = 84;

pub(super) fn put(out: &mut Sections, transactions: &[Fields], addresses: &mut AddressWriter) {
    let mut keys = Column::default();
    for tx in transactions {
        if tx.kind.lists() {
            out.varint(Section::Lists, tx.access_list.len() as u64);
        }
        for item in &tx.access_list {
            addresses.put(out, item.address);
            out.varint(Section::Lists, item.storage_keys.len() as u64);
            item.storage_keys.iter().for_each(|key| keys.put(out, addresses, (*key).into()));
        }
        if tx.kind.form() == Kind::EIP7702 {
            out.varint(Section::Lists, tx.delegations.len() as u64);
        }
        for delegation in &tx.delegations {
            put_number(out, delegation.chain_id);
            addresses.put(out, delegation.address);
            put_number(out, U256::from(delegation.nonce));
        }
    }
}

/// Reads them. Every item takes a byte of some section at least, so no loop is longer than the input.
pub(super) fn get(
    input: &mut Input<'_>,
    transactions: &mut [Fields],
    addresses: &mut AddressReader,
    budget: &mut Budget,
) -> Result<(), BatchDecodeError> {
    let mut keys = Column::default();
    for tx in transactions {
        let items = if tx.kind.lists() { input.varint(Section::Lists)? } else { 0 };
        if tx.kind.lists() && items == 0 {
            return Err(BatchDecodeError::Zero("an access list"));
        }
        for _ in 0..items {
            budget.take(ADDRESS_BYTES)?;
            let (address, ..) = addresses.get(input)?;
            let mut storage_keys = Vec::new();
            for _ in 0..input.varint(Section::Lists)? {
                budget.take(KEY_BYTES)?;
                storage_keys.push(B256::from(keys.get(input, addresses)?));
            }
            tx.access_list.push(AccessListItem { address, storage_keys });
        }
        let delegations = if tx.kind.form() == Kind::EIP7702 { input.varint(Section::Lists)? } else { 0 };
        for _ in 0..delegations {
            budget.take(DELEGATION_BYTES)?;
            let chain_id = get_number(input)?;
            let (address, ..) = addresses.get(input)?;
            let nonce = get_u64(input, "the nonce of an authorization")?;
            tx.delegations.push(Delegation { chain_id, address, nonce, signature: [0; super::SIGNATURE_BYTES] });
        }
    }
    Ok(())
}
