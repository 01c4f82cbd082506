//! An allowance that grows with time up to a bound.

/// See the module. Times are milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    most: u64,
    per_second: u64,
    /// In thousandths.
    left: u64,
    since_ms: u64,
}

impl Budget {
    /// A full one.
    pub(crate) const fn new((most, per_second): (u64, u64), now_ms: u64) -> Self {
        Self { most, per_second, left: most * 1000, since_ms: now_ms }
    }

    /// Takes up to `wanted`; gives how much there was.
    pub(crate) fn take(&mut self, wanted: u64, now_ms: u64) -> u64 {
        let grown = now_ms.saturating_sub(self.since_ms).saturating_mul(self.per_second);
        self.left = self.left.saturating_add(grown).min(self.most * 1000);
        self.since_ms = now_ms;
        let taken = wanted.min(self.left / 1000);
        self.left -= taken * 1000;
        taken
    }
}
