//! A wallet on a chain: sends transactions and waits for what becomes of them.

use crate::failure::Failure;
use alloy_network::{Ethereum, EthereumWallet, TransactionBuilder};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_types_eth::{TransactionReceipt, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use alloy_transport::TransportError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// How long a transaction may take to get into a block.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(60);
/// How often the chain is asked.
const POLL: Duration = Duration::from_millis(100);

/// A chain, seen through its JSON-RPC.
#[derive(Clone)]
pub(crate) struct Client {
    provider: DynProvider<Ethereum>,
    url: Url,
}

/// A transaction on its way.
pub(crate) struct Submitted {
    hash: B256,
    what: String,
}

impl Client {
    /// A client that only reads.
    pub(crate) fn reader(url: &Url) -> Self {
        let provider = ProviderBuilder::new().connect_http(url.clone());
        Self { provider: DynProvider::new(provider), url: url.clone() }
    }

    /// A client that signs with `signer`.
    pub(crate) fn wallet(url: &Url, signer: PrivateKeySigner) -> Self {
        let provider = ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_http(url.clone());
        Self { provider: DynProvider::new(provider), url: url.clone() }
    }

    /// Where it speaks to.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    fn unreachable(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::failed(format!(
            "{} does not answer as a node: {error}; check the URL and that the node runs",
            self.url
        ))
    }

    /// What the node said, or that it says nothing.
    fn failed(&self, what: &str, error: &TransportError) -> Failure {
        match error.as_error_resp() {
            Some(answer) => match answer.as_revert_data().and_then(|data| praxis_agents::errors::name(&data)) {
                Some(reason) => Failure::failed(format!("{what}: reverted: {reason}")),
                None => Failure::failed(format!("{what}: {}", answer.message)),
            },
            None => self.unreachable(error),
        }
    }

    /// Any method.
    pub(crate) async fn request<T>(&self, method: &'static str, params: Value) -> Result<T, Failure>
    where
        T: DeserializeOwned + Send + Sync + std::fmt::Debug + Unpin + 'static,
    {
        self.provider.raw_request::<_, T>(method.into(), params).await.map_err(|e| self.failed(method, &e))
    }

    /// Calls a contract without a transaction.
    pub(crate) async fn call<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, Failure> {
        let request = TransactionRequest::default().to(to).input(Bytes::from(call.abi_encode()).into());
        let output = self.provider.call(request).await.map_err(|e| self.failed(C::SIGNATURE, &e))?;
        C::abi_decode_returns(&output).map_err(|e| {
            Failure::failed(format!("{} at {to} gave something else than its ABI says: {e}", C::SIGNATURE))
        })
    }

    /// Sends a call of a contract and waits for its receipt.
    pub(crate) async fn send<C: SolCall>(&self, to: Address, call: C) -> Result<TransactionReceipt, Failure> {
        let request = TransactionRequest::default().to(to).input(Bytes::from(call.abi_encode()).into());
        self.execute(request, C::SIGNATURE).await
    }

    /// Sends a call of a contract with `wei` and waits for its receipt.
    pub(crate) async fn pay<C: SolCall>(&self, to: Address, call: C, wei: U256) -> Result<TransactionReceipt, Failure> {
        let request = TransactionRequest::default().to(to).value(wei).input(Bytes::from(call.abi_encode()).into());
        self.execute(request, C::SIGNATURE).await
    }

    /// Sends `wei` and waits for the receipt.
    pub(crate) async fn transfer(&self, to: Address, wei: U256) -> Result<TransactionReceipt, Failure> {
        self.execute(TransactionRequest::default().to(to).value(wei), "transfer").await
    }

    /// Sends a call of a contract; [`Self::finish`] waits for its receipt.
    pub(crate) async fn submit<C: SolCall>(&self, to: Address, call: C) -> Result<Submitted, Failure> {
        let request = TransactionRequest::default().to(to).input(Bytes::from(call.abi_encode()).into());
        self.send_request(request, C::SIGNATURE).await
    }

    /// The receipt of a transaction that succeeded.
    pub(crate) async fn finish(&self, submitted: Submitted) -> Result<TransactionReceipt, Failure> {
        let Submitted { hash, what } = submitted;
        let receipt = self.wait(hash).await?;
        if receipt.status() {
            return Ok(receipt);
        }
        let block = receipt.block_number.unwrap_or_default();
        Err(Failure::failed(format!("{what}: the transaction {hash} reverted in block {block}")))
    }

    async fn send_request(&self, request: TransactionRequest, what: &str) -> Result<Submitted, Failure> {
        let pending = self.provider.send_transaction(request).await.map_err(|e| self.failed(what, &e))?;
        Ok(Submitted { hash: *pending.tx_hash(), what: what.to_owned() })
    }

    /// Deploys a contract and gives its address with the receipt.
    pub(crate) async fn deploy(&self, code: Bytes, what: &str) -> Result<(Address, TransactionReceipt), Failure> {
        let receipt = self.execute(TransactionRequest::default().with_deploy_code(code), what).await?;
        let address = receipt.contract_address;
        let address = address.ok_or_else(|| Failure::failed(format!("the deployment of {what} gave no address")))?;
        Ok((address, receipt))
    }

    async fn execute(&self, request: TransactionRequest, what: &str) -> Result<TransactionReceipt, Failure> {
        let submitted = self.send_request(request, what).await?;
        self.finish(submitted).await
    }

    /// Waits for the receipt of a transaction.
    pub(crate) async fn wait(&self, hash: B256) -> Result<TransactionReceipt, Failure> {
        let deadline = tokio::time::Instant::now() + INCLUSION_TIMEOUT;
        loop {
            if let Some(receipt) =
                self.provider.get_transaction_receipt(hash).await.map_err(|e| self.unreachable(&e))?
            {
                return Ok(receipt);
            }
            if tokio::time::Instant::now() > deadline {
                let waited = INCLUSION_TIMEOUT.as_secs();
                return Err(Failure::failed(format!(
                    "{hash} was in no block after {waited} seconds; is the sequencer running?"
                )));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Number of the newest block.
    pub(crate) async fn block_number(&self) -> Result<u64, Failure> {
        self.provider.get_block_number().await.map_err(|e| self.unreachable(&e))
    }
}
