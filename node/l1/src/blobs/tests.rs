use super::{BlobArchive, BlobBlock, BlobSource, blob_sidecar, blob_versioned_hash};
use crate::{L1ClientConfig, L1Error};
use alloy_eips::eip4844::kzg_to_versioned_hash;
use alloy_primitives::{B256, Bytes};
use praxis_derive::{WantedBlobs, blob::encode_blob};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const BLOCK: BlobBlock = BlobBlock { number: 7, hash: B256::repeat_byte(0xB1), timestamp: 1_000_124 };

type Routes = Arc<Mutex<BTreeMap<String, Value>>>;

/// Answers paths by prefix, everything else with 404, and JSON-RPC under `POST`.
async fn serve(routes: Routes) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let routes = routes.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 65_536];
                let length = stream.read(&mut request).await.unwrap();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                let found =
                    routes.lock().unwrap().iter().find(|(prefix, _)| path.starts_with(*prefix)).map(|r| r.1.clone());
                let (status, body) = match found {
                    Some(body) => ("200 OK", body.to_string()),
                    None => ("404 Not Found", "{}".to_owned()),
                };
                let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    url
}

fn patience() -> L1ClientConfig {
    L1ClientConfig { timeout: Duration::from_secs(2), attempts: 1, ..L1ClientConfig::default() }
}

fn blob(byte: u8) -> (B256, Bytes) {
    let blob = Bytes::from(encode_blob(&[byte; 100]).unwrap());
    (blob_versioned_hash(&blob).unwrap(), blob)
}

fn wanted(hashes: &[B256]) -> Vec<WantedBlobs> {
    vec![WantedBlobs { transaction: B256::repeat_byte(0x77), from: Default::default(), hashes: hashes.to_vec() }]
}

#[tokio::test]
async fn a_beacon_apis_blobs_are_sorted_by_hash_whatever_order_and_slot_they_come_in() {
    let ((one, first), (two, second)) = (blob(1), blob(2));
    let routes = Routes::default();
    let url = serve(routes.clone()).await;
    let spec = json!({ "data": { "SECONDS_PER_SLOT": "12" } });
    routes.lock().unwrap().insert("/api/eth/v1/config/spec".into(), spec);
    routes
        .lock()
        .unwrap()
        .insert("/api/eth/v1/beacon/genesis".into(), json!({ "data": { "genesis_time": "1000004" } }));
    let path = format!("/api/eth/v1/beacon/blobs/10?versioned_hashes={two},{one}");
    routes.lock().unwrap().insert(path, json!({ "data": [first, second] }));
    let source = BlobSource::new().with_beacon(&format!("{url}/api"), &patience()).unwrap();
    assert_eq!(source.fetch(BLOCK, &wanted(&[two, one, two])).await.unwrap(), [second.clone(), first, second]);
}

#[tokio::test]
async fn a_beacon_that_answers_404_leaves_it_to_the_archive_of_another_node() {
    let (hash, bytes) = blob(3);
    let (beacon, node) = (Routes::default(), Routes::default());
    let (beacon_url, node_url) = (serve(beacon.clone()).await, serve(node.clone()).await);
    let folder = tempfile::tempdir().unwrap();
    let archive = Arc::new(BlobArchive::open(folder.path()).unwrap());
    let source = BlobSource::new()
        .with_archive(archive.clone(), None)
        .with_beacon(&beacon_url, &patience())
        .unwrap()
        .with_remote(&node_url, patience())
        .unwrap();
    let error = source.fetch(BLOCK, &wanted(&[hash])).await.unwrap_err();
    assert!(error.is_temporary(), "it is tried again");
    let text = error.to_string();
    for part in ["blob 0", &hash.to_string(), "0x7777", "L1 block 7", "404", &node_url] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let lie = blob(4).1;
    node.lock().unwrap().insert("/".into(), json!({ "jsonrpc": "2.0", "id": 0, "result": lie }));
    let text = source.fetch(BLOCK, &wanted(&[hash])).await.unwrap_err().to_string();
    assert!(text.contains("gave 1 blobs, 0 of the 1"), "{text}");
    node.lock().unwrap().insert("/".into(), json!({ "jsonrpc": "2.0", "id": 0, "result": bytes }));
    // The client counts its requests, and answers name them: a fresh one begins at 0.
    let source = BlobSource::new().with_archive(archive.clone(), None).with_remote(&node_url, patience()).unwrap();
    let blobs = source.fetch(BLOCK, &wanted(&[hash])).await.unwrap();
    assert_eq!(blobs, std::slice::from_ref(&bytes));
    source.keep(BLOCK.number, &wanted(&[hash]), &blobs);
    node.lock().unwrap().clear();
    assert_eq!(
        source.fetch(BLOCK, &wanted(&[hash])).await.unwrap(),
        std::slice::from_ref(&bytes),
        "its own archive has it now"
    );
    // A development chain without a specification: blobs are found by the block's number.
    beacon.lock().unwrap().insert("/eth/v1/beacon/blobs/7?".into(), json!({ "data": [bytes] }));
    let source = BlobSource::new().with_beacon(&beacon_url, &patience()).unwrap();
    assert_eq!(source.fetch(BLOCK, &wanted(&[hash])).await.unwrap(), [bytes]);
}

