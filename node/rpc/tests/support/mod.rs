//! A node without a clock: blocks are sealed when a test says so.

#![allow(dead_code, unreachable_pub, reason = "each test takes in this module whole and uses a part of it")]

pub mod models;

use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use jsonrpsee::{
    core::{ClientError, client::ClientT, params::ArrayParams},
    http_client::{HttpClient, HttpClientBuilder},
    types::ErrorObjectOwned,
};
use praxis_chain::{BuiltBlock, Chain, ChainOptions, ImportedBlock, PendingBlock, PendingPart, TransactionSource};
use praxis_pool::{BestTransactions, Pool, PoolConfig, PoolHead, PoolLimits};
use praxis_precompile::{DEFAULT_CACHE_BYTES, ModelCache, ResultCache};
use praxis_primitives::{
    BlockNumHash, ChainSpec, EthereumRules, Fault, FeeParams, GenesisAccount, GenesisSpec, L1Attributes, L1BlockInfo,
    PayloadAttributes, RecoveredTransaction, RollupConfig, RollupGenesis, Rules,
};
use praxis_rpc::{L1Status, RpcConfig, RpcContext, RpcHandle, RpcServer};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};
use tempfile::TempDir;
use tokio::sync::watch;

/// Base fee of the test chains, in wei.
pub const BASE_FEE: u128 = 1_000_000_000;

/// A chain with a server.
pub struct Node {
    pub chain: Arc<Chain>,
    pub pool: Arc<Pool>,
    pub rpc: RpcHandle,
    pub client: HttpClient,
    pub signer: PrivateKeySigner,
    pub l1: watch::Sender<L1Status>,
    _dir: TempDir,
}

pub fn signer() -> PrivateKeySigner {
    let key = hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    PrivateKeySigner::from_bytes(&key.into()).unwrap()
}

fn rich() -> U256 {
    U256::from(10u64).pow(U256::from(22))
}

fn rollup_spec() -> ChainSpec {
    let id = BlockNumHash::new(0, B256::repeat_byte(1));
    let config = RollupConfig {
        genesis: RollupGenesis {
            l1: id,
            l2: id,
            l2_time_ms: 1_700_000_000_000,
            balances: BTreeMap::from([(signer().address(), rich())]),
        },
        l1_chain_id: 77_000,
        l2_chain_id: 77_001,
        block_time_ms: 250,
        max_sequencer_drift_ms: 600_000,
        sequencing_window: 300,
        channel_timeout: 50,
        batch_inbox: Address::repeat_byte(0xff),
        batcher: Address::repeat_byte(2),
        l1: Default::default(),
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams {
            denominator: 1000,
            elasticity: 2,
            initial_base_fee: BASE_FEE as u64,
            min_base_fee: BASE_FEE as u64,
        },
    };
    Arc::new(config).chain_spec()
}

fn ethereum_spec() -> ChainSpec {
    let account = GenesisAccount { balance: rich(), ..GenesisAccount::default() };
    ChainSpec {
        chain_id: 77_000,
        genesis: GenesisSpec {
            timestamp_ms: 1_700_000_000_000,
            gas_limit: 30_000_000,
            base_fee: BASE_FEE as u64,
            beneficiary: Address::repeat_byte(9),
            extras: Default::default(),
            alloc: BTreeMap::from([(signer().address(), account)]),
        },
        fees: FeeParams::ETHEREUM,
        rules: Rules::Ethereum(EthereumRules::osaka(1)),
    }
}

/// Everything executable; `Some` shows the block to that chain as it grows, as a builder does.
struct FromPool<'a>(Option<&'a Chain>, BestTransactions);

impl TransactionSource for FromPool<'_> {
    fn next(&mut self, gas_left: u64) -> Option<RecoveredTransaction> {
        self.1
            .next()
            .filter(|tx| alloy_consensus::Transaction::gas_limit(tx.tx.inner()) <= gas_left)
            .map(|tx| tx.tx.clone())
    }
    fn rejected(&mut self, hash: B256, reason: &str) {
        panic!("{hash} was rejected: {reason}");
    }
    fn follows(&self) -> bool {
        self.0.is_some()
    }
    fn opened(&mut self, block: PendingBlock) -> Result<(), Fault> {
        self.0.unwrap().show_pending(block);
        Ok(())
    }
    fn executed(&mut self, part: PendingPart) -> Result<(), Fault> {
        self.0.unwrap().preconfirm(part);
        Ok(())
    }
}

/// An archive with one blob, of four bytes, of L1 block 5.
struct OneBlob;

impl praxis_rpc::Blobs for OneBlob {
    fn blob(&self, hash: B256) -> Result<Option<Bytes>, Fault> {
        Ok((hash == B256::repeat_byte(1)).then(|| Bytes::from_static(b"blob")))
    }

    fn hashes_at(&self, l1_block: u64, _limit: usize) -> Vec<B256> {
        if l1_block == 5 { vec![B256::repeat_byte(1)] } else { vec![] }
    }
}

impl Node {
    pub async fn rollup() -> Self {
        Self::start(rollup_spec(), |_| {}).await
    }

    pub async fn ethereum() -> Self {
        Self::start(ethereum_spec(), |_| {}).await
    }

    pub async fn rollup_with(configure: impl FnOnce(&mut RpcConfig)) -> Self {
        Self::start(rollup_spec(), configure).await
    }

