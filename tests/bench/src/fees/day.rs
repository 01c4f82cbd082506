//! A day: what users pay by the prices of their blocks' origins, and what the batcher pays for the channels, later.

use super::{
    prices::{L1_BLOCKS, Prices, day},
    size::decode,
};
use crate::batch::load::{What, load};
use anyhow::{Result, ensure};
use praxis_derive::{
    Batch, EncoderConfig,
    blob::{BLOB_BYTES, MAX_BLOB_DATA},
    channel::compress,
    frame::FRAME_OVERHEAD,
};
use praxis_primitives::{DataFees, DataSize};
use serde::Serialize;

/// Blobs of a full channel.
const BLOBS: usize = 2;
/// Channels close a little early, as the encoder only knows what a block compressed to once it has it.
const FILL: f64 = 0.98;
/// L1 blocks between the last block of a channel and its transaction.
const LAG: usize = 2;
/// Blocks of 250 ms in an L1 slot of 12 s.
const BLOCKS_PER_ORIGIN: usize = 48;
/// Gas of the transaction that carries blobs: its own and, by its calldata, none.
const TRANSACTION_GAS: f64 = 21_000.0;
/// Gas of a byte of calldata that is not zero, at EIP-7623's floor.
const CALLDATA_GAS: f64 = 40.0;
/// Most bytes of calldata in a transaction.
const CALLDATA_BYTES: f64 = 100_000.0;
/// What the batcher adds for the proposer, in wei per gas.
const TIP: f64 = 1e8;

/// A channel as the encoder would fill it.
#[derive(Debug)]
pub(crate) struct Channel {
    bytes: f64,
    /// Estimated sizes of the transactions of each L1 origin, in millionths of a byte.
    sizes: Vec<Vec<DataSize>>,
}

impl Channel {
    /// Takes as many blocks of the load as fill the blobs.
    pub(crate) fn encode(what: What, seed: u64) -> Result<Self> {
        let batch = load(what, seed).batch;
        let most = EncoderConfig::default().with_blobs(BLOBS, MAX_BLOB_DATA).target_channel_bytes as f64 * FILL;
        let encoded = |blocks: usize| {
            let part = Batch { blocks: batch.blocks[..blocks].to_vec(), ..batch.clone() };
            compress(&part.encode(), EncoderConfig::DEFAULT_QUALITY).len() as f64
        };
        let whole = encoded(batch.blocks.len());
        ensure!(whole > most, "the load does not fill a channel");
        // Sizes grow almost evenly with the blocks; a step back for what is not even.
        let mut blocks = (batch.blocks.len() as f64 * most / whole) as usize;
        let mut bytes = encoded(blocks);
        while bytes > most {
            blocks -= 5;
            bytes = encoded(blocks);
        }
        let mut sizes = Vec::new();
        for origin in batch.blocks[..blocks].chunks(BLOCKS_PER_ORIGIN) {
            let transactions = origin.iter().flat_map(|block| &block.transactions);
            let size = |bytes| Ok(DataSize::of(&decode(bytes)?));
            sizes.push(transactions.map(size).filter_map(Result::transpose).collect::<Result<_>>()?);
        }
        Ok(Self { bytes, sizes })
    }

    fn estimated_bytes(&self) -> f64 {
        self.sizes.iter().flatten().map(|size| size.millionths() as f64).sum::<f64>() / 1e6
    }

    /// In blobs, or as calldata where that is cheaper: the cost in wei, and whether it was calldata.
    fn cost(&self, prices: &Prices) -> (f64, bool) {
        let gas_price = prices.base_fee + TIP;
        let blobs = TRANSACTION_GAS * gas_price + (BLOBS * BLOB_BYTES) as f64 * prices.blob_fee;
        let transactions = (self.bytes / CALLDATA_BYTES).ceil();
        let framed = self.bytes + transactions * (1 + FRAME_OVERHEAD) as f64;
        let calldata = (TRANSACTION_GAS * transactions + CALLDATA_GAS * framed) * gas_price;
        (blobs.min(calldata), calldata < blobs)
    }
}

/// The weight of the blob base fee by which a full channel's blobs are paid exactly, in millionths.
pub(crate) fn blob_scalar(channels: &[Channel]) -> f64 {
    let estimated: f64 = channels.iter().map(Channel::estimated_bytes).sum();
    1e6 * (channels.len() * BLOBS * BLOB_BYTES) as f64 / estimated
}

/// The weight of the base fee by which its transaction is, in millionths of 16 gas.
pub(crate) fn base_scalar(channels: &[Channel]) -> f64 {
    let estimated: f64 = channels.iter().map(Channel::estimated_bytes).sum();
    1e6 * channels.len() as f64 * TRANSACTION_GAS / estimated / 16.0
}

/// An hour's means and sums, in wei.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Hour {
    pub(crate) base_fee: f64,
    pub(crate) blob_fee: f64,
    pub(crate) fees: f64,
    pub(crate) cost: f64,
}

/// What a day gave.
#[derive(Debug, Serialize)]
pub(crate) struct Day {
    pub(crate) hours: Vec<Hour>,
    pub(crate) channels: usize,
    pub(crate) as_calldata: usize,
    /// What a transaction of the least size paid on average, in wei.
    pub(crate) transfer_fee: f64,
}

impl Day {
    pub(crate) fn run(channels: &[Channel], scalars: &DataFees, seed: u64) -> Self {
        let prices = day(seed);
        let per_hour = L1_BLOCKS / 24;
        let mut hours = vec![Hour::default(); 24];
        for (block, price) in prices.iter().enumerate() {
            hours[block / per_hour].base_fee += price.base_fee / per_hour as f64;
            hours[block / per_hour].blob_fee += price.blob_fee / per_hour as f64;
        }
        let smallest = DataSize::of_unsigned(&[]);
        let fees_at = |block: usize| DataFees {
            l1_base_fee: prices[block].base_fee as u128,
            blob_base_fee: prices[block].blob_fee as u128,
            ..*scalars
        };
        let transfer_fee = (0..L1_BLOCKS).map(|block| fees_at(block).l1_fee(smallest).to::<u128>() as f64).sum::<f64>();
        let (mut count, mut as_calldata, mut block) = (0, 0, 0);
        for channel in channels.iter().cycle() {
            let posted = block + channel.sizes.len() + LAG;
            if posted >= L1_BLOCKS {
                break;
            }
            let fees = channel.sizes.iter().enumerate().map(|(origin, sizes)| {
                let fees = fees_at(block + origin);
                sizes.iter().map(|size| fees.l1_fee(*size).to::<u128>()).sum::<u128>() as f64
            });
            let (cost, calldata) = channel.cost(&prices[posted]);
            let hour = &mut hours[block / per_hour];
            hour.fees += fees.sum::<f64>();
            hour.cost += cost;
            count += 1;
            as_calldata += usize::from(calldata);
            block += channel.sizes.len();
        }
        Self { hours, channels: count, as_calldata, transfer_fee: transfer_fee / L1_BLOCKS as f64 }
    }

    /// Fees over cost.
    pub(crate) fn coverage(&self) -> f64 {
        let fees: f64 = self.hours.iter().map(|hour| hour.fees).sum();
        fees / self.hours.iter().map(|hour| hour.cost).sum::<f64>()
    }
}
