//! The L1 fee: what is estimated of transactions beside what they take of a batch, and a day of L1 prices in which it has to pay for the batches.

mod day;
mod prices;
mod size;

use crate::batch::load::What;
use anyhow::{Result, ensure};
use clap::Args;
use day::{Channel, Day};
use praxis_primitives::{DEFAULT_BASE_FEE_SCALAR, DEFAULT_BLOB_BASE_FEE_SCALAR, DataFees};
use serde::Serialize;
use size::{Point, points};

/// How far the fees may be off the cost.
const TOLERANCE: f64 = 0.1;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Where the load's and the prices' random choices begin
    #[arg(long, default_value_t = 5_000)]
    seed: u64,
    /// Channels that are encoded; the day goes through them in turns
    #[arg(long, default_value_t = 8)]
    channels: u64,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// What the measurement gives.
#[derive(Debug, Serialize)]
struct Outcome {
    points: Vec<Point>,
    exact_blob_scalar: f64,
    exact_base_scalar: f64,
    day: Day,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let points = points(options.seed)?;
    let channels = (0..options.channels).map(|n| Channel::encode(What::Mixed, options.seed + n));
    let channels = channels.collect::<Result<Vec<_>>>()?;
    let day = Day::run(&channels, &scalars(), options.seed);
    let (exact_blob_scalar, exact_base_scalar) = (day::blob_scalar(&channels), day::base_scalar(&channels));
    let outcome = Outcome { points, exact_blob_scalar, exact_base_scalar, day };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        print(&outcome);
    }
    let coverage = outcome.day.coverage();
    ensure!((coverage - 1.0).abs() <= TOLERANCE, "L1 fees cover {:.1} % of the batcher's cost", 100.0 * coverage);
    Ok(())
}

/// The weights that `praxis deploy` sets.
fn scalars() -> DataFees {
    DataFees {
        base_fee_scalar: DEFAULT_BASE_FEE_SCALAR,
        blob_base_fee_scalar: DEFAULT_BLOB_BASE_FEE_SCALAR,
        ..DataFees::default()
    }
}

fn print(outcome: &Outcome) {
    println!("| transaction        | FastLZ + 68 | bytes in a batch | estimated |");
    println!("|--------------------|------------:|-----------------:|----------:|");
    for Point { what, fastlz, bytes, estimated, .. } in &outcome.points {
        println!("| {what:18} | {fastlz:11.1} | {bytes:16.1} | {estimated:9.1} |");
    }
    println!(
        "exact scalars: base fee {:.0}, blob base fee {:.0}",
        outcome.exact_base_scalar, outcome.exact_blob_scalar
    );
    let day = &outcome.day;
    println!("\n| hour | base fee, gwei | blob fee, gwei | L1 fees, ether | cost, ether | covered |");
    println!("|-----:|---------------:|---------------:|---------------:|------------:|--------:|");
    for (index, hour) in day.hours.iter().enumerate() {
        println!(
            "| {index:4} | {:14.3} | {:14.3} | {:14.5} | {:11.5} | {:6.1}% |",
            hour.base_fee / 1e9,
            hour.blob_fee / 1e9,
            hour.fees / 1e18,
            hour.cost / 1e18,
            100.0 * hour.fees / hour.cost
        );
    }
    println!(
        "\nthe day: {} channels, {} as calldata; L1 fees cover {:.1} % of the cost; an ETH transfer pays {:.1} gwei on average",
        day.channels,
        day.as_calldata,
        100.0 * day.coverage(),
        day.transfer_fee / 1e9
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With two channels instead of eight, and two other days.
    #[test]
    fn a_day_of_fee_swings_is_paid_for() {
        let channels: Vec<_> = (0..2).map(|n| Channel::encode(What::Mixed, 77 + n).unwrap()).collect();
        for seed in [1, 2] {
            let day = Day::run(&channels, &scalars(), seed);
            assert!((day.coverage() - 1.0).abs() <= TOLERANCE, "{}", day.coverage());
        }
    }

    #[test]
    fn estimates_are_near_what_transactions_take() {
        for point in points(3).unwrap() {
            let ratio = point.estimated / point.bytes;
            assert!((0.85..=1.15).contains(&ratio), "{point:?}");
        }
    }
}
