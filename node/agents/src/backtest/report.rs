//! What came out.

use super::Sample;
use crate::log::Happened;
use alloy_primitives::{Address, B256, I256, U256};
use serde::Serialize;
use std::collections::BTreeMap;

/// 18 decimals.
const ONE: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// A block in which the account ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its number.
    pub block: u64,
    /// Its time, seconds since 1970.
    pub time: u64,
    /// Gas of the transactions with runs.
    pub gas: u64,
    /// What the account did and what was refused.
    pub events: Vec<Happened>,
    /// Worth of the declared assets before, at the block's prices, with 18 decimals of the policy's unit.
    pub equity_before: U256,
    /// The same after.
    pub equity: U256,
    /// What came from outside since the last step, at this block's prices; negative: went out.
    pub put_in: I256,
    /// Value per unit, with 18 decimals; 1 at the first step. What is put in or taken out does not move it.
    pub per_unit: U256,
    /// The tokens.
    pub assets: Vec<Address>,
    /// Balances after.
    pub balances: Vec<U256>,
    /// Worth of 10^18 smallest units of each.
    pub prices: Vec<U256>,
}

/// What a strategy did over a span of blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whose.
    pub account: Address,
    /// Digest of all decisions: equal for two histories whose runs are equal bit for bit.
    pub decisions: B256,
    /// Whether something was assumed that the chain's past does not have.
    pub assumed: bool,
    /// Others' transactions that were not possible in the assumed past.
    pub skipped: u64,
    /// Runs that came to their end.
    pub runs: u64,
    /// Runs that reverted: block and reason, at most 100.
    pub reverted: Vec<(u64, String)>,
    /// Actions performed.
    pub executed: u64,
    /// Actions and runs refused, by rule.
    pub refused: BTreeMap<String, u64>,
    /// Actions whose own call failed.
    pub failed: u64,
    /// Gas of all transactions with runs.
    pub gas: u64,
    /// What was there at the start.
    pub equity_before: U256,
    /// What is there at the end.
    pub equity_after: U256,
    /// What was put in meanwhile, less what was taken out.
    pub put_in: I256,
    /// `equity_after - equity_before - put_in`, with 18 decimals of the policy's unit of account.
    pub profit: I256,
    /// Largest fall of the value per unit from a height before it, in 1/10,000.
    pub drawdown_bps: u64,
    /// Block by block.
    pub steps: Vec<Step>,
}

/// Keeps what a backtest comes across.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    steps: Vec<Step>,
    reverted: Vec<(u64, String)>,
}

/// Reverted runs that are kept.
const MAX_REVERTED: usize = 100;

fn worth(balances: &[U256], prices: &[U256]) -> U256 {
    let parts = balances.iter().zip(prices).map(|(balance, price)| balance.saturating_mul(*price) / ONE);
    parts.fold(U256::ZERO, U256::saturating_add)
}

fn signed(value: U256) -> I256 {
    I256::try_from(value).unwrap_or(I256::MAX)
}

impl Keeper {
    pub(super) fn reverted(&mut self, block: u64, reason: String) {
        if self.reverted.len() < MAX_REVERTED {
            self.reverted.push((block, reason));
        }
    }

    pub(super) fn step(
        &mut self,
        block: u64,
        time: u64,
        gas: u64,
        events: Vec<Happened>,
        before: &Sample,
        after: &Sample,
    ) {
        let last = self.steps.last();
        // Where no price can be trusted, the last one counts.
        let known = |index: usize, token: Address| {
            let at = last.and_then(|step| step.assets.iter().position(|asset| *asset == token));
            let same = before.assets.get(index) == Some(&token);
            let now = before.prices.get(index).copied().flatten().filter(|_| same);
            now.or_else(|| last.and_then(|step| at.and_then(|at| step.prices.get(at).copied()))).unwrap_or_default()
        };
        let prices: Vec<U256> = after.assets.iter().enumerate().map(|(index, token)| known(index, *token)).collect();
        let equity_before = worth(&before.balances, &prices);
        let equity = worth(&after.balances, &prices);
        let (put_in, per_unit) = match last {
            None => (I256::ZERO, grown(ONE, equity_before, equity)),
            Some(last) => {
                let held = worth(&last.balances, &prices);
                let moved = grown(last.per_unit, last.equity, held);
                (signed(equity_before) - signed(held), grown(moved, equity_before, equity))
            }
        };
        let (assets, balances) = (after.assets.clone(), after.balances.clone());
        self.steps.push(Step {
            block,
            time,
            gas,
            events,
            equity_before,
            equity,
            put_in,
            per_unit,
            assets,
            balances,
            prices,
        });
    }

