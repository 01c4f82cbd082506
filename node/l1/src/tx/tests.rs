use super::{PendingTx, TxError, TxManager, TxManagerConfig, TxRequest};
use crate::{blob_sidecar, fake::FakeL1, parse_key};
use alloy_consensus::{Transaction as _, Typed2718};
use alloy_eips::eip7594::BlobTransactionSidecarEip7594;
use alloy_primitives::{Address, Bytes, U256};
use praxis_derive::blob::encode_blob;
use std::{future::Future, sync::OnceLock, time::Duration};

const INBOX: Address = Address::repeat_byte(0xFF);
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn start(fake: &FakeL1) -> TxManager {
    spawn(fake).0
}

fn spawn(fake: &FakeL1) -> (TxManager, tokio::task::JoinHandle<()>) {
    let config = TxManagerConfig {
        poll_interval: Duration::from_millis(5),
        resubmission_timeout: Duration::from_millis(150),
        max_backoff: Duration::from_millis(40),
        max_in_flight: 3,
        ..TxManagerConfig::default()
    };
    TxManager::spawn(fake.client(), parse_key("batcher", KEY).unwrap(), 1, config)
}

async fn send(manager: &TxManager, byte: u8) -> PendingTx {
    manager.send(TxRequest::data("a batch", INBOX, vec![byte].into())).await.unwrap()
}

/// Waits until `condition` holds, a few seconds at most.
async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what).await.expect("in time")
}

fn mined(fake: &FakeL1) -> Vec<Bytes> {
    fake.state().blocks.iter().flat_map(|b| &b.transactions).map(|tx| tx.input().clone()).collect()
}

