//! Prices out of a file, told by contracts that stand in for feeds.

use crate::policy::Scalar;
use alloy_primitives::{Address, Bytes, U256};
use praxis_evm::{AccountOverride, StateOverrides};
use std::collections::BTreeMap;

/// Rows that a file may have.
const MAX_ROWS: usize = 1_000_000;

/// A table of prices over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceFile {
    columns: Vec<String>,
    rows: Vec<(u64, Vec<Scalar>)>,
}

/// Why a file is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("price file, line {line}: {reason}")]
pub struct PriceFileError {
    line: usize,
    reason: String,
}

/// Which column a contract tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceFeed {
    /// The column's name.
    pub column: String,
    /// The contract: a feed (`AggregatorV3Interface`), a valuer or an average.
    pub address: Address,
    /// Decimals of what it answers.
    pub decimals: u8,
}

impl PriceFile {
    /// Reads comma-separated values: a line of names, the first of them the time's, then a line per moment, in order. Times are seconds
    /// since 1970, days, or `2030-01-31T12:00:00Z`; prices are decimal numbers.
    ///
    /// # Errors
    /// The first line that is not so.
    pub fn parse(text: &str) -> Result<Self, PriceFileError> {
        let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}')).enumerate();
        let bad = |line: usize, reason: String| PriceFileError { line: line + 1, reason };
        let Some((_, header)) = lines.next() else { return Err(bad(0, "the file is empty".into())) };
        let mut names = header.split(',').map(|name| name.trim().trim_matches('"').to_owned());
        let _time = names.next();
        let columns: Vec<String> = names.collect();
        if columns.is_empty() {
            return Err(bad(0, "there is no column besides the time's".into()));
        }
        let mut rows: Vec<(u64, Vec<Scalar>)> = Vec::new();
        for (line, content) in lines.filter(|(_, content)| !content.trim().is_empty()) {
            let mut fields = content.split(',').map(|field| field.trim().trim_matches('"'));
            let time = Scalar::from(fields.next().unwrap_or_default()).time().map_err(|e| bad(line, e.to_string()))?;
            let values: Vec<Scalar> = fields.map(Scalar::from).collect();
            if values.len() != columns.len() {
                return Err(bad(line, format!("{} prices, {} columns", values.len(), columns.len())));
            }
            if rows.last().is_some_and(|(last, _)| *last >= time) {
                return Err(bad(line, "its time is not after the line's before".into()));
            }
            if rows.len() == MAX_ROWS {
                return Err(bad(line, format!("there are more than {MAX_ROWS} lines")));
            }
            if let Some(wrong) = values.iter().find(|value| value.decimal().is_err()) {
                return Err(bad(line, format!("{:?} is no price", wrong.0)));
            }
            rows.push((time, values));
        }
        Ok(Self { columns, rows })
    }

    /// Times of the lines, seconds since 1970.
    pub fn times(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.rows.iter().map(|(time, _)| *time)
    }

    /// Whether there is such a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// What must be assumed for the contracts to tell the prices of a line at `time`. Digits beyond a feed's decimals are cut off.
    pub fn overrides(&self, row: usize, time: u64, feeds: &[PriceFeed]) -> StateOverrides {
        let mut all = StateOverrides::new();
        let Some((_, values)) = self.rows.get(row) else { return all };
        for feed in feeds {
            let Some(index) = self.columns.iter().position(|name| *name == feed.column) else { continue };
            let price = values.get(index).and_then(|value| value.decimal().ok()).unwrap_or_default();
            let storage: BTreeMap<U256, U256> = [
                (U256::ZERO, scaled(price, feed.decimals)),
                (U256::from(1), U256::from(time)),
                (U256::from(2), U256::from(feed.decimals)),
                (U256::from(3), U256::from(row + 1)),
            ]
            .into();
            let assumed = AccountOverride { code: Some(stand_in_code()), state: Some(storage), ..Default::default() };
            all.insert(feed.address, assumed);
        }
        all
    }
}