    async fn start(spec: ChainSpec, configure: impl FnOnce(&mut RpcConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = ChainOptions {
            models: Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES)),
            results: Arc::new(ResultCache::default()),
            database: Default::default(),
            diff_hook: None,
        };
        let pool_config = PoolConfig {
            chain_id: spec.chain_id,
            tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
            min_base_fee: spec.fees.min_base_fee,
            limits: PoolLimits::default(),
        };
        let chain = Chain::open(dir.path(), spec, options).unwrap();
        let pool = Arc::new(Pool::new(pool_config, pool_head(&chain)));
        let (l1, l1_status) = watch::channel(L1Status::default());
        let mut config = RpcConfig::new(([127, 0, 0, 1], 0).into());
        configure(&mut config);
        let context = RpcContext {
            chain: chain.clone(),
            pool: Some(pool.clone()),
            l1: Some(l1_status),
            blobs: Some(Arc::new(OneBlob)),
            dev: None,
            peers: Default::default(),
            forward: None,
            client_version: "praxis/test".into(),
        };
        let rpc = RpcServer::start(config, context).await.unwrap();
        let client = HttpClientBuilder::default().build(rpc.http_url()).unwrap();
        Self { chain, pool, rpc, client, signer: signer(), l1, _dir: dir }
    }

    /// Seals a block of everything executable in the pool.
    pub fn seal(&self) -> Arc<ImportedBlock> {
        self.seal_salted(0)
    }

    /// The same with another L1 origin, so that another block stands at the same number.
    pub fn seal_salted(&self, salt: u8) -> Arc<ImportedBlock> {
        let built = self.build(salt, None);
        let imported = self.chain.import(&built.block).unwrap();
        self.pool.update_all(pool_head(&self.chain)).unwrap();
        imported
    }

    /// Opens a block with everything executable in the pool and does not seal it.
    pub fn open(&self) {
        self.build(0, Some(&self.chain));
    }

    fn build(&self, salt: u8, show: Option<&Chain>) -> BuiltBlock {
        let head = self.chain.head();
        let number = head.number + 1;
        let origin = L1BlockInfo {
            number: 0,
            hash: B256::repeat_byte(1),
            parent_hash: B256::ZERO,
            timestamp: 1_700_000_000,
            base_fee: 7,
            blob_base_fee: 1,
            prev_randao: B256::repeat_byte(salt),
            parent_beacon_block_root: B256::ZERO,
            batcher_transactions: vec![],
            config_updates: vec![],
            deposits: vec![],
        };
        let config = self.chain.rollup();
        let timestamp_ms = config.map_or((head.timestamp + 1) * 1000, |config| config.timestamp_ms(number));
        let first =
            config.map(|config| L1Attributes::new(&origin, number, config.system_config(), timestamp_ms, false));
        let attributes = PayloadAttributes {
            number,
            parent_hash: head.hash(),
            timestamp_ms,
            prev_randao: origin.prev_randao,
            parent_beacon_block_root: B256::ZERO,
            l1_origin: BlockNumHash::new(0, origin.hash),
            sequence_number: number,
            forced: false,
            gas_limit: head.gas_limit,
            extra_data: first.as_ref().map(|first| first.config.eip1559.extra_data()).unwrap_or_default(),
            transactions: first.iter().map(|first| first.transaction().encoded_2718().into()).collect(),
        };
        let base_fee = self.chain.spec().base_fee_after(head.header());
        let mut source = FromPool(show, self.pool.best(base_fee));
        self.chain.build(&attributes, &mut source).unwrap()
    }

    /// A signed transaction of the rich account.
    pub fn sign(&self, nonce: u64, to: TxKind, value: u128, input: impl Into<Bytes>, gas_limit: u64) -> Bytes {
        let tx = TxEip1559 {
            chain_id: self.chain.spec().chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: 3 * BASE_FEE,
            max_priority_fee_per_gas: 2_000_000,
            to,
            value: U256::from(value),
            access_list: Default::default(),
            input: input.into(),
        };
        encode(&self.signer, tx)
    }

    /// Sends the rich account's next transaction.
    pub async fn send(&self, to: TxKind, value: u128, input: impl Into<Bytes>, gas_limit: u64) -> B256 {
        let from = self.signer.address();
        let nonce = self.ok("eth_getTransactionCount", serde_json::json!([from, "pending"])).await;
        let nonce = u64::from_str_radix(nonce.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        let raw = self.sign(nonce, to, value, input, gas_limit);
        serde_json::from_value(self.ok("eth_sendRawTransaction", serde_json::json!([raw])).await).unwrap()
    }

    /// Calls a method.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, ErrorObjectOwned> {
        let mut array = ArrayParams::new();
        for param in params.as_array().unwrap() {
            array.insert(param).unwrap();
        }
        match self.client.request(method, array).await {
            Ok(value) => Ok(value),
            Err(ClientError::Call(error)) => Err(error),
            Err(other) => panic!("{method}: {other}"),
        }
    }

    /// Calls a method that must succeed.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        self.call(method, params.clone()).await.unwrap_or_else(|error| panic!("{method}{params}: {error:?}"))
    }

    /// Calls a method that must fail; code and message.
    pub async fn err(&self, method: &str, params: Value) -> (i32, String) {
        match self.call(method, params.clone()).await {
            Err(error) => (error.code(), error.message().to_string()),
            Ok(value) => panic!("{method}{params}: {value}"),
        }
    }
}

fn pool_head(chain: &Chain) -> PoolHead {
    let head = chain.head();
    PoolHead::new(chain.state_at(head.number).unwrap(), chain.spec().base_fee_after(head.header()), head.gas_limit)
}

pub fn encode(signer: &PrivateKeySigner, tx: TxEip1559) -> Bytes {
    let signature = signer.sign_hash_sync(&tx.signature_hash()).unwrap();
    let envelope: EthereumTxEnvelope<TxEip4844> = tx.into_signed(signature).into();
    envelope.encoded_2718().into()
}
