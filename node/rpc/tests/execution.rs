//! Traces, access lists and simulated blocks, over a socket.

mod support;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    IInference,
    addresses::{INFERENCE, WETH9},
};
use praxis_model::Tensor;
use serde_json::{Value, json};
use support::{Node, models::publish};

/// Passes its calldata on to the precompile by STATICCALL, and what comes back to its caller.
const FORWARD: [u8; 19] = hex!("365f5f375f5f365f60a15afa3d5f5f3e3d5ff3");
/// Counts slot 0 up for ever.
const LOOP: [u8; 12] = hex!("5b5f546001015f555f565b00");
const OTHER: Address = Address::repeat_byte(0xbb);

fn quantity(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

async fn deploy(node: &Node, code: &[u8]) -> Address {
    let mut init = vec![0x60, code.len() as u8, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3];
    init.extend_from_slice(code);
    let hash = node.send(TxKind::Create, 0, init, 500_000).await;
    node.seal();
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
}

fn infer(model: B256) -> Bytes {
    let input = Tensor::from_f32([1, 3], &[-1.0, 2.0, 0.5]);
    let tensor = IInference::Tensor { dtype: 1, shape: vec![1, 3], data: input.data.into() };
    IInference::inferCall { model, inputs: vec![tensor] }.abi_encode().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_with_an_inference_is_traced_by_every_tracer() {
    let node = Node::rollup().await;
    let model = publish(&node).await;
    let forward = deploy(&node, &FORWARD).await;
    let input = infer(model);
    let hash = node.send(TxKind::Call(forward), 0, input.clone(), 1_000_000).await;
    let block = node.seal().block.clone();
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    let trace = async |options: Value| node.ok("debug_traceTransaction", json!([hash, options])).await;

    let calls = trace(json!({"tracer": "callTracer"})).await;
    assert_eq!((&calls["type"], &calls["to"]), (&json!("CALL"), &json!(forward)));
    assert_eq!(calls["gasUsed"], receipt["gasUsed"]);
    let inner = &calls["calls"][0];
    assert_eq!(
        (&inner["type"], &inner["to"], &inner["from"]),
        (&json!("STATICCALL"), &json!(INFERENCE), &json!(forward))
    );
    assert_eq!(inner["inference"]["model"], json!(model));
    assert_eq!(inner["inference"]["inputs"][0]["values"], json!([-1.0, 2.0, 0.5]));
    assert_eq!(inner["inference"]["outputs"][0]["values"], json!([0.0, 2.0, 0.5]));
    assert_eq!(inner["inference"]["outputs"][0]["name"], "y");
    assert!(calls.get("inference").is_none());

    let steps = trace(Value::Null).await;
    assert_eq!(steps["gas"], quantity(&receipt["gasUsed"]));
    assert_eq!(steps["structLogs"][0]["op"], "CALLDATASIZE");
    assert_eq!(steps["structLogs"].as_array().unwrap().len(), FORWARD.len() - 1);
    assert_eq!(steps["inferences"][0]["model"], json!(model));
    let few = trace(json!({"limit": 3, "disableStack": true})).await;
    assert_eq!(few["structLogs"].as_array().unwrap().len(), 3);
    assert!(few["structLogs"][0].get("stack").is_none());

    let before = trace(json!({"tracer": "prestateTracer"})).await;
    let sender = node.signer.address().to_string().to_lowercase();
    assert!(before.get(&sender).is_some(), "{before}");
    assert_eq!(before[forward.to_string().to_lowercase()]["code"], json!(Bytes::from_static(&FORWARD)));
    let diff = trace(json!({"tracer": "prestateTracer", "tracerConfig": {"diffMode": true}})).await;
    assert_eq!(diff["post"][&sender]["nonce"], quantity(&json!("0x5")));
    let selectors = trace(json!({"tracer": "4byteTracer"})).await;
    let key = format!("0x{}-{}", alloy_primitives::hex::encode(&input[..4]), input.len() - 4);
    assert_eq!(selectors[&key], 1, "{selectors}");
    let mux = json!({"tracer": "muxTracer", "tracerConfig": {"callTracer": {}, "4byteTracer": null}});
    let both = trace(mux).await;
    assert_eq!(both["callTracer"], calls);
    assert_eq!(both["4byteTracer"], selectors);

    let options = json!({"tracer": "callTracer"});
    let of_block = node.ok("debug_traceBlockByNumber", json!(["latest", options])).await;
    assert_eq!(of_block.as_array().unwrap().len(), 2);
    assert_eq!(of_block[1], json!({"txHash": hash, "result": calls}));
    assert_eq!(node.ok("debug_traceBlockByHash", json!([block.hash(), options])).await, of_block);
    let raw = node.ok("debug_getRawBlock", json!(["latest"])).await;
    assert_eq!(node.ok("debug_traceBlock", json!([raw, options])).await, of_block);
    let request = json!({"to": forward, "data": input, "from": node.signer.address()});
    let called = node.ok("debug_traceCall", json!([request, "latest", options])).await;
    assert_eq!(called["calls"][0]["inference"]["outputs"], inner["inference"]["outputs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_traced_between_the_transactions_of_a_block_and_on_assumed_state() {
    let node = Node::rollup().await;
    let nonce = quantity(&node.ok("eth_getTransactionCount", json!([node.signer.address(), "latest"])).await);
    for n in 0..2 {
        let raw = node.sign(nonce + n, TxKind::Call(OTHER), 7, Bytes::new(), 21_000);
        node.ok("eth_sendRawTransaction", json!([raw])).await;
    }
    node.seal();
    // BALANCE(OTHER), returned.
    let mut code = vec![0x73];
    code.extend_from_slice(OTHER.as_slice());
    code.extend(hex!("315f5260205ff3"));
    let request = json!({"to": Address::repeat_byte(0xcc)});
    let overrides = json!({Address::repeat_byte(0xcc).to_string(): {"code": Bytes::from(code)}});
    for (index, expected) in [(1, 0u64), (2, 7)] {
        let options = json!({"tracer": "callTracer", "stateOverrides": overrides, "txIndex": format!("{index:#x}")});
        let trace = node.ok("debug_traceCall", json!([request, "latest", options])).await;
        assert_eq!(trace["output"], json!(B256::from(U256::from(expected))), "before transaction {index}");
    }
    let options = json!({"tracer": "callTracer", "stateOverrides": overrides});
    let trace = node.ok("debug_traceCall", json!([request, "latest", options])).await;
    assert_eq!(trace["output"], json!(B256::from(U256::from(14))));
    let options = json!({"txIndex": "0x9"});
    assert_eq!(node.err("debug_traceCall", json!([request, "latest", options])).await.0, -32000);
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_have_bounds_and_say_what_is_wrong() {
    let node = Node::rollup_with(|config| config.limits.trace_bytes = 1 << 20).await;
    let endless = json!({OTHER.to_string(): {"code": Bytes::from_static(&LOOP)}});
    let request = json!({"to": OTHER, "gas": "0x1c9c380"});
    let large = json!([request, "latest", {"stateOverrides": endless}]);
    let (code, message) = node.err("debug_traceCall", large).await;
    assert_eq!(code, -32005);
    assert!(message.contains("larger than 1048576 bytes"), "{message}");
    let ended = json!([request, "latest", {"stateOverrides": endless, "tracer": "callTracer"}]);
    let ended = node.ok("debug_traceCall", ended).await;
    assert!(ended["error"].as_str().unwrap().starts_with("out of gas"), "{ended}");
    let none = json!([B256::ZERO]);
    assert_eq!(node.err("debug_traceTransaction", none).await, (-32000, "transaction not found".into()));
    assert_eq!(node.err("debug_traceBlockByNumber", json!(["0x0"])).await.1, "genesis is not traceable");
    let script = json!([request, "latest", {"tracer": "{result: function() {}}"}]);
    assert_eq!(node.err("debug_traceCall", script).await.0, -32000);
    assert_eq!(node.ok("debug_getBadBlocks", json!([])).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_list_names_what_a_call_touches() {
    let node = Node::rollup().await;
    let from = node.signer.address();
    let request = json!({"from": from, "to": WETH9, "value": "0x5", "data": "0xd0e30db0"});
    let list = node.ok("eth_createAccessList", json!([request, "latest"])).await;
    let keys = list["accessList"][0]["storageKeys"].as_array().unwrap();
    assert_eq!((&list["accessList"][0]["address"], keys.len()), (&json!(WETH9), 1));
    let mut with = request.clone();
    with["accessList"] = list["accessList"].clone();
    let estimate = quantity(&node.ok("eth_estimateGas", json!([with])).await);
    assert!(estimate >= quantity(&list["gasUsed"]));
    let failing = json!({"to": OTHER, "data": "0x"});
    let overrides = json!({OTHER.to_string(): {"code": "0x5f5ffd"}});
    let failed = node.ok("eth_createAccessList", json!([failing, "latest", overrides])).await;
    assert_eq!(failed["error"], "execution reverted");
    assert_eq!(failed["accessList"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_are_simulated_one_on_the_other() {
    for node in [Node::rollup().await, Node::ethereum().await] {
        node.seal();
        let from = node.signer.address();
        let poor = Address::repeat_byte(0xaa);
        let payload = json!({
            "blockStateCalls": [
                {
                    "stateOverrides": {poor.to_string(): {"balance": "0x64"}},
                    "calls": [{"from": poor, "to": OTHER, "value": "0x3c"}, {"from": poor, "to": OTHER, "value": "0x28"}],
                },
                {
                    "blockOverrides": {"number": "0x4", "feeRecipient": OTHER},
                    "calls": [{"from": OTHER, "to": poor, "value": "0x64"}, {"from": from, "data": "0x5f5ffd"}],
                },
            ],
            "traceTransfers": true,
            "returnFullTransactions": true,
        });
        let blocks = node.ok("eth_simulateV1", json!([payload, "latest"])).await;
        let blocks = blocks.as_array().unwrap();
        assert_eq!(blocks.iter().map(|b| quantity(&b["number"])).collect::<Vec<_>>(), [2, 3, 4]);
        for pair in blocks.windows(2) {
            assert_eq!(pair[1]["parentHash"], pair[0]["hash"]);
        }
        assert_eq!(blocks[0]["baseFeePerGas"], "0x0");
        assert_eq!(blocks[0]["transactions"][1]["from"], json!(poor));
        assert_eq!(blocks[0]["transactions"][1]["nonce"], "0x1");
        let call = &blocks[0]["calls"][1];
        assert_eq!(
            (&call["status"], &call["gasUsed"], &call["returnData"]),
            (&json!("0x1"), &json!("0x5208"), &json!("0x"))
        );
        let log = &call["logs"][0];
        assert_eq!(log["address"], "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
        assert_eq!(log["topics"][0], json!(keccak256("Transfer(address,address,uint256)")));
        assert_eq!((&log["logIndex"], &log["blockHash"]), (&json!("0x1"), &blocks[0]["hash"]));
        assert_eq!(blocks[0]["logsBloom"], json!(alloy_primitives::Bloom::ZERO));
        assert_eq!(blocks[2]["miner"], json!(OTHER));
        assert_eq!(blocks[2]["calls"][0]["status"], "0x1");
        assert_eq!(blocks[2]["calls"][1]["status"], "0x0");
        assert_eq!(blocks[2]["calls"][1]["error"]["code"], 3);
        // Nothing of it has happened.
        assert_eq!(node.ok("eth_getBalance", json!([OTHER, "latest"])).await, "0x0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_block_has_the_root_that_the_real_one_gets() {
    let node = Node::ethereum().await;
    let from = node.signer.address();
    let head = node.chain.head();
    let (fee, tip) = (format!("{:#x}", 3 * support::BASE_FEE), "0x1e8480");
    let call = json!({"from": from, "to": OTHER, "value": "0x5", "gas": "0x5208", "maxFeePerGas": fee, "maxPriorityFeePerGas": tip});
    node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
    let real = node.seal().block.clone();
    let overrides = json!({"random": real.mix_hash, "beaconRoot": real.parent_beacon_block_root, "time": format!("{:#x}", real.timestamp)});
    let payload = json!({"blockStateCalls": [{"blockOverrides": overrides, "calls": [call]}], "validation": true});
    let blocks = node.ok("eth_simulateV1", json!([payload, {"blockHash": head.hash()}])).await;
    for field in ["stateRoot", "receiptsRoot", "gasUsed", "baseFeePerGas", "parentHash"] {
        let served = node.ok("eth_getBlockByNumber", json!(["latest", false])).await;
        assert_eq!(blocks[0][field], served[field], "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simulations_are_refused_with_the_codes_of_the_specification() {
    let node = Node::ethereum().await;
    let from = node.signer.address();
    let fee = format!("{:#x}", 3 * support::BASE_FEE);
    let simulate = async |blocks: Value| {
        let payload = json!({"blockStateCalls": blocks, "validation": true});
        node.err("eth_simulateV1", json!([payload, "latest"])).await.0
    };
    let call = |more: Value| {
        let mut call = json!({"from": from, "to": OTHER, "maxFeePerGas": fee, "gas": "0x5208"});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([{"calls": [call]}])
    };
    assert_eq!(simulate(json!([])).await, -32602);
    assert_eq!(simulate(call(json!({"maxFeePerGas": "0x1"}))).await, -32005);
    assert_eq!(simulate(call(json!({"nonce": "0x7"}))).await, -38011);
    assert_eq!(simulate(call(json!({"gas": "0x5207"}))).await, -38013);
    assert_eq!(simulate(call(json!({"from": OTHER}))).await, -38014);
    assert_eq!(simulate(call(json!({"gas": "0xffffffff"}))).await, -38015);
    let number = |n: &str| json!({"blockOverrides": {"number": n}});
    assert_eq!(simulate(json!([number("0x5"), number("0x5")])).await, -38020);
    assert_eq!(simulate(json!([number("0x200")])).await, -38026);
    assert_eq!(simulate(json!([number("0xffffffffffffffffffffffff")])).await, -38026);
    assert_eq!(simulate(json!([{"blockOverrides": {"time": "0x1"}}])).await, -38021);
    let twice = json!([{"calls": [
        {"from": from, "to": OTHER, "maxFeePerGas": fee, "nonce": "0x0"},
        {"from": from, "to": OTHER, "maxFeePerGas": fee, "nonce": "0x0"},
    ]}]);
    assert_eq!(simulate(twice).await, -38010);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fork_is_told_with_its_parameters() {
    let config = Node::rollup().await.ok("eth_config", json!([])).await;
    assert_eq!(config["current"]["precompiles"]["INFERENCE"], json!(INFERENCE));
    assert_eq!(config["current"]["chainId"], "0x12cc9");
    assert_eq!(config["current"]["blobSchedule"]["max"], 9);
    assert_eq!((&config["next"], &config["last"]), (&Value::Null, &Value::Null));
    let config = Node::ethereum().await.ok("eth_config", json!([])).await;
    assert!(config["current"]["precompiles"].get("INFERENCE").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_comes_with_what_its_execution_reads() {
    let node = Node::rollup().await;
    node.send(TxKind::Call(OTHER), 5, Bytes::new(), 21_000).await;
    let block = node.seal().block.clone();
    let witness = node.ok("debug_executionWitness", json!(["latest"])).await;
    for part in ["state", "codes", "headers"] {
        assert!(!witness[part].as_array().unwrap().is_empty(), "{part}");
    }
    assert_eq!(node.ok("debug_executionWitnessByBlockHash", json!([block.hash()])).await, witness);
    assert_eq!(node.err("debug_executionWitness", json!(["0x0"])).await.0, -32000);
    assert_eq!(node.err("debug_executionWitness", json!(["0x7"])).await.1, "header not found");
}
