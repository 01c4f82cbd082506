//! A day of L1 prices, from a seed.

use crate::batch::random::Rng;

/// L1 blocks of 12 s in a day.
pub(super) const L1_BLOCKS: usize = 7_200;
/// Most that the base fee moves from block to block (EIP-1559).
const BASE_FEE_STEP: f64 = 0.125;
/// What the blob base fee multiplies by when a block's blobs are twice the target, about (EIP-7691).
const BLOB_FEE_STEP: f64 = 1.08;
/// A blob gas costs at least this part of the base fee (EIP-7918).
const BLOB_RESERVE: f64 = 1.0 / 16.0;
/// The base fee about which the day swings, in wei.
const USUAL_BASE_FEE: f64 = 4e9;
/// How much more blobs cost than their reserve when demand is as usual, in natural logarithms.
const USUAL_BLOB_DEMAND: f64 = 1.0;

/// Prices of one L1 block, in wei.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prices {
    pub(super) base_fee: f64,
    pub(super) blob_fee: f64,
}

/// Base fees swing with the hour of the day and wander; in two hours, mints push them up tenfold. The blob fee wanders on its
/// own above its reserve, and in one hour somebody fills all blobs.
pub(super) fn day(seed: u64) -> Vec<Prices> {
    let mut rng = Rng(seed ^ 0xDA7);
    let (mint, flood) = (rng.below(20) as usize * 300, rng.below(20) as usize * 300);
    let mut noise = move || rng.unit() + rng.unit() + rng.unit() - 1.5;
    let (mut base, mut demand) = (USUAL_BASE_FEE.ln(), USUAL_BLOB_DEMAND);
    (0..L1_BLOCKS)
        .map(|block| {
            let hour = block as f64 / L1_BLOCKS as f64;
            let swing = 0.8 * (std::f64::consts::TAU * hour).sin();
            let pushed = if (mint..mint + 600).contains(&block) { 10f64.ln() } else { 0.0 };
            let pull = 0.02 * (USUAL_BASE_FEE.ln() + swing + pushed - base);
            base += (pull + 0.1 * noise()).clamp((1.0 - BASE_FEE_STEP).ln(), (1.0 + BASE_FEE_STEP).ln());
            let wanted = if (flood..flood + 300).contains(&block) { 6.0 } else { USUAL_BLOB_DEMAND };
            demand = (demand
                + (0.02 * (wanted - demand) + 0.1 * noise()).clamp(-BLOB_FEE_STEP.ln(), BLOB_FEE_STEP.ln()))
            .max(0.0);
            let base_fee = base.exp();
            Prices { base_fee, blob_fee: base_fee.min(USUAL_BASE_FEE * 4.0) * BLOB_RESERVE * demand.exp() }
        })
        .map(|prices| Prices { blob_fee: prices.blob_fee.max(prices.base_fee * BLOB_RESERVE), ..prices })
        .collect()
}
