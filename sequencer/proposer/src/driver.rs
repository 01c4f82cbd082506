//! The task that connects the core to L1.

use crate::{ClaimRequest, L2Outputs, Ledger, ProposerCore};
use alloy_consensus::Header;
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, U256, utils::format_ether};
use alloy_sol_types::SolCall;
use praxis_contracts::settlement::{GAME_TYPE, IAnchorStateRegistry, IDisputeGameFactory, IOutputGame};
use praxis_l1::{BlockTag, L1Client, L1Error, ListedClaim, TxError, TxManager, TxRequest, claim_calldata};
use praxis_primitives::{Fault, L1Contracts};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tracing::{error, info, warn};

/// Claims whose end is looked after in one look.
const MAX_ENDINGS: usize = 8;
/// Status of a claim that lost or is void, in the OP Stack's numbers.
const CHALLENGER_WINS: u8 = 1;
/// Status of a claim that nobody has ended.
const IN_PROGRESS: u8 = 0;
/// The account is low when it can't pay for this many further claims.
const LOW_CLAIMS: u64 = 3;
/// How often that is said.
const LOW_EVERY: Duration = Duration::from_secs(600);

/// How the proposer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposerConfig {
    /// The contracts on L1.
    pub contracts: L1Contracts,
    /// L2 blocks between two claims.
    pub interval: u64,
    /// Time between two looks.
    pub poll_interval: Duration,
    /// Longest wait between two looks while something does not work.
    pub max_backoff: Duration,
}

