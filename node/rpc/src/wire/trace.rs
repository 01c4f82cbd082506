//! Traces as geth serves them, with each inference in the frame that asked for it.

use super::RpcTensor;
use alloy_primitives::{Address, B256, U64};
use alloy_rpc_types_trace::geth::{CallFrame, DefaultFrame, GethTrace};
use alloy_sol_types::SolCall;
use praxis_contracts::{IInference, addresses::INFERENCE};
use serde::Serialize;
use std::{collections::BTreeMap, vec::IntoIter};

/// An inference in a trace.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TracedInference {
    pub(crate) call_index: U64,
    pub(crate) caller: Address,
    pub(crate) model: B256,
    pub(crate) input_hash: B256,
    pub(crate) output_hash: B256,
    pub(crate) gas: U64,
    pub(crate) reverted: bool,
    pub(crate) inputs: Vec<RpcTensor>,
    pub(crate) outputs: Vec<RpcTensor>,
}

/// A trace.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum RpcTrace {
    Calls(Box<RpcFrame>),
    Steps(Box<RpcSteps>),
    Several(BTreeMap<String, RpcTrace>),
    Other(Box<GethTrace>),
}

/// A call, the calls that it made, and the inference that it was, if it was one.
#[derive(Debug, Serialize)]
pub(crate) struct RpcFrame {
    #[serde(flatten)]
    frame: CallFrame,
    #[serde(skip_serializing_if = "Option::is_none")]
    inference: Option<TracedInference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<RpcFrame>,
}

/// Steps, and beside them the inferences that completed.
#[derive(Debug, Serialize)]
pub(crate) struct RpcSteps {
    #[serde(flatten)]
    frame: DefaultFrame,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inferences: Vec<TracedInference>,
}

impl RpcTrace {
    /// `inferences` are those of the transaction, in the order in which they completed.
    pub(crate) fn new(trace: GethTrace, inferences: Vec<TracedInference>) -> Self {
        match trace {
            GethTrace::CallTracer(frame) => Self::Calls(Box::new(RpcFrame::new(frame, &mut inferences.into_iter()))),
            GethTrace::Default(frame) => Self::Steps(Box::new(RpcSteps { frame, inferences })),
            GethTrace::MuxTracer(traces) => {
                let each = traces.0.into_iter();
                Self::Several(
                    each.map(|(tracer, trace)| (tracer.as_str().into(), Self::new(trace, inferences.clone())))
                        .collect(),
                )
            }
            other => Self::Other(Box::new(other)),
        }
    }
}

impl RpcFrame {
    /// A call of the precompile makes no calls, so frames and inferences come in the same order.
    fn new(mut frame: CallFrame, inferences: &mut IntoIter<TracedInference>) -> Self {
        let inference = if is_inference(&frame) { inferences.next() } else { None };
        let calls = std::mem::take(&mut frame.calls);
        let calls = calls.into_iter().map(|call| Self::new(call, inferences)).collect();
        Self { frame, inference, calls }
    }
}

/// Whether the call completed an inference.
fn is_inference(frame: &CallFrame) -> bool {
    let selector = frame.input.first_chunk::<4>();
    let asks =
        selector.is_some_and(|s| [IInference::inferCall::SELECTOR, IInference::inferFixedCall::SELECTOR].contains(s));
    frame.to == Some(INFERENCE) && frame.error.is_none() && asks
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Bytes;

    fn inference(index: u64) -> TracedInference {
        TracedInference {
            call_index: U64::from(index),
            caller: Address::ZERO,
            model: B256::ZERO,
            input_hash: B256::ZERO,
            output_hash: B256::ZERO,
            gas: U64::ZERO,
            reverted: false,
            inputs: vec![],
            outputs: vec![],
        }
    }

    fn frame(to: Address, input: &[u8], calls: Vec<CallFrame>) -> CallFrame {
        CallFrame {
            to: Some(to),
            input: Bytes::copy_from_slice(input),
            calls,
            typ: "CALL".into(),
            ..Default::default()
        }
    }

    #[test]
    fn inferences_stand_in_the_frames_that_completed_one() {
        let infer = IInference::inferCall::SELECTOR;
        let failed = CallFrame { error: Some("execution reverted".into()), ..frame(INFERENCE, &infer, vec![]) };
        let price = frame(INFERENCE, &IInference::inferenceGasCall::SELECTOR, vec![]);
        let inner = frame(Address::ZERO, &infer, vec![frame(INFERENCE, &infer, vec![])]);
        let fixed = frame(INFERENCE, &IInference::inferFixedCall::SELECTOR, vec![]);
        let root = frame(Address::ZERO, &[], vec![failed, inner, price, fixed]);
        let trace = RpcTrace::new(GethTrace::CallTracer(root), vec![inference(0), inference(1)]);
        let json = serde_json::to_value(trace).unwrap();
        assert_eq!(json["calls"][0].get("inference"), None);
        assert_eq!(json["calls"][1]["calls"][0]["inference"]["callIndex"], "0x0");
        assert_eq!(json["calls"][2].get("inference"), None);
        assert_eq!(json["calls"][3]["inference"]["callIndex"], "0x1");
    }
}
