//! Choices from a seed, and the information that each of them holds.

/// SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// Evenly in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// Some of a number of things, each with a weight.
#[derive(Debug, Clone)]
pub(crate) struct Weighted(Vec<f64>);

impl Weighted {
    /// The k-th of `count` has the weight k^(-1/alpha): what is expected of `count` draws from a Pareto distribution with this
    /// tail index, in descending order.
    pub(crate) fn pareto(count: usize, alpha: f64) -> Self {
        Self::new((1..=count).map(|rank| (rank as f64).powf(-1.0 / alpha)))
    }

    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        Self(sums.collect())
    }

    pub(crate) fn draw(&self, rng: &mut Rng) -> usize {
        let at = rng.unit() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum <= at).min(self.0.len() - 1)
    }

    /// Shannon entropy of a draw, in bits.
    pub(crate) fn entropy(&self) -> f64 {
        let total = self.0.last().copied().unwrap_or_default();
        let before = std::iter::once(&0.0).chain(&self.0);
        self.0.iter().zip(before).map(|(sum, before)| entropy_term((sum - before) / total)).sum()
    }
}

fn entropy_term(probability: f64) -> f64 {
    if probability > 0.0 { -probability * probability.log2() } else { 0.0 }
}

/// Bits that a sequence over some names needs at least, if each name keeps its frequency and the names themselves are told
/// apart only by when they occur first: n * H - log2(d!), with the empirical entropy H and d names that occur.
pub(crate) fn sequence_bits(sequence: &[usize]) -> f64 {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    sequence.iter().for_each(|name| *counts.entry(*name).or_default() += 1);
    let total = sequence.len() as f64;
    let bits: f64 = counts.values().map(|count| total * entropy_term(*count as f64 / total)).sum();
    bits - (1..=counts.len()).map(|k| (k as f64).log2()).sum::<f64>()
}

/// How many different names occur.
pub(crate) fn distinct(sequence: &[usize]) -> usize {
    sequence.iter().collect::<std::collections::BTreeSet<_>>().len()
}
