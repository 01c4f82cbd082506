//! A chain in memory that executes one block after the other.

use crate::{
    BlockContext, BlockExecutor, ExecuteError, ExecutionOutput, InMemoryModels, InMemoryState, ModelAccess, ModelCache,
    TxOutcome,
};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use alloy_sol_types::{SolCall, SolValue};
use praxis_contracts::{
    ICaller, IInference,
    addresses::{DEPOSITOR, INFERENCE, MODEL_REGISTRY},
    artifacts,
    layout::{ModelWord, RoyaltyWord, model_royalty_slot, model_slot},
};
use praxis_model::{DType, Plan, PlanBuilder, Tensor, TensorType, ops::Gemm};
use praxis_primitives::{
    ChainSpec, EthereumRules, FeeParams, Fork, GenesisSpec, L1Attributes, L1Contracts, RecoveredTransaction,
    RollupConfig, RollupGenesis, Rules, Transaction, TxDeposit,
};
use std::{collections::BTreeMap, sync::Arc};

pub(super) const ALICE: Address = Address::repeat_byte(0xa1);
pub(super) const BOB: Address = Address::repeat_byte(0xb0);
pub(super) const CALLER: Address = Address::repeat_byte(0xca);
/// Owner of the rules, on L1.
pub(super) const TIMELOCK: Address = Address::repeat_byte(0x71);
pub(super) const ETHER: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
pub(super) const GWEI: u128 = 1_000_000_000;

pub(super) struct Chain {
    pub(super) spec: ChainSpec,
    pub(super) state: InMemoryState,
    pub(super) models: Arc<InMemoryModels>,
    pub(super) cache: Arc<ModelCache>,
    pub(super) number: u64,
    nonces: BTreeMap<Address, u64>,
}

pub(super) fn rollup_spec() -> ChainSpec {
    let config = RollupConfig {
        genesis: RollupGenesis {
            l1: BlockNumHash::new(7, B256::repeat_byte(7)),
            l2: BlockNumHash::default(),
            l2_time_ms: 1_700_000_000_000,
            balances: BTreeMap::from([(ALICE, ETHER), (BOB, ETHER)]),
        },
        l1_chain_id: 77_000,
        l2_chain_id: 77_001,
        block_time_ms: 250,
        max_sequencer_drift_ms: 1_000,
        sequencing_window: 100,
        channel_timeout: 10,
        batch_inbox: Address::repeat_byte(1),
        batcher: Address::repeat_byte(2),
        l1: L1Contracts { timelock: TIMELOCK, ..Default::default() },
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams { denominator: 1000, elasticity: 2, initial_base_fee: GWEI as u64, min_base_fee: 1 },
    };
    Arc::new(config).chain_spec()
}

pub(super) fn ethereum_spec() -> ChainSpec {
    let mut spec = rollup_spec();
    spec.chain_id = 77_000;
    spec.fees = FeeParams::ETHEREUM;
    spec.rules = Rules::Ethereum(EthereumRules::osaka(1));
    spec.genesis = GenesisSpec { beneficiary: Address::repeat_byte(0xbe), ..spec.genesis };
    spec
}

impl Chain {
    pub(super) fn new() -> Self {
        Self::of(rollup_spec())
    }

    pub(super) fn of(spec: ChainSpec) -> Self {
        let mut state = InMemoryState::new(&spec.genesis_state());
        state.insert_contract(CALLER, artifacts::CALLER.runtime().clone());
        Self { spec, state, models: Arc::default(), cache: Arc::default(), number: 9, nonces: BTreeMap::new() }
    }

    pub(super) fn access(&self) -> ModelAccess {
        ModelAccess::new(self.models.clone(), self.cache.clone())
    }

    pub(super) fn context(&self) -> BlockContext {
        let timestamp_ms = 1_700_000_000_000 + 250 * (self.number + 1);
        BlockContext {
            number: self.number + 1,
            timestamp_ms,
            timestamp: timestamp_ms / 1000,
            beneficiary: self.spec.genesis.beneficiary,
            gas_limit: 30_000_000,
            base_fee: GWEI as u64,
            prev_randao: B256::repeat_byte(3),
            parent_hash: B256::repeat_byte(self.number as u8),
            parent_beacon_block_root: B256::repeat_byte(5),
            excess_blob_gas: 0,
            extra_data: Bytes::new(),
            fork: Fork::Osaka,
            ethereum: Default::default(),
        }
    }

