//! The load: transactions as people and agents make them, from a seed, and the bits that they cannot do without.

use super::random::{Rng, Weighted, distinct, sequence_bits};
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844, TxLegacy};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256, hex};
use praxis_derive::{Batch, BatchBlock, HashCheck};

/// Transactions of a load.
pub(crate) const TRANSACTIONS: usize = 5_000;
/// Accounts that send, all of them alike often.
const SENDERS: usize = 200;
/// Accounts that may receive.
const RECIPIENTS: usize = 2_000;
/// Tail index of Pareto's distribution: a fifth has four fifths.
const ALPHA: f64 = 1.16;
const TOKENS: usize = 20;
const AGENTS: usize = 40;
/// Blocks have none to this many transactions, evenly: 20 transactions a second in blocks of 250 ms.
const MAX_PER_BLOCK: u64 = 10;
/// Blocks of 250 ms in an L1 slot of 12 s.
const BLOCKS_PER_ORIGIN: usize = 48;
/// First nonces lie below this.
const FIRST_NONCES: u64 = 2_048;
const CHAIN_ID: u64 = 7_777;
/// Highest fees that wallets offer, in wei. The base fee rests at its minimum, so a wallet keeps to its own.
const MAX_FEES: [u128; 8] =
    [1_000_000, 1_500_000, 2_000_000, 2_200_000, 5_000_000, 10_000_000, 100_000_000, 1_000_000_000];
/// Where the base fee begins if it moves, in wei, and by how many millionths it rises or falls at most from block to block.
const BASE_FEE: u64 = 1_000_000_000;
const BASE_FEE_STEP: u64 = 1_000;
const PRIORITY_FEES: [u128; 4] = [0, 100_000, 1_000_000, 1_000_000_000];
/// One sender in so many still signs type 0.
const LEGACY: u64 = 5;
/// How often a token's recipient has none of it yet, and what its balance's slot costs more.
const NEW_HOLDER: f64 = 0.3;
const NEW_HOLDER_GAS: u64 = 17_100;
/// Significant digits of amounts with their weights, and how many decimal exponents follow the last of them.
const DIGITS: [(u32, f64); 5] = [(1, 0.3), (2, 0.3), (3, 0.2), (5, 0.1), (15, 0.1)];
const MAGNITUDES: u64 = 5;
/// Inputs of a decision, each a fixed-point number with six decimals between -1 and 1.
const FEATURES: usize = 4;
const FEATURE_RANGE: u64 = 2_000_001;

const TRANSFER: [u8; 4] = hex!("a9059cbb");
/// `decide(int256[])`.
const DECIDE: [u8; 4] = hex!("ad9e7a4c");

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Ether,
    Token,
    Decision,
    /// 70 % Ether, 20 % tokens, 10 % decisions.
    Mixed,
    /// Ether, with a base fee that moves from block to block and wallets that offer twice of it and their priority fee.
    Moving,
}

impl What {
    pub(crate) const ALL: [Self; 5] = [Self::Ether, Self::Token, Self::Decision, Self::Mixed, Self::Moving];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ether => "ETH transfer",
            Self::Token => "ERC-20 transfer",
            Self::Decision => "agent decision",
            Self::Mixed => "mixed 70/20/10",
            Self::Moving => "ETH, moving base fee",
        }
    }
}

/// A load and what is known of it.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) batch: Batch,
    /// Bits of the floor, by what they say.
    pub(crate) floor: Vec<(&'static str, f64)>,
}

impl Load {
    pub(crate) fn floor_bytes(&self) -> f64 {
        self.floor.iter().map(|(_, bits)| bits).sum::<f64>() / 8.0
    }

    pub(crate) fn transactions(&self) -> impl Iterator<Item = &Bytes> {
        self.batch.blocks.iter().flat_map(|block| &block.transactions)
    }
}

#[derive(Debug, Clone)]
struct Sender {
    nonce: u64,
    legacy: bool,
    max_fee: u128,
    priority_fee: u128,
}

#[derive(Debug, Clone)]
struct Token {
    address: Address,
    gas: u64,
    /// Power of ten of the smallest amounts.
    exponent: u64,
}

/// Everything that draws.
#[derive(Debug)]
struct World {
    rng: Rng,
    senders: Vec<Sender>,
    recipients: Vec<Address>,
    of_recipients: Weighted,
    tokens: Vec<Token>,
    of_tokens: Weighted,
    agents: Vec<Address>,
    of_digits: Weighted,
    /// If it moves.
    base_fee: Option<u64>,
    drawn: Drawn,
}

