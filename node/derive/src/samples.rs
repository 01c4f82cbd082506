//! Random batches for tests and fuzzers: transactions of every kind, with fields that are often alike.

use crate::{Batch, BatchBlock, HashCheck};
use alloy_consensus::{
    EthereumTxEnvelope, SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
};
use alloy_eips::{
    Encodable2718,
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};

type Envelope = EthereumTxEnvelope<TxEip4844>;

/// SplitMix64: a small deterministic generator; tests need no better one.
#[derive(Debug, Clone)]
pub struct Rng(pub u64);

impl Rng {
    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 if that is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.bits() % if bound == 0 { 1 } else { bound }
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.bits() as u8).collect()
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.bits() as u8)
    }
}

fn address(rng: &mut Rng) -> Address {
    match rng.below(4) {
        0 => Address::with_last_byte(rng.below(5) as u8),
        1 => Address::from(rng.array()),
        _ => Address::repeat_byte(rng.below(9) as u8),
    }
}

/// A word of any of the forms that columns know.
pub fn word(rng: &mut Rng) -> U256 {
    let any = U256::from_be_bytes(rng.array::<32>());
    match rng.below(9) {
        0 => any,
        1 => any >> rng.below(256) as usize,
        2 => any << rng.below(256) as usize,
        3 => U256::from(rng.below(3)),
        4 => U256::from(rng.below(1000)) * U256::from(10).pow(U256::from(rng.below(77))),
        5 => (any >> rng.below(256) as usize).wrapping_neg(),
        6 => address(rng).into_word().into(),
        7 => U256::from(1_700_000_000_000u64 + rng.below(100_000)),
        _ => U256::MAX >> rng.below(2) as usize,
    }
}

fn fee(rng: &mut Rng) -> u128 {
    let all = [0, 1, 1_000_000_000, 1_500_000_000, u128::MAX, u128::from(rng.bits())];
    all[rng.below(6) as usize]
}

fn number(rng: &mut Rng) -> u64 {
    let all = [0, 21_000, 50_000, rng.below(40), rng.bits(), u64::MAX];
    all[rng.below(6) as usize]
}

fn input(rng: &mut Rng) -> Bytes {
    match rng.below(6) {
        0 => Bytes::new(),
        1 => {
            let length = rng.below(100) as usize;
            rng.bytes(length).into()
        }
        2 => {
            let length = 2_100 + rng.below(100) as usize;
            rng.bytes(length).into()
        }
        _ => {
            let mut bytes = vec![rng.below(3) as u8; 4];
            for _ in 0..rng.below(4) {
                bytes.extend_from_slice(&word(rng).to_be_bytes::<32>());
            }
            let rest = rng.below(3) as usize;
            bytes.extend(rng.bytes(rest));
            bytes.into()
        }
    }
}

fn signature(rng: &mut Rng, high_s: bool) -> Signature {
    let mut bytes: [u8; 64] = rng.array();
    bytes[32] = bytes[32] & 0x7F | u8::from(high_s) << 7;
    Signature::from_bytes_and_parity(&bytes, rng.below(2) == 1)
}

fn access_list(rng: &mut Rng) -> AccessList {
    let item = |rng: &mut Rng| AccessListItem {
        address: address(rng),
        storage_keys: (0..rng.below(3)).map(|_| B256::from(word(rng))).collect(),
    };
    AccessList((0..rng.below(3)).map(|_| item(rng)).collect())
}

fn authorization(rng: &mut Rng) -> SignedAuthorization {
    let authorization = Authorization { chain_id: U256::from(rng.below(2)), address: address(rng), nonce: number(rng) };
    let high_s = rng.below(9) == 0;
    let signature = signature(rng, high_s);
    let parity = if rng.below(9) == 0 { 7 } else { u8::from(signature.v()) };
    SignedAuthorization::new_unchecked(authorization, parity, signature.r(), signature.s())
}

fn sign<T>(rng: &mut Rng, tx: T) -> Bytes
where
    T: SignableTransaction<Signature>,
    Envelope: From<Signed<T>>,
{
    let high_s = rng.below(20) == 0;
    Envelope::from(tx.into_signed(signature(rng, high_s))).encoded_2718().into()
}

/// A well-formed transaction of type 0, 1, 2 or 4; one in some has another chain id or a high s.
pub fn transaction(rng: &mut Rng) -> Bytes {
    let chain_id = if rng.below(20) == 0 { number(rng) >> 2 } else { 7 };
    let (nonce, gas_limit, input, access_list) = (number(rng), number(rng), input(rng), access_list(rng));
    let to = if rng.below(8) == 0 { TxKind::Create } else { TxKind::Call(address(rng)) };
    let value = if rng.below(2) == 0 { U256::ZERO } else { word(rng) };
    let (max_fee_per_gas, max_priority_fee_per_gas) = (fee(rng), fee(rng));
    let gas_price = max_fee_per_gas;
    match rng.below(6) {
        kind @ 0..=1 => {
            let chain_id = (kind == 0).then_some(chain_id);
            sign(rng, TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input })
        }
        2 => sign(rng, TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }),
        3 => {
            let authorization_list = (0..rng.below(3)).map(|_| authorization(rng)).collect();
            let tx = TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to: to.to().copied().unwrap_or_default(),
                value,
                access_list,
                authorization_list,
                input,
            };
            sign(rng, tx)
        }
        _ => {
            let tx = TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            };
            sign(rng, tx)
        }
    }
}

/// A batch of up to `blocks` blocks; one transaction in `rubbish` is none.
pub fn batch(rng: &mut Rng, blocks: u64, rubbish: u64) -> Batch {
    let any = |rng: &mut Rng| {
        if rng.below(rubbish) > 0 {
            return transaction(rng);
        }
        let length = 1 + rng.below(60) as usize;
        rng.bytes(length).into()
    };
    let block = |rng: &mut Rng| BatchBlock {
        advances_origin: rng.below(4) == 0,
        transactions: (0..rng.below(5).saturating_sub(1)).map(|_| any(rng)).collect(),
    };
    Batch {
        first_number: rng.bits() >> (1 + rng.below(60)),
        parent_check: HashCheck::from(rng.array::<20>()),
        first_origin: rng.bits() >> (1 + rng.below(60)),
        origin_check: HashCheck::from(rng.array::<20>()),
        blocks: (0..1 + rng.below(blocks)).map(|_| block(rng)).collect(),
    }
}

/// A call of one contract by one sender.
pub fn call(input: Bytes) -> Bytes {
    let tx = TxEip1559 {
        chain_id: 7,
        nonce: 3,
        gas_limit: 100_000,
        max_fee_per_gas: 5,
        to: TxKind::Call(Address::repeat_byte(1)),
        input,
        ..TxEip1559::default()
    };
    Envelope::from(tx.into_signed(Signature::test_signature())).encoded_2718().into()
}

/// A transfer with these fees; `from` says who signs, to the eye.
pub fn offer(from: u64, nonce: u64, margin: u128, priority: u128) -> Bytes {
    let tx = TxEip1559 {
        chain_id: 7,
        nonce: 1_000 * from + nonce,
        gas_limit: 21_000,
        max_fee_per_gas: margin + priority,
        max_priority_fee_per_gas: priority,
        to: TxKind::Call(Address::repeat_byte(1)),
        ..TxEip1559::default()
    };
    Envelope::from(tx.into_signed(Signature::test_signature())).encoded_2718().into()
}
