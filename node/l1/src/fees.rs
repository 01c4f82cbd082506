//! Fees of L1 transactions.

/// Fees of one EIP-1559 transaction, in wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// `maxFeePerGas`.
    pub max_fee: u128,
    /// `maxPriorityFeePerGas`.
    pub tip: u128,
}

impl Fees {
    /// Fees that outlast six full blocks in a row: each raises the base fee by an eighth, and 1.125^6 is above 2.
    pub const fn from_base_fee(base_fee: u128, tip: u128) -> Self {
        Self { max_fee: base_fee.saturating_mul(2).saturating_add(tip), tip }
    }

    /// Fees that replace a transaction with these ones. Mempools ask for 10 % (geth, reth) or 12.5 % (others), and some
    /// refuse a replacement that meets the threshold exactly, so this is a quarter more and one wei.
    pub fn bump(self, market: Self) -> Self {
        let more = |fee: u128| fee.saturating_add(fee / 4).saturating_add(1);
        let tip = more(self.tip).max(market.tip);
        Self { max_fee: more(self.max_fee).max(market.max_fee).max(tip), tip }
    }
}

/// Gas of a call with this calldata to an account without code: EIP-2028's intrinsic gas or EIP-7623's floor.
pub(crate) fn calldata_gas(data: &[u8]) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    let tokens = zeros + 4 * (data.len() as u64 - zeros);
    21_000 + tokens * 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bump_exceeds_an_eighth_strictly_whatever_the_market_says() {
        for fee in [0u128, 1, 7, 8, 1_000_000_007, u128::MAX / 2] {
            for market in [0, fee, fee * 2] {
                let old = Fees { max_fee: fee, tip: fee / 2 };
                let new = old.bump(Fees { max_fee: market, tip: market / 3 });
                assert!(new.max_fee > old.max_fee + old.max_fee / 8);
                assert!(new.tip > old.tip + old.tip / 8);
                assert!(new.max_fee >= market && new.max_fee >= new.tip);
            }
        }
    }

    #[test]
    fn calldata_costs_the_floor_of_eip_7623() {
        assert_eq!(calldata_gas(&[]), 21_000);
        assert_eq!(calldata_gas(&[0, 0, 1]), 21_000 + 10 * (2 + 4));
    }
}
