//! The task that owns an account. Every look at L1 does the same five things in the same order, so that it does not matter
//! what happened in between: a reorg, an outage, a restart of the node.

use super::{
    Included, Job, TxError, TxManagerConfig,
    flight::{Flight, Sidecar, Signing, cost},
};
use crate::{BlockTag, Fees, L1Client, L1Error, L1Prices, L1Signer, SignerError, blob_sidecar};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, U8, U64, U256, hex};
use alloy_sol_types::SolInterface;
use praxis_contracts::settlement::{
    IDisputeGameFactory::IDisputeGameFactoryErrors, IOutputGame::IOutputGameErrors,
    IQuorumResolver::IQuorumResolverErrors, IVerifierRegistry::IVerifierRegistryErrors,
};
use praxis_derive::blob::encode_blob;
use serde::Deserialize;
use serde_json::json;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};
use tracing::{debug, info, warn};

/// Looks after which a used nonce without a receipt of ours counts as someone else's.
const MISSING_LOOKS: u32 = 10;
/// Included transactions that are kept to be published again after a reorg.
const RECENT: usize = 64;
/// How often they are published again before their nonces are used anew.
const MAX_REBROADCASTS: u32 = 20;
/// Bytes of them: blob transactions are large.
const RECENT_BYTES: usize = 16 << 20;

pub(super) struct Actor {
    client: L1Client,
    signer: L1Signer,
    chain_id: u64,
    config: TxManagerConfig,
    jobs: mpsc::Receiver<Job>,
    queue: VecDeque<Job>,
    flights: VecDeque<Flight>,
    recent: VecDeque<(u64, Bytes)>,
    rebroadcasts: u32,
    failures: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReceipt {
    status: U8,
    block_hash: B256,
    block_number: U64,
    #[serde(default)]
    contract_address: Option<Address>,
}

impl Actor {
    pub(super) fn new(
        client: L1Client,
        signer: L1Signer,
        chain_id: u64,
        config: TxManagerConfig,
        jobs: mpsc::Receiver<Job>,
    ) -> Self {
        let (queue, flights, recent) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { client, signer, chain_id, config, jobs, queue, flights, recent, rebroadcasts: 0, failures: 0 }
    }

    pub(super) async fn run(mut self) {
        let mut open = true;
        loop {
            if self.queue.is_empty() && self.flights.is_empty() {
                match self.jobs.recv().await {
                    Some(job) => self.queue.push_back(job),
                    None => return,
                }
            } else {
                let room = open && self.queue.len() < self.config.queue.max(1);
                let pause = self.pause();
                tokio::select! {
                    job = self.jobs.recv(), if room => match job {
                        Some(job) => self.queue.push_back(job),
                        None => open = false,
                    },
                    () = tokio::time::sleep(pause) => {}
                }
            }
            match self.look().await {
                Ok(()) => self.failures = 0,
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    warn!(failures = self.failures, "transactions wait: {error}");
                }
            }
        }
    }

    fn pause(&self) -> Duration {
        let factor = 1u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.config.poll_interval.saturating_mul(factor).min(self.config.max_backoff.max(self.config.poll_interval))
    }

    async fn look(&mut self) -> Result<(), L1Error> {
        let next = self.client.nonce(self.signer.address(), false).await?;
        self.settle(next).await?;
        self.restore(next).await?;
        self.publish_again().await?;
        self.fill(next).await
    }

    /// Answers for the transactions whose nonces are used.
    async fn settle(&mut self, next_nonce: u64) -> Result<(), L1Error> {
        while self.flights.front().is_some_and(|flight| flight.nonce < next_nonce) {
            let Some(mut flight) = self.flights.pop_front() else { break };
            match self.find_receipt(&flight).await {
                Err(error) => {
                    self.flights.push_front(flight);
                    return Err(error);
                }
                Ok(Some((hash, receipt))) => {
                    let block = BlockNumHash::new(receipt.block_number.to(), receipt.block_hash);
                    if !self.is_deep_enough(block.number).await.unwrap_or(false) {
                        self.flights.push_front(flight);
                        return Ok(());
                    }
                    self.finish(flight, hash, block, &receipt);
                }
                Ok(None) => {
                    flight.missing += 1;
                    if flight.missing < MISSING_LOOKS {
                        self.flights.push_front(flight);
                        return Ok(());
                    }
                    warn!(nonce = flight.nonce, "another transaction took the nonce of {}", flight.job.request.label);
                    self.queue.push_front(flight.job);
                }
            }
        }
        Ok(())
    }

