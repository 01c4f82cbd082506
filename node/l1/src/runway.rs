//! For how long an account's ether lasts.

use alloy_primitives::{Address, U256, utils::format_ether};
use std::{collections::VecDeque, time::Duration};
use tracing::{error, info, warn};

/// Time between two samples.
const SAMPLE_EVERY: Duration = Duration::from_secs(300);
/// Samples that are kept: two days.
const MAX_SAMPLES: usize = 576;
/// Spending is not extrapolated from less time than this.
const LEAST_SPAN: Duration = Duration::from_secs(1800);
/// Time between two warnings.
const WARN_EVERY: Duration = Duration::from_secs(3600);
const DAY: f64 = 86_400.0;
const WEI_PER_ETHER: f64 = 1e18;

/// How much time is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunwayLevel {
    /// Not known yet, or more than the warning asks for.
    Fine,
    /// Less than the warning asks for.
    Low,
    /// Less than a day, or less than the next transaction may cost.
    Critical,
}

/// Watches one account's balance and says how many days it lasts at the spending of the last two days.
#[derive(Debug, Clone)]
pub struct Runway {
    role: &'static str,
    account: Address,
    warn_days: f64,
    /// Time since the start and balance in wei. Ether that came in was added to all samples before it, so what is between two
    /// samples is spending.
    samples: VecDeque<(Duration, U256)>,
    warned: Option<(Duration, RunwayLevel)>,
}

impl Runway {
    /// Watches `account`, which plays `role` ("batcher"), and warns when its ether lasts less than `warn_days`.
    pub const fn new(role: &'static str, account: Address, warn_days: f64) -> Self {
        Self { role, account, warn_days, samples: VecDeque::new(), warned: None }
    }

    /// Whether a sample is due at `now`, counted from any fixed start.
    pub fn is_due(&self, now: Duration) -> bool {
        self.samples.back().is_none_or(|(at, _)| now.saturating_sub(*at) >= SAMPLE_EVERY)
    }

    /// Takes the balance in wei at `now`; `next_cost` is the most that the next transaction may cost.
    pub fn sample(&mut self, now: Duration, balance: U256, next_cost: U256) -> RunwayLevel {
        if let Some((_, last)) = self.samples.back().copied()
            && balance > last
        {
            let received = balance - last;
            self.samples.iter_mut().for_each(|(_, earlier)| *earlier = earlier.saturating_add(received));
        }
        if self.samples.len() >= MAX_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((now, balance));
        let days = self.days();
        let level = if balance < next_cost || days.is_some_and(|days| days < 1.0) {
            RunwayLevel::Critical
        } else if days.is_some_and(|days| days < self.warn_days) {
            RunwayLevel::Low
        } else {
            RunwayLevel::Fine
        };
        metrics::gauge!("praxis_account_balance_ether", "role" => self.role).set(f64::from(balance) / WEI_PER_ETHER);
        metrics::gauge!("praxis_account_runway_days", "role" => self.role).set(days.unwrap_or(f64::INFINITY));
        self.announce(now, level, days, balance);
        level
    }

    /// Days that the newest balance lasts; `None` while it is not known, or when nothing is spent.
    pub fn days(&self) -> Option<f64> {
        let ((first_at, first), (last_at, last)) = (*self.samples.front()?, *self.samples.back()?);
        let span = last_at.saturating_sub(first_at);
        let spent = first.saturating_sub(last);
        if span < LEAST_SPAN || spent.is_zero() {
            return None;
        }
        let per_day = f64::from(spent) / span.as_secs_f64() * DAY;
        Some(f64::from(last) / per_day)
    }

    fn announce(&mut self, now: Duration, level: RunwayLevel, days: Option<f64>, balance: U256) {
        let again = |(at, before): (Duration, RunwayLevel)| level != before || now.saturating_sub(at) >= WARN_EVERY;
        if !self.warned.map_or(level != RunwayLevel::Fine, again) {
            return;
        }
        let (role, account, ether) = (self.role, self.account, format_ether(balance));
        let lasts = days.map_or("less than its next transaction may cost".to_owned(), |days| {
            format!("enough for {days:.1} days at current spending")
        });
        match level {
            RunwayLevel::Fine if self.warned.is_some_and(|(_, before)| before != level) => {
                info!("the {role}'s account {account} has enough ether again: {ether} ETH");
            }
            RunwayLevel::Fine => return,
            RunwayLevel::Low => warn!("the {role}'s account {account} has {ether} ETH, {lasts}: send ether to it"),
            RunwayLevel::Critical => error!("the {role}'s account {account} has {ether} ETH, {lasts}: send ether now"),
        }
        self.warned = Some((now, level));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETHER: u128 = 1_000_000_000_000_000_000;

    fn at(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn days_follow_from_spending_and_a_deposit_is_no_income() {
        let mut runway = Runway::new("batcher", Address::ZERO, 7.0);
        let ether = |milli: u128| U256::from(milli * ETHER / 1000);
        assert!(runway.is_due(at(0)));
        assert_eq!(runway.sample(at(0), ether(10_000), U256::ZERO), RunwayLevel::Fine);
        assert!(!runway.is_due(at(4)) && runway.is_due(at(5)));
        assert_eq!(runway.sample(at(20), ether(9_980), U256::ZERO), RunwayLevel::Fine);
        assert_eq!(runway.days(), None, "twenty minutes say little");
        // 0.06 ether an hour are 1.44 a day.
        assert_eq!(runway.sample(at(60), ether(9_940), U256::ZERO), RunwayLevel::Low);
        assert!((runway.days().unwrap() - 9.94 / 1.44).abs() < 1e-6);
        assert_eq!(runway.sample(at(60), ether(109_940), U256::ZERO), RunwayLevel::Fine);
        assert!((runway.days().unwrap() - 109.94 / 1.44).abs() < 1e-6);
        assert_eq!(runway.sample(at(120), ether(1_000), U256::ZERO), RunwayLevel::Critical);
    }

    #[test]
    fn a_balance_below_the_next_transaction_is_critical_at_once() {
        let mut runway = Runway::new("batcher", Address::ZERO, 7.0);
        assert_eq!(runway.sample(at(0), U256::from(5), U256::from(6)), RunwayLevel::Critical);
        assert_eq!(runway.sample(at(5), U256::from(7), U256::from(6)), RunwayLevel::Fine);
    }
}