    pub(super) fn report(&self, account: Address) -> Report {
        let (mut runs, mut executed, mut failed) = (0, 0, 0);
        let mut refused: BTreeMap<String, u64> = BTreeMap::new();
        for event in self.steps.iter().flat_map(|step| &step.events) {
            match event {
                Happened::RunCompleted { .. } => runs += 1,
                Happened::ActionExecuted { .. } => executed += 1,
                Happened::ActionFailed { .. } => failed += 1,
                Happened::ActionRefused { rule, .. } | Happened::RunRefused { rule, .. } => {
                    *refused.entry(rule.clone()).or_default() += 1;
                }
                _ => {}
            }
        }
        let equity_before = self.steps.first().map_or(U256::ZERO, |step| step.equity_before);
        let equity_after = self.steps.last().map_or(U256::ZERO, |step| step.equity);
        let put_in = self.steps.iter().fold(I256::ZERO, |sum, step| sum.saturating_add(step.put_in));
        let profit = signed(equity_after).saturating_sub(signed(equity_before)).saturating_sub(put_in);
        Report {
            account,
            decisions: B256::ZERO,
            assumed: false,
            skipped: 0,
            runs,
            reverted: self.reverted.clone(),
            executed,
            refused,
            failed,
            gas: self.steps.iter().map(|step| step.gas).sum(),
            equity_before,
            equity_after,
            put_in,
            profit,
            drawdown_bps: drawdown(&self.steps),
            steps: self.steps.clone(),
        }
    }
}

/// `index * to / from`; unchanged where there was nothing.
fn grown(index: U256, from: U256, to: U256) -> U256 {
    if from.is_zero() { index } else { index.saturating_mul(to) / from }
}

fn drawdown(steps: &[Step]) -> u64 {
    let (mut high, mut worst) = (ONE, U256::ZERO);
    for step in steps {
        high = high.max(step.per_unit);
        worst = worst.max((high - step.per_unit).saturating_mul(U256::from(10_000)) / high);
    }
    worst.saturating_to()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(balance: u64, price: Option<u64>) -> Sample {
        Sample {
            assets: vec![Address::ZERO],
            balances: vec![U256::from(balance)],
            prices: vec![price.map(|price| U256::from(price) * ONE)],
        }
    }

    #[test]
    fn what_is_put_in_is_no_profit_and_what_prices_do_is() {
        let mut keeper = Keeper::default();
        keeper.step(1, 1, 10, vec![], &sample(100, Some(2)), &sample(110, Some(2)));
        // The price doubles; somebody puts 90 in; the run loses 20.
        keeper.step(2, 2, 10, vec![], &sample(200, Some(4)), &sample(180, Some(4)));
        // No price: the last one counts.
        keeper.step(3, 3, 10, vec![], &sample(180, None), &sample(90, None));
        let report = keeper.report(Address::ZERO);
        assert_eq!((report.equity_before, report.equity_after), (U256::from(200), U256::from(360)));
        assert_eq!(report.put_in, I256::try_from(360).unwrap());
        assert_eq!(report.profit, I256::try_from(-200).unwrap());
        let per_unit: Vec<_> = report.steps.iter().map(|step| step.per_unit / (ONE / U256::from(100))).collect();
        assert_eq!(per_unit, [110, 198, 99].map(U256::from));
        assert_eq!(report.drawdown_bps, 5_000);
        assert_eq!(report.gas, 30);
    }
}