    async fn find_receipt(&self, flight: &Flight) -> Result<Option<(B256, WireReceipt)>, L1Error> {
        for hash in flight.hashes.iter().rev() {
            let receipt: Option<WireReceipt> = self.client.rpc.call("eth_getTransactionReceipt", json!([hash])).await?;
            if let Some(receipt) = receipt {
                return Ok(Some((*hash, receipt)));
            }
        }
        Ok(None)
    }

    async fn is_deep_enough(&self, block: u64) -> Result<bool, L1Error> {
        if self.config.confirmations <= 1 {
            return Ok(true);
        }
        let head = self.client.head(BlockTag::Latest).await?.map_or(0, |(id, _)| id.number);
        Ok(head.saturating_sub(block) + 1 >= self.config.confirmations)
    }

    fn finish(&mut self, flight: Flight, hash: B256, block: BlockNumHash, receipt: &WireReceipt) {
        let mut bytes = flight.raw.len() + self.recent.iter().map(|(_, raw)| raw.len()).sum::<usize>();
        while self.recent.len() >= RECENT || bytes > RECENT_BYTES {
            let Some((_, oldest)) = self.recent.pop_front() else { break };
            bytes -= oldest.len();
        }
        self.recent.push_back((flight.nonce, flight.raw));
        self.rebroadcasts = 0;
        let Job { request, reply } = flight.job;
        let result = if receipt.status.to::<u8>() == 1 {
            info!(%hash, l1_block = block.number, "{} is on L1", request.label);
            Ok(Included { hash, block, contract: receipt.contract_address })
        } else {
            Err(TxError::Reverted { label: request.label, hash })
        };
        let _ = reply.send(result); // Whoever asked may have gone.
    }

    /// After an L1 reorg: publishes again what was included and no longer is.
    async fn restore(&mut self, next_nonce: u64) -> Result<(), L1Error> {
        if !self.recent.iter().any(|(nonce, _)| *nonce >= next_nonce) {
            self.rebroadcasts = 0;
            return Ok(());
        }
        self.rebroadcasts += 1;
        if self.rebroadcasts > MAX_REBROADCASTS {
            self.recent.retain(|(nonce, _)| *nonce < next_nonce);
            return Ok(());
        }
        for (_, raw) in self.recent.iter().filter(|(nonce, _)| *nonce >= next_nonce) {
            match self.client.rpc.call_once::<B256>("eth_sendRawTransaction", json!([raw])).await {
                Err(error @ L1Error::Unreachable { .. }) => return Err(error),
                other => debug!("published again after a reorg: {other:?}"),
            }
        }
        Ok(())
    }

    /// The first nonce that neither L1 nor a transaction of ours has.
    fn free_nonce(&self, next_nonce: u64) -> u64 {
        let mut free = next_nonce;
        while self.recent.iter().any(|(nonce, _)| *nonce == free) {
            free += 1;
        }
        free
    }

    /// Publishes what L1 has not taken yet, and replaces what it has not included in time.
    async fn publish_again(&mut self) -> Result<(), L1Error> {
        for index in 0..self.flights.len() {
            let Some(flight) = self.flights.get(index) else { break };
            let late = flight.published.is_some_and(|at| at.elapsed() >= self.config.resubmission_timeout);
            if (late || flight.underpriced) && !self.raise(index).await? {
                break;
            }
            let long = |since: Instant| since.elapsed() >= self.config.resubmission_timeout;
            if self.flights[index].reserved.is_some_and(long) {
                self.make_way(index).await?;
            }
            if self.flights[index].published.is_none() && !self.publish(index).await? {
                break;
            }
        }
        Ok(())
    }

