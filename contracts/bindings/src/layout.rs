//! Storage slots that the node reads or proves without calling the contract. Tests pin them to the compiler's layout.

use alloy_primitives::{Address, B256, U256, hex, keccak256};

/// `ModelRegistry`: slot of `mapping(bytes32 id => Model)`.
pub const MODELS_SLOT: U256 = U256::ZERO;
/// `ModelRegistry`: slot of the list of active models, `bytes32[]`.
pub const ACTIVE_MODELS_SLOT: U256 = U256::from_limbs([1, 0, 0, 0]);
/// `ModelRegistry`: slot of `mapping(bytes32 id => mapping(uint256 word => uint256))`, the chunks that are there.
pub const MODEL_CHUNKS_SLOT: U256 = U256::from_limbs([2, 0, 0, 0]);
/// `ModelRegistry`: slot of `mapping(bytes32 id => Royalty)`, see [`RoyaltyWord`].
pub const MODEL_ROYALTIES_SLOT: U256 = U256::from_limbs([3, 0, 0, 0]);
/// `L2ToL1MessagePasser`: slot of `mapping(bytes32 withdrawalHash => bool)`.
pub const SENT_MESSAGES_SLOT: U256 = U256::ZERO;
/// `L2ToL1MessagePasser`: slot of the next message's nonce without its version, `uint240`.
pub const MESSAGE_NONCE_SLOT: U256 = U256::from_limbs([1, 0, 0, 0]);
/// Fee vaults: slot of the recipient's address, and above it of the network on which it is paid: 0 for L1, 1 for L2.
pub const FEE_VAULT_RECIPIENT_SLOT: U256 = U256::ZERO;
/// Fee vaults: slot of the wei that were paid out.
pub const FEE_VAULT_PROCESSED_SLOT: U256 = U256::from_limbs([1, 0, 0, 0]);
/// Fee vaults: slot of the least that is paid out.
pub const FEE_VAULT_MINIMUM_SLOT: U256 = U256::from_limbs([2, 0, 0, 0]);
/// Bit of [`FEE_VAULT_RECIPIENT_SLOT`] at which the network begins.
pub const FEE_VAULT_NETWORK_BIT: usize = 160;
/// Proxies' admin: slot of its owner.
pub const PROXY_ADMIN_OWNER_SLOT: U256 = U256::ZERO;
/// L2's bridge: slot of L1's.
pub const BRIDGE_OTHER_SLOT: U256 = U256::ZERO;
/// Factory of bridged tokens: slot of its bridge.
pub const TOKEN_FACTORY_BRIDGE_SLOT: U256 = U256::ZERO;
/// ERC-1967: where a proxy keeps its implementation.
pub const IMPLEMENTATION_SLOT: U256 =
    U256::from_be_slice(&hex!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"));
/// ERC-1967: where a proxy names its admin.
pub const ADMIN_SLOT: U256 =
    U256::from_be_slice(&hex!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"));

/// `L1Block`: L1 number, L1 timestamp, sequence number and the L2 block's milliseconds, each a `uint64`, the first lowest.
pub const L1_BLOCK_PACKED_SLOT: U256 = U256::ZERO;
/// `L1Block`: base fee.
pub const L1_BLOCK_BASEFEE_SLOT: U256 = U256::from_limbs([1, 0, 0, 0]);
/// `L1Block`: blob base fee.
pub const L1_BLOCK_BLOB_BASEFEE_SLOT: U256 = U256::from_limbs([2, 0, 0, 0]);
/// `L1Block`: L1 block hash.
pub const L1_BLOCK_HASH_SLOT: U256 = U256::from_limbs([3, 0, 0, 0]);
/// `L1Block`: batcher's address as a left-padded word.
pub const L1_BLOCK_BATCHER_SLOT: U256 = U256::from_limbs([4, 0, 0, 0]);
/// `L1Block`: whether no batch covers the current L2 block (lowest byte), the scalars of fees, see [`FeeScalars`], and the
/// configured gas limit (highest 8 of the 29 bytes).
pub const L1_BLOCK_SCALARS_SLOT: U256 = U256::from_limbs([5, 0, 0, 0]);
/// `L1Block`: EIP-1559 parameters (each `uint32`, the denominator lowest) and the signer of unsafe blocks.
pub const L1_BLOCK_EIP1559_SLOT: U256 = U256::from_limbs([6, 0, 0, 0]);
/// `L1Block`: T_ms before which no model runs, `uint64`.
pub const L1_BLOCK_INFERENCE_PAUSE_SLOT: U256 = U256::from_limbs([7, 0, 0, 0]);
/// `L1Block`: slot of `mapping(uint32 engine => uint64 timestampMs)`.
pub const L1_BLOCK_ENGINES_SLOT: U256 = U256::from_limbs([8, 0, 0, 0]);
/// `L1Block`: slot of `mapping(bytes32 name => Feature)`.
pub const L1_BLOCK_FEATURES_SLOT: U256 = U256::from_limbs([9, 0, 0, 0]);

/// The most that a royalty may be, in ten-thousandths of an inference's counted gas.
pub const MAX_ROYALTY_BPS: u16 = 2_000;
/// Most bytes of a model: 32 MiB.
pub const MAX_MODEL_BYTES: u32 = 32 * 1024 * 1024;
/// Bytes of a chunk; only a model's last one may be shorter.
pub const CHUNK_BYTES: u32 = 32 * 1024;
/// Bytes of a Merkle leaf.
pub const LEAF_BYTES: u32 = 512;

/// Slot of `mapping(bytes32 => ..)[key]` for a mapping that stands in `slot`.
pub fn mapping_slot(key: B256, slot: U256) -> U256 {
    let mut preimage = [0u8; 64];
    preimage[..32].copy_from_slice(key.as_slice());
    preimage[32..].copy_from_slice(&slot.to_be_bytes::<32>());
    U256::from_be_bytes(keccak256(preimage).0)
}

/// Slot in `ModelRegistry`'s storage of a model's first word: all that a call of the model needs, see [`ModelWord`].
pub fn model_slot(id: B256) -> U256 {
    mapping_slot(id, MODELS_SLOT)
}

/// Slot in `ModelRegistry`'s storage of a model's second word: owner (160 bits, lowest), the block of the last chunk
/// (64), the number of chunks present (32).
pub fn model_upload_slot(id: B256) -> U256 {
    model_slot(id).wrapping_add(U256::from(1))
}

/// Slot in `ModelRegistry`'s storage of a word of a model's chunk bitmap: bit `i` of word `w` is set when chunk
/// `256 w + i` has been accepted.
pub fn model_bitmap_slot(id: B256, word: u64) -> U256 {
    mapping_slot(U256::from(word).into(), mapping_slot(id, MODEL_CHUNKS_SLOT))
}

/// Slot in `ModelRegistry`'s storage of a model's Merkle root.
pub fn model_root_slot(id: B256) -> U256 {
    model_slot(id).wrapping_add(U256::from(2))
}

/// Slot in `ModelRegistry`'s storage of a model's royalty, see [`RoyaltyWord`].
pub fn model_royalty_slot(id: B256) -> U256 {
    mapping_slot(id, MODEL_ROYALTIES_SLOT)
}

/// Slot in the message passer's storage that is 1 once a withdrawal has been sent.
pub fn sent_message_slot(withdrawal_hash: B256) -> U256 {
    mapping_slot(withdrawal_hash, SENT_MESSAGES_SLOT)
}

/// Slot in `L1Block`'s storage of the T_ms from which an engine version is live, 0 where L1 has set none.
pub fn engine_slot(version: u32) -> U256 {
    mapping_slot(U256::from(version).into(), L1_BLOCK_ENGINES_SLOT)
}

/// A model's first storage word. All zero: the registry has never heard of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelWord {
    /// L2 block in which the model was activated, 0 before that. Calls are served from the block after it.
    pub activation_block: u64,
    /// Gas of a run whose leaves are warm.
    pub warm_gas: u64,
    /// Gas that a transaction's first call pays on top.
    pub cold_gas: u64,
    /// Engine version under which the model was validated.
    pub engine: u32,
    /// The model's bytes; nonzero from `begin` on.
    pub length: u32,
}

impl ModelWord {
    /// Reads the word found at [`model_slot`].
    pub fn decode(word: U256) -> Self {
        let limbs = word.as_limbs();
        Self {
            activation_block: limbs[0],
            warm_gas: limbs[1],
            cold_gas: limbs[2],
            engine: limbs[3] as u32,
            length: (limbs[3] >> 32) as u32,
        }
    }

    /// The inverse of [`ModelWord::decode`].
    pub fn encode(self) -> U256 {
        let last = u64::from(self.engine) | (u64::from(self.length) << 32);
        U256::from_limbs([self.activation_block, self.warm_gas, self.cold_gas, last])
    }

    /// Whether `begin` has been called for this model.
    pub fn exists(self) -> bool {
        self.length != 0
    }

    /// Whether a call in `block` may run the model: it was activated in an earlier block.
    pub fn is_active_at(self, block: u64) -> bool {
        self.activation_block != 0 && self.activation_block < block
    }
}

/// A model's royalty as stored. All zero: nobody is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoyaltyWord {
    /// Who is paid; the zero address is nobody.
    pub payee: Address,
    /// Ten-thousandths of an inference's counted gas until `from`.
    pub bps: u16,
    /// The same from then on.
    pub next_bps: u16,
    /// Seconds since 1970.
    pub from: u64,
}

