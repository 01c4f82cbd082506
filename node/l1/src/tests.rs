use crate::{
    BlockTag, L1Client, L1ClientConfig, L1Error, TxManager, TxManagerConfig, TxRequest, fake::FakeL1, parse_key,
};
use alloy_primitives::{Address, B256, Log, LogData, U256};
use alloy_sol_types::SolEvent;
use praxis_contracts::settlement::{GAME_TYPE, IDisputeGameFactory, IOutputGame};
use praxis_derive::logs::{CONFIG_UPDATE_TOPIC, LogSources};
use praxis_primitives::ConfigUpdate;
use serde_json::{Value, json};
use std::time::Duration;

const INBOX: Address = Address::repeat_byte(0xFF);
const FACTORY: Address = Address::repeat_byte(0x0A);
const GAME: Address = Address::repeat_byte(0x6A);
const SOURCES: LogSources =
    LogSources { system_config: Address::repeat_byte(0x5C), portal: Address::repeat_byte(0x90) };
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A block with two batches in it and a claim in its logs.
async fn block_with_batches() -> (FakeL1, B256) {
    let fake = FakeL1::start().await;
    let config = TxManagerConfig { poll_interval: Duration::from_millis(5), ..TxManagerConfig::default() };
    let signer = parse_key("batcher", KEY).unwrap();
    let (manager, _task) = TxManager::spawn(fake.client(), signer, 1, config);
    let mut pending = Vec::new();
    for byte in [1u8, 2] {
        pending.push(manager.send(TxRequest::data("a batch", INBOX, vec![byte; 5].into())).await.unwrap());
    }
    while fake.state().mempool.len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let said = IOutputGame::Claimed {
        proposer: Address::repeat_byte(1),
        root: B256::repeat_byte(5),
        l2BlockNumber: U256::from(40),
        l1BlockNumber: U256::from(0),
        l1Head: B256::repeat_byte(6),
    };
    let created = IDisputeGameFactory::DisputeGameCreated {
        disputeProxy: GAME,
        gameType: GAME_TYPE,
        rootClaim: B256::repeat_byte(5),
    };
    let elsewhere = Log { address: INBOX, data: created.encode_log_data() };
    let said = Log { address: GAME, data: said.encode_log_data() };
    // The guardian pauses inference until 77 ms.
    let topics = vec![CONFIG_UPDATE_TOPIC, B256::ZERO, B256::with_last_byte(9)];
    let data = [32u64, 32, 77].iter().flat_map(|word| U256::from(*word).to_be_bytes::<32>()).collect::<Vec<_>>();
    let paused = Log { address: SOURCES.system_config, data: LogData::new_unchecked(topics, data.into()) };
    let made = Log { address: FACTORY, data: created.encode_log_data() };
    fake.state().logs = vec![elsewhere, said, made, paused];
    let hash = fake.mine();
    for tx in pending {
        assert_eq!(tx.included().await.unwrap().block.hash, hash);
    }
    (fake, hash)
}

#[tokio::test]
async fn a_block_reads_with_senders_recovered_and_claims_found() {
    let (fake, hash) = block_with_batches().await;
    let client = fake.client();
    let info = client.block_info(hash, INBOX, SOURCES).await.unwrap();
    assert_eq!((info.number, info.hash, info.base_fee), (1, hash, 1_000_000_000));
    let batches: Vec<_> = info.batcher_transactions.iter().map(|tx| (tx.from, tx.data.to_vec())).collect();
    let from = parse_key("batcher", KEY).unwrap().address();
    assert_eq!(batches, [(from, vec![1; 5]), (from, vec![2; 5])]);
    assert_eq!(info.config_updates[0].update, ConfigUpdate::InferencePause { until_ms: 77 });
    let other = LogSources { system_config: Address::repeat_byte(0x5D), ..SOURCES };
    let elsewhere = client.block_info(hash, FACTORY, other).await.unwrap();
    assert!(elsewhere.batcher_transactions.is_empty() && elsewhere.config_updates.is_empty());
    let claims = client.claims(hash, FACTORY).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].game, claims[0].l2_block_number, claims[0].output_root), (GAME, 40, B256::repeat_byte(5)));
    assert!(client.claims(hash, Address::repeat_byte(0x0B)).await.unwrap().is_empty());
    assert_eq!(client.claims_at(1, FACTORY).await.unwrap(), claims);
    assert_eq!(client.claims_at(0, FACTORY).await.unwrap(), []);
    let (head, header) = client.head(BlockTag::Latest).await.unwrap().unwrap();
    assert_eq!((head.hash, header.parent_hash), (hash, client.block_id(0).await.unwrap().unwrap().hash));
    assert_eq!(client.head(BlockTag::Finalized).await, Ok(None));
    assert_eq!(client.block_id(2).await, Ok(None));
}

