//! Any bytes as what a batcher posts.

use praxis_derive::{
    Batch, Sections,
    channel::{compress, decompress},
    frame::{decode_calldata, encode_calldata},
    limits::{MAX_BATCH_BLOCKS, MAX_BATCH_TRANSACTIONS, MAX_SECTION_BYTES},
};

/// Brotli's quality where something is compressed again; derivation takes any.
const QUALITY: u32 = 1;

/// Any bytes as calldata to the inbox: frames are encoded to the same bytes.
pub fn frames(bytes: &[u8]) {
    match decode_calldata(bytes) {
        Ok(frames) => assert_eq!(encode_calldata(&frames), bytes, "frames have one encoding"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Any bytes as a channel: what decompresses is within its limit and compresses to a channel again.
pub fn channels(bytes: &[u8]) {
    match decompress(bytes) {
        Ok(sections) => {
            assert!(sections.len() <= MAX_SECTION_BYTES, "{} bytes", sections.len());
            assert_eq!(decompress(&compress(&sections, QUALITY)).as_ref(), Ok(&sections));
            judge(&sections);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Any bytes as the sections of a batch: what decodes is within its limits and reads back from its own encoding.
pub fn batches(bytes: &[u8]) {
    judge(&unframe(bytes));
}

fn judge(sections: &Sections) {
    match Batch::decode(sections) {
        Ok(batch) => {
            let transactions = batch.blocks.iter().map(|block| block.transactions.len()).sum::<usize>();
            assert!((1..=MAX_BATCH_BLOCKS).contains(&batch.blocks.len()) && transactions <= MAX_BATCH_TRANSACTIONS);
            assert!(batch.blocks.iter().flat_map(|block| &block.transactions).all(|tx| !tx.is_empty()));
            assert!(batch.last_number() >= batch.first_number && batch.last_origin() >= batch.first_origin);
            assert_eq!(Batch::decode(&batch.encode()), Ok(batch), "a batch is read back as it was");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Sections as one string: of each its length in two bytes, then itself. Whatever is missing is empty.
pub fn frame(sections: &Sections) -> Vec<u8> {
    let framed = |(_, bytes): (&str, &[u8])| [&(bytes.len() as u16).to_le_bytes(), bytes].concat();
    sections.iter().flat_map(framed).collect()
}

/// The inverse of [`frame`], of any bytes.
pub fn unframe(bytes: &[u8]) -> Sections {
    let mut sections = Sections::default();
    let mut rest = bytes;
    for section in sections.iter_mut() {
        let Some((length, after)) = rest.split_first_chunk::<2>() else { break };
        let (bytes, after) = after.split_at(after.len().min(usize::from(u16::from_le_bytes(*length))));
        bytes.clone_into(section);
        rest = after;
    }
    sections
}
