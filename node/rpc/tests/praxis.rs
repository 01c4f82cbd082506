//! Models and inferences, and the rollup's status, over a socket.

mod support;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use jsonrpsee::core::client::ClientT;
use praxis_contracts::{IInference, IInferenceProof, IModelRegistry, addresses::INFERENCE, artifacts::INFERENCE_PROOF};
use praxis_model::{Tensor, hash_tensors};
use praxis_rpc::{L1BlockRef, L1Status};
use serde_json::{Value, json};
use support::{
    Node,
    models::{plan, publish, publish_with, registry},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_published_listed_and_run() {
    let node = Node::rollup().await;
    assert_eq!(node.ok("praxis_listModels", json!([])).await, json!([]));
    let model = publish(&node).await;
    let shown = node.ok("praxis_getModel", json!([model])).await;
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["owner"], json!(node.signer.address()));
    assert_eq!(shown["chunks"], json!({"present": 1, "total": 1}));
    assert_eq!(shown["activationBlock"], "0x3");
    assert_eq!(shown["manifest"]["inputs"], json!([{"name": "x", "dtype": 1, "type": "float32", "shape": [1, 3]}]));
    assert_eq!(shown["manifest"]["sourceSha256"], json!(B256::repeat_byte(7)));
    let cost = plan().cost();
    assert_eq!(shown["warmGas"], format!("{:#x}", cost.gas));
    assert_eq!(node.ok("praxis_listModels", json!([{"from": 0, "limit": 5}])).await, json!([shown]));
    assert_eq!(node.ok("praxis_listModels", json!([{"from": 1}])).await, json!([]));
    assert_eq!(node.ok("praxis_getModel", json!([model, "0x0"])).await, Value::Null);

    let given = json!([{"name": "x", "values": [[1.5, -2, 0.25]]}]);
    let output = node.ok("praxis_runModel", json!([model, given, "latest"])).await;
    assert_eq!(output[0]["values"], json!([1.5, 0.0, 0.25]));
    assert_eq!((&output[0]["name"], &output[0]["shape"]), (&json!("y"), &json!([1, 3])));
    assert_eq!(node.ok("praxis_runModel", json!([model, [[1.5, -2, 0.25]]])).await, output);
    assert_eq!(node.err("praxis_runModel", json!([model, []])).await.0, -32602);
    assert_eq!(node.err("praxis_runModel", json!([B256::ZERO, [[1]]])).await.0, -32000);
    let (code, message) = node.err("praxis_runModel", json!([model, [{"shape": [1, 2], "values": [1, 2]}]])).await;
    assert_eq!(code, 3);
    assert!(message.contains("InputShape"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_royalty_is_shown_with_its_notice_and_is_part_of_estimate_receipt_and_balance() {
    let (payee, node) = (Address::repeat_byte(0x9a), Node::rollup().await);
    let model = publish_with(&node, Some((1_000, payee))).await;
    let shown = node.ok("praxis_getModel", json!([model])).await["royalty"].clone();
    assert_eq!((&shown["payee"], &shown["nextBps"]), (&json!(payee), &json!(1_000)), "{shown}");
    let abi = IInference::Tensor { dtype: 1, shape: vec![1, 3], data: vec![0; 12].into() };
    let call = IInference::inferCall { model, inputs: vec![abi] }.abi_encode();
    let request = json!({"from": node.signer.address(), "to": INFERENCE, "data": Bytes::from(call.clone())});
    let quantity = |value: &Value| u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let estimate = quantity(&node.ok("eth_estimateGas", json!([request])).await);
    let hash = node.send(TxKind::Call(INFERENCE), 0, call, estimate).await;
    node.seal();
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], "0x1", "the estimate has the royalty: {receipt}");
    let block = node.ok("eth_getBlockByNumber", json!([receipt["blockNumber"], false])).await;
    let royalty = (plan().cost().gas + plan().cost().cold_gas) / 10;
    let got = quantity(&node.ok("eth_getBalance", json!([payee, "latest"])).await);
    assert_eq!(got, royalty * quantity(&block["baseFeePerGas"]));
    let records = node.ok("praxis_getInferences", json!([hash])).await;
    assert!(quantity(&receipt["gasUsed"]) > quantity(&records[0]["gas"]) && quantity(&records[0]["gas"]) > royalty);

    // More comes after a week, and both are shown meanwhile.
    registry(&node, IModelRegistry::setRoyaltyCall { id: model, bps: 1_500, payee }).await;
    let now = quantity(&node.ok("eth_getBlockByNumber", json!(["latest", false])).await["timestamp"]);
    let shown = node.ok("praxis_getModel", json!([model])).await["royalty"].clone();
    let terms = json!({"payee": payee, "bps": 1_000, "nextBps": 1_500, "from": format!("{:#x}", now + 7 * 86_400)});
    assert_eq!(shown, terms);
}

#[tokio::test(flavor = "multi_thread")]
async fn inferences_of_a_transaction_come_with_their_tensors() {
    let node = Node::rollup().await;
    let model = publish(&node).await;
    let input = Tensor::from_f32([1, 3], &[-1.0, 2.0, f32::NAN]);
    let abi = IInference::Tensor { dtype: 1, shape: vec![1, 3], data: input.data.clone().into() };
    let call = Bytes::from(IInference::inferCall { model, inputs: vec![abi] }.abi_encode());
    let request = json!({"from": node.signer.address(), "to": INFERENCE, "data": call});
    let gas = node.ok("eth_estimateGas", json!([request])).await;
    let gas = u64::from_str_radix(gas.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let returned: Bytes = serde_json::from_value(node.ok("eth_call", json!([request, "latest"])).await).unwrap();
    let expected = IInference::inferCall::abi_decode_returns(&returned).unwrap();

    let hash = node.send(TxKind::Call(INFERENCE), 0, call, gas).await;
    let block = node.seal().block.clone();
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([hash])).await["status"], "0x1");
    let inferences = node.ok("praxis_getInferences", json!([hash])).await;
    assert_eq!(inferences.as_array().unwrap().len(), 1);
    let one = &inferences[0];
    assert_eq!(one["model"], json!(model));
    assert_eq!(one["caller"], json!(node.signer.address()));
    assert_eq!(one["inputHash"], json!(hash_tensors(&[input])));
    assert_eq!(one["inputs"][0]["values"], json!([-1.0, 2.0, "NaN"]));
    assert_eq!(one["outputs"][0]["data"], json!(expected[0].data));
    assert_eq!(
        (&one["reverted"], &one["static"], &one["transactionHash"]),
        (&json!(false), &json!(false), &json!(hash))
    );
    for of in [
        json!([block.hash()]),
        json!(["latest"]),
        json!([format!("{:#x}", block.number)]),
        json!([{"blockHash": block.hash()}]),
    ] {
        assert_eq!(node.ok("praxis_getInferences", of.clone()).await, inferences, "{of}");
    }
    assert_eq!(node.ok("praxis_getInferences", json!(["0x1"])).await, json!([]));
    assert_eq!(node.ok("praxis_getInferences", json!([B256::ZERO])).await, Value::Null);
    assert_eq!(node.ok("praxis_getInferences", json!(["0x99"])).await, Value::Null);
}

