//! A verifier: a driver on its own database, and a judge.

use crate::{Advance, Difference, DriverError, Judge, L1Driver, SafeHistory, Verdict};
use praxis_chain::ChainError;
use std::time::Duration;

/// What a verification came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The last L2 block that L1 gives.
    pub safe_block: u64,
    /// The L1 block up to which it was read.
    pub l1_block: u64,
    /// Claims that the replay confirms.
    pub claims_right: u64,
    /// The newest block whose claim was right.
    pub last_right: Option<u64>,
    /// The wrong claim about the lowest block.
    pub first_difference: Option<Difference>,
    /// What derivation dropped, newest last.
    pub dropped: Vec<String>,
}

/// Replays L1 and judges every claim.
pub struct Verifier {
    driver: L1Driver,
    judge: Judge,
    history: SafeHistory,
    /// Verdicts about the claims of before this process, until the first advance hands them out.
    past: Vec<Verdict>,
}

impl Verifier {
    /// A verifier on `driver`, whose configuration names the contract that holds the claims. On a database that was
    /// used before, the claims of those L1 blocks are read and judged again: those of the last `lookback_s` seconds of L1, within
    /// which a claim can still be undecided, or all of them.
    ///
    /// # Errors
    /// When L1 can't be read.
    pub async fn new(driver: L1Driver, lookback_s: Option<u64>) -> Result<Self, DriverError> {
        let mut judge = Judge::default();
        let safe = driver.safe();
        let history = SafeHistory::new(safe.checkpoints());
        let past =
            judge.judge(safe.chain(), &history, driver.past_claims(lookback_s).await?).map_err(DriverError::from)?;
        Ok(Self { driver, judge, history, past })
    }

    /// The driver.
    pub const fn driver(&self) -> &L1Driver {
        &self.driver
    }

    /// Works through what is new on L1.
    ///
    /// # Errors
    /// As [`L1Driver::advance`].
    pub async fn advance(&mut self) -> Result<(Advance, Vec<Verdict>), DriverError> {
        let mut advance = self.driver.advance().await?;
        if let Some(checkpoint) = &advance.rewound_to {
            self.judge.rewind(checkpoint);
            self.history.rewind(checkpoint);
        }
        let mut verdicts = std::mem::take(&mut self.past);
        let chain = self.driver.safe().chain();
        for (checkpoint, claims) in &mut advance.consumed {
            self.history.push(checkpoint);
            let judged = self.judge.judge(chain, &self.history, std::mem::take(claims));
            verdicts.extend(judged.map_err(DriverError::from)?);
        }
        Ok((advance, verdicts))
    }

    /// Everything so far.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub fn report(&self) -> Result<Report, ChainError> {
        let safe = self.driver.safe();
        Ok(Report {
            safe_block: safe.safe().number,
            l1_block: safe.consumed().l1.number,
            claims_right: self.judge.right(),
            last_right: self.judge.last_right(),
            first_difference: self.judge.first_difference().cloned(),
            dropped: safe
                .events()
                .iter()
                .filter(|event| event.is_drop())
                .map(|event| format!("L1 block {}: {}", event.l1.number, event.kind))
                .collect(),
        })
    }

    /// Replays and judges until the process ends; `observe` hears of every round and its verdicts.
    ///
    /// # Errors
    /// When the chain fails.
    pub async fn run(mut self, mut observe: impl FnMut(&Advance, &[Verdict])) -> Result<(), DriverError> {
        let mut pause = self.driver.poll();
        loop {
            match self.advance().await {
                Ok((advance, verdicts)) => {
                    pause = self.driver.poll();
                    observe(&advance, &verdicts);
                    if advance.idle {
                        tokio::time::sleep(pause).await;
                    }
                }
                Err(error) if error.is_temporary() => {
                    tracing::warn!(%error, "L1 can't be followed; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                Err(error) => return Err(error),
            }
        }
    }
}