#[tokio::test]
async fn a_bisection_finds_the_first_block_of_a_time() {
    let fake = FakeL1::start().await;
    for _ in 0..20 {
        fake.mine();
    }
    // Block n has the time 12 * n.
    for (since, first) in [(0, 3), (36, 3), (37, 4), (120, 10), (180, 15), (181, 16), (1_000, 16)] {
        assert_eq!(fake.client().first_block_since(since, (3, 15)).await, Ok(first), "since {since}");
    }
    let missing = fake.client().first_block_since(1_000, (3, 40)).await.unwrap_err();
    assert!(missing.is_temporary() && missing.to_string().contains("block"), "{missing}");
}

#[tokio::test]
async fn a_provider_that_alters_bytes_is_caught_and_the_hash_is_named() {
    let (fake, hash) = block_with_batches().await;
    let client = fake.client();
    type Change = fn(&mut Value);
    let blocks: [(Change, &str); 5] = [
        (|b| b["timestamp"] = json!("0x99"), "header"),
        (|b| b["transactionsRoot"] = json!(B256::repeat_byte(1)), "header"),
        (|b| b["transactions"][0]["input"] = json!("0x0202020202"), "list of transactions"),
        (|b| drop(b["transactions"].as_array_mut().unwrap().pop()), "list of transactions"),
        (|b| b["transactions"].as_array_mut().unwrap().swap(0, 1), "list of transactions"),
    ];
    for (change, what) in blocks {
        fake.state().alter = Some(Box::new(move |method, value| {
            if method == "eth_getBlockByHash" {
                change(value);
            }
        }));
        match client.block_info(hash, INBOX, SOURCES).await {
            Err(L1Error::Altered(altered)) => assert_eq!((altered.what, altered.block), (what, hash)),
            other => panic!("{what}: {other:?}"),
        }
    }
    let receipts: [Change; 3] = [
        |r| r[0]["status"] = json!("0x0"),
        |r| r[0]["logs"][1]["data"] = json!("0x"),
        |r| drop(r.as_array_mut().unwrap().pop()),
    ];
    for change in receipts {
        fake.state().alter = Some(Box::new(move |method, value| {
            if method == "eth_getBlockReceipts" {
                change(value);
            }
        }));
        let error = client.claims(hash, FACTORY).await.unwrap_err();
        assert!(error.is_altered() && error.to_string().contains(&hash.to_string()), "{error}");
        let error = client.block_info(hash, INBOX, SOURCES).await.unwrap_err();
        assert!(error.is_altered() && error.to_string().contains(&hash.to_string()), "{error}");
    }
}

#[tokio::test]
async fn the_sender_and_hash_that_the_provider_gives_are_not_believed() {
    let (fake, hash) = block_with_batches().await;
    let honest = fake.client().block_info(hash, INBOX, SOURCES).await.unwrap();
    fake.state().alter = Some(Box::new(|method, value| {
        if method == "eth_getBlockByHash" {
            value["transactions"][0]["from"] = json!(Address::repeat_byte(1));
            value["transactions"][0]["hash"] = json!(B256::repeat_byte(1));
        }
    }));
    assert_eq!(fake.client().block_info(hash, INBOX, SOURCES).await, Ok(honest));
}

#[tokio::test]
async fn an_unknown_transaction_type_is_named() {
    let (fake, hash) = block_with_batches().await;
    fake.state().alter = Some(Box::new(|method, value| {
        if method == "eth_getBlockByHash" {
            value["transactions"][1]["type"] = json!("0x7e");
        }
    }));
    let error = fake.client().block_info(hash, INBOX, SOURCES).await.unwrap_err();
    assert!(matches!(error, L1Error::UnknownTransaction { .. }) && error.to_string().contains("0x7e"), "{error}");
}

#[tokio::test]
async fn nodes_without_block_receipts_are_asked_for_each() {
    let (fake, hash) = block_with_batches().await;
    let client = fake.client();
    let block = client.block(hash).await.unwrap();
    assert_eq!(client.receipts(&block).await.unwrap(), fake.state().blocks[1].receipts);
    fake.state().hide_block_receipts = true;
    assert_eq!(client.claims_of(&block, FACTORY).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_a_sentence() {
    let fake = FakeL1::start().await;
    let client = fake.client();
    let missing = client.block(B256::repeat_byte(9)).await.unwrap_err();
    assert!(missing.is_temporary() && missing.to_string().contains("does not have block 0x0909"), "{missing}");
    assert_eq!(client.check_chain(1).await, Ok(()));
    let wrong = client.check_chain(5).await.unwrap_err().to_string();
    assert!(wrong.contains("has chain id 1, but the rollup is on 5"), "{wrong}");
    fake.state().down = true;
    let error = client.chain_id().await.unwrap_err();
    assert!(matches!(error, L1Error::Unreachable { attempts: 2, .. }), "{error}");
    assert!(error.to_string().contains(&fake.url), "{error}");

    let config = L1ClientConfig { attempts: 1, ..L1ClientConfig::default() };
    let closed = L1Client::new("http://127.0.0.1:1", config.clone()).unwrap().chain_id().await.unwrap_err();
    assert!(closed.to_string().to_lowercase().contains("refused"), "{closed}");
    for bad in ["localhost:8545", "ws://127.0.0.1:8545", "", "http://"] {
        assert!(matches!(L1Client::new(bad, config.clone()), Err(L1Error::Url { .. })), "{bad}");
    }
}