    /// Replaces a flight by one with higher fees, within the limits. False when the flight is gone.
    async fn raise(&mut self, index: usize) -> Result<bool, L1Error> {
        let prices = self.prices().await?;
        let flight = &self.flights[index];
        let label = flight.job.request.label.clone();
        if flight.has_blobs() && !flight.underpriced && flight.fees.cover(prices) {
            // Twice the fees would not help: it pays enough. The mempool may have lost it.
            self.flights[index].published = None;
            return Ok(true);
        }
        let fees = flight.fees.bump(self.limited(Fees::from_prices(prices, flight.has_blobs())));
        if fees.max_fee > self.config.max_fee || fees.blob_fee > self.config.max_blob_fee {
            warn!("{label} is not included, and a replacement would exceed the highest fee");
            return Ok(true);
        }
        info!(max_fee = fees.max_fee, blob_fee = fees.blob_fee, nonce = flight.nonce, "raising the fee of {label}");
        let signing = Signing { chain_id: self.chain_id, signer: &self.signer };
        match self.flights[index].replace(fees, &signing).await {
            Ok(()) => Ok(true),
            Err(SignerError::Remote(error)) if error.is_temporary() => Err(error),
            Err(error) => {
                self.fail(index, Signing::failure(&label, &error));
                Ok(false)
            }
        }
    }

    /// Mempools hold an account's blob transactions and its others in two pools and let it be in one at a time. A
    /// transaction of the other type that an earlier process left there, and that is not included, stands in the way: this
    /// replaces it by one that does nothing, with fees that rise until it is gone.
    async fn make_way(&mut self, index: usize) -> Result<(), L1Error> {
        let prices = self.prices().await?;
        let flight = &self.flights[index];
        let blob = if flight.has_blobs() { None } else { Some(empty_sidecar().await?) };
        let market = Fees::from_prices(prices, blob.is_some());
        let fees = flight.way.unwrap_or(market).bump(market);
        let nonce = flight.nonce;
        self.flights[index].reserved = Some(Instant::now());
        if fees.max_fee > self.config.max_fee || fees.blob_fee > self.config.max_blob_fee {
            warn!(
                nonce,
                "a transaction of the other type holds the nonce, and its replacement exceeds the highest fee"
            );
            return Ok(());
        }
        warn!(nonce, max_fee = fees.max_fee, "replacing a stuck transaction of the other type");
        self.flights[index].way = Some(fees);
        let signing = Signing { chain_id: self.chain_id, signer: &self.signer };
        let raw = match signing.sign_nothing(blob.as_ref(), nonce, fees).await {
            Ok(raw) => raw,
            Err(SignerError::Remote(error)) => return Err(error),
            Err(error) => {
                warn!("{error}");
                return Ok(());
            }
        };
        match self.client.rpc.call_once::<B256>("eth_sendRawTransaction", json!([raw])).await {
            Err(error @ L1Error::Unreachable { .. }) => Err(error),
            other => {
                debug!("replacement of the other type: {other:?}");
                Ok(())
            }
        }
    }

    /// Signs and publishes requests while there is room.
    async fn fill(&mut self, next_nonce: u64) -> Result<(), L1Error> {
        let first_free = self.free_nonce(next_nonce);
        // Nonces with a hole before them, left by a reorg or a failure, would never be included.
        let hole = (first_free..).zip(&self.flights).position(|(nonce, flight)| flight.nonce > nonce.max(next_nonce));
        if let Some(index) = hole {
            self.renumber(index);
        }
        while self.flights.len() < self.config.max_in_flight.max(1) {
            let Some(job) = self.queue.pop_front() else { break };
            if job.reply.is_closed() {
                continue;
            }
            // One pool of the mempool at a time.
            if self.flights.back().is_some_and(|flight| flight.has_blobs() != job.request.sidecar.is_some()) {
                self.queue.push_front(job);
                break;
            }
            let nonce = self.flights.back().map_or(first_free, |flight| flight.nonce + 1);
            match self.prepare(&job).await {
                Ok((gas_limit, fees)) => {
                    let signing = Signing { chain_id: self.chain_id, signer: &self.signer };
                    match Flight::new(job, nonce, gas_limit, fees, &signing).await {
                        Ok(flight) => self.flights.push_back(flight),
                        Err(failed) => {
                            let (job, error) = *failed;
                            if let SignerError::Remote(error) = &error
                                && error.is_temporary()
                            {
                                self.queue.push_front(job);
                                return Err(error.clone());
                            }
                            let _ = job.reply.send(Err(Signing::failure(&job.request.label, &error)));
                            continue;
                        }
                    }
                    if !self.publish(self.flights.len() - 1).await? {
                        break;
                    }
                }
                Err(TxError::L1 { error, .. }) if error.is_temporary() => {
                    self.queue.push_front(job);
                    return Err(*error);
                }
                Err(error) => {
                    warn!("{error}");
                    let _ = job.reply.send(Err(error));
                }
            }
        }
        Ok(())
    }

