//! Bytes on L1 per transaction, beside other compressors and beside the floor.

pub(crate) mod load;
pub(crate) mod random;

use anyhow::{Result, ensure};
use clap::Args;
use load::{Load, What, idle, load};
use praxis_derive::{
    Batch, BatchBlock, EncoderConfig,
    blob::MAX_BLOB_DATA,
    channel::{compress, decompress},
    frame::FRAME_OVERHEAD,
};
use serde::Serialize;
use std::time::Instant;

/// How far above the floor a transfer may be.
const WANTED: f64 = 1.03;
/// Each batch is decoded so often; the fastest counts.
const DECODES: usize = 9;
/// Blocks of 250 ms in an hour.
const BLOCKS_PER_HOUR: usize = 14_400;
/// L1 blocks of 12 s in an hour.
const L1_BLOCKS_PER_HOUR: usize = 300;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Where the load's random choices begin
    #[arg(long, default_value_t = 5_000)]
    seed: u64,
    /// Also the sections of each batch, and the parts of its floor
    #[arg(long)]
    sections: bool,
    /// One JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Bytes per transaction of one load.
#[derive(Debug, Serialize)]
struct Row {
    load: &'static str,
    rlp: f64,
    zlib: f64,
    brotli: f64,
    praxis: f64,
    /// In channels of one blob each, instead of one channel.
    blobs: f64,
    floor: f64,
    ratio: f64,
    decode_ms: f64,
}

/// Bytes of an hour without transactions, by how long a channel stays open.
#[derive(Debug, Serialize)]
struct Idle {
    l1_blocks: usize,
    channels: usize,
    bytes: usize,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut rows = Vec::new();
    for what in What::ALL {
        let load = load(what, options.seed);
        rows.push(measure(what, &load)?);
        if options.sections {
            print_sections(what, &load);
        }
    }
    let idle: Vec<Idle> = [2, 25, 100, 300].map(|l1_blocks| idle_hour(l1_blocks, options.seed)).into();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "loads": rows, "idle": idle }))?);
    } else {
        print(&rows, &idle);
    }
    for row in &rows[..2] {
        ensure!(row.ratio <= WANTED, "an {} takes {:.4} times its floor, above {WANTED}", row.load, row.ratio);
    }
    Ok(())
}

/// What frames add to a channel in calldata: a version byte and an overhead for each.
fn on_l1(channel: usize) -> usize {
    let frames = channel.div_ceil(EncoderConfig::default().max_submission_bytes - 1 - FRAME_OVERHEAD);
    channel + frames * (1 + FRAME_OVERHEAD)
}

fn measure(what: What, load: &Load) -> Result<Row> {
    let count = load.transactions().count() as f64;
    let rlp = rlp(load);
    let channel = compress(&load.batch.encode(), EncoderConfig::DEFAULT_QUALITY);
    let mut decode_ms = f64::INFINITY;
    for _ in 0..DECODES {
        let begin = Instant::now();
        let decoded = Batch::decode(&decompress(&channel)?)?;
        decode_ms = decode_ms.min(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(decoded == load.batch, "the batch does not read back");
    }
    let (praxis, floor) = (on_l1(channel.len()) as f64, load.floor_bytes());
    Ok(Row {
        load: what.name(),
        rlp: rlp.len() as f64 / count,
        zlib: on_l1(miniz_oxide::deflate::compress_to_vec_zlib(&rlp, 9).len()) as f64 / count,
        brotli: on_l1(brotli(&rlp)?.len()) as f64 / count,
        praxis: praxis / count,
        blobs: in_blobs(load) as f64 / count,
        floor: floor / count,
        ratio: praxis / floor,
        decode_ms,
    })
}

/// Bytes of the same blocks in as few channels of equally many blocks as fit a blob each.
fn in_blobs(load: &Load) -> usize {
    let blocks = &load.batch.blocks;
    let sizes = |channels: usize| -> Vec<usize> {
        let batch = |blocks: &[BatchBlock]| Batch { blocks: blocks.to_vec(), ..load.batch.clone() };
        let size =
            |blocks| compress(&batch(blocks).encode(), EncoderConfig::DEFAULT_QUALITY).len() + 1 + FRAME_OVERHEAD;
        blocks.chunks(blocks.len().div_ceil(channels)).map(size).collect()
    };
    let fit = (1..).map(sizes).find(|sizes| sizes.iter().all(|size| *size <= MAX_BLOB_DATA));
    fit.map_or(0, |sizes| sizes.iter().sum())
}

/// The blocks as lists of transactions, each a byte string, in RLP: what a batch without columns holds.
fn rlp(load: &Load) -> Vec<u8> {
    let mut out = Vec::new();
    for block in &load.batch.blocks {
        alloy_rlp::encode_list::<_, alloy_primitives::Bytes>(&block.transactions, &mut out);
    }
    out
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
    std::io::Write::write_all(&mut writer, bytes)?;
    Ok(writer.into_inner())
}

fn idle_hour(l1_blocks: usize, seed: u64) -> Idle {
    let channels = L1_BLOCKS_PER_HOUR.div_ceil(l1_blocks);
    let batch = |channel: usize| idle(BLOCKS_PER_HOUR / channels, seed + channel as u64);
    let bytes = |channel| on_l1(compress(&batch(channel).encode(), EncoderConfig::DEFAULT_QUALITY).len());
    Idle { l1_blocks, channels, bytes: (0..channels).map(bytes).sum() }
}

fn print(rows: &[Row], idle: &[Idle]) {
    println!("| bytes per transaction |    RLP |   zlib | brotli | in blobs | Praxis |  floor | Praxis/floor |");
    println!("|-----------------------|-------:|-------:|-------:|---------:|-------:|-------:|-------------:|");
    for row in rows {
        let Row { load, rlp, zlib, brotli, praxis, blobs, floor, ratio, .. } = row;
        println!(
            "| {load:21} | {rlp:6.2} | {zlib:6.2} | {brotli:6.2} | {blobs:8.2} | {praxis:6.2} | {floor:6.2} | {ratio:12.4} |"
        );
    }
    println!();
    println!("| channel open for, L1 blocks | channels an hour | bytes per idle hour |");
    println!("|----------------------------:|-----------------:|--------------------:|");
    for Idle { l1_blocks, channels, bytes } in idle {
        println!("| {l1_blocks:27} | {channels:16} | {bytes:19} |");
    }
    let slowest = rows.iter().map(|row| row.decode_ms).fold(0.0, f64::max);
    println!("\na batch decodes in {slowest:.1} ms at most, on one thread");
}

fn print_sections(what: What, load: &Load) {
    let sections = load.batch.encode();
    println!("\n{}: of each section the bytes, and the bytes in the channel", what.name());
    let mut before = 0;
    for (index, (name, bytes)) in sections.iter().enumerate() {
        let mut only = praxis_derive::Sections::default();
        let all: Vec<_> = sections.iter().take(index + 1).collect();
        for (target, (_, bytes)) in only.iter_mut().zip(all) {
            bytes.clone_into(target);
        }
        let after = compress(&only, EncoderConfig::DEFAULT_QUALITY).len();
        println!("{name:16} {:8} {:8}", bytes.len(), after.saturating_sub(before));
        before = after;
    }
    println!("floor");
    for (name, bits) in &load.floor {
        println!("{name:24} {:10.1}", bits / 8.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_are_close_to_their_floor() {
        for what in [What::Ether, What::Token] {
            let row = measure(what, &load(what, 1)).unwrap();
            assert!((1.0..=WANTED).contains(&row.ratio), "{row:?}");
        }
    }
}
