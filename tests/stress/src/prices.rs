//! A real price series, stretched over the run.

use serde::Deserialize;

/// Where the run begins in the series, so that the fall of September 2008 comes at two thirds of it.
const FIRST_MONTH: &str = "2007-11";
const LAST_MONTH: &str = "2009-03";
/// Prices before the run that the models look back on.
const HISTORY: usize = 24;
/// The feed has 8 decimals, the file cents.
const FEED_UNITS_PER_CENT: u64 = 1_000_000;

#[derive(Deserialize)]
struct File {
    months: Vec<String>,
    prices: Vec<u64>,
}

/// Prices with 8 decimals.
pub(crate) struct Series {
    /// What the feed holds before the run.
    pub(crate) history: Vec<u64>,
    months: Vec<u64>,
}

impl Series {
    /// The committed series.
    pub(crate) fn load() -> Self {
        let text = include_str!("../../fixtures/agents/prices.json");
        let file: File = serde_json::from_str(text).expect("the committed file is JSON");
        let place = |month: &str| file.months.iter().position(|m| m == month).expect("the month is in the file");
        let (first, last) = (place(FIRST_MONTH), place(LAST_MONTH));
        let months: Vec<u64> = file.prices[first..=last].iter().map(|cents| cents * FEED_UNITS_PER_CENT).collect();
        // The series is monthly and the run is hours long: before it, the price moved around its first value as it did in
        // the months before, a twentieth as far.
        let before = &file.prices[..first];
        let mean = before.iter().sum::<u64>() / before.len() as u64;
        let around = |cents: &u64| months[0] + months[0] * cents / mean / 20 - months[0] / 20;
        let history = before.iter().map(around).cycle().take(HISTORY).collect();
        Self { history, months }
    }

    /// The price after `step` of `steps`, on the straight line between two months' prices.
    pub(crate) fn at(&self, step: u64, steps: u64) -> u64 {
        let spans = self.months.len() as u64 - 1;
        let place = step.min(steps) * spans;
        let (month, rest) = ((place / steps).min(spans - 1), place - (place / steps).min(spans - 1) * steps);
        let (from, to) = (self.months[month as usize], self.months[month as usize + 1]);
        (from * (steps - rest) + to * rest) / steps
    }

    /// Months from the first to the last price.
    pub(crate) const fn months(&self) -> u64 {
        self.months.len() as u64 - 1
    }

    /// How far the price falls from its highest value at most, in percent.
    pub(crate) fn crash_percent(&self) -> u64 {
        let mut high = 0;
        let falls = self.months.iter().map(|price| {
            high = high.max(*price);
            100 * (high - price) / high
        });
        falls.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Series;

    #[test]
    fn the_series_begins_and_ends_at_its_months_and_holds_a_crash() {
        let series = Series::load();
        assert_eq!(series.at(0, 100), 18_222_000_000);
        assert_eq!(series.at(100, 100), 10_512_000_000);
        assert_eq!(series.at(7, 16), series.months[7]);
        assert!(series.crash_percent() >= 40, "{}", series.crash_percent());
        assert!(series.history.len() == 24);
    }
}
