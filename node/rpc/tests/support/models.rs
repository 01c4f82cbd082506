//! A small model, published.

use super::Node;
use alloy_primitives::{Address, B256, TxKind};
use alloy_sol_types::SolCall;
use praxis_contracts::{IModelRegistry, addresses::MODEL_REGISTRY};
use praxis_model::{DType, Plan, PlanBuilder, TensorType, id, ops};
use serde_json::{Value, json};

/// y = max(x, 0) for three numbers.
pub fn plan() -> Plan {
    let mut builder = PlanBuilder::new(1, [7; 32]);
    let x = builder.input("x", TensorType::new(DType::F32, [1, 3])).unwrap();
    let y = builder.node1(ops::Relu, &[x]).unwrap();
    builder.output("y", y);
    builder.finish().unwrap()
}

/// Calls the registry, and seals.
pub async fn registry(node: &Node, call: impl SolCall) {
    let hash = node.send(TxKind::Call(MODEL_REGISTRY), 0, call.abi_encode(), 5_000_000).await;
    node.seal();
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], "0x1", "{receipt}");
}

/// Publishes and activates that model.
pub async fn publish(node: &Node) -> B256 {
    publish_with(node, None).await
}

/// The same with a share of so many ten-thousandths for a payee from the start.
pub async fn publish_with(node: &Node, royalty: Option<(u16, Address)>) -> B256 {
    let bytes = plan().encode();
    let model = id::model_id(&bytes);
    let length = bytes.len() as u32;
    assert_eq!(node.ok("praxis_getModel", json!([model])).await, Value::Null);
    registry(node, IModelRegistry::beginCall { id: model, length, root: id::model_root(&bytes) }).await;
    assert_eq!(node.ok("praxis_getModel", json!([model])).await["status"], "uploading");
    let proof = id::chunk_proof(&bytes, 0).unwrap();
    registry(node, IModelRegistry::putChunkCall { id: model, index: 0, data: bytes.into(), proof }).await;
    assert_eq!(node.ok("praxis_getModel", json!([model])).await["status"], "complete");
    if let Some((bps, payee)) = royalty {
        registry(node, IModelRegistry::setRoyaltyCall { id: model, bps, payee }).await;
    }
    registry(node, IModelRegistry::activateCall { id: model }).await;
    assert_eq!(node.ok("praxis_getModel", json!([model])).await["status"], "pending");
    node.seal();
    model
}