    /// Finds gas limit and fees, and makes sure that the account can pay.
    async fn prepare(&self, job: &Job) -> Result<(u64, Fees), TxError> {
        let request = &job.request;
        let label = || request.label.clone();
        let l1 = |error| TxError::L1 { label: label(), error: Box::new(error) };
        let address = self.signer.address();
        let prices = self.prices().await.map_err(l1)?;
        if request.sidecar.is_some() && prices.blob_base_fee.is_none() {
            let reason = "this L1 has no blobs".to_owned();
            return Err(TxError::Rejected { label: label(), reason });
        }
        let fees = self.limited(Fees::from_prices(prices, request.sidecar.is_some()));
        let gas_limit = match request.gas_limit {
            Some(gas_limit) => gas_limit,
            None => {
                let call = json!({ "from": address, "to": request.to, "data": request.data, "value": request.value });
                match self.client.rpc.call::<U64>("eth_estimateGas", json!([call])).await {
                    Ok(gas) => gas.to::<u64>().saturating_mul(6) / 5,
                    Err(L1Error::Refused { message, data, .. }) => {
                        return Err(TxError::WouldRevert { label: label(), reason: revert_reason(message, data) });
                    }
                    Err(error) => return Err(l1(error)),
                }
            }
        };
        let under_way = self.flights.iter().fold(U256::ZERO, |sum, flight| sum.saturating_add(flight.cost()));
        let needed = under_way.saturating_add(cost(request, gas_limit, fees));
        let has = self.client.balance(address).await.map_err(l1)?;
        if has < needed {
            return Err(TxError::InsufficientBalance { label: label(), address, needed, has });
        }
        Ok((gas_limit, fees))
    }

    async fn prices(&self) -> Result<L1Prices, L1Error> {
        self.client.prices().await
    }

    /// Fees within the limits of the configuration.
    fn limited(&self, mut fees: Fees) -> Fees {
        fees.max_fee = fees.max_fee.min(self.config.max_fee);
        fees.tip = fees.tip.min(fees.max_fee);
        fees.blob_fee = fees.blob_fee.min(self.config.max_blob_fee);
        fees
    }