impl RoyaltyWord {
    /// Reads the word found at [`model_royalty_slot`].
    pub fn decode(word: U256) -> Self {
        let [low, middle, high, last] = *word.as_limbs();
        let mut payee = [0; 20];
        payee[..4].copy_from_slice(&(high as u32).to_be_bytes());
        payee[4..12].copy_from_slice(&middle.to_be_bytes());
        payee[12..].copy_from_slice(&low.to_be_bytes());
        Self { payee: payee.into(), bps: (high >> 32) as u16, next_bps: (high >> 48) as u16, from: last }
    }

    /// The inverse of [`RoyaltyWord::decode`].
    pub fn encode(self) -> U256 {
        let terms = U256::from(self.bps) | U256::from(self.next_bps) << 16 | U256::from(self.from) << 32;
        address_word(self.payee) | terms << 160
    }

    /// Gas of the royalty on `counted` gas in a block at `timestamp` seconds, rounded down.
    pub fn gas(self, counted: u64, timestamp: u64) -> u64 {
        if self.payee.is_zero() {
            return 0;
        }
        let bps = if timestamp < self.from { self.bps } else { self.next_bps };
        let share = u128::from(counted) * u128::from(bps.min(MAX_ROYALTY_BPS)) / 10_000;
        // At most a fifth of a u64.
        share as u64
    }
}

