//! What `praxis fees` says.

use crate::ui::Ui;
use alloy_primitives::{Address, U256, utils::format_ether};
use alloy_rpc_types_eth::TransactionReceipt;
use serde_json::json;
use std::ops::RangeInclusive;

/// What one vault took in.
#[derive(Debug, Clone)]
pub(super) struct Income {
    pub(super) name: &'static str,
    pub(super) vault: Address,
    pub(super) wei: U256,
}

/// What one account paid on L1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spending {
    pub(super) name: &'static str,
    pub(super) account: Address,
    transactions: u64,
    gas_wei: U256,
    blob_wei: U256,
}

impl Spending {
    pub(super) const fn new(name: &'static str, account: Address) -> Self {
        Self { name, account, transactions: 0, gas_wei: U256::ZERO, blob_wei: U256::ZERO }
    }

    /// A transaction of the account, one that failed included.
    pub(super) fn add(&mut self, receipt: &TransactionReceipt) {
        let product = |amount: u64, price: u128| U256::from(amount) * U256::from(price);
        self.transactions += 1;
        self.gas_wei += product(receipt.gas_used, receipt.effective_gas_price);
        self.blob_wei += product(receipt.blob_gas_used.unwrap_or_default(), receipt.blob_gas_price.unwrap_or_default());
    }

    fn wei(&self) -> U256 {
        self.gas_wei + self.blob_wei
    }
}

/// Income and spending of the same time.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) l2_blocks: RangeInclusive<u64>,
    pub(super) l1_blocks: RangeInclusive<u64>,
    pub(super) income: Vec<Income>,
    pub(super) spending: Vec<Spending>,
}

impl Report {
    /// Basis points of `spent` that `income` covers; `None` where nothing was spent.
    fn coverage_bps(income: U256, spent: U256) -> Option<u64> {
        (!spent.is_zero()).then(|| (income * U256::from(10_000) / spent).saturating_to())
    }

    fn total_income(&self) -> U256 {
        self.income.iter().fold(U256::ZERO, |sum, entry| sum + entry.wei)
    }

    fn total_spent(&self) -> U256 {
        self.spending.iter().fold(U256::ZERO, |sum, entry| sum + entry.wei())
    }

    /// What the batcher's cost is to be covered by.
    fn l1_fee_coverage_bps(&self) -> Option<u64> {
        let fees = self.income.first().map_or(U256::ZERO, |entry| entry.wei);
        let batcher = self.spending.first().map_or(U256::ZERO, Spending::wei);
        Self::coverage_bps(fees, batcher)
    }

    pub(super) fn show(&self, ui: &Ui) {
        ui.line(format!("L2 blocks {} to {}", self.l2_blocks.start(), self.l2_blocks.end()));
        let mut rows: Vec<Vec<String>> = self
            .income
            .iter()
            .map(|entry| vec![entry.name.into(), entry.vault.to_string(), format_ether(entry.wei)])
            .collect();
        rows.push(vec!["together".into(), String::new(), format_ether(self.total_income())]);
        ui.table(&["income", "vault", "ether"], rows);
        ui.line(format!("L1 blocks {} to {}", self.l1_blocks.start(), self.l1_blocks.end()));
        let mut rows: Vec<Vec<String>> = self.spending.iter().map(row).collect();
        let together = [String::new(), String::new(), String::new(), String::new(), format_ether(self.total_spent())];
        rows.push([vec!["together".to_string()], together.to_vec()].concat());
        ui.table(&["spending", "account", "transactions", "gas, ether", "blobs, ether", "ether"], rows);
        if let Some(bps) = self.l1_fee_coverage_bps() {
            ui.line(format!("L1 fees cover {}.{:02} % of what the batcher spent", bps / 100, bps % 100));
        }
        ui.document(&self.document());
    }

    fn document(&self) -> serde_json::Value {
        let income = self
            .income
            .iter()
            .map(|entry| json!({ "name": entry.name, "vault": entry.vault, "wei": entry.wei.to_string() }));
        let spending = self.spending.iter().map(|entry| {
            json!({
                "name": entry.name, "account": entry.account, "transactions": entry.transactions,
                "gasWei": entry.gas_wei.to_string(), "blobWei": entry.blob_wei.to_string(),
                "wei": entry.wei().to_string(),
            })
        });
        json!({
            "l2Blocks": { "from": self.l2_blocks.start(), "to": self.l2_blocks.end() },
            "l1Blocks": { "from": self.l1_blocks.start(), "to": self.l1_blocks.end() },
            "income": income.collect::<Vec<_>>(),
            "spending": spending.collect::<Vec<_>>(),
            "incomeWei": self.total_income().to_string(),
            "spentWei": self.total_spent().to_string(),
            "l1FeeCoverageBps": self.l1_fee_coverage_bps(),
        })
    }
}

fn row(entry: &Spending) -> Vec<String> {
    vec![
        entry.name.into(),
        entry.account.to_string(),
        entry.transactions.to_string(),
        format_ether(entry.gas_wei),
        format_ether(entry.blob_wei),
        format_ether(entry.wei()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(gas_used: u64, price: u128, blobs: Option<(u64, u128)>) -> TransactionReceipt {
        let mut json = json!({
            "type": "0x2", "status": "0x0", "transactionHash": alloy_primitives::B256::ZERO, "transactionIndex": "0x0",
            "from": Address::ZERO, "cumulativeGasUsed": "0x1", "logs": [], "logsBloom": alloy_primitives::Bloom::ZERO,
            "gasUsed": format!("{gas_used:#x}"), "effectiveGasPrice": format!("{price:#x}"),
        });
        if let Some((gas, price)) = blobs {
            json["blobGasUsed"] = format!("{gas:#x}").into();
            json["blobGasPrice"] = format!("{price:#x}").into();
        }
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn gas_and_blobs_add_up_and_the_batcher_is_compared_with_l1_fees() {
        let mut batcher = Spending::new("batcher", Address::ZERO);
        batcher.add(&receipt(21_000, 10, Some((131_072, 3))));
        batcher.add(&receipt(50_000, 2, None));
        assert_eq!((batcher.gas_wei, batcher.blob_wei), (U256::from(310_000), U256::from(393_216)));
        let mut proposer = Spending::new("proposer", Address::ZERO);
        proposer.add(&receipt(100, 1, None));
        let income = |name, wei: u64| Income { name, vault: Address::ZERO, wei: U256::from(wei) };
        let mut report = Report {
            l2_blocks: 1..=5,
            l1_blocks: 2..=3,
            income: vec![income("L1 fees", 700_000), income("base fees", 9)],
            spending: vec![batcher, proposer],
        };
        assert_eq!(report.l1_fee_coverage_bps(), Some(9_954));
        let document = report.document();
        assert_eq!(document["spentWei"], "703316");
        assert_eq!(document["incomeWei"], "700009");
        report.spending.clear();
        assert_eq!(report.l1_fee_coverage_bps(), None, "nothing was spent");
    }
}
