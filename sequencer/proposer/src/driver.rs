//! The task that connects the core to L1.

use crate::{ClaimRequest, L2Outputs, Ledger, ProposerCore};
use alloy_consensus::Header;
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, U256, utils::format_ether};
use alloy_sol_types::SolCall;
use praxis_contracts::settlement::{GAME_TYPE, IAnchorStateRegistry, IDisputeGameFactory, IOutputGame};
use praxis_l1::{BlockTag, L1Client, L1Error, ListedClaim, Runway, TxError, TxManager, TxRequest, claim_calldata};
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
/// Status of a claim that won.
const DEFENDER_WINS: u8 = 2;
/// How often the anchor moves in a claim's window, at most.
const ANCHORS_PER_WINDOW: u64 = 7;
/// What a claim takes, rather too much.
const CLAIM_GAS: u64 = 500_000;

/// How the proposer runs.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposerConfig {
    /// The contracts on L1.
    pub contracts: L1Contracts,
    /// L2 blocks between two claims.
    pub interval: u64,
    /// Warn when the account's ether lasts less than this many days at current spending.
    pub warn_days: f64,
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

/// A claim of ours that won.
#[derive(Debug, Clone, Copy)]
struct Won {
    game: Address,
    /// L1 time at which that was seen.
    seen_at: u64,
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
    runway: Runway,
    began: Instant,
    /// A claim of ours that won and is not the anchor.
    won: Option<Won>,
    /// L1 time at which the anchor moved last.
    anchored_at: u64,
}

impl<S: L2Outputs> Proposer<S> {
    /// A proposer whose `manager` owns the account that pays the bonds and gets them back.
    pub fn new(config: ProposerConfig, l2: S, l1: L1Client, manager: TxManager) -> Self {
        let core = ProposerCore::new(config.interval);
        Self {
            runway: Runway::new("proposer", manager.address(), config.warn_days),
            began: Instant::now(),
            ledger: Ledger::default(),
            terms: None,
            won: None,
            anchored_at: 0,
            config,
            l2,
            l1,
            manager,
            core,
        }
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
        self.move_anchor(head, header.timestamp, terms).await?;
        self.watch_balance(head).await?;
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
        let label = format!("the claim of L2 block {}", claim.l2_block_number);
        let data = claim_calldata(claim.output_root, claim.l2_block_number, claim.l1);
        let request = TxRequest { value: bond, ..TxRequest::call(label, factory, data) };
        self.manager.send(request).await?.included().await?;
        metrics::counter!("praxis_proposer_claims").increment(1);
        metrics::gauge!("praxis_proposer_claimed_block").set(claim.l2_block_number as f64);
        Ok(())
    }

    /// Warns before the account can't pay. Bonds that are out count as there: what is spent is fees.
    async fn watch_balance(&mut self, head: BlockNumHash) -> Result<(), ProposerError> {
        let now = self.began.elapsed();
        if !self.runway.is_due(now) {
            return Ok(());
        }
        let factory = self.config.contracts.dispute_game_factory;
        let bond =
            self.l1.read(factory, &IDisputeGameFactory::initBondsCall { gameType: GAME_TYPE }, head.hash).await?;
        let (balance, prices) = (self.l1.balance(self.manager.address()).await?, self.l1.prices().await?);
        let open = self.ledger.open();
        let out = bond.saturating_mul(U256::from(open));
        metrics::gauge!("praxis_proposer_open_bonds").set(open as f64);
        let fee = prices.cost(CLAIM_GAS, 0).saturating_mul(U256::from(2));
        self.runway.sample(now, balance.saturating_add(out), out.saturating_add(bond).saturating_add(fee));
        Ok(())
    }

    /// Moves the anchor to the newest of our claims that has won for good: where a proposer or a verifier begins that finds no
    /// open claim. Nothing waits for it, so it happens a few times in a claim's window.
    async fn move_anchor(&mut self, head: BlockNumHash, now: u64, terms: Terms) -> Result<(), ProposerError> {
        let pause = terms.claim_window / ANCHORS_PER_WINDOW;
        let Some(won) = self.won.filter(|_| now >= self.anchored_at.saturating_add(pause)) else { return Ok(()) };
        let game = won.game;
        let registry = self.config.contracts.anchor_state_registry;
        if !self.l1.read(registry, &IAnchorStateRegistry::isGameClaimValidCall { game }, head.hash).await? {
            // Not for good yet, so no other takes its place meanwhile; or the guardian has refused it.
            let patience = terms.claim_window.saturating_add(terms.resolve_window).saturating_mul(2);
            self.won = self.won.filter(|won| now <= won.seen_at.saturating_add(patience));
            return Ok(());
        }
        self.won = None;
        let call = IAnchorStateRegistry::setAnchorStateCall { game };
        // Somebody's newer claim may be the anchor already: the call says so without costing anything.
        if self.l1.read(registry, &call, head.hash).await.is_ok() {
            self.send("the new anchor", registry, call.abi_encode()).await?;
            self.anchored_at = now;
            info!(%game, "the anchor moved to our newest claim that won");
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
            if self.won.is_none() && self.l1.read(game, &IOutputGame::statusCall {}, head.hash).await? == DEFENDER_WINS
            {
                self.won = Some(Won { game, seen_at: now });
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
