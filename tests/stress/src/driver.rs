//! The world, with L1 blocks every 12 seconds, and transactions that must succeed.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{IModelRegistry, addresses::MODEL_REGISTRY};
use praxis_harness::{Account, DemoModel, Mine, World};
use praxis_primitives::Receipt;
use std::collections::BTreeMap;

/// Seconds from one L1 block to the next.
pub(crate) const L1_SECONDS: u64 = 12;
/// Milliseconds from one L2 block to the next.
pub(crate) const L2_BLOCK_MS: u64 = 6_000;
/// L1 blocks within which whatever waits in the pool must be in a block.
const PATIENCE: usize = 60;

/// See the module.
pub(crate) struct Driver {
    pub(crate) world: World,
    sent: Vec<(B256, &'static str)>,
    next: BTreeMap<Address, u64>,
}

impl Driver {
    pub(crate) fn new() -> Self {
        let world = World::new(|config| {
            config.block_time_ms = L2_BLOCK_MS;
            config.max_sequencer_drift_ms = 600_000;
            config.sequencing_window = 64;
            config.channel_timeout = 32;
        });
        Self { world, sent: vec![], next: BTreeMap::new() }
    }

    /// The head's time, seconds.
    pub(crate) fn now(&self) -> u64 {
        self.world.sequencer.chain().head().timestamp
    }

    /// The head's number.
    pub(crate) fn head(&self) -> u64 {
        self.world.sequencer.chain().head().number
    }

    /// Sends a transaction and goes on; `what` names it where it fails.
    pub(crate) fn send(&mut self, what: &'static str, from: &Account, to: TxKind, value: U256, gas: u64, data: Bytes) {
        let known = self.world.nonce(from);
        let nonce = self.next.get(&from.address).copied().unwrap_or(0).max(known);
        let tx = from.sign(alloy_consensus::TxEip1559 {
            chain_id: praxis_harness::L2_CHAIN_ID,
            nonce,
            gas_limit: gas,
            max_fee_per_gas: 1_000_000_000,
            max_priority_fee_per_gas: 1_000,
            to,
            value,
            access_list: Default::default(),
            input: data,
        });
        self.next.insert(from.address, nonce + 1);
        let hash = self.world.sequencer.send(tx).unwrap_or_else(|error| panic!("{what}: the pool refuses it: {error}"));
        self.sent.push((hash, what));
    }

    /// Calls a contract without value.
    pub(crate) fn call(&mut self, what: &'static str, from: &Account, to: Address, gas: u64, call: impl SolCall) {
        self.send(what, from, TxKind::Call(to), U256::ZERO, gas, call.abi_encode().into());
    }

    /// Deploys a contract; gives its address.
    pub(crate) fn deploy(&mut self, name: &'static str, from: &Account, arguments: &[u8]) -> Address {
        let known = self.world.nonce(from);
        let nonce = self.next.get(&from.address).copied().unwrap_or(0).max(known);
        let code = crate::code::deployment(name, arguments);
        self.send(name, from, TxKind::Create, U256::ZERO, 6_000_000, code);
        from.address.create(nonce)
    }

    /// Lets time pass until all that was sent is in blocks; gives the receipts in the order of sending.
    ///
    /// # Panics
    /// When one of the transactions failed, or does not get into a block.
    pub(crate) fn settle_sent(&mut self) -> Vec<Receipt> {
        for _ in 0..PATIENCE {
            let waiting = self.world.sequencer.pool().status();
            if waiting.pending + waiting.queued == 0 {
                break;
            }
            self.tick();
        }
        let receipts = std::mem::take(&mut self.sent).into_iter().map(|(hash, what)| {
            let (_, receipt) = self.receipt(hash).unwrap_or_else(|| panic!("{what} is in no block"));
            assert!(receipt.success, "{what} failed after {} gas in its block", receipt.cumulative_gas_used);
            receipt
        });
        receipts.collect()
    }

    /// Forgets what was sent: whether it succeeds is not the question.
    pub(crate) fn forget_sent(&mut self) {
        self.sent.clear();
    }

    pub(crate) fn receipt(&self, hash: B256) -> Option<(u64, Receipt)> {
        self.world.sequencer.receipt(hash)
    }

    /// One L1 block; each role does its part.
    ///
    /// # Panics
    /// When the verifier finds a difference or stops.
    pub(crate) fn tick(&mut self) {
        self.world.l1.mine_with(Mine { seconds: L1_SECONDS, ..Mine::default() });
        self.world.run_sequencer();
        self.world.verifier.follow(&self.world.l1).expect("the verifier follows");
        assert_eq!(self.world.verifier.difference(), None, "the verifier disagrees");
    }

    /// `eth_call` at the head.
    ///
    /// # Panics
    /// When it reverts.
    pub(crate) fn view<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let output = self.world.sequencer.call(to, call.abi_encode().into());
        let output = output.unwrap_or_else(|data| panic!("{} reverts: {data}", C::SIGNATURE));
        C::abi_decode_returns(&output).expect("the contract answers as its ABI says")
    }

    /// Publishes a model, with a share for a payee; gives its id.
    pub(crate) fn publish(&mut self, owner: &Account, model: &DemoModel, royalty: Option<(u16, Address)>) -> B256 {
        let nonce = self.world.nonce(owner);
        let count = u64::from(model.chunks());
        let mut all = vec![model.begin(owner, nonce)];
        all.extend((0..model.chunks()).map(|i| model.put_chunk(owner, nonce + 1 + u64::from(i), i, |_| {})));
        for tx in all {
            self.sent.push((self.world.sequencer.send(tx).expect("the pool takes a model's part"), "a model's part"));
        }
        self.settle_sent();
        self.next.insert(owner.address, nonce + 1 + count);
        if let Some((bps, payee)) = royalty {
            // Before the activation it holds at once.
            let call = IModelRegistry::setRoyaltyCall { id: model.id, bps, payee };
            self.call("setRoyalty", owner, MODEL_REGISTRY, 200_000, call);
            self.settle_sent();
        }
        let nonce = self.world.nonce(owner);
        let tx = model.activate(owner, nonce);
        self.sent.push((self.world.sequencer.send(tx).expect("the pool takes activate"), "activate"));
        self.settle_sent();
        self.next.insert(owner.address, nonce + 1);
        model.id
    }
}