    /// Executes a block on a copy of nothing: the state changes once the block is done.
    pub(super) fn try_block(
        &mut self,
        transactions: &[RecoveredTransaction],
    ) -> (Vec<Result<TxOutcome, ExecuteError>>, ExecutionOutput) {
        let context = self.context();
        let mut executor = BlockExecutor::new(&self.spec, context, &self.state, self.access());
        executor.apply_pre_block().unwrap();
        let outcomes = transactions.iter().map(|tx| executor.execute(tx)).collect();
        let output = executor.finish().unwrap();
        self.state.apply(&output.diff);
        self.number += 1;
        (outcomes, output)
    }

    pub(super) fn block(&mut self, transactions: &[RecoveredTransaction]) -> (Vec<TxOutcome>, ExecutionOutput) {
        let (outcomes, output) = self.try_block(transactions);
        (outcomes.into_iter().map(|outcome| outcome.unwrap()).collect(), output)
    }

    pub(super) fn one(&mut self, tx: RecoveredTransaction) -> (TxOutcome, ExecutionOutput) {
        let (mut outcomes, output) = self.block(&[tx]);
        (outcomes.remove(0), output)
    }

    pub(super) fn balance(&self, address: Address) -> U256 {
        self.state.accounts.get(&address).map(|account| account.balance).unwrap_or_default()
    }

    pub(super) fn nonce(&self, address: Address) -> u64 {
        self.state.accounts.get(&address).map(|account| account.nonce).unwrap_or_default()
    }

    pub(super) fn tx(
        &mut self,
        from: Address,
        to: TxKind,
        value: U256,
        input: impl Into<Bytes>,
    ) -> RecoveredTransaction {
        let nonce = self.nonces.entry(from).or_default();
        *nonce += 1;
        let tx = TxEip1559 {
            chain_id: self.spec.chain_id,
            nonce: *nonce - 1,
            gas_limit: 3_000_000,
            max_fee_per_gas: 3 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to,
            value,
            access_list: Default::default(),
            input: input.into(),
        };
        signed(tx, from)
    }

    pub(super) fn call(&mut self, to: Address, input: impl Into<Bytes>) -> RecoveredTransaction {
        self.tx(ALICE, to.into(), U256::ZERO, input)
    }

    /// Publishes a model as the registry's storage would show it, active since block 1.
    pub(super) fn install(&mut self, plan: &Plan) -> B256 {
        let bytes = plan.encode();
        let cost = plan.cost();
        let word = ModelWord {
            activation_block: 1,
            warm_gas: cost.gas,
            cold_gas: cost.cold_gas,
            engine: plan.engine,
            length: bytes.len() as u32,
        };
        let id = self.models.insert(bytes);
        self.set_word(id, word);
        id
    }

    /// Whom the model's owner has named, and how much, since ever.
    pub(super) fn set_royalty(&mut self, id: B256, payee: Address, bps: u16) {
        let word = RoyaltyWord { payee, bps: 0, next_bps: bps, from: 0 };
        self.state.storage.insert((MODEL_REGISTRY, model_royalty_slot(id)), word.encode());
    }

    /// A block as the rollup has them: attributes, scheduled calls, then `transactions`. Gives the whole block and its receipts.
    pub(super) fn whole_block(
        &mut self,
        transactions: &[RecoveredTransaction],
    ) -> (Vec<RecoveredTransaction>, ExecutionOutput) {
        let context = self.context();
        let attributes = self.attributes(&context);
        let mut executor = BlockExecutor::new(&self.spec, context, &self.state, self.access());
        executor.apply_pre_block().unwrap();
        executor.execute(&attributes).unwrap();
        let mut block = vec![attributes];
        while let Some(tx) = executor.scheduled().unwrap() {
            executor.execute(&tx).unwrap();
            block.push(tx);
        }
        for tx in transactions {
            match executor.execute(tx) {
                Ok(_) => block.push(tx.clone()),
                Err(ExecuteError::Invalid(_)) => {}
                Err(ExecuteError::Fault(fault)) => panic!("{fault}"),
            }
        }
        let output = executor.finish().unwrap();
        self.state.apply(&output.diff);
        self.number += 1;
        (block, output)
    }

