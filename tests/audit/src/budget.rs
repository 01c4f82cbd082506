//! What an allowance means, as a bound on a history of spending.

use crate::abi::Allowance;
use alloy_primitives::U256;

/// What was spent of one allowance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget {
    /// Most that any interval up to the last spending exceeds its steady refill by, times the window's seconds.
    excess: U256,
    /// When was spent last, seconds.
    last: u64,
    /// All that was spent.
    sum: U256,
}

impl Budget {
    /// Notes a spending; says what it breaks.
    ///
    /// The bound on a bucket: in every interval of t seconds at most capacity * (1 + t / window) is spent. With E the largest
    /// excess of an interval that ends now over its refill, that is E <= capacity, and E follows from the E before: either
    /// the worst interval goes on, or it begins anew.
    pub(crate) fn spend(&mut self, limit: &Allowance, now: u64, amount: U256) -> Option<String> {
        self.sum += amount;
        let (capacity, window) = (U256::from(limit.capacity), U256::from(limit.window));
        let mut broken = None;
        if !window.is_zero() {
            let refilled = capacity * U256::from(now.saturating_sub(self.last));
            self.excess = self.excess.saturating_sub(refilled) + amount * window;
            self.last = now;
            if self.excess > capacity * window {
                broken =
                    Some(format!("a window of {} s holds {} too much", limit.window, self.excess / window - capacity));
            }
        }
        if self.sum > U256::from(limit.life) {
            broken = Some(format!("{} in all, {} permitted for life", self.sum, limit.life));
        }
        let start: u64 = limit.start.to();
        if start != 0 {
            let come = U256::from(limit.initial) + U256::from(limit.perSecond) * U256::from(now.saturating_sub(start));
            if now < start || self.sum > come {
                broken = Some(format!("{} in all, {come} have streamed in", self.sum));
            }
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use crate::abi::Allowance;
    use alloy_primitives::{
        U256,
        aliases::{U40, U96, U120},
    };

    fn limit(capacity: u64, window: u32) -> Allowance {
        Allowance {
            id: 1,
            capacity: U96::from(capacity),
            window,
            life: U120::MAX,
            initial: U120::ZERO,
            perSecond: U96::ZERO,
            start: U40::ZERO,
        }
    }

    /// The bound as the definition has it: over all intervals that begin and end with a spending.
    fn by_definition(history: &[(u64, u64)], capacity: u64, window: u64) -> bool {
        (0..history.len()).all(|from| {
            (from..history.len()).all(|to| {
                let spent: u64 = history[from..=to].iter().map(|(_, amount)| amount).sum();
                spent * window <= capacity * (window + history[to].0 - history[from].0)
            })
        })
    }

    #[test]
    fn a_bucket_is_the_bound_on_every_interval() {
        let mut seed = 7u64;
        let mut below = |bound: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % bound
        };
        let (mut held, mut broken) = (0, 0);
        for _ in 0..2_000 {
            let limit = limit(40, 9);
            let (mut now, mut history, mut budget) = (0, vec![], Budget::default());
            let mut found = false;
            for _ in 0..8 {
                now += below(7);
                history.push((now, below(22)));
                let (_, amount) = history[history.len() - 1];
                found |= budget.spend(&limit, now, U256::from(amount)).is_some();
            }
            assert_eq!(!found, by_definition(&history, 40, 9), "{history:?}");
            if found { broken += 1 } else { held += 1 }
        }
        assert!(held > 100 && broken > 100, "{held} {broken}");
    }

    #[test]
    fn life_and_stream_are_sums() {
        let mut once = limit(0, 0);
        once.life = U120::from(10);
        let mut budget = Budget::default();
        assert_eq!(budget.spend(&once, 1, U256::from(10)), None);
        assert!(budget.spend(&once, 1_000, U256::from(1)).is_some());
        let mut stream = limit(0, 0);
        (stream.initial, stream.perSecond, stream.start) = (U120::from(5), U96::from(2), U40::from(100));
        let mut budget = Budget::default();
        assert!(budget.clone().spend(&stream, 99, U256::from(1)).is_some(), "before it begins");
        assert_eq!(budget.spend(&stream, 110, U256::from(25)), None);
        assert!(budget.spend(&stream, 110, U256::from(1)).is_some());
    }
}
