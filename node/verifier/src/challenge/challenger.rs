//! The task that acts on what the verifier found.

use super::{Docket, Finding, SignedLog, SignedLogError, electorate, registry::slash_calldata};
use crate::votes::{Quorum, SignedVote, Vote, VoteBook, VoteKey};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, U256, utils::format_ether};
use alloy_sol_types::SolCall;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use praxis_contracts::settlement::{IOutputGame, IQuorumResolver, IVerifierRegistry};
use praxis_l1::{BlockTag, L1Client, L1Error, Runway, TxError, TxManager, TxRequest};
use praxis_primitives::L1Contracts;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{debug, error, info, warn};

/// Right claims that are looked at in one look; the others have their turn in the next ones.
const RIGHT_PER_LOOK: usize = 32;
/// Contradictions that are reported in one look.
const REPORTS_PER_LOOK: usize = 4;
/// What a verdict with its signatures takes, rather too much.
const VERDICT_GAS: u64 = 1_000_000;
/// Status of a claim that nobody has ended.
const IN_PROGRESS: u8 = 0;

/// How other verifiers' votes come and one's own go.
pub trait VoteExchange: Send + Sync {
    /// Sends a vote to the other verifiers; whether all of them have it now.
    fn push<'a>(&'a self, vote: &'a SignedVote) -> BoxFuture<'a, bool>;
    /// Asks the other verifiers for their votes about a claim.
    fn pull(&self, game: Address) -> BoxFuture<'_, Vec<SignedVote>>;
}

/// What a challenger does.
pub struct ChallengerConfig {
    /// The contracts on L1.
    pub contracts: L1Contracts,
    /// Contests false claims with a bond and ends what is contested.
    pub contest: bool,
    /// Posts what a quorum says of right claims, for fast finality.
    pub attest: bool,
    /// Warn when the account's ether lasts less than this many days at current spending.
    pub warn_days: f64,
    /// Time between two looks.
    pub poll_interval: Duration,
    /// Longest wait between two looks while something does not work.
    pub max_backoff: Duration,
}

/// A key that votes, and the record of what it said.
pub struct Voter {
    /// The key.
    pub key: VoteKey,
    /// What it has signed.
    pub log: SignedLog,
}