    /// The first transaction of the block.
    pub(super) fn attributes(&self, context: &BlockContext) -> RecoveredTransaction {
        let attributes = L1Attributes {
            number: 7,
            timestamp: 1_700_000_000,
            base_fee: 0,
            blob_base_fee: 0,
            hash: B256::repeat_byte(7),
            sequence_number: context.number,
            timestamp_ms: context.timestamp_ms,
            forced: false,
            config: self.spec.rollup().unwrap().system_config(),
        };
        RecoveredTransaction::new_unchecked(attributes.transaction(), DEPOSITOR)
    }

    pub(super) fn set_word(&mut self, id: B256, word: ModelWord) {
        self.state.storage.insert((MODEL_REGISTRY, model_slot(id)), word.encode());
    }
}

pub(super) fn signed(tx: TxEip1559, from: Address) -> RecoveredTransaction {
    let envelope: EthereumTxEnvelope<_> = tx.into_signed(Signature::test_signature()).into();
    RecoveredTransaction::new_unchecked(Transaction::Ethereum(envelope), from)
}

pub(super) fn deposit(
    from: Address,
    to: TxKind,
    mint: u128,
    value: U256,
    gas_limit: u64,
    input: Bytes,
) -> RecoveredTransaction {
    let tx = TxDeposit {
        source_hash: B256::repeat_byte(0xdd),
        from,
        to,
        mint,
        value,
        gas_limit,
        is_system_transaction: false,
        input,
    };
    RecoveredTransaction::new_unchecked(Transaction::deposit(tx), from)
}

/// y = 2x + 1 over two elements, a batch-1 model.
pub(super) fn affine() -> Plan {
    affine_with(1.0)
}

pub(super) fn affine_with(bias: f32) -> Plan {
    let mut b = PlanBuilder::new(0, [7; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, 2])).unwrap();
    let w = b.constant(Tensor::from_f32([2, 2], &[2.0, 0.0, 0.0, 2.0])).unwrap();
    let c = b.constant(Tensor::from_f32([2], &[bias, bias])).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    b.output("y", y);
    b.finish().unwrap()
}

pub(super) fn abi(tensor: &Tensor) -> IInference::Tensor {
    IInference::Tensor { dtype: tensor.dtype.code(), shape: tensor.shape.clone(), data: tensor.data.clone().into() }
}

/// Calldata of `infer` with one row.
pub(super) fn infer(model: B256, x: [f32; 2]) -> Bytes {
    infer_tensors(model, &[Tensor::from_f32([1, 2], &x)])
}

pub(super) fn infer_tensors(model: B256, inputs: &[Tensor]) -> Bytes {
    IInference::inferCall { model, inputs: inputs.iter().map(abi).collect() }.abi_encode().into()
}

pub(super) fn floats(output: &[u8]) -> Vec<f32> {
    let tensors = IInference::inferCall::abi_decode_returns(output).unwrap();
    let bytes = tensors[0].data.chunks_exact(4);
    bytes.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

pub(super) fn step(kind: ICaller::Kind, data: Bytes) -> ICaller::Step {
    ICaller::Step { kind, value: U256::ZERO, data }
}

pub(super) fn run(steps: &[ICaller::Step]) -> Bytes {
    ICaller::runCall { steps: steps.to_vec() }.abi_encode().into()
}

/// What `Caller.run` returned.
pub(super) fn results(outcome: &TxOutcome) -> (Vec<ICaller::Result>, u64) {
    assert!(outcome.success(), "{:?}", outcome.status);
    let result = ICaller::runCall::abi_decode_returns(&outcome.output).unwrap();
    (result.results, result.observedCount.to())
}

pub(super) fn word(value: u64) -> Bytes {
    U256::from(value).abi_encode().into()
}

pub(super) const PRECOMPILE: Address = INFERENCE;
