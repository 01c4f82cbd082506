//! Transactions that survive a restart.

use super::*;
use alloy_consensus::Transaction as _;
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use std::path::Path;

fn signed(key: u8, nonce: u64, fee: u128) -> RecoveredTransaction {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(key)).unwrap();
    let tx = unsigned(nonce, fee, fee);
    let signature = signer.sign_hash_sync(&tx.signature_hash()).unwrap();
    RecoveredTransaction::new_unchecked(Transaction::Ethereum(tx.into_signed(signature).into()), signer.address())
}

fn open(path: &Path, accounts: &Accounts) -> Pool {
    Pool::open(config(PoolLimits::default()), accounts.head(), path).unwrap()
}

fn held(pool: &Pool) -> Vec<(Address, u64, B256)> {
    let (pending, queued) = pool.content();
    let mut all: Vec<_> = pending.iter().chain(&queued).map(|tx| (tx.sender(), tx.tx.nonce(), tx.hash())).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_restarted_pool_has_what_is_still_valid_in_the_same_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pool.log");
    let pool = open(&path, &Accounts::default());
    for (key, nonce, fee) in [(3, 0, 5), (1, 0, 5), (2, 0, 5), (1, 1, 9), (2, 4, 5), (3, 0, 8)] {
        pool.add(signed(key, nonce, fee)).unwrap();
    }
    let (before, order) = (held(&pool), pool.best(0).hashes());
    drop(pool);
    let pool = open(&path, &Accounts::default());
    assert_eq!((held(&pool), pool.best(0).hashes()), (before.clone(), order));
    assert_eq!(pool.status().queued, 1);
    drop(pool);

    let mut accounts = Accounts::default();
    let used = signed(1, 0, 5);
    accounts.0.insert(used.signer(), Account { nonce: 1, ..rich() });
    let pool = open(&path, &accounts);
    assert_eq!(held(&pool), before.into_iter().filter(|(.., hash)| *hash != used.hash()).collect::<Vec<_>>());
}

#[test]
fn a_torn_end_loses_only_what_was_being_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pool.log");
    let pool = open(&path, &Accounts::default());
    pool.add(signed(1, 0, 5)).unwrap();
    pool.add(signed(2, 0, 5)).unwrap();
    drop(pool);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let pool = open(&path, &Accounts::default());
    assert_eq!(pool.best(0).hashes(), [signed(1, 0, 5).hash()]);
    pool.add(signed(2, 0, 5)).unwrap();
    drop(pool);
    assert_eq!(open(&path, &Accounts::default()).status().pending, 2);
}

#[test]
fn the_file_is_rewritten_when_most_of_it_is_waste() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pool.log");
    let pool = open(&path, &Accounts::default());
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let mut fee = 10_000;
    for _ in 0..40 {
        fee += fee / 5;
        let tx = TxEip1559 {
            input: vec![0; 120_000].into(),
            gas_limit: 3_000_000,
            max_fee_per_gas: fee,
            max_priority_fee_per_gas: fee,
            ..unsigned(0, 0, 0)
        };
        let signature = signer.sign_hash_sync(&tx.signature_hash()).unwrap();
        let tx = Transaction::Ethereum(tx.into_signed(signature).into());
        pool.add(RecoveredTransaction::new_unchecked(tx, signer.address())).unwrap();
    }
    let before = std::fs::metadata(&path).unwrap().len();
    pool.tidy_journal().unwrap();
    let after = std::fs::metadata(&path).unwrap().len();
    let held = held(&pool);
    assert!(before > 4 << 20 && after < 200_000, "{before} to {after}");
    drop(pool);
    assert_eq!(self::held(&open(&path, &Accounts::default())), held);
}