/// What L1's contract says of a proof: the inference's block, or the data that it reverts with.
async fn checked_on_l1(node: &Node, root: B256, proof: &IInferenceProof::Proof) -> Result<U256, Bytes> {
    let at = Address::repeat_byte(0x1f);
    let data = IInferenceProof::verifyAgainstCall { outputRoot: root, proof: proof.clone() }.abi_encode();
    let call =
        json!([{"to": at, "data": Bytes::from(data)}, "latest", {at.to_string(): {"code": INFERENCE_PROOF.runtime()}}]);
    match node.call("eth_call", call).await {
        Ok(word) => Ok(serde_json::from_value(word).unwrap()),
        Err(error) => Err(serde_json::from_str(error.data().map_or("\"0x\"", |data| data.get())).unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inference_is_proved_to_the_contract_on_l1() {
    let node = Node::rollup().await;
    let model = publish(&node).await;
    let abi = IInference::Tensor { dtype: 1, shape: vec![1, 3], data: vec![0; 12].into() };
    let call = Bytes::from(IInference::inferCall { model, inputs: vec![abi] }.abi_encode());
    for _ in 0..2 {
        node.send(TxKind::Call(INFERENCE), 0, call.clone(), 2_000_000).await;
    }
    let hash = node.send(TxKind::Call(INFERENCE), 0, call, 2_000_000).await;
    let number = node.seal().block.number;
    node.seal();
    node.seal();
    let claims = [json!(null), json!(format!("{number:#x}")), json!(format!("{:#x}", number + 1)), json!("latest")];
    for (claim, blocks) in claims.into_iter().zip([0, 0, 1, 2]) {
        let answer = node.ok("praxis_getInferenceProof", json!([hash, 0, claim])).await;
        assert_eq!(answer["claimedBlock"], format!("{:#x}", number + blocks));
        let root: B256 = serde_json::from_value(answer["outputRoot"].clone()).unwrap();
        assert_eq!(root, node.chain.output(number + blocks).unwrap().root());
        let encoded: Bytes = serde_json::from_value(answer["encoded"].clone()).unwrap();
        let proof = IInferenceProof::Proof::abi_decode(&encoded).unwrap();
        assert_eq!((proof.recordsCount, proof.index, proof.header.is_empty()), (3, U256::from(2), blocks == 0));
        assert_eq!(answer["proof"]["record"]["model"], json!(model));
        assert_eq!(answer["proof"]["accountProof"].as_array().unwrap().len(), proof.accountProof.len());
        assert_eq!(checked_on_l1(&node, root, &proof).await, Ok(U256::from(number)), "against {blocks} blocks later");
        every_alteration_is_refused(&node, root, &proof).await;
    }
    let refused = node.err("praxis_getInferenceProof", json!([hash, 1])).await;
    assert_eq!(refused, (-32000, "the transaction ran 1 inferences, so none has index 1".into()));
    let (_, before) = node.err("praxis_getInferenceProof", json!([hash, 0, "0x1"])).await;
    assert!(before.contains("choose a claim about block"), "{before}");
    assert_eq!(node.ok("praxis_getInferenceProof", json!([B256::ZERO, 0])).await, Value::Null);
}

async fn every_alteration_is_refused(node: &Node, root: B256, proof: &IInferenceProof::Proof) {
    fn flip(bytes: &mut Bytes) {
        let mut changed = bytes.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        *bytes = changed.into();
    }
    type Alter = fn(&mut IInferenceProof::Proof);
    let mut alterations: Vec<(Alter, [u8; 4])> = vec![
        (|p| p.output.stateRoot.0[0] ^= 1, IInferenceProof::OutputMismatch::SELECTOR),
        (|p| flip(&mut p.claimedHeader), IInferenceProof::HeaderMismatch::SELECTOR),
        (|p| p.recordsCount += 1, IInferenceProof::RequestMismatch::SELECTOR),
        (|p| p.recordsRoot.0[0] ^= 1, IInferenceProof::RequestMismatch::SELECTOR),
        (|p| p.record.outputHash.0[0] ^= 1, IInferenceProof::RecordMismatch::SELECTOR),
        (|p| p.record.reverted = true, IInferenceProof::RecordMismatch::SELECTOR),
        (|p| p.branch[0].0[0] ^= 1, IInferenceProof::RecordMismatch::SELECTOR),
        (|p| p.branch.truncate(p.branch.len() - 1), IInferenceProof::RecordMismatch::SELECTOR),
        (|p| p.index -= U256::from(1), IInferenceProof::RecordMismatch::SELECTOR),
        (|p| p.index = U256::from(3), IInferenceProof::IndexOutOfRange::SELECTOR),
    ];
    if !proof.header.is_empty() {
        let others: [(Alter, [u8; 4]); 3] = [
            (|p| flip(&mut p.header), IInferenceProof::HeaderMismatch::SELECTOR),
            (|p| flip(&mut p.accountProof[0]), IInferenceProof::TrieProofTraversalError::SELECTOR),
            (|p| flip(&mut p.storageProof[0]), IInferenceProof::TrieProofTraversalError::SELECTOR),
        ];
        alterations.extend(others);
    }
    for (which, (alter, error)) in alterations.into_iter().enumerate() {
        let mut altered = proof.clone();
        alter(&mut altered);
        let refused = checked_on_l1(node, root, &altered).await.unwrap_err();
        assert_eq!(refused.get(..4), Some(&error[..]), "alteration {which}");
    }
    let other = checked_on_l1(node, B256::ZERO, proof).await.unwrap_err();
    assert_eq!(other.get(..4), Some(&IInferenceProof::OutputMismatch::SELECTOR[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rollups_status_is_op_nodes() {
    let node = Node::rollup().await;
    for _ in 0..3 {
        node.seal();
    }
    node.chain.set_safe(2).unwrap();
    node.chain.set_finalized(1).unwrap();
    let seen = L1BlockRef { hash: B256::repeat_byte(1), number: 9, parent_hash: B256::ZERO, timestamp: 12 };
    node.l1.send_replace(L1Status { current: Some(seen), head: Some(seen), ..L1Status::default() });
    let status = node.ok("optimism_syncStatus", json!([])).await;
    assert_eq!(
        status["current_l1"],
        json!({"hash": seen.hash, "number": 9, "parentHash": B256::ZERO, "timestamp": 12})
    );
    assert_eq!(status["finalized_l1"]["number"], 0);
    let numbers = [("unsafe_l2", 3), ("safe_l2", 2), ("finalized_l2", 1)];
    for (key, number) in numbers {
        assert_eq!(status[key]["number"], number, "{key}");
    }
    assert_eq!(status["unsafe_l2"]["l1origin"]["hash"], json!(B256::repeat_byte(1)));
    assert_eq!(
        (&status["unsafe_l2"]["sequenceNumber"], &status["unsafe_l2"]["timestamp"]),
        (&json!(3), &json!(1_700_000_000))
    );
    let output = node.ok("optimism_outputAtBlock", json!(["0x2"])).await;
    let block = node.ok("eth_getBlockByNumber", json!(["0x2", false])).await;
    assert_eq!(output["outputRoot"], json!(node.chain.output(2).unwrap().root()));
    assert_eq!(output["stateRoot"], block["stateRoot"]);
    assert_eq!(output["withdrawalStorageRoot"], block["withdrawalsRoot"]);
    assert_eq!(output["blockRef"]["hash"], block["hash"]);
    assert_eq!(node.err("optimism_outputAtBlock", json!(["0x9"])).await, (-32000, "header not found".into()));
    let config = node.ok("optimism_rollupConfig", json!([])).await;
    assert_eq!(config["l2_chain_id"], 77_001);
    assert_eq!(node.ok("optimism_version", json!([])).await, "praxis/test");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_bounded() {
    let node = Node::rollup_with(|config| {
        config.limits.batch_requests = 3;
        config.limits.request_bytes = 2_000;
    })
    .await;
    let mut batch = jsonrpsee::core::params::BatchRequestBuilder::new();
    for _ in 0..3 {
        batch.insert("eth_chainId", jsonrpsee::rpc_params![]).unwrap();
    }
    let answers = node.client.batch_request::<String>(batch.clone()).await.unwrap();
    assert_eq!(answers.num_successful_calls(), 3);
    batch.insert("eth_chainId", jsonrpsee::rpc_params![]).unwrap();
    assert!(node.client.batch_request::<String>(batch).await.is_err());
    let long = "0x".to_string() + &"00".repeat(2_000);
    assert!(node.client.request::<Value, _>("web3_sha3", jsonrpsee::rpc_params![long]).await.is_err());
    assert_eq!(node.err("eth_getBalance", json!(["0x12"])).await.0, -32602);
    assert_eq!(node.err("eth_noSuchMethod", json!([])).await.0, -32601);
}

async fn http(node: &Node, request: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(node.rpc.local_addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).to_ascii_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_may_call_when_the_configuration_says_so() {
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://page\r\nAccess-Control-Request-Method: POST\r\n\
                     Access-Control-Request-Headers: content-type\r\n\r\n";
    let any = Node::rollup().await;
    assert!(http(&any, preflight).await.contains("access-control-allow-origin: *"));
    let none = Node::rollup_with(|config| config.cors = praxis_rpc::Cors::None).await;
    assert!(!http(&none, preflight).await.contains("access-control-allow-origin"));
    let some = Node::rollup_with(|config| config.cors = praxis_rpc::Cors::Origins(vec!["http://page".into()])).await;
    assert!(http(&some, preflight).await.contains("access-control-allow-origin: http://page"));
    assert!(
        !http(&some, &preflight.replace("//page", "//evil")).await.contains("access-control-allow-origin: http://evil")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_and_what_it_did_come_by_account_and_by_id() {
    use praxis_contracts::{
        addresses::{AGENT_ACCOUNT_FACTORY, AGENT_POLICY, ERC8004_IDENTITY},
        agents::{IAgentAccountFactory, IAgentPolicy, Terms},
        market::IIdentityRegistry,
    };
    let node = Node::rollup().await;
    let owner = node.signer.address();
    assert_eq!(node.ok("praxis_getAgent", json!([owner])).await, Value::Null);
    assert_eq!(node.ok("praxis_getAgent", json!([0])).await, Value::Null);
    let terms = Terms { delay: 3_600, maxActions: 4, drawdownBps: 10_000, ..Terms::default() };
    let create = IAgentAccountFactory::createAccountCall { owner, salt: B256::ZERO, terms, rules: vec![] };
    node.send(TxKind::Call(AGENT_ACCOUNT_FACTORY), 0, create.abi_encode(), 8_000_000).await;
    let uri = IIdentityRegistry::register_1Call { agentURI: "ipfs://agent".into() };
    node.send(TxKind::Call(ERC8004_IDENTITY), 0, uri.abi_encode(), 1_000_000).await;
    let block = node.seal();
    let created = block.receipts.iter().flat_map(|receipt| &receipt.logs);
    let account = created.filter(|log| log.address == AGENT_POLICY).map(|log| log.topics()[1]).next().unwrap();
    let account = Address::from_word(account);
    let shown = node.ok("praxis_getAgent", json!([account])).await;
    assert_eq!((&shown["owner"], &shown["revoked"]), (&json!(owner), &json!(false)));
    assert_eq!((&shown["terms"]["max_actions"], &shown["epoch"]), (&json!(4), &json!("0x0")));
    let shown = node.ok("praxis_getAgent", json!([0])).await;
    assert_eq!((&shown["uri"], &shown["owner"]), (&json!("ipfs://agent"), &json!(owner)));

    node.send(TxKind::Call(AGENT_POLICY), 0, IAgentPolicy::revokeCall { account }.abi_encode(), 1_000_000).await;
    node.seal();
    let all = node.ok("praxis_getAgentActions", json!([account])).await;
    let events: Vec<_> = all["actions"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect();
    assert_eq!(events, ["installed", "termsSet", "revoked"]);
    assert_eq!((&all["next"], &all["actions"][2]["blockNumber"]), (&Value::Null, &json!("0x2")));
    // A page ends between blocks, and says where to go on.
    let page = node.ok("praxis_getAgentActions", json!([account, { "limit": 1 }])).await;
    assert_eq!((page["actions"].as_array().unwrap().len(), &page["next"]), (2, &json!("0x2")));
    let rest = node.ok("praxis_getAgentActions", json!([account, { "from": page["next"] }])).await;
    assert_eq!(rest["actions"].as_array().unwrap().len(), 1);
    assert_eq!(node.ok("praxis_getAgent", json!([account])).await["revoked"], json!(true));
}