#[tokio::test]
async fn without_any_source_the_flags_are_named() {
    let error = BlobSource::new().fetch(BLOCK, &wanted(&[blob(1).0])).await.unwrap_err();
    assert!(matches!(&error, L1Error::MissingBlob(missing) if missing.index == 0));
    assert!(error.to_string().contains("no beacon API is configured"), "{error}");
}

#[test]
fn the_archive_survives_reopening_refuses_damage_and_prunes_by_l1_block() {
    let folder = tempfile::tempdir().unwrap();
    let archive = BlobArchive::open(folder.path()).unwrap();
    let blobs: Vec<_> = (1..=3).map(blob).collect();
    for (number, (hash, bytes)) in [5, 9000, 9001].into_iter().zip(&blobs) {
        archive.put(number, *hash, bytes).unwrap();
        archive.put(number + 1, *hash, bytes).unwrap();
    }
    std::fs::write(folder.path().join("1/half.draft"), b"half").unwrap();
    let archive = BlobArchive::open(folder.path()).unwrap();
    assert!(!folder.path().join("1/half.draft").exists());
    let report = archive.report();
    assert_eq!((report.blobs, report.first_l1, report.last_l1), (3, Some(5), Some(9001)));
    assert!(report.bytes < 3 * 300, "zeros at the end take no space: {report:?}");
    assert_eq!(archive.get(blobs[1].0).unwrap().as_ref(), Some(&blobs[1].1));
    assert_eq!(archive.get(B256::repeat_byte(1)).unwrap(), None);

    let path = folder.path().join("1").join(format!("9001-{}", blobs[2].0));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let damaged = archive.get(blobs[2].0).unwrap_err().to_string();
    assert!(damaged.contains(&blobs[2].0.to_string()) && damaged.contains("damaged"), "{damaged}");
    assert_eq!(archive.get(blobs[2].0).unwrap(), None, "it is wanted anew");

    let pruned = archive.prune(9000).unwrap();
    assert_eq!((pruned.blobs, pruned.first_l1, pruned.last_l1), (1, Some(5), Some(5)));
    assert_eq!(BlobArchive::open(folder.path()).unwrap().report().blobs, 1);
    let archive = Arc::new(archive);
    for (keep, left) in [(None, 1), (Some(2), 1), (Some(1), 0)] {
        BlobSource::new().with_archive(archive.clone(), keep).forget(9002);
        assert_eq!(archive.report().blobs, left, "keeping {keep:?} L1 blocks below 9002");
    }
}

#[test]
fn a_sidecar_has_a_commitment_and_128_cell_proofs_for_each_blob() {
    let (hash, bytes) = blob(8);
    let sidecar = blob_sidecar(&[bytes]).unwrap();
    assert_eq!((sidecar.commitments.len(), sidecar.cell_proofs.len()), (1, 128));
    assert_eq!(kzg_to_versioned_hash(sidecar.commitments[0].as_slice()), hash);
    assert!(blob_sidecar(&[[0xFF; 131_072]]).is_err() && blob_versioned_hash(&[]).is_err());
}
