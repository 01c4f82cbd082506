//! The task that owns an account. Every look at L1 does the same five things in the same order, so that it does not matter
//! what happened in between: a reorg, an outage, a restart of the node.

use super::{
    Included, Job, TxError, TxManagerConfig,
    flight::{Flight, cost},
};
use crate::{BlockTag, Fees, L1Client, L1Error};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bytes, U8, U64, U256, hex};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolInterface;
use praxis_contracts::IOutputOracle::IOutputOracleErrors;
use serde::Deserialize;
use serde_json::json;
use std::{collections::VecDeque, time::Duration};
use tokio::{sync::mpsc, time::Instant};
use tracing::{debug, info, warn};

/// Looks after which a used nonce without a receipt of ours counts as someone else's.
const MISSING_LOOKS: u32 = 10;
/// Included transactions that are kept to be published again after a reorg.
const RECENT: usize = 64;
/// How often they are published again before their nonces are used anew.
const MAX_REBROADCASTS: u32 = 20;
/// Where L1 does not suggest a priority fee.
const DEFAULT_TIP: u128 = 1_000_000_000;

pub(super) struct Actor {
    client: L1Client,
    signer: PrivateKeySigner,
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
        signer: PrivateKeySigner,
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
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
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
            if late || flight.underpriced {
                let fees = flight.fees.bump(self.market().await?);
                if fees.max_fee > self.config.max_fee {
                    warn!(
                        "{} is not included, and a replacement would exceed the highest fee",
                        flight.job.request.label
                    );
                    if !flight.underpriced {
                        continue;
                    }
                } else {
                    let flight = &mut self.flights[index];
                    info!(
                        max_fee = fees.max_fee,
                        nonce = flight.nonce,
                        "raising the fee of {}",
                        flight.job.request.label
                    );
                    if let Err(error) = flight.replace(fees, self.chain_id, &self.signer) {
                        self.fail(index, error);
                        break;
                    }
                }
            }
            if self.flights[index].published.is_none() && !self.publish(index).await? {
                break;
            }
        }
        Ok(())
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
            let nonce = self.flights.back().map_or(first_free, |flight| flight.nonce + 1);
            match self.prepare(&job).await {
                Ok((gas_limit, fees)) => {
                    match Flight::new(job, nonce, gas_limit, fees, self.chain_id, &self.signer) {
                        Ok(flight) => self.flights.push_back(flight),
                        Err(failed) => {
                            let (job, error) = *failed;
                            let _ = job.reply.send(Err(error));
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
        let fees = self.market().await.map_err(l1)?;
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

    async fn market(&self) -> Result<Fees, L1Error> {
        let head = self.client.head(BlockTag::Latest).await?;
        let base_fee = head.and_then(|(_, header)| header.base_fee_per_gas).unwrap_or(0);
        let tip = match self.client.rpc.call::<U256>("eth_maxPriorityFeePerGas", json!([])).await {
            Ok(tip) => tip.saturating_to(),
            Err(L1Error::Refused { .. }) => DEFAULT_TIP,
            Err(error) => return Err(error),
        };
        let mut fees = Fees::from_base_fee(u128::from(base_fee), tip);
        fees.max_fee = fees.max_fee.min(self.config.max_fee);
        fees.tip = fees.tip.min(fees.max_fee);
        Ok(fees)
    }

    /// Sends the newest version of a flight. False when the flight is gone.
    async fn publish(&mut self, index: usize) -> Result<bool, L1Error> {
        let Some(flight) = self.flights.get_mut(index) else { return Ok(false) };
        let sent = self.client.rpc.call_once::<B256>("eth_sendRawTransaction", json!([flight.raw])).await;
        let label = flight.job.request.label.clone();
        let message = match sent {
            Ok(hash) => {
                debug!(%hash, nonce = flight.nonce, "sent {label}");
                flight.published = Some(Instant::now());
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
        } else if has(&["underpriced", "fee too low", "less than block base fee", "replacement"]) {
            Self::Underpriced
        } else if has(&["insufficient funds", "insufficient balance"]) {
            Self::Balance
        } else {
            Self::Other
        }
    }
}

/// The output oracle is the one contract that is called here, so its errors are read by name.
fn revert_reason(message: String, data: Option<String>) -> String {
    let Some(bytes) = data.and_then(|data| hex::decode(data).ok()) else { return message };
    if let Ok(error) = IOutputOracleErrors::abi_decode(&bytes) {
        return format!("{error:?}");
    }
    alloy_sol_types::decode_revert_reason(&bytes).filter(|reason| !reason.is_empty()).unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oracles_errors_are_named() {
        let data = "0xc081d4000000000000000000000000000000000000000000000000000000000000000005\
                    000000000000000000000000000000000000000000000000000000000000000a";
        let reason = revert_reason("execution reverted".to_owned(), Some(data.to_owned()));
        assert!(reason.contains("BlockTooEarly") && reason.contains("earliest: 10"), "{reason}");
        assert_eq!(revert_reason("no".to_owned(), Some("0x".to_owned())), "no");
    }
}