    /// Sends the newest version of a flight. False when the flight is gone.
    async fn publish(&mut self, index: usize) -> Result<bool, L1Error> {
        let Some(flight) = self.flights.get_mut(index) else { return Ok(false) };
        let sent = self.client.rpc.call_once::<B256>("eth_sendRawTransaction", json!([flight.raw])).await;
        let label = flight.job.request.label.clone();
        let message = match sent {
            Ok(hash) => {
                debug!(%hash, nonce = flight.nonce, "sent {label}");
                (flight.published, flight.reserved) = (Some(Instant::now()), None);
                return Ok(true);
            }
            Err(L1Error::Refused { message, .. }) => message,
            Err(error) if error.is_temporary() => return Err(error),
            Err(error) => {
                self.fail(index, TxError::L1 { label, error: Box::new(error) });
                return Ok(false);
            }
        };
        match Refusal::of(&message) {
            Refusal::Known => flight.published = Some(Instant::now()),
            Refusal::NonceUsed => {}
            Refusal::Underpriced => flight.underpriced = true,
            Refusal::Reserved => {
                debug!("{label} waits: {message}");
                flight.reserved.get_or_insert_with(Instant::now);
                return Ok(false);
            }
            Refusal::Full => {
                debug!("{label} waits: {message}");
                return Ok(false);
            }
            Refusal::Balance => {
                let (address, needed) = (self.signer.address(), flight.cost());
                let has = self.client.balance(address).await?;
                self.fail(index, TxError::InsufficientBalance { label, address, needed, has });
                return Ok(false);
            }
            Refusal::Other => {
                self.fail(index, TxError::Rejected { label, reason: message });
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives up on a flight; those after it need new nonces.
    fn fail(&mut self, index: usize, error: TxError) {
        warn!("{error}");
        self.renumber(index + 1);
        if let Some(flight) = self.flights.remove(index) {
            let _ = flight.job.reply.send(Err(error));
        }
    }

    /// Puts the flights from `index` on back into the queue, in order.
    fn renumber(&mut self, index: usize) {
        while self.flights.len() > index {
            if let Some(flight) = self.flights.pop_back() {
                self.queue.push_front(flight.job);
            }
        }
    }
}

/// What a mempool's refusal means. Nodes agree on the words, not on the codes.
enum Refusal {
    Known,
    NonceUsed,
    Underpriced,
    /// The mempool holds transactions of another type of this account.
    Reserved,
    /// The mempool has no room for it now.
    Full,
    Balance,
    Other,
}

impl Refusal {
    fn of(message: &str) -> Self {
        let message = message.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if has(&["already known", "already imported", "known transaction", "already in"]) {
            Self::Known
        } else if has(&["nonce too low", "nonce is too low"]) {
            Self::NonceUsed
        } else if has(&["already reserved"]) {
            Self::Reserved
        } else if has(&["pool is full", "account limit exceeded", "nonce too high", "nonce gap"]) {
            Self::Full
        } else if has(&[
            "underpriced",
            "less than block blob gas fee",
            "blob gas too low",
            "blob fee too low",
            "fee too low",
            "less than block base fee",
            "replacement",
        ]) {
            Self::Underpriced
        } else if has(&["insufficient funds", "insufficient balance"]) {
            Self::Balance
        } else {
            Self::Other
        }
    }
}

/// One blob without data, made once for the process.
async fn empty_sidecar() -> Result<Sidecar, L1Error> {
    static EMPTY: tokio::sync::OnceCell<Option<Sidecar>> = tokio::sync::OnceCell::const_new();
    let made = EMPTY.get_or_init(|| async {
        let made = tokio::task::spawn_blocking(|| blob_sidecar(&[encode_blob(&[]).ok()?]).ok().map(Arc::new));
        made.await.ok().flatten()
    });
    made.await
        .clone()
        .ok_or_else(|| L1Error::NotFound { url: "this process".to_owned(), what: "an empty blob".to_owned() })
}

/// The errors of the contracts that are called here are read by name.
fn revert_reason(message: String, data: Option<String>) -> String {
    let Some(bytes) = data.and_then(|data| hex::decode(data).ok()) else { return message };
    let named = [
        named::<IDisputeGameFactoryErrors>,
        named::<IOutputGameErrors>,
        named::<IQuorumResolverErrors>,
        named::<IVerifierRegistryErrors>,
    ];
    if let Some(name) = named.iter().find_map(|read| read(&bytes)) {
        return name;
    }
    alloy_sol_types::decode_revert_reason(&bytes).filter(|reason| !reason.is_empty()).unwrap_or(message)
}

fn named<E: SolInterface + std::fmt::Debug>(bytes: &[u8]) -> Option<String> {
    E::abi_decode(bytes).ok().map(|error| format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_errors_are_named() {
        use praxis_contracts::settlement::IOutputGame::IncorrectBond;
        let error = IncorrectBond { given: U256::from(5), required: U256::from(10) };
        let data = hex::encode_prefixed(alloy_sol_types::SolError::abi_encode(&error));
        let reason = revert_reason("execution reverted".to_owned(), Some(data));
        assert!(reason.contains("IncorrectBond") && reason.contains("required: 10"), "{reason}");
        assert_eq!(revert_reason("no".to_owned(), Some("0x".to_owned())), "no");
    }
}