/// Why a look did not succeed. The challenger logs it and looks again.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// L1 cannot be read.
    #[error("claims can't be looked after: {0}")]
    L1(#[from] L1Error),
    /// A transaction was not included.
    #[error("{0}")]
    Tx(#[from] TxError),
    /// A vote is not signed.
    #[error(transparent)]
    Log(#[from] SignedLogError),
}

/// What is known of a claim.
#[derive(Debug, Clone, Copy)]
struct Known {
    window_ends: u64,
    /// Our number, where we may vote.
    voter: Option<u32>,
    pushed: bool,
}

/// See the module.
pub struct Challenger {
    config: ChallengerConfig,
    docket: Arc<Mutex<Docket>>,
    book: Arc<Mutex<VoteBook>>,
    exchange: Arc<dyn VoteExchange>,
    voter: Option<Voter>,
    l1: L1Client,
    manager: TxManager,
    runway: Runway,
    began: Instant,
    known: BTreeMap<Address, Known>,
    /// Where the next look goes on among right claims.
    turn: usize,
    /// Claims whose contest or vote failed in a way that does not pass.
    given_up: BTreeSet<Address>,
}

impl Challenger {
    /// A challenger over what a verifier writes into `docket`; `manager` owns the account that pays bonds.
    pub fn new(
        config: ChallengerConfig,
        (docket, book): (Arc<Mutex<Docket>>, Arc<Mutex<VoteBook>>),
        exchange: Arc<dyn VoteExchange>,
        voter: Option<Voter>,
        (l1, manager): (L1Client, TxManager),
    ) -> Self {
        let (known, given_up) = (BTreeMap::new(), BTreeSet::new());
        let runway = Runway::new("verifier", manager.address(), config.warn_days);
        let began = Instant::now();
        Self { config, docket, book, exchange, voter, l1, manager, runway, began, known, turn: 0, given_up }
    }

    /// Runs until the task is dropped.
    pub async fn run(mut self) {
        let mut failures = 0u32;
        loop {
            match self.look().await {
                Ok(()) => failures = 0,
                Err(failure) => {
                    failures = failures.saturating_add(1);
                    warn!("{failure}");
                }
            }
            let factor = 1u32.checked_shl(failures.min(16)).unwrap_or(u32::MAX);
            let longest = self.config.max_backoff.max(self.config.poll_interval);
            tokio::time::sleep(self.config.poll_interval.saturating_mul(factor).min(longest)).await;
        }
    }

    /// Looks after every false claim, and after some of the others.
    ///
    /// # Errors
    /// When L1 cannot be read or a vote not be recorded; the next look starts over.
    pub async fn look(&mut self) -> Result<(), ChallengeError> {
        let Some((head, header)) = self.l1.head(BlockTag::Latest).await? else { return Ok(()) };
        let findings = self.docket.lock().findings();
        self.known.retain(|game, _| findings.iter().any(|finding| finding.claim.game == *game));
        let (right, wrong): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(Finding::is_right);
        let count = right.len();
        let turns = right.into_iter().cycle().skip(self.turn).take(RIGHT_PER_LOOK.min(count));
        self.turn = if count == 0 { 0 } else { (self.turn + RIGHT_PER_LOOK) % count };
        for finding in wrong.into_iter().chain(turns.collect::<Vec<_>>()) {
            self.attend(finding, head, header.timestamp).await?;
        }
        self.report_liars().await;
        self.watch_balance(head.hash).await
    }

    /// Warns before the account can't pay for a contest.
    async fn watch_balance(&mut self, block: B256) -> Result<(), ChallengeError> {
        let now = self.began.elapsed();
        if !self.runway.is_due(now) {
            return Ok(());
        }
        let resolver = self.config.contracts.quorum_resolver;
        let bond = match self.config.contest {
            true => self.l1.read(resolver, &IQuorumResolver::contestBondCall {}, block).await?,
            false => U256::ZERO,
        };
        let (balance, prices) = (self.l1.balance(self.manager.address()).await?, self.l1.prices().await?);
        let fee = prices.cost(VERDICT_GAS, 0).saturating_mul(U256::from(2));
        self.runway.sample(now, balance, bond.saturating_add(fee));
        Ok(())
    }

    async fn attend(&mut self, finding: Finding, head: BlockNumHash, now: u64) -> Result<(), ChallengeError> {
        let game = finding.claim.game;
        let known = self.open(&finding, head.hash).await?;
        if self.l1.read(game, &IOutputGame::statusCall {}, head.hash).await? != IN_PROGRESS {
            return self.ended(game, head.hash).await;
        }
        self.vote(&finding, known).await?;
        let contester = self.l1.read(game, &IOutputGame::contesterCall {}, head.hash).await?;
        if !contester.is_zero() {
            return self.judge(game, head.hash, now).await;
        }
        if !finding.is_right() && now <= known.window_ends {
            self.contest(&finding, head.hash).await?;
        } else if finding.is_right() && self.config.attest {
            self.attest(&finding, head.hash).await?;
        }
        Ok(())
    }

    /// Learns what has to be known of a claim, once, and takes votes about it.
    async fn open(&mut self, finding: &Finding, block: B256) -> Result<Known, ChallengeError> {
        let claim = &finding.claim;
        if let Some(known) = self.known.get(&claim.game).filter(|_| self.book.lock().is_open(claim.game)) {
            return Ok(*known);
        }
        let created_at = self.l1.read(claim.game, &IOutputGame::createdAtCall {}, block).await?;
        let window = self.l1.read(claim.game, &IOutputGame::claimWindowCall {}, block).await?;
        let electorate = electorate(&self.l1, self.config.contracts.verifier_registry, created_at, block).await?;
        let ours = self.voter.as_ref().map(|voter| voter.key.public());
        let voter = electorate.members.iter().find(|(_, (key, _))| Some(key) == ours).map(|(index, _)| *index);
        let known = Known { window_ends: created_at.saturating_add(window), voter, pushed: false };
        self.book.lock().open(claim.game, claim.l2_block_number, claim.l1_head.hash, electorate);
        self.known.insert(claim.game, known);
        Ok(known)
    }

    /// Says what this verifier found, to its own book and to the others.
    async fn vote(&mut self, finding: &Finding, known: Known) -> Result<(), ChallengeError> {
        let (Some(voter), Some(index)) = (&mut self.voter, known.voter) else { return Ok(()) };
        if known.pushed || self.given_up.contains(&finding.claim.game) {
            return Ok(());
        }
        let claim = &finding.claim;
        let vote =
            Vote { game: claim.game, l2_block: claim.l2_block_number, root: finding.root, l1_head: claim.l1_head.hash };
        if let Err(refused) = voter.log.record(&vote) {
            if matches!(refused, SignedLogError::Contradiction { .. }) {
                error!("{refused}");
                self.given_up.insert(claim.game);
                return Ok(());
            }
            return Err(refused.into());
        }
        let signed = self.book.lock().domain().sign(index, vote, &voter.key);
        if let Err(refused) = self.book.lock().submit(signed.clone()) {
            warn!(%refused, "our own vote does not count");
        }
        if self.exchange.push(&signed).await
            && let Some(known) = self.known.get_mut(&claim.game)
        {
            known.pushed = true;
        }
        Ok(())
    }

    async fn contest(&mut self, finding: &Finding, block: B256) -> Result<(), ChallengeError> {
        let claim = &finding.claim;
        if !self.config.contest {
            return Ok(());
        }
        let resolver = self.config.contracts.quorum_resolver;
        let bond = self.l1.read(resolver, &IQuorumResolver::contestBondCall {}, block).await?;
        warn!(
            game = %claim.game,
            l2_block = claim.l2_block_number,
            claimed = %claim.output_root,
            replayed = %finding.root,
            "contesting a false claim with a bond of {} ether",
            format_ether(bond)
        );
        let data = IOutputGame::contestCall {}.abi_encode();
        let label = format!("the contest of the claim about L2 block {}", claim.l2_block_number);
        self.send_with(label, claim.game, data, bond).await;
        metrics::counter!("praxis_claims_contested_total").increment(1);
        Ok(())
    }

    /// Brings a contested claim to its end: collects votes, posts what a quorum says, and ends it.
    async fn judge(&mut self, game: Address, block: B256, now: u64) -> Result<(), ChallengeError> {
        let resolver = self.config.contracts.quorum_resolver;
        let verdict = self.l1.read(resolver, &IQuorumResolver::verdictCall { game }, block).await?;
        let deadline = self.l1.read(game, &IOutputGame::resolutionDeadlineCall {}, block).await?;
        if verdict == 0 && U256::from(now) <= deadline {
            if let Some(quorum) = self.quorum(game).await {
                let Quorum { root, signers, signature } = quorum;
                info!(%game, %root, signers = signers.len(), "posting the verdict of a quorum");
                let call = IQuorumResolver::decideCall { game, root, signers, signature };
                self.send("a quorum's verdict", resolver, call.abi_encode()).await;
            }
            return Ok(());
        }
        // Too early for an upheld claim: the call says so without costing anything.
        if self.config.contest && self.l1.read(game, &IOutputGame::resolveCall {}, block).await.is_ok() {
            self.send("the end of a contested claim", game, IOutputGame::resolveCall {}.abi_encode()).await;
        }
        Ok(())
    }

    async fn attest(&mut self, finding: &Finding, block: B256) -> Result<(), ChallengeError> {
        let (game, resolver) = (finding.claim.game, self.config.contracts.quorum_resolver);
        if self.l1.read(resolver, &IQuorumResolver::attestedCall { game }, block).await? {
            return Ok(());
        }
        if let Some(Quorum { root, signers, signature }) = self.quorum(game).await
            && root == finding.root
        {
            let call = IQuorumResolver::attestCall { game, signers, signature };
            self.send("a quorum's attestation", resolver, call.abi_encode()).await;
        }
        Ok(())
    }

    /// What a quorum says, after asking the others where our book has none.
    async fn quorum(&self, game: Address) -> Option<Quorum> {
        if let Some(quorum) = self.book.lock().quorum(game) {
            return Some(quorum);
        }
        for vote in self.exchange.pull(game).await {
            let taken = self.book.lock().submit(vote);
            if let Err(refused) = taken {
                debug!(%refused, "a vote from another verifier");
            }
        }
        self.book.lock().quorum(game)
    }

    /// A claim has ended: gets what it owes us.
    async fn ended(&mut self, game: Address, block: B256) -> Result<(), ChallengeError> {
        let recipient = self.manager.address();
        let credit = self.l1.read(game, &IOutputGame::creditCall { recipient }, block).await?;
        if !credit.is_zero() {
            let call = IOutputGame::claimCreditCall { recipient }.abi_encode();
            if !self.send("what a claim owes", game, call).await {
                return Ok(()); // Looked at again.
            }
            info!(%game, ether = format_ether(credit), "a claim that we contested has ended and paid");
        }
        self.docket.lock().close(game);
        self.book.lock().close(game);
        self.known.remove(&game);
        self.given_up.remove(&game);
        Ok(())
    }

    /// Reports verifiers that said two things.
    async fn report_liars(&mut self) {
        for _ in 0..REPORTS_PER_LOOK {
            let Some(found) = self.book.lock().take_evidence() else { return };
            let index = found.first.verifier;
            error!(
                verifier = index,
                l2_block = found.first.vote.l2_block,
                first = %found.first.vote.root,
                second = %found.second.vote.root,
                "a verifier signed two roots; reporting it"
            );
            let registry = self.config.contracts.verifier_registry;
            self.send(&format!("the proof against verifier {index}"), registry, slash_calldata(&found).into()).await;
            let owner = self.manager.address();
            let Ok(Some((head, _))) = self.l1.head(BlockTag::Latest).await else { return };
            let credit = self.l1.read(registry, &IVerifierRegistry::creditCall { owner }, head.hash).await;
            if credit.is_ok_and(|credit| !credit.is_zero()) {
                let call = IVerifierRegistry::claimCreditCall { owner }.abi_encode();
                self.send("a reporter's share", registry, call).await;
            }
        }
    }

    async fn send(&self, label: &str, to: Address, data: Vec<u8>) -> bool {
        self.send_with(label.to_owned(), to, data, U256::ZERO).await
    }

    /// Sends and waits. Others may have been first: then it would revert, and the next look sees why.
    async fn send_with(&self, label: String, to: Address, data: Vec<u8>, value: U256) -> bool {
        let request = TxRequest { value, ..TxRequest::call(label, to, data.into()) };
        let included = match self.manager.send(request).await {
            Ok(pending) => pending.included().await,
            Err(error) => Err(error),
        };
        match included {
            Ok(_) => true,
            Err(error) => {
                warn!("{error}");
                false
            }
        }
    }
}