/// What was drawn, for the floor.
#[derive(Debug, Default)]
struct Drawn {
    kinds: Vec<usize>,
    senders: Vec<usize>,
    recipients: Vec<usize>,
    tokens: Vec<usize>,
    agents: Vec<usize>,
    new_holders: Vec<usize>,
    per_block: Vec<usize>,
    amount_bits: f64,
    feature_bits: f64,
    fee_bits: f64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let sender = |rng: &mut Rng| Sender {
            nonce: rng.below(FIRST_NONCES),
            legacy: rng.below(LEGACY) == 0,
            max_fee: MAX_FEES[rng.below(MAX_FEES.len() as u64) as usize],
            priority_fee: PRIORITY_FEES[rng.below(PRIORITY_FEES.len() as u64) as usize],
        };
        let token = |rng: &mut Rng| Token {
            address: Address::from(rng.array()),
            gas: 34_000 + rng.below(20_000),
            exponent: if rng.below(2) == 0 { 3 } else { 15 },
        };
        Self {
            senders: (0..SENDERS).map(|_| sender(&mut rng)).collect(),
            recipients: (0..RECIPIENTS).map(|_| Address::from(rng.array())).collect(),
            of_recipients: Weighted::pareto(RECIPIENTS, ALPHA),
            tokens: (0..TOKENS).map(|_| token(&mut rng)).collect(),
            of_tokens: Weighted::pareto(TOKENS, ALPHA),
            agents: (0..AGENTS).map(|_| Address::from(rng.array())).collect(),
            of_digits: Weighted::new(DIGITS.map(|(_, weight)| weight)),
            base_fee: None,
            drawn: Drawn::default(),
            rng,
        }
    }

    /// Significant digits that do not end in a zero, and an exponent above `exponent`.
    fn amount(&mut self, exponent: u64) -> U256 {
        let digits = DIGITS[self.of_digits.draw(&mut self.rng)].0;
        let power = 10u64.pow(digits - 1);
        // The last digit is not 0, nor is the first.
        let (first, middle) = (1 + self.rng.below(9), if digits > 2 { self.rng.below(power / 10) } else { 0 });
        let last = if digits > 1 { 1 + self.rng.below(9) } else { 0 };
        let mantissa = first * power + if digits > 1 { middle * 10 + last } else { 0 };
        let count = 9.0 * if digits > 1 { 9.0 * 10f64.powi(digits as i32 - 2) } else { 1.0 };
        let magnitude = self.rng.below(MAGNITUDES);
        self.drawn.amount_bits += self.of_digits.entropy() + count.log2() + (MAGNITUDES as f64).log2();
        U256::from(mantissa) * U256::from(10).pow(U256::from(exponent + magnitude))
    }

    /// The next block's base fee, evenly within its bounds.
    fn move_base_fee(&mut self) {
        let steps = 2 * BASE_FEE_STEP + 1;
        let base_fee = self.base_fee.unwrap_or(BASE_FEE);
        self.base_fee = Some(base_fee / 1_000_000 * (1_000_000 - BASE_FEE_STEP + self.rng.below(steps)));
        self.drawn.fee_bits += (steps as f64).log2();
    }

    fn recipient(&mut self) -> Address {
        let recipient = self.of_recipients.draw(&mut self.rng);
        self.drawn.recipients.push(recipient);
        self.recipients[recipient]
    }

    fn transaction(&mut self, what: What) -> Bytes {
        let what = match what {
            What::Mixed => {
                let kind = Weighted::new([0.7, 0.2, 0.1]).draw(&mut self.rng);
                self.drawn.kinds.push(kind);
                [What::Ether, What::Token, What::Decision][kind]
            }
            what => what,
        };
        let sender = self.rng.below(SENDERS as u64) as usize;
        self.drawn.senders.push(sender);
        let (to, gas_limit, value, input) = match what {
            What::Token => self.token(),
            What::Decision => self.decision(),
            _ => (self.recipient(), 21_000, self.amount(13), Bytes::new()),
        };
        self.sign(sender, to, gas_limit, value, input)
    }

    fn token(&mut self) -> (Address, u64, U256, Bytes) {
        let index = self.of_tokens.draw(&mut self.rng);
        self.drawn.tokens.push(index);
        let token = self.tokens[index].clone();
        let new_holder = self.rng.unit() < NEW_HOLDER;
        self.drawn.new_holders.push(usize::from(new_holder));
        let recipient = self.recipient().into_word();
        let amount = self.amount(token.exponent).to_be_bytes::<32>();
        let input = [&TRANSFER[..], recipient.as_slice(), &amount].concat();
        let gas = token.gas + if new_holder { NEW_HOLDER_GAS } else { 0 };
        (token.address, gas, U256::ZERO, input.into())
    }

    fn decision(&mut self) -> (Address, u64, U256, Bytes) {
        let agent = self.rng.below(AGENTS as u64) as usize;
        self.drawn.agents.push(agent);
        let mut input = DECIDE.to_vec();
        input.extend_from_slice(&U256::from(32).to_be_bytes::<32>());
        input.extend_from_slice(&U256::from(FEATURES).to_be_bytes::<32>());
        for _ in 0..FEATURES {
            let feature = U256::from(self.rng.below(FEATURE_RANGE)).wrapping_sub(U256::from(FEATURE_RANGE / 2));
            let feature = feature.wrapping_mul(U256::from(10).pow(U256::from(12)));
            input.extend_from_slice(&feature.to_be_bytes::<32>());
            self.drawn.feature_bits += (FEATURE_RANGE as f64).log2();
        }
        (self.agents[agent], 400_000, U256::ZERO, input.into())
    }

    fn sign(&mut self, sender: usize, to: Address, gas_limit: u64, value: U256, input: Bytes) -> Bytes {
        // As evenly distributed as a signature with a low s; nobody recovers a sender from it here.
        let mut bytes: [u8; 64] = self.rng.array();
        bytes[32] &= 0x7F;
        let signature = Signature::from_bytes_and_parity(&bytes, self.rng.below(2) == 1);
        let Sender { nonce, legacy, mut max_fee, priority_fee } = self.senders[sender].clone();
        self.senders[sender].nonce += 1;
        if let Some(base_fee) = self.base_fee {
            max_fee = 2 * u128::from(base_fee) + if legacy { 0 } else { priority_fee };
        }
        let to = TxKind::Call(to);
        let envelope: EthereumTxEnvelope<TxEip4844> = if legacy {
            let (chain_id, gas_price) = (Some(CHAIN_ID), max_fee);
            TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into_signed(signature).into()
        } else {
            let tx = TxEip1559 {
                chain_id: CHAIN_ID,
                nonce,
                gas_limit,
                max_fee_per_gas: max_fee.max(priority_fee),
                max_priority_fee_per_gas: priority_fee,
                to,
                value,
                access_list: Default::default(),
                input,
            };
            tx.into_signed(signature).into()
        };
        envelope.encoded_2718().into()
    }
}