/// A price with 18 decimals as one with `decimals`. A negative one is kept in two's complement, as feeds answer it.
fn scaled(price: i128, decimals: u8) -> U256 {
    let size = U256::from(price.unsigned_abs());
    let power = |n: u8| U256::from(10).pow(U256::from(n));
    let size =
        if decimals >= 18 { size.saturating_mul(power(decimals.min(60) - 18)) } else { size / power(18 - decimals) };
    if price < 0 { size.wrapping_neg() } else { size }
}

/// Code that answers `decimals()` with slot 2, `latestRoundData()` with slots 3, 0, 1, 1, 3, and everything else (`price()`,
/// `average(uint32)`, `latestAnswer()`) with slot 0.
pub fn stand_in_code() -> Bytes {
    let mut code = Vec::new();
    assemble(&mut code, alloy_primitives::hex!("313ce567"), alloy_primitives::hex!("feaf968c"));
    code.into()
}

/// The code, with its jumps' targets put in at the end.
fn assemble(code: &mut Vec<u8>, decimals: [u8; 4], round: [u8; 4]) {
    code.extend([0x5f, 0x35, 0x60, 0xe0, 0x1c]); // calldataload(0) >> 224
    let mut targets = Vec::new();
    for selector in [decimals, round] {
        code.extend([0x80, 0x63]); // dup1, push4
        code.extend(selector);
        code.extend([0x14, 0x60, 0x00, 0x57]); // eq, push1 target, jumpi
        targets.push(code.len() - 2);
    }
    code.extend(store(0, 0));
    code.extend([0x60, 0x20, 0x5f, 0xf3]); // return(0, 32)
    let here = |code: &Vec<u8>| u8::try_from(code.len()).unwrap_or_default();
    code[targets[0]] = here(code);
    code.push(0x5b);
    code.extend(store(2, 0));
    code.extend([0x60, 0x20, 0x5f, 0xf3]);
    code[targets[1]] = here(code);
    code.push(0x5b);
    for (index, slot) in [3, 0, 1, 1, 3].into_iter().enumerate() {
        code.extend(store(slot, 32 * index as u8));
    }
    code.extend([0x60, 0xa0, 0x5f, 0xf3]); // return(0, 160)
}

/// mstore(at, sload(slot))
const fn store(slot: u8, at: u8) -> [u8; 6] {
    [0x60, slot, 0x54, 0x60, at, 0x52]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "time,eth,btc\n2024-01-01,2000.5,40000\n1704153600, 2100,41000.25\n\n";

    #[test]
    fn a_table_becomes_what_feeds_answer() {
        let file = PriceFile::parse(FILE).unwrap();
        assert_eq!(file.times().collect::<Vec<_>>(), [1_704_067_200, 1_704_153_600]);
        assert!(file.has("btc") && !file.has("time"));
        let feed = PriceFeed { column: "eth".into(), address: Address::repeat_byte(1), decimals: 8 };
        let all = file.overrides(0, 77, &[feed]);
        let state = all[&Address::repeat_byte(1)].state.clone().unwrap();
        assert_eq!(state[&U256::ZERO], U256::from(200_050_000_000u64));
        assert_eq!((state[&U256::from(1)], state[&U256::from(2)]), (U256::from(77), U256::from(8)));
    }

    #[test]
    fn wrong_lines_are_named() {
        let line = |text: &str| PriceFile::parse(text).unwrap_err().to_string();
        assert!(line("").contains("line 1"));
        assert!(line("time\n").contains("no column"));
        assert!(line("t,a\n5,1\n5,2\n").contains("line 3: its time"));
        assert!(line("t,a\n5,x\n").contains("\"x\" is no price"));
        assert!(line("t,a\n5,1,2\n").contains("2 prices, 1 columns"));
    }
}
