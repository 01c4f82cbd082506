use super::{L1Signer, RemoteSigner, SignerError, UnsignedTransaction};
use crate::{L1ClientConfig, TxManager, TxManagerConfig, TxRequest, blob_sidecar, fake::FakeL1, parse_key};
use alloy_consensus::{
    SignableTransaction, Transaction as _, TxEip1559, TxEip4844, TxEnvelope, transaction::SignerRecoverable,
};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_derive::blob::encode_blob;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const OTHER: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const INBOX: Address = Address::repeat_byte(0xFF);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Web3signer,
    Clef,
    AnotherKey,
    AnotherNonce,
    Nonsense,
    Refuses,
}

/// What a signer is sent; everything that it needs has to be there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    from: Address,
    to: Option<Address>,
    gas: U64,
    max_fee_per_gas: U256,
    max_priority_fee_per_gas: U256,
    value: U256,
    nonce: U64,
    data: Bytes,
    input: Bytes,
    chain_id: U64,
    access_list: Vec<Value>,
    blob_versioned_hashes: Option<Vec<B256>>,
    max_fee_per_blob_gas: Option<U256>,
}

impl Fields {
    fn transaction(self) -> UnsignedTransaction {
        assert!(self.access_list.is_empty() && self.data == self.input);
        let (max_fee_per_gas, tip) = (self.max_fee_per_gas.to(), self.max_priority_fee_per_gas.to());
        match self.blob_versioned_hashes {
            Some(blob_versioned_hashes) => TxEip4844 {
                chain_id: self.chain_id.to(),
                nonce: self.nonce.to(),
                gas_limit: self.gas.to(),
                max_fee_per_gas,
                max_priority_fee_per_gas: tip,
                to: self.to.unwrap(),
                value: self.value,
                access_list: Default::default(),
                blob_versioned_hashes,
                max_fee_per_blob_gas: self.max_fee_per_blob_gas.unwrap().to(),
                input: self.input,
            }
            .into(),
            None => TxEip1559 {
                chain_id: self.chain_id.to(),
                nonce: self.nonce.to(),
                gas_limit: self.gas.to(),
                max_fee_per_gas,
                max_priority_fee_per_gas: tip,
                to: self.to.into(),
                value: self.value,
                access_list: Default::default(),
                input: self.input,
            }
            .into(),
        }
    }
}

fn key(text: &str) -> PrivateKeySigner {
    parse_key("test", text).unwrap()
}

fn sign(fields: Fields, manner: Manner) -> Value {
    let own = key(if manner == Manner::AnotherKey { OTHER } else { KEY });
    assert_eq!(fields.from, key(KEY).address());
    let mut tx = fields.transaction();
    if let (Manner::AnotherNonce, UnsignedTransaction::Eip1559(tx)) = (manner, &mut tx) {
        tx.nonce += 1;
    }
    let signature = own.sign_hash_sync(&tx.signature_hash()).unwrap();
    let raw = Bytes::from(tx.into_envelope(signature).encoded_2718());
    match manner {
        Manner::Clef => json!({ "raw": raw, "tx": {} }),
        Manner::Nonsense => json!("0x1234"),
        _ => json!(raw),
    }
}

/// A signer with the account of [`KEY`]; its URL.
async fn serve(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let request: Value = loop {
                assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
                let text = String::from_utf8_lossy(&bytes);
                let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                if let Ok(request) = serde_json::from_str(body) {
                    break request;
                }
            };
            let result = match request["method"].as_str().unwrap() {
                "eth_accounts" if manner != Manner::Clef => json!({ "result": [key(KEY).address()] }),
                "eth_signTransaction" if manner == Manner::Refuses => {
                    json!({ "error": { "code": -32000, "message": "request denied" } })
                }
                "eth_signTransaction" => {
                    let fields = serde_json::from_value(request["params"][0].clone()).unwrap();
                    json!({ "result": sign(fields, manner) })
                }
                _ => json!({ "error": { "code": -32601, "message": "no such method" } }),
            };
            let mut answer = json!({ "jsonrpc": "2.0", "id": request["id"] });
            answer.as_object_mut().unwrap().extend(result.as_object().unwrap().clone());
            let body = answer.to_string();
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    url
}

async fn connect(manner: Manner) -> RemoteSigner {
    let config = L1ClientConfig { attempts: 1, ..L1ClientConfig::default() };
    RemoteSigner::connect(&serve(manner).await, key(KEY).address(), config).await.unwrap()
}

fn plain() -> UnsignedTransaction {
    let input = Bytes::from_static(&[0, 1]);
    TxEip1559 { chain_id: 1, nonce: 7, gas_limit: 50_000, to: INBOX.into(), input, ..TxEip1559::default() }.into()
}

#[tokio::test]
async fn both_kinds_of_signers_sign_what_they_are_asked() {
    for manner in [Manner::Web3signer, Manner::Clef] {
        let signed = L1Signer::Remote(connect(manner).await).sign(plain()).await.unwrap();
        let local = L1Signer::from(key(KEY)).sign(plain()).await.unwrap();
        assert_eq!(signed, local, "signatures are deterministic");
        assert_eq!(signed.recover_signer().unwrap(), key(KEY).address());
    }
}

#[tokio::test]
async fn anything_else_than_the_transaction_by_the_account_is_refused_by_name() {
    for (manner, words) in [
        (Manner::AnotherKey, "a signature of 0x70997970"),
        (Manner::AnotherNonce, "another transaction than it was asked to sign"),
        (Manner::Nonsense, "does not read"),
        (Manner::Refuses, "request denied"),
    ] {
        let error = L1Signer::Remote(connect(manner).await).sign(plain()).await.unwrap_err();
        assert!(error.to_string().contains(words), "{manner:?}: {error}");
        assert!(!error.is_temporary());
    }
    let url = serve(Manner::Web3signer).await;
    let missing = RemoteSigner::connect(&url, INBOX, L1ClientConfig::default()).await.unwrap_err();
    assert!(matches!(&missing, SignerError::NoAccount { held, .. } if held.len() == 1), "{missing}");
}

#[tokio::test]
async fn transactions_with_and_without_blobs_go_to_l1_by_a_remote_signer() {
    let fake = FakeL1::start().await;
    let config = TxManagerConfig { poll_interval: Duration::from_millis(5), ..TxManagerConfig::default() };
    let signer = L1Signer::Remote(connect(Manner::Web3signer).await);
    let (manager, _task) = TxManager::spawn(fake.client(), signer, 1, config);
    let sidecar = blob_sidecar(&[encode_blob(b"a frame").unwrap()]).unwrap();
    let requests =
        [TxRequest::data("calldata", INBOX, Bytes::from_static(b"x")), TxRequest::blobs("a blob", INBOX, sidecar)];
    for (number, request) in (1..).zip(requests) {
        let pending = manager.send(request).await.unwrap();
        while fake.state().mempool.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        fake.mine();
        assert_eq!(pending.included().await.unwrap().block.number, number);
    }
    let state = fake.state();
    let last = &state.blocks[2].transactions[0];
    assert_eq!(last.recover_signer().unwrap(), key(KEY).address());
    assert_eq!(last.blob_versioned_hashes().unwrap().len(), state.sidecars[0].blobs.len());
    // An envelope with its blobs is what a mempool wants, and the hash is that of the transaction without them.
    assert!(matches!(TxEnvelope::from(last.clone()), TxEnvelope::Eip4844(_)));
}