#[tokio::test]
async fn requests_are_included_in_order_and_no_more_in_flight_than_allowed() {
    let fake = FakeL1::start().await;
    let manager = start(&fake);
    let mut pending = Vec::new();
    for byte in 0..5 {
        pending.push(send(&manager, byte).await);
    }
    until("three are in the mempool", || fake.state().mempool.len() == 3).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(fake.state().mempool.len(), 3);
    fake.mine();
    until("the other two are", || fake.state().mempool.len() == 2).await;
    fake.mine();
    for (number, tx) in [1, 1, 1, 2, 2].into_iter().zip(pending) {
        assert_eq!(soon(tx.included()).await.unwrap().block.number, number);
    }
    assert_eq!(mined(&fake), (0..5).map(|b| Bytes::from(vec![b])).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_fee_that_is_too_low_rises_strictly_above_the_threshold_until_it_is_enough() {
    let fake = FakeL1::start().await;
    fake.state().min_fee = 6_000_000_000;
    let manager = start(&fake);
    let tx = send(&manager, 1).await;
    until("the fee has risen", || fake.state().mempool.get(&0).is_some_and(|tx| tx.max_fee_per_gas() >= 6_000_000_000))
        .await;
    let sent = fake.state().sent.len();
    assert!((4..8).contains(&sent), "{sent}");
    fake.mine();
    assert_eq!(soon(tx.included()).await.unwrap().block.number, 1);
}

#[tokio::test]
async fn an_outage_delays_and_loses_nothing() {
    let fake = FakeL1::start().await;
    let manager = start(&fake);
    let first = send(&manager, 1).await;
    until("the first is in the mempool", || fake.state().mempool.len() == 1).await;
    fake.state().down = true;
    let second = send(&manager, 2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    fake.mine();
    fake.state().down = false;
    assert_eq!(soon(first.included()).await.unwrap().block.number, 1);
    until("the second is in the mempool", || fake.state().mempool.len() == 1).await;
    fake.mine();
    assert_eq!(soon(second.included()).await.unwrap().block.number, 2);
    assert_eq!(mined(&fake).len(), 2, "nothing was sent twice");
}

#[tokio::test]
async fn a_reorg_brings_included_transactions_back() {
    let fake = FakeL1::start().await;
    let manager = start(&fake);
    let first = send(&manager, 1).await;
    until("it is in the mempool", || fake.state().mempool.len() == 1).await;
    fake.mine();
    soon(first.included()).await.unwrap();
    fake.reorg();
    assert!(mined(&fake).is_empty());
    let second = send(&manager, 2).await;
    until("both are in the mempool", || fake.state().mempool.len() == 2).await;
    fake.mine();
    soon(second.included()).await.unwrap();
    assert_eq!(mined(&fake), [Bytes::from(vec![1]), Bytes::from(vec![2])]);
}

#[tokio::test]
async fn a_nonce_that_someone_else_used_is_replaced() {
    let fake = FakeL1::start().await;
    let (ours, theirs) = (start(&fake), start(&fake));
    let other = send(&theirs, 9).await;
    until("theirs is in the mempool", || fake.state().mempool.len() == 1).await;
    fake.state().min_fee = u128::MAX;
    let tx = send(&ours, 1).await;
    // Ours replaces theirs or stays outside; whichever is mined, both are in the end.
    tokio::time::sleep(Duration::from_millis(50)).await;
    fake.state().min_fee = 0;
    let both = async {
        let miner = async {
            loop {
                fake.mine();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = miner => unreachable!(),
            results = async { (tx.included().await, other.included().await) } => results,
        }
    };
    let (ours, theirs) = soon(both).await;
    assert!(ours.is_ok() && theirs.is_ok(), "{ours:?} {theirs:?}");
    let mut all = mined(&fake);
    all.sort();
    assert_eq!(all, [Bytes::from(vec![1]), Bytes::from(vec![9])]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_with_account_and_amounts() {
    let fake = FakeL1::start().await;
    let manager = start(&fake);
    fake.state().balance = U256::from(1_000);
    let error = soon(send(&manager, 1).await.included()).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, TxError::InsufficientBalance { .. }), "{text}");
    assert!(text.contains(&manager.address().to_string()) && text.contains("0.000000000000001000"), "{text}");

    fake.state().balance = U256::from(10u128.pow(18));
    fake.state().refuse = Some("execution reverted: too early");
    let call = TxRequest::call("a claim", INBOX, Bytes::new());
    let error = soon(manager.send(call).await.unwrap().included()).await.unwrap_err();
    assert!(matches!(&error, TxError::WouldRevert { reason, .. } if reason.contains("too early")), "{error}");

    let error = soon(send(&manager, 1).await.included()).await.unwrap_err();
    assert!(matches!(error, TxError::Rejected { .. }), "{error}");

    fake.state().refuse = None;
    let tx = send(&manager, 2).await;
    until("it is in the mempool", || fake.state().mempool.len() == 1).await;
    fake.state().fail_next = true;
    fake.mine();
    assert!(matches!(soon(tx.included()).await, Err(TxError::Reverted { .. })));
}

/// Proofs take long: one sidecar serves all tests.
fn sidecar() -> BlobTransactionSidecarEip7594 {
    static MADE: OnceLock<BlobTransactionSidecarEip7594> = OnceLock::new();
    MADE.get_or_init(|| blob_sidecar(&[encode_blob(&[5; 1000]).unwrap()]).unwrap()).clone()
}

async fn send_blob(manager: &TxManager) -> PendingTx {
    manager.send(TxRequest::blobs("a batch in a blob", INBOX, sidecar())).await.unwrap()
}

#[tokio::test]
async fn a_blob_transaction_goes_with_its_blobs_and_all_its_fees_more_than_double() {
    let fake = FakeL1::start().await;
    fake.state().min_blob_fee = 3_000_000_000;
    let manager = start(&fake);
    let tx = send_blob(&manager).await;
    until("it is in the mempool", || fake.state().mempool.len() == 1).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(fake.state().sent.len(), 1, "what covers the prices is not raised");
    fake.state().blob_base_fee = 2_900_000_000;
    until("the blob fee has risen", || {
        fake.state().mempool.get(&0).is_some_and(|tx| tx.max_fee_per_blob_gas() >= Some(3_000_000_000))
    })
    .await;
    fake.mine();
    let included = soon(tx.included()).await.unwrap();
    let block = fake.state().blocks[1].transactions[0].clone();
    assert_eq!((included.block.number, included.hash), (1, *block.tx_hash()));
    assert_eq!(block.blob_versioned_hashes().unwrap().len(), 1);
    assert!(fake.state().sidecars.iter().all(|sent| *sent == sidecar()), "blobs, commitments and cell proofs");
}

#[tokio::test]
async fn one_type_waits_until_the_other_is_included() {
    let fake = FakeL1::start().await;
    let manager = start(&fake);
    let (plain, blob, last) = (send(&manager, 1).await, send_blob(&manager).await, send(&manager, 3).await);
    for ty in [2, 3, 2] {
        until("the next type is in the mempool", || fake.state().mempool.len() == 1).await;
        assert_eq!(fake.state().mempool.values().next().unwrap().ty(), ty);
        fake.mine();
    }
    let numbers = [soon(plain.included()).await, soon(blob.included()).await, soon(last.included()).await];
    assert_eq!(numbers.map(|included| included.unwrap().block.number), [1, 2, 3]);
}

#[tokio::test]
async fn a_stuck_transaction_of_the_other_type_is_cleared_away() {
    let fake = FakeL1::start().await;
    // An earlier process left a blob transaction that pays too little.
    let (stuck, task) = spawn(&fake);
    fake.state().min_blob_fee = 3_000_000_000;
    let _pending = send_blob(&stuck).await;
    until("it is in the mempool", || fake.state().mempool.len() == 1).await;
    task.abort();
    fake.state().blob_base_fee = 2_000_000_000;
    let manager = start(&fake);
    let tx = send(&manager, 7).await;
    let miner = async {
        loop {
            fake.mine();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = miner => unreachable!(),
        included = soon(tx.included()) => assert!(included.is_ok(), "{included:?}"),
    }
    assert!(mined(&fake).contains(&Bytes::from(vec![7])));
}
