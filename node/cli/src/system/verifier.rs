//! The verifier role: it replays, and where it is told to, it votes and contests.

use super::{
    L1Access, Tasks, driver, report_verdict,
    votes::{Peers, serve_votes},
};
use crate::{failure::Failure, keys};
use parking_lot::Mutex;
use praxis_chain::Chain;
use praxis_contracts::settlement::IOutputGame;
use praxis_l1::{BlockTag, L1Signer, TxManager, TxManagerConfig};
use praxis_verifier::{
    DriverConfig, Verifier,
    challenge::{Challenger, ChallengerConfig, Docket, SignedLog, Voter},
    votes::{VoteBook, VoteDomain},
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::Url;

/// Longest pause between two attempts while L1 is away.
const MAX_BACKOFF: Duration = Duration::from_secs(15);
/// Claims of the last hour are judged in any case: development windows are seconds.
const LEAST_LOOKBACK_S: u64 = 3600;

/// What a verifier does beyond replaying.
pub(crate) struct ChallengeOptions {
    /// Contests false claims.
    pub(crate) contest: bool,
    /// Posts attestations of right ones.
    pub(crate) attest: bool,
    /// Warn when the account lasts less than this many days.
    pub(crate) warn_days: f64,
    /// The account on L1 that pays bonds and fees.
    pub(crate) account: L1Signer,
    /// The key that votes, and where what it signed is recorded.
    pub(crate) bls_key: Option<(PathBuf, PathBuf)>,
    /// Where votes of others are taken.
    pub(crate) votes_addr: Option<SocketAddr>,
    /// Where other verifiers take votes.
    pub(crate) peers: Vec<Url>,
}

/// Starts a verifier on `chain`.
pub(crate) async fn start_verifier(
    chain: Arc<Chain>,
    l1: &L1Access,
    poll: Duration,
    challenge: Option<ChallengeOptions>,
    (driver_config, tasks): (DriverConfig, &mut Tasks),
) -> Result<(), Failure> {
    let docket = Arc::new(Mutex::new(Docket::default()));
    let acts = challenge.is_some();
    if let Some(options) = challenge {
        start_challenger(&chain, l1, poll, options, docket.clone(), tasks).await?;
    }
    let lookback_s = lookback_s(&chain, l1).await?;
    let (driver, _) = driver(chain, l1, driver_config).await?;
    let verifier = Verifier::new(driver, Some(lookback_s)).await?;
    let observe = move |advance: &praxis_verifier::Advance, verdicts: &[praxis_verifier::Verdict]| {
        verdicts.iter().for_each(report_verdict);
        if acts {
            docket.lock().update(advance, verdicts);
        }
    };
    tasks.spawn("verifier", verifier.run(observe));
    Ok(())
}

/// For how long a claim can be undecided, in seconds: while it may be contested, and then judged.
async fn lookback_s(chain: &Chain, l1: &L1Access) -> Result<u64, Failure> {
    let config = chain.rollup().ok_or_else(|| Failure::failed("only a rollup has claims"))?;
    let (client, game) = (l1.client()?, config.l1.output_game);
    let Some((head, _)) = client.head(BlockTag::Latest).await? else { return Ok(LEAST_LOOKBACK_S) };
    let claim_window = client.read(game, &IOutputGame::claimWindowCall {}, head.hash).await?;
    let resolve_window = client.read(game, &IOutputGame::resolveWindowCall {}, head.hash).await?;
    Ok(claim_window.saturating_add(resolve_window).max(LEAST_LOOKBACK_S))
}

async fn start_challenger(
    chain: &Chain,
    l1: &L1Access,
    poll: Duration,
    options: ChallengeOptions,
    docket: Arc<Mutex<Docket>>,
    tasks: &mut Tasks,
) -> Result<(), Failure> {
    let config = chain.rollup().ok_or_else(|| Failure::failed("only a rollup's claims can be contested"))?;
    let domain = VoteDomain {
        l1_chain_id: config.l1_chain_id,
        registry: config.l1.verifier_registry,
        l2_chain_id: config.l2_chain_id,
    };
    let book = Arc::new(Mutex::new(VoteBook::new(domain)));
    if let Some(address) = options.votes_addr {
        let local = serve_votes(address, book.clone(), tasks).await?;
        tracing::info!("votes of other verifiers are taken at http://{local}");
    }
    let voter = options.bls_key.as_ref().map(|(key, log)| open_voter(key, log)).transpose()?;
    let client = l1.client()?;
    let manager_config = TxManagerConfig { poll_interval: poll, ..Default::default() };
    let (manager, _) = TxManager::spawn(client.clone(), options.account, config.l1_chain_id, manager_config);
    let challenger_config = ChallengerConfig {
        contracts: config.l1,
        contest: options.contest,
        attest: options.attest,
        warn_days: options.warn_days,
        poll_interval: poll,
        max_backoff: MAX_BACKOFF,
    };
    let peers = Arc::new(Peers::new(&options.peers)?);
    let challenger = Challenger::new(challenger_config, (docket, book), peers, voter, (client, manager));
    tasks.spawn("challenger", async move {
        challenger.run().await;
        Ok::<(), Failure>(())
    });
    Ok(())
}

fn open_voter(key: &Path, log: &Path) -> Result<Voter, Failure> {
    Ok(Voter { key: keys::bls_key(key)?, log: SignedLog::open(log)? })
}
