//! Fees of L1 transactions.

use alloy_primitives::U256;

/// Gas of a transaction's blob, in blob gas.
pub const BLOB_GAS: u64 = 131_072;
/// Gas of a transaction that does nothing.
pub const TRANSFER_GAS: u64 = 21_000;

/// Fees of one EIP-1559 or EIP-4844 transaction, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fees {
    /// `maxFeePerGas`.
    pub max_fee: u128,
    /// `maxPriorityFeePerGas`.
    pub tip: u128,
    /// `maxFeePerBlobGas`; 0 for a transaction without blobs.
    pub blob_fee: u128,
}

/// What L1 charges now, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct L1Prices {
    /// The base fee.
    pub base_fee: u128,
    /// The priority fee that L1 suggests.
    pub tip: u128,
    /// The blob base fee; `None` where L1 has no blobs.
    pub blob_base_fee: Option<u128>,
}

impl L1Prices {
    /// What a transaction of this much gas and this many blobs costs now, in wei.
    pub fn cost(&self, gas: u64, blobs: usize) -> U256 {
        let execution = U256::from(gas) * U256::from(self.base_fee.saturating_add(self.tip));
        let blob_gas = U256::from(BLOB_GAS) * U256::from(blobs);
        execution.saturating_add(blob_gas.saturating_mul(U256::from(self.blob_base_fee.unwrap_or(u128::MAX))))
    }
}

/// The least `maxFeePerBlobGas`, in wei: blobs often cost next to nothing, and a transaction that offers twice nothing is
/// stuck at the first demand.
const MIN_BLOB_FEE: u128 = 1_000_000_000;

impl Fees {
    /// Fees that outlast six full blocks in a row: each raises a base fee by an eighth, and 1.125^6 is above 2.
    pub fn from_prices(prices: L1Prices, blobs: bool) -> Self {
        let max_fee = prices.base_fee.saturating_mul(2).saturating_add(prices.tip);
        let blob_fee = match prices.blob_base_fee {
            Some(fee) if blobs => fee.saturating_mul(2).max(MIN_BLOB_FEE),
            _ => 0,
        };
        Self { max_fee, tip: prices.tip, blob_fee }
    }

    /// Fees that replace a transaction with these ones. Mempools ask for 10 % (geth, reth) or 12.5 % (others) more, and for
    /// twice all three fees of a blob transaction. Some refuse a replacement that meets the threshold exactly, so this is a
    /// quarter more, or twice as much, and one wei.
    pub fn bump(self, market: Self) -> Self {
        let blobs = self.blob_fee > 0;
        let more = |fee: u128| {
            let rise = if blobs { fee } else { fee / 4 };
            fee.saturating_add(rise).saturating_add(1)
        };
        let tip = more(self.tip).max(market.tip);
        let blob_fee = if blobs { more(self.blob_fee).max(market.blob_fee) } else { 0 };
        Self { max_fee: more(self.max_fee).max(market.max_fee).max(tip), tip, blob_fee }
    }

    /// Whether L1 would include a transaction with these fees at these prices.
    pub fn cover(&self, prices: L1Prices) -> bool {
        let blobs = self.blob_fee == 0 || self.blob_fee >= prices.blob_base_fee.unwrap_or(u128::MAX);
        blobs && self.tip >= prices.tip && self.max_fee >= prices.base_fee.saturating_add(prices.tip)
    }
}

/// Gas of a call with this calldata to an account without code: EIP-2028's intrinsic gas or EIP-7623's floor.
pub fn calldata_gas(data: &[u8]) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    let tokens = zeros + 4 * (data.len() as u64 - zeros);
    TRANSFER_GAS + tokens * 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bump_exceeds_an_eighth_strictly_whatever_the_market_says() {
        for fee in [0u128, 1, 7, 8, 1_000_000_007, u128::MAX / 2] {
            for market in [0, fee, fee * 2] {
                let old = Fees { max_fee: fee, tip: fee / 2, blob_fee: 0 };
                let new = old.bump(Fees { max_fee: market, tip: market / 3, blob_fee: 0 });
                assert!(new.max_fee > old.max_fee + old.max_fee / 8);
                assert!(new.tip > old.tip + old.tip / 8);
                assert!(new.max_fee >= market && new.max_fee >= new.tip && new.blob_fee == 0);
            }
        }
    }

    #[test]
    fn all_three_fees_of_a_blob_transaction_more_than_double() {
        for fee in [1u128, 7, 1_000_000_007, u128::MAX / 8] {
            for market in [0, fee, fee * 3] {
                let old = Fees { max_fee: fee, tip: fee / 2, blob_fee: fee / 3 + 1 };
                let new = old.bump(Fees { max_fee: market, tip: market / 3, blob_fee: market });
                assert!(new.max_fee > old.max_fee * 2 && new.tip > old.tip * 2 && new.blob_fee > old.blob_fee * 2);
                assert!(new.blob_fee >= market);
            }
        }
    }

    #[test]
    fn prices_are_covered_until_one_of_them_passes_its_fee() {
        let prices = L1Prices { base_fee: 100, tip: 2, blob_base_fee: Some(1 << 32) };
        let fees = Fees::from_prices(prices, true);
        assert_eq!(fees, Fees { max_fee: 202, tip: 2, blob_fee: 1 << 33 });
        assert!(fees.cover(prices) && fees.cover(L1Prices { base_fee: 200, ..prices }));
        assert!(!fees.cover(L1Prices { base_fee: 201, ..prices }) && !fees.cover(L1Prices { tip: 3, ..prices }));
        assert!(!fees.cover(L1Prices { blob_base_fee: Some((1 << 33) + 1), ..prices }));
        assert!(Fees::from_prices(prices, false).cover(L1Prices { blob_base_fee: None, ..prices }));
        assert_eq!(prices.cost(21_000, 2), U256::from(21_000 * 102 + 2 * 131_072 * (1u64 << 32)));
    }

    #[test]
    fn calldata_costs_the_floor_of_eip_7623() {
        assert_eq!(calldata_gas(&[]), 21_000);
        assert_eq!(calldata_gas(&[0, 0, 1]), 21_000 + 10 * (2 + 4));
    }
}
