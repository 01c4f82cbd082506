//! A transaction taken apart, and put together again to the same bytes.

use alloy_consensus::{
    EthereumTxEnvelope, SignableTransaction, Signed, Transaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
};
use alloy_eips::{
    Decodable2718, Encodable2718,
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};

type Envelope = EthereumTxEnvelope<TxEip4844>;

/// What kind of transaction it is, as a byte: the form in the low bits, and two flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    /// Type 0 with a chain id in its signature.
    pub(super) const LEGACY: u8 = 0;
    /// Type 0 from before EIP-155.
    pub(super) const UNPROTECTED: u8 = 1;
    /// Type 1.
    pub(super) const EIP2930: u8 = 2;
    /// Type 2.
    pub(super) const EIP1559: u8 = 3;
    /// Type 4.
    pub(super) const EIP7702: u8 = 4;
    /// It creates a contract.
    const CREATES: u8 = 8;
    /// Its access list is not empty.
    const LISTS: u8 = 16;
    /// What is taken for the kind before the first transaction.
    pub(super) const INITIAL: Self = Self(Self::EIP1559);

    pub(super) fn new(form: u8, creates: bool, lists: bool) -> Self {
        Self(form | if creates { Self::CREATES } else { 0 } | if lists { Self::LISTS } else { 0 })
    }

    /// `None` for bytes that are no kind: another form, a contract creation of type 4, a type 0 with an access list.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        let kind = Self(byte);
        let possible = match kind.form() {
            Self::LEGACY | Self::UNPROTECTED => !kind.lists(),
            Self::EIP2930 | Self::EIP1559 => true,
            Self::EIP7702 => !kind.creates(),
            _ => false,
        };
        (byte < 32 && possible).then_some(kind)
    }

    pub(super) const fn byte(self) -> u8 {
        self.0
    }

    pub(super) const fn form(self) -> u8 {
        self.0 & 7
    }

    pub(super) const fn creates(self) -> bool {
        self.0 & Self::CREATES != 0
    }

    pub(super) const fn lists(self) -> bool {
        self.0 & Self::LISTS != 0
    }

    /// Whether a priority fee stands beside the highest fee.
    pub(super) const fn has_priority(self) -> bool {
        matches!(self.form(), Self::EIP1559 | Self::EIP7702)
    }
}

/// r, and s with the parity in its highest bit (EIP-2098): what remains of a signature with a low s.
pub(super) type CompactSignature = [u8; 64];

/// An authorization of EIP-7702.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delegation {
    pub(super) chain_id: U256,
    pub(super) address: Address,
    pub(super) nonce: u64,
    pub(super) signature: CompactSignature,
}

/// A transaction's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) kind: Kind,
    pub(super) nonce: u64,
    /// Or the gas price.
    pub(super) max_fee: u128,
    pub(super) priority_fee: u128,
    pub(super) gas_limit: u64,
    /// The zero address where a contract is created.
    pub(super) to: Address,
    pub(super) value: U256,
    pub(super) input: Bytes,
    pub(super) access_list: Vec<AccessListItem>,
    pub(super) delegations: Vec<Delegation>,
    pub(super) signature: CompactSignature,
}

impl Fields {
    /// Takes a transaction apart, with its chain id. `None` where putting it together would not give the same bytes: it is no
    /// Ethereum transaction of type 0, 1, 2 or 4 in its only encoding, or a signature has a high s.
    pub(super) fn read(bytes: &Bytes) -> Option<(Self, Option<u64>)> {
        let envelope = Envelope::decode_2718_exact(bytes).ok()?;
        let form = match &envelope {
            Envelope::Legacy(tx) if tx.tx().chain_id.is_none() => Kind::UNPROTECTED,
            Envelope::Legacy(_) => Kind::LEGACY,
            Envelope::Eip2930(_) => Kind::EIP2930,
            Envelope::Eip1559(_) => Kind::EIP1559,
            Envelope::Eip7702(_) => Kind::EIP7702,
            Envelope::Eip4844(_) => return None,
        };
        let access_list = envelope.access_list().map(|list| list.0.clone()).unwrap_or_default();
        let delegations = envelope.authorization_list().unwrap_or_default().iter().map(Delegation::read);
        let chain_id = envelope.chain_id();
        let fields = Self {
            kind: Kind::new(form, envelope.is_create(), !access_list.is_empty()),
            nonce: envelope.nonce(),
            max_fee: envelope.max_fee_per_gas(),
            priority_fee: envelope.max_priority_fee_per_gas().unwrap_or_default(),
            gas_limit: envelope.gas_limit(),
            to: envelope.to().unwrap_or_default(),
            value: envelope.value(),
            input: envelope.input().clone(),
            access_list,
            delegations: delegations.collect::<Option<_>>()?,
            signature: compact(envelope.signature().v(), envelope.signature().r(), envelope.signature().s())?,
        };
        (fields.clone().write(chain_id.unwrap_or_default()) == *bytes).then_some((fields, chain_id))
    }

    /// Puts it together in EIP-2718 encoding.
    pub(super) fn write(self, chain_id: u64) -> Bytes {
        let to = if self.kind.creates() { TxKind::Create } else { TxKind::Call(self.to) };
        let Self { nonce, gas_limit, value, input, .. } = self;
        let (gas_price, max_fee_per_gas) = (self.max_fee, self.max_fee);
        let max_priority_fee_per_gas = self.priority_fee;
        let access_list = AccessList(self.access_list);
        let signature = self.signature;
        match self.kind.form() {
            Kind::LEGACY => {
                let chain_id = Some(chain_id);
                sign(TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }, signature)
            }
            Kind::UNPROTECTED => {
                let chain_id = None;
                sign(TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }, signature)
            }
            Kind::EIP2930 => {
                sign(TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }, signature)
            }
            Kind::EIP7702 => {
                let authorization_list = self.delegations.into_iter().map(Delegation::write).collect();
                let tx = TxEip7702 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas,
                    max_priority_fee_per_gas,
                    to: self.to,
                    value,
                    access_list,
                    authorization_list,
                    input,
                };
                sign(tx, signature)
            }
            // `Kind` has no other form.
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
                sign(tx, signature)
            }
        }
    }
}

impl Delegation {
    fn read(signed: &SignedAuthorization) -> Option<Self> {
        let parity = match signed.y_parity() {
            0 => false,
            1 => true,
            _ => return None,
        };
        let signature = compact(parity, signed.r(), signed.s())?;
        Some(Self { chain_id: *signed.chain_id(), address: *signed.address(), nonce: signed.nonce(), signature })
    }

    fn write(self) -> SignedAuthorization {
        let signature = expand(self.signature);
        let authorization = Authorization { chain_id: self.chain_id, address: self.address, nonce: self.nonce };
        SignedAuthorization::new_unchecked(authorization, u8::from(signature.v()), signature.r(), signature.s())
    }
}

fn compact(parity: bool, r: U256, s: U256) -> Option<CompactSignature> {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&r.to_be_bytes::<32>());
    bytes[32..].copy_from_slice(&s.to_be_bytes::<32>());
    bytes[32] |= u8::from(parity) << 7;
    (!s.bit(255)).then_some(bytes)
}

fn expand(mut bytes: CompactSignature) -> Signature {
    let parity = bytes[32] >> 7 == 1;
    bytes[32] &= 0x7F;
    Signature::from_bytes_and_parity(&bytes, parity)
}

fn sign<T>(tx: T, signature: CompactSignature) -> Bytes
where
    T: SignableTransaction<Signature>,
    Envelope: From<Signed<T>>,
{
    Envelope::from(tx.into_signed(expand(signature))).encoded_2718().into()
}
