//! A builder that makes more than L1 takes would run into the sequencing window: it is slowed down before.

/// From what backlog on the builder gets less room, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// Up to this many bytes that wait to become safe, blocks are not limited.
    pub from_bytes: u64,
    /// From this many on, a block holds `least_block_bytes` of transactions.
    pub full_bytes: u64,
    /// What a block holds at the beginning of the range, in bytes of transactions.
    pub most_block_bytes: u64,
    /// What it holds at its end and beyond: enough for some transactions, so that the chain lives on.
    pub least_block_bytes: u64,
}

impl Default for ThrottleConfig {
    fn default() -> Self {
        Self { from_bytes: 8 << 20, full_bytes: 48 << 20, most_block_bytes: 256 << 10, least_block_bytes: 4 << 10 }
    }
}

impl ThrottleConfig {
    /// Most bytes of pool transactions in a block while `backlog` bytes wait; `None`: as many as fit. Falls linearly.
    pub fn limit(&self, backlog: u64) -> Option<u64> {
        let over = backlog.checked_sub(self.from_bytes).filter(|over| *over > 0)?;
        let range = self.full_bytes.saturating_sub(self.from_bytes).max(1);
        let fall = self.most_block_bytes.saturating_sub(self.least_block_bytes);
        let fallen = u128::from(fall) * u128::from(over.min(range)) / u128::from(range);
        Some(self.most_block_bytes.saturating_sub(fallen as u64).max(self.least_block_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_falls_from_the_most_to_the_least_and_stays_there() {
        let config = ThrottleConfig { from_bytes: 100, full_bytes: 200, most_block_bytes: 1000, least_block_bytes: 10 };
        assert_eq!([0, 100].map(|backlog| config.limit(backlog)), [None, None]);
        assert_eq!(
            [101, 150, 200, 201, u64::MAX].map(|backlog| config.limit(backlog).unwrap()),
            [991, 505, 10, 10, 10]
        );
        let odd = ThrottleConfig { full_bytes: 50, ..config };
        assert_eq!(odd.limit(101), Some(10));
    }
}