/// Makes a load.
pub(crate) fn load(what: What, seed: u64) -> Load {
    let mut world = World::new(seed);
    let mut blocks = Vec::new();
    let mut left = TRANSACTIONS;
    while left > 0 {
        let count = (world.rng.below(MAX_PER_BLOCK + 1) as usize).min(left);
        world.drawn.per_block.push(count);
        left -= count;
        if what == What::Moving && count > 0 {
            world.move_base_fee();
        }
        let transactions = (0..count).map(|_| world.transaction(what)).collect();
        blocks.push(BatchBlock { advances_origin: blocks.len().is_multiple_of(BLOCKS_PER_ORIGIN), transactions });
    }
    Load { floor: floor(&world.drawn), batch: batch(&mut world.rng, blocks) }
}

/// A batch of these blocks at a place where chains are after some years.
fn batch(rng: &mut Rng, blocks: Vec<BatchBlock>) -> Batch {
    let mut hash = || HashCheck::from(rng.array::<20>());
    Batch { first_number: 300_000_000, parent_check: hash(), first_origin: 24_000_000, origin_check: hash(), blocks }
}

/// Blocks without transactions; L1's slots are missed at times, so the origin does not advance evenly.
pub(crate) fn idle(blocks: usize, seed: u64) -> Batch {
    let mut rng = Rng(seed);
    let mut next = 0;
    let mut block = |index: usize, rng: &mut Rng| {
        let advances_origin = index == next;
        if advances_origin {
            next += BLOCKS_PER_ORIGIN * if rng.below(100) == 0 { 2 } else { 1 };
        }
        BatchBlock { advances_origin, transactions: vec![] }
    };
    let blocks = (0..blocks).map(|index| block(index, &mut rng)).collect();
    batch(&mut rng, blocks)
}

/// The floor, as README.md defines it: what a decoder that knew every distribution would still have to be told.
fn floor(drawn: &Drawn) -> Vec<(&'static str, f64)> {
    let count = drawn.senders.len() as f64;
    let senders = distinct(&drawn.senders) as f64;
    let addresses = distinct(&drawn.recipients) + distinct(&drawn.tokens) + distinct(&drawn.agents);
    vec![
        ("signatures", 512.0 * count),
        ("whose nonce is next", sequence_bits(&drawn.senders)),
        ("first nonces", senders * (FIRST_NONCES as f64).log2()),
        ("kinds of transaction", plain_bits(&drawn.kinds)),
        ("new addresses", 160.0 * addresses as f64),
        ("recipients", sequence_bits(&drawn.recipients)),
        ("tokens", sequence_bits(&drawn.tokens)),
        ("agents", sequence_bits(&drawn.agents)),
        ("gas of new holders", plain_bits(&drawn.new_holders)),
        ("amounts", drawn.amount_bits),
        ("inputs of models", drawn.feature_bits),
        ("base fees", drawn.fee_bits),
        ("transactions per block", plain_bits(&drawn.per_block)),
    ]
}

/// n * H of a sequence whose names are known.
fn plain_bits(sequence: &[usize]) -> f64 {
    sequence_bits(sequence) + (1..=distinct(sequence)).map(|k| (k as f64).log2()).sum::<f64>()
}