/// What L1Block holds of fees besides the L1 origin's prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeScalars {
    /// Weight of the L1 base fee, in millionths.
    pub base_fee: u32,
    /// Weight of the blob base fee, in millionths.
    pub blob_base_fee: u32,
    /// Operator fee of a unit of gas, in hundreds of wei.
    pub operator_fee: u32,
    /// Operator fee of each transaction, in wei.
    pub operator_fee_constant: u64,
}

impl FeeScalars {
    /// Reads the word found at [`L1_BLOCK_SCALARS_SLOT`].
    pub fn decode(word: U256) -> Self {
        let bytes = word.to_le_bytes::<32>();
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self {
            base_fee: number(1),
            blob_base_fee: number(5),
            operator_fee: number(9),
            operator_fee_constant: u64::from(number(13)) | (u64::from(number(17)) << 32),
        }
    }

    /// The inverse of [`FeeScalars::decode`], with zeros around.
    pub fn encode(self) -> U256 {
        let mut bytes = [0; 32];
        bytes[1..5].copy_from_slice(&self.base_fee.to_le_bytes());
        bytes[5..9].copy_from_slice(&self.blob_base_fee.to_le_bytes());
        bytes[9..13].copy_from_slice(&self.operator_fee.to_le_bytes());
        bytes[13..21].copy_from_slice(&self.operator_fee_constant.to_le_bytes());
        U256::from_le_bytes(bytes)
    }
}

/// An address as it stands in a storage word.
pub fn address_word(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
}
