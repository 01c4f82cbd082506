use crate::{
    Batch, BatchBlock, ChannelId, Frame, HashCheck,
    channel::decompress,
    frame::encode_calldata,
    samples::{self, Rng},
};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, b256, hex, keccak256};

/// Changing a format changes one of these lines; then `SPEC.md` has to change too, and every chain is another one.
const BATCHES: (usize, B256) = (500, b256!("0x87e13eb2fb9fdf4a8520f2290b2ee08471f196c3c1dc7596f5880c4c687ae9c4"));
const FRAMES: (usize, B256) = (500, b256!("0x3e876aa6ff4b24cac1f45d09d847a6564c9cae96f369073dc7199fa0610e44b8"));

/// All sections, each with its length before it.
fn digested(batch: &Batch) -> Vec<u8> {
    batch.encode().iter().flat_map(|(_, bytes)| [&(bytes.len() as u64).to_be_bytes(), bytes].concat()).collect()
}

#[test]
fn the_encoding_of_batches_is_pinned() {
    let mut rng = Rng(0xBA7C);
    let all: Vec<u8> = (0..BATCHES.0).flat_map(|_| digested(&samples::batch(&mut rng, 40, 20))).collect();
    assert_eq!(keccak256(all), BATCHES.1);
}

#[test]
fn the_encoding_of_frames_is_pinned() {
    let mut rng = Rng(0xF4A3E);
    let all = (0..FRAMES.0).flat_map(|_| {
        let len = rng.below(100) as usize;
        let frame = Frame {
            channel: ChannelId::derive(B256::from_slice(&rng.bytes(32)), rng.bits(), &rng.bytes(9)),
            number: rng.bits() as u16,
            data: rng.bytes(len),
            is_last: rng.below(2) == 1,
        };
        encode_calldata(&[frame])
    });
    assert_eq!(keccak256(all.collect::<Vec<_>>()), FRAMES.1);
}

#[test]
fn the_example_of_the_specification_reads_as_it_says() {
    let transaction = |nonce, to: u8, value: u64| {
        let tx = TxEip1559 {
            chain_id: 7,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: 2_500_000,
            to: TxKind::Call(Address::repeat_byte(to)),
            value: U256::from(value),
            ..TxEip1559::default()
        };
        let signature = Signature::from_bytes_and_parity(&[[0x22; 32], [0x33; 32]].concat(), to == 0x11);
        Bytes::from(EthereumTxEnvelope::<TxEip4844>::from(tx.into_signed(signature)).encoded_2718())
    };
    let (ether, milli) = (1_000_000_000_000_000_000, 1_000_000_000_000_000);
    let transactions = vec![
        transaction(9, 0x11, 3 * ether / 2),
        transaction(10, 0xDD, 700 * milli),
        transaction(11, 0x11, 700 * milli),
    ];
    let batch = Batch {
        first_number: 42,
        parent_check: HashCheck::repeat_byte(0xAA),
        first_origin: 1000,
        origin_check: HashCheck::repeat_byte(0xBB),
        blocks: vec![BatchBlock::default(), BatchBlock { advances_origin: true, transactions }, BatchBlock::default()],
    };
    assert_eq!((batch.last_number(), batch.last_origin()), (44, 1001));
    let (r, s) = ("22".repeat(32), "33".repeat(31));
    let expected = [
        ("head", format!("2a{}e807{}0307", "aa".repeat(20), "bb".repeat(20))),
        ("origins", "02".into()),
        ("gaps", "01".into()),
        ("counts", "03".into()),
        ("tags", ["000000", "020000", "010000", "000000", "020200"].concat()),
        ("calls", "00".into()),
        ("shapes", "01061212".into()),
        ("top 1", "09190f07".into()),
        ("sender pages", "000101".into()),
        ("sender first", "0000".into()),
        ("address pages", "000001".into()),
        ("address first", "00".into()),
        ("addresses", format!("{}{}", "11".repeat(20), "dd".repeat(20))),
        ("signatures", format!("{r}b3{s}{r}33{s}{r}b3{s}")),
    ];
    let sections = batch.encode();
    let filled = sections.iter().filter(|(_, bytes)| !bytes.is_empty());
    assert_eq!(filled.map(|(name, bytes)| (name, hex::encode(bytes))).collect::<Vec<_>>(), expected);
    let mut channel = vec![2];
    for (_, bytes) in sections.iter() {
        crate::varint::put(&mut channel, 2 * bytes.len() as u64);
        channel.extend_from_slice(bytes);
    }
    assert_eq!(channel.len(), 339);
    assert_eq!(decompress(&channel).map(|sections| Batch::decode(&sections)), Ok(Ok(batch)));
}
