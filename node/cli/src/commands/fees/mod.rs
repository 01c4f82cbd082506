//! `praxis fees`: what the vaults took in, and what the operator's accounts spent on L1 in the same time.

mod report;

use crate::{
    args::FeesArgs, client::Client, commands::fees::report::Spending, failure::Failure, system::read_rollup, ui::Ui,
};
use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use futures::{StreamExt, TryStreamExt, stream};
use praxis_contracts::{
    addresses::{BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT, SEQUENCER_FEE_VAULT},
    layout::FEE_VAULT_PROCESSED_SLOT,
};
use report::{Income, Report};
use serde::Deserialize;
use serde_json::json;
use std::ops::RangeInclusive;

/// L1 blocks that are asked for at a time.
const AT_A_TIME: usize = 8;

const VAULTS: [(&str, Address); 4] = [
    ("L1 fees", L1_FEE_VAULT),
    ("operator fees", OPERATOR_FEE_VAULT),
    ("base fees", BASE_FEE_VAULT),
    ("priority fees", SEQUENCER_FEE_VAULT),
];

/// The part of `optimism_outputAtBlock` that says which L1 block an L2 block follows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    block_ref: BlockRef,
}

#[derive(Debug, Deserialize)]
struct BlockRef {
    l1origin: Origin,
}

#[derive(Debug, Deserialize)]
struct Origin {
    number: u64,
}

/// Compares income and spending.
pub(crate) async fn run(args: FeesArgs, ui: &Ui) -> Result<(), Failure> {
    let config = read_rollup(&args.rollup)?;
    let (l2, l1) = (Client::reader(&args.rpc), Client::reader(&args.l1));
    let to = match args.to {
        Some(to) => to,
        None => l2.request::<U256>("eth_blockNumber", json!([])).await?.saturating_to(),
    };
    if args.from >= to {
        return Err(Failure::usage(format!("block {} is not before block {to}: give --from and --to", args.from)));
    }
    let mut income = Vec::with_capacity(VAULTS.len());
    for (name, vault) in VAULTS {
        let taken = taken_in(&l2, vault, to).await?.saturating_sub(taken_in(&l2, vault, args.from).await?);
        income.push(Income { name, vault, wei: taken });
    }
    let l1_blocks = origin(&l2, args.from).await?.saturating_add(1)..=origin(&l2, to).await?;
    let mut accounts = vec![("batcher", config.batcher)];
    accounts.extend(args.proposer.iter().map(|proposer| ("proposer", *proposer)));
    let spending = spent(&l1, l1_blocks.clone(), &accounts, ui).await?;
    let report = Report { l2_blocks: args.from.saturating_add(1)..=to, l1_blocks, income, spending };
    report.show(ui);
    Ok(())
}

/// Wei that a vault has taken in until after a block, whether it still holds it or not.
async fn taken_in(l2: &Client, vault: Address, block: u64) -> Result<U256, Failure> {
    let tag = format!("{block:#x}");
    let held: U256 = l2.request("eth_getBalance", json!([vault, tag])).await?;
    let paid_out: U256 = l2.request("eth_getStorageAt", json!([vault, FEE_VAULT_PROCESSED_SLOT, tag])).await?;
    Ok(held.saturating_add(paid_out))
}

/// Number of a block's L1 origin.
async fn origin(l2: &Client, block: u64) -> Result<u64, Failure> {
    let output: Output = l2.request("optimism_outputAtBlock", json!([format!("{block:#x}")])).await?;
    Ok(output.block_ref.l1origin.number)
}

/// What each account paid for its transactions in these L1 blocks.
async fn spent(
    l1: &Client,
    blocks: RangeInclusive<u64>,
    accounts: &[(&'static str, Address)],
    ui: &Ui,
) -> Result<Vec<Spending>, Failure> {
    let bar = ui.bar(blocks.clone().count() as u64, "reading L1 receipts");
    let receipts = |number: u64| async move {
        let params = json!([format!("{number:#x}")]);
        let found: Option<Vec<TransactionReceipt>> = l1.request("eth_getBlockReceipts", params).await?;
        found.ok_or_else(|| Failure::failed(format!("{} has no receipts of L1 block {number}", l1.url())))
    };
    let mut spending: Vec<_> = accounts.iter().map(|(name, account)| Spending::new(name, *account)).collect();
    let mut answers = stream::iter(blocks).map(receipts).buffered(AT_A_TIME);
    while let Some(block) = answers.try_next().await? {
        for receipt in &block {
            if let Some(entry) = spending.iter_mut().find(|entry| entry.account == receipt.from) {
                entry.add(receipt);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(spending)
}
