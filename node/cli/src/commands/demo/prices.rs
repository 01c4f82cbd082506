//! The price series that the demo decides on.

use crate::failure::Failure;
use alloy_primitives::U256;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Monthly closing prices of two stocks, in cents; its README names source and licence.
const PRICES: &str = include_str!("../../../../../tests/fixtures/models/strategy_prices.json");
/// How many prices of each asset the strategy looks at.
const COUNT: usize = 20;

#[derive(Deserialize)]
struct Series {
    assets: Vec<String>,
    prices: BTreeMap<String, Vec<u64>>,
}

/// The newest twenty prices of both assets, oldest first.
pub(super) fn last_twenty() -> Result<([U256; COUNT], [U256; COUNT]), Failure> {
    let series: Series = serde_json::from_str(PRICES)?;
    let asset = |index: usize| {
        let prices = series.assets.get(index).and_then(|name| series.prices.get(name))?;
        let newest: &[u64; COUNT] = prices.last_chunk()?;
        Some(newest.map(U256::from))
    };
    asset(0).zip(asset(1)).ok_or_else(|| Failure::failed("the demo's price series is shorter than twenty prices"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_ends_with_the_two_assets_newest_prices() {
        let (first, second) = last_twenty().unwrap();
        assert_eq!(first[19], U256::from(22_302u64));
        assert_eq!(second[19], U256::from(2_880u64));
    }
}
