//! EIP-7702 in the pool: accounts whose code may spend their balance.

use super::*;
use alloy_consensus::TxEip7702;
use alloy_eips::eip7702::Authorization;
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;

fn key(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

fn delegating(sender: u8, nonce: u64, authority: &PrivateKeySigner) -> RecoveredTransaction {
    let authorization = Authorization { chain_id: U256::from(CHAIN_ID), address: address(9), nonce: 0 };
    let signature = authority.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let tx = TxEip7702 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 100_000,
        max_fee_per_gas: 5 * GWEI,
        max_priority_fee_per_gas: 5 * GWEI,
        to: address(sender),
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    RecoveredTransaction::new_unchecked(tx, address(sender))
}

fn by(sender: Address, nonce: u64, fee: u128) -> RecoveredTransaction {
    let tx = TxEip1559 { to: TxKind::Call(sender), ..unsigned(nonce, fee, fee) };
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    RecoveredTransaction::new_unchecked(tx, sender)
}

#[test]
fn a_delegated_account_has_one_transaction_under_way_and_may_replace_it() {
    let mut accounts = Accounts::default();
    accounts.set_code(0, &[&[0xef, 0x01, 0x00][..], &[7; 20]].concat());
    let pool = usual_on(&accounts);
    assert!(matches!(refused(pool.add(tx(0, 1, 5))), PoolError::DelegatedGap { expected: 0, given: 1 }));
    pool.add(tx(0, 0, 5)).unwrap();
    assert!(matches!(refused(pool.add(tx(0, 1, 5))), PoolError::InflightLimit));
    pool.add(tx(0, 0, 6)).unwrap();
    accounts.set_nonce(0, 1);
    pool.update(accounts.head(), [address(0)]).unwrap();
    pool.add(tx(0, 1, 5)).unwrap();
}

#[test]
fn so_has_an_account_whose_authorization_waits() {
    let pool = usual();
    let authority = key(7);
    let first = pool.add(delegating(0, 0, &authority)).unwrap();
    pool.add(by(authority.address(), 0, 5)).unwrap();
    assert!(matches!(refused(pool.add(by(authority.address(), 1, 5))), PoolError::InflightLimit));
    pool.remove(first);
    pool.add(by(authority.address(), 1, 5)).unwrap();
    let error = refused(pool.add(delegating(0, 0, &authority)));
    assert_eq!(error.to_string(), "authority already reserved", "it has two transactions of its own");
}

#[test]
fn a_list_without_authorizations_is_refused() {
    let tx = TxEip7702 { gas_limit: 100_000, chain_id: CHAIN_ID, max_fee_per_gas: GWEI, ..TxEip7702::default() };
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    let error = refused(usual().add(RecoveredTransaction::new_unchecked(tx, address(0))));
    assert!(error.to_string().starts_with("set code tx must have at least one authorization tuple"));
}