/// Why a look did not succeed. The proposer logs it and looks again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProposerError {
    /// L1 cannot be read.
    #[error("claims wait: {0}")]
    L1(#[from] L1Error),
    /// The claim was not included.
    #[error("a claim was not made and will be tried again: {0}")]
    Tx(#[from] TxError),
    /// The node cannot read its chain.
    #[error("the proposer cannot read the chain: {0}")]
    Fault(#[from] Fault),
}

/// What does not change while the factory's kind of claim does not.
#[derive(Debug, Clone, Copy)]
struct Terms {
    claim_window: u64,
    resolve_window: u64,
}

/// The proposer.
pub struct Proposer<S> {
    config: ProposerConfig,
    l2: S,
    l1: L1Client,
    manager: TxManager,
    core: ProposerCore,
    ledger: Ledger,
    terms: Option<Terms>,
    said_low: Option<Instant>,
}

impl<S: L2Outputs> Proposer<S> {
    /// A proposer whose `manager` owns the account that pays the bonds and gets them back.
    pub fn new(config: ProposerConfig, l2: S, l1: L1Client, manager: TxManager) -> Self {
        let core = ProposerCore::new(config.interval);
        Self { config, l2, l1, manager, core, ledger: Ledger::default(), terms: None, said_low: None }
    }

    /// Runs until the task is dropped.
    pub async fn run(mut self) {
        let mut failures = 0u32;
        loop {
            match self.look().await {
                Ok(_) => failures = 0,
                Err(error) => {
                    failures = failures.saturating_add(1);
                    match &error {
                        ProposerError::L1(_) => warn!("{error}"),
                        ProposerError::Tx(_) | ProposerError::Fault(_) => error!("{error}"),
                    }
                }
            }
            let factor = 1u32.checked_shl(failures.min(16)).unwrap_or(u32::MAX);
            let longest = self.config.max_backoff.max(self.config.poll_interval);
            sleep(self.config.poll_interval.saturating_mul(factor).min(longest)).await;
        }
    }

    /// Makes the claim that is due, if one is, and ends claims whose windows are over; waits until all that is on L1.
    ///
    /// # Errors
    /// When L1 or the chain cannot be read, or a transaction is not included; the next look starts over.
    pub async fn look(&mut self) -> Result<Option<ClaimRequest>, ProposerError> {
        let Some((head, header)) = self.l1.head(BlockTag::Latest).await? else { return Ok(None) };
        let terms = self.terms(head).await?;
        self.read_claims(head, &header, terms).await?;
        let claimed = self.claimed(head).await?;
        let due = self.core.next_claim(&self.l2, head.number, claimed)?;
        if let Some(claim) = due {
            self.claim(claim, head).await?;
        }
        self.end_claims(head, header.timestamp, terms).await?;
        Ok(due)
    }

    async fn terms(&mut self, head: BlockNumHash) -> Result<Terms, ProposerError> {
        if let Some(terms) = self.terms {
            return Ok(terms);
        }
        let game = self.config.contracts.output_game;
        let claim_window = self.l1.read(game, &IOutputGame::claimWindowCall {}, head.hash).await?;
        let resolve_window = self.l1.read(game, &IOutputGame::resolveWindowCall {}, head.hash).await?;
        info!(
            interval = self.config.interval,
            claim_window,
            factory = %self.config.contracts.dispute_game_factory,
            "claiming output roots"
        );
        Ok(*self.terms.insert(Terms { claim_window, resolve_window }))
    }

    /// Reads what the factory lists beyond what is known, back to where everything has ended.
    async fn read_claims(&mut self, head: BlockNumHash, header: &Header, terms: Terms) -> Result<(), ProposerError> {
        let factory = self.config.contracts.dispute_game_factory;
        let count = self.l1.claim_count(factory, head.hash).await?;
        let Some(newest) = count.checked_sub(1) else {
            self.ledger.clear();
            return Ok(());
        };
        // The newest known claim is read again: an L1 reorg puts another in its place.
        let known = self.ledger.newest().copied();
        let oldest = known.map_or(0, |known| known.index);
        // Bonds of claims that ended long ago may still be waiting: twice the longest life of a claim.
        let life = terms.claim_window.saturating_add(terms.resolve_window).saturating_mul(2);
        let horizon = header.timestamp.saturating_sub(life.max(86_400));
        let mut left = 2048u32;
        let enough = |claim: &ListedClaim| {
            left = left.saturating_sub(1);
            claim.created_at < horizon || left == 0
        };
        let mut listed = self.l1.listed_claims(factory, (newest, oldest), head.hash, enough).await?;
        if let Some(known) = known {
            match listed.pop() {
                Some(again) if again == known => {}
                _ => {
                    self.ledger.clear();
                    return Ok(()); // The next look reads everything.
                }
            }
        }
        for claim in listed.into_iter().rev() {
            let creator = self.l1.read(claim.game, &IOutputGame::gameCreatorCall {}, head.hash).await?;
            self.ledger.insert(claim, creator == self.manager.address());
        }
        Ok(())
    }

    /// The L2 block of the newest claim that stands.
    async fn claimed(&mut self, head: BlockNumHash) -> Result<u64, ProposerError> {
        loop {
            let l2 = &self.l2;
            let mut fault = None;
            let standing = self.ledger.standing(|number| match l2.output_root(number) {
                Ok(root) => root,
                Err(error) => {
                    fault.get_or_insert(error);
                    None
                }
            });
            let standing = standing.copied();
            if let Some(fault) = fault {
                return Err(fault.into());
            }
            let Some(standing) = standing else {
                let registry = self.config.contracts.anchor_state_registry;
                let anchor = self.l1.read(registry, &IAnchorStateRegistry::getAnchorRootCall {}, head.hash).await?;
                return Ok(u64::try_from(anchor.l2BlockNumber).unwrap_or(u64::MAX));
            };
            let status = self.l1.read(standing.game, &IOutputGame::statusCall {}, head.hash).await?;
            if status != CHALLENGER_WINS {
                return Ok(standing.l2_block_number);
            }
            warn!(game = %standing.game, block = standing.l2_block_number, "a claim that this node finds right has lost or is void");
            self.ledger.mark_lost(standing.index);
        }
    }

    async fn claim(&mut self, claim: ClaimRequest, head: BlockNumHash) -> Result<(), ProposerError> {
        let factory = self.config.contracts.dispute_game_factory;
        let bond =
            self.l1.read(factory, &IDisputeGameFactory::initBondsCall { gameType: GAME_TYPE }, head.hash).await?;
        self.say_if_low(bond).await?;
        let label = format!("the claim of L2 block {}", claim.l2_block_number);
        let data = claim_calldata(claim.output_root, claim.l2_block_number, claim.l1);
        let request = TxRequest { value: bond, ..TxRequest::call(label, factory, data) };
        self.manager.send(request).await?.included().await?;
        metrics::counter!("praxis_proposer_claims").increment(1);
        metrics::gauge!("praxis_proposer_claimed_block").set(claim.l2_block_number as f64);
        Ok(())
    }

    /// Warns before the account can't pay.
    async fn say_if_low(&mut self, bond: U256) -> Result<(), ProposerError> {
        let address = self.manager.address();
        let balance = self.l1.balance(address).await?;
        metrics::gauge!("praxis_proposer_balance_wei").set(f64::from(balance));
        metrics::gauge!("praxis_proposer_open_bonds").set(self.ledger.open() as f64);
        let low = balance < bond.saturating_mul(U256::from(LOW_CLAIMS + 1));
        if low && self.said_low.is_none_or(|said| said.elapsed() >= LOW_EVERY) {
            self.said_low = Some(Instant::now());
            let (holds, costs) = (format_ether(balance), format_ether(bond));
            warn!(
                "the proposer's account {address} holds {holds} ether and each claim is bonded with {costs}; {} bonds are out \
                 until their claims end: fund the account before it can't claim",
                self.ledger.open()
            );
        }
        Ok(())
    }

    /// Ends our claims whose windows are over, and gets the bonds back.
    async fn end_claims(&mut self, head: BlockNumHash, now: u64, terms: Terms) -> Result<(), ProposerError> {
        let ripe: Vec<(u64, Address)> = self.ledger.ripe(now, terms.claim_window).take(MAX_ENDINGS).collect();
        for (index, game) in ripe {
            let status = self.l1.read(game, &IOutputGame::statusCall {}, head.hash).await?;
            if status == IN_PROGRESS {
                // Contested and not judged yet: the call says so without costing anything.
                if self.l1.read(game, &IOutputGame::resolveCall {}, head.hash).await.is_err() {
                    continue;
                }
                self.send("the end of a claim", game, IOutputGame::resolveCall {}.abi_encode()).await?;
            }
            let recipient = self.manager.address();
            let Some((head, _)) = self.l1.head(BlockTag::Latest).await? else { return Ok(()) };
            let credit = self.l1.read(game, &IOutputGame::creditCall { recipient }, head.hash).await?;
            if !credit.is_zero() {
                let call = IOutputGame::claimCreditCall { recipient }.abi_encode();
                self.send("the return of a bond", game, call).await?;
                info!(%game, ether = format_ether(credit), "a bond came back");
            }
            self.ledger.close(index);
        }
        Ok(())
    }

    async fn send(&self, label: &str, to: Address, data: Vec<u8>) -> Result<(), ProposerError> {
        self.manager.send(TxRequest::call(label, to, data.into())).await?.included().await?;
        Ok(())
    }
}
