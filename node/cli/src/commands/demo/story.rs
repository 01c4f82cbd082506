//! The demo's words.

use super::{Decision, replay::Replayed, stage::Stage};
use crate::{
    commands::model::{LoadedModel, Published},
    ui::Ui,
};
use alloy_primitives::Address;

/// Tells what happens and what it means.
pub(super) struct Story<'a> {
    ui: &'a Ui,
}

impl<'a> Story<'a> {
    pub(super) const fn new(ui: &'a Ui) -> Self {
        Self { ui }
    }

    fn step(&self, number: u32, title: &str, text: &str) {
        self.ui.line(format!("\n{number}/7  {title}\n     {}", text.replace('\n', "\n     ")));
    }

    pub(super) fn opening(&self) {
        self.ui.line(
            "An agent is a program that moves money because a model told it to. Usually nobody can check what the model\n\
             was asked and what it said: it ran on somebody's server. Here it runs inside a transaction, and anyone can\n\
             run it again and compare every bit. This takes about half a minute.",
        );
    }

    pub(super) fn chains(&self, stage: &Stage) {
        let who = if stage.is_own() { "Started" } else { "Found" };
        self.step(
            1,
            "Two blockchains",
            &format!(
                "{who} L1, the chain that everybody trusts (chain {}, {}), and on top of it L2, a fast\n\
                 chain with a model runner built in (chain {}, {}, a block every {} ms).",
                stage.config.l1_chain_id, stage.l1, stage.config.l2_chain_id, stage.l2, stage.config.block_time_ms
            ),
        );
    }

    pub(super) fn imported(&self, model: &LoadedModel) {
        self.step(
            2,
            "A model",
            &format!(
                "A small neural network, trained on real stock prices and exported as an ONNX file. It was turned into a\n\
                 Plan: {} bytes, {} steps, every number fixed. Its id is a fingerprint of all of it:\n{}",
                model.bytes.len(),
                model.plan.nodes.len(),
                model.id
            ),
        );
    }

    pub(super) fn published(&self, model: &LoadedModel, published: &Published) {
        let how = if published.chunks_sent == 0 {
            "It was on the chain already.".to_string()
        } else {
            format!("It went into L2 in {} pieces, for {} gas in all.", published.chunks_sent, published.gas_used)
        };
        self.step(
            3,
            "Publish",
            &format!(
                "{how} Each chunk was checked against the id by a contract, so\nnobody can swap the model. Since block {} \
                 any contract may call {:.10}….",
                published.activation_block + 1,
                model.id.to_string()
            ),
        );
    }

    pub(super) fn deployed(&self, agent: Address) {
        self.step(
            4,
            "Deploy",
            &format!("A strategy contract now stands at {agent}. It turns prices into\nthe model's inputs, asks the model, and records the answer."),
        );
    }

    pub(super) fn decided(&self, decision: &Decision) {
        self.step(
            5,
            "Decide",
            &format!(
                "It was given the last twenty monthly prices of two stocks. Inside the transaction the model answered:\n\
                 hold {:.2} % of the first and {:.2} % of the second. Block {} commits to the model's id, the exact\n\
                 inputs and the exact outputs.",
                decision.weights.0 * 100.0,
                decision.weights.1 * 100.0,
                decision.block
            ),
        );
    }

    pub(super) fn checked_locally(&self, same: bool) {
        let verdict = if same { "gives the same bits" } else { "DIFFERS" };
        self.ui.line(format!("     Running the ONNX file here, outside the chain, on those inputs {verdict}."));
    }

    pub(super) fn replayed(&self, decision: &Decision, replayed: &Replayed) {
        self.step(
            6,
            "Batch",
            &format!(
                "L2's operator wrote the block, compressed, to L1 (block {}), and claimed what state it led to.\n\
                 From here on nobody has to trust the operator.",
                replayed.l1_block.number
            ),
        );
        self.step(
            7,
            "Replay and compare",
            &format!(
                "A verifier with an empty disk read L1, rebuilt {} L2 blocks from it, and executed them all, the model\n\
                 in block {} included. {} of the operator's claims checked.",
                replayed.blocks, decision.block, replayed.claims_right
            ),
        );
        self.ui.line("");
    }

    pub(super) fn ending(&self, agreed: bool) {
        self.ui.line(if agreed {
            "\nBoth output roots are equal: the operator's chain and the replay from L1 agree on every account, every\n\
             storage slot and every bit that the model said. Had the operator changed one of them, they would differ."
        } else {
            "\nThe two sides DIFFER: the operator's claims are not what L1's data leads to."
        });
    }
}
