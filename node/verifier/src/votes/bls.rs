//! BLS signatures as `VerifierRegistry` checks them: BLS12-381 with keys in G1 and signatures in G2 (blst's `min_pk`), messages
//! hashed by RFC 9380, points in EIP-2537's encoding.

use alloy_primitives::{B256, Bytes};
use blst::{
    BLST_ERROR,
    min_pk::{AggregateSignature, PublicKey, SecretKey, Signature},
};

/// Domain of votes: `Votes.VOTE_DOMAIN`.
const VOTE_DOMAIN: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
/// Domain of proofs of possession: `Votes.POSSESSION_DOMAIN`.
const POSSESSION_DOMAIN: &[u8] = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

/// Bytes of a coordinate, and of the word that EIP-2537 gives it.
const COORDINATE: usize = 48;
const WORD: usize = 64;
/// Bytes of an encoded public key: two words.
pub const KEY_BYTES: usize = 2 * WORD;
/// Bytes of an encoded signature: four words.
pub const SIGNATURE_BYTES: usize = 4 * WORD;

/// Bytes that are no key or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlsError {
    /// Not a secret key.
    #[error("the BLS key is not a key: it must be 32 bytes, not zero and below the order of BLS12-381's groups")]
    Secret,
    /// Not a point of the group, or not encoded as EIP-2537 says.
    #[error("not a point of BLS12-381 in EIP-2537's encoding")]
    Point,
}

/// A verifier's secret key.
#[derive(Clone)]
pub struct VoteKey {
    secret: SecretKey,
    public: VotePublicKey,
}

/// A verifier's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VotePublicKey(PublicKey);

/// A signature, or the sum of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteSignature(Signature);

impl std::fmt::Debug for VoteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VoteKey").field("public", &self.public.encode()).finish_non_exhaustive()
    }
}

impl VoteKey {
    /// Reads a secret key: 32 bytes, big-endian.
    ///
    /// # Errors
    /// When the number is zero or not below the groups' order.
    pub fn from_secret(secret: &B256) -> Result<Self, BlsError> {
        let secret = SecretKey::from_bytes(secret.as_slice()).map_err(|_| BlsError::Secret)?;
        let public = VotePublicKey(secret.sk_to_pk());
        Ok(Self { secret, public })
    }

    /// The public key.
    pub const fn public(&self) -> &VotePublicKey {
        &self.public
    }

    /// Signs what a vote comes to.
    pub fn sign_vote(&self, message: &B256) -> VoteSignature {
        VoteSignature(self.secret.sign(message.as_slice(), VOTE_DOMAIN, &[]))
    }

    /// Signs what proves possession of the key.
    pub fn sign_possession(&self, message: &B256) -> VoteSignature {
        VoteSignature(self.secret.sign(message.as_slice(), POSSESSION_DOMAIN, &[]))
    }
}

impl VotePublicKey {
    /// Reads an encoded key.
    ///
    /// # Errors
    /// When it is no point of the group, or the point at infinity, which would sign everything.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlsError> {
        let raw = unpad::<2>(bytes)?.concat();
        PublicKey::key_validate(&raw).map(Self).map_err(|_| BlsError::Point)
    }

    /// The key as the registry has it.
    pub fn encode(&self) -> Bytes {
        pad(self.0.serialize().chunks_exact(COORDINATE))
    }
}

impl VoteSignature {
    /// Reads an encoded signature.
    ///
    /// # Errors
    /// When it is no point of the group.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlsError> {
        let [x0, x1, y0, y1] = unpad::<4>(bytes)?;
        // blst writes the higher coefficient of a pair first, EIP-2537 the lower one.
        Signature::sig_validate(&[x1, x0, y1, y0].concat(), true).map(Self).map_err(|_| BlsError::Point)
    }

    /// The signature as the contracts take it.
    pub fn encode(&self) -> Bytes {
        let raw = self.0.serialize();
        let mut coordinates: Vec<&[u8]> = raw.chunks_exact(COORDINATE).collect();
        coordinates.swap(0, 1);
        coordinates.swap(2, 3);
        pad(coordinates.into_iter())
    }

    /// Whether this is `key`'s signature of a vote.
    pub fn is_of_vote(&self, key: &VotePublicKey, message: &B256) -> bool {
        self.verifies(key, message, VOTE_DOMAIN)
    }

    /// Whether this is `key`'s proof of possession.
    pub fn is_of_possession(&self, key: &VotePublicKey, message: &B256) -> bool {
        self.verifies(key, message, POSSESSION_DOMAIN)
    }

    fn verifies(&self, key: &VotePublicKey, message: &B256, domain: &[u8]) -> bool {
        // Both were checked to lie in their groups when they were read.
        self.0.verify(false, message.as_slice(), domain, &[], &key.0, false) == BLST_ERROR::BLST_SUCCESS
    }

    /// The sum of signatures; `None` of none.
    pub fn sum<'a>(signatures: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let signatures: Vec<&Signature> = signatures.into_iter().map(|signature| &signature.0).collect();
        AggregateSignature::aggregate(&signatures, false).ok().map(|sum| Self(sum.to_signature()))
    }
}

fn pad<'a>(coordinates: impl Iterator<Item = &'a [u8]>) -> Bytes {
    coordinates.flat_map(|coordinate| [&[0; WORD - COORDINATE][..], coordinate].concat()).collect()
}

fn unpad<const N: usize>(bytes: &[u8]) -> Result<[&[u8]; N], BlsError> {
    if bytes.len() != N * WORD {
        return Err(BlsError::Point);
    }
    let mut coordinates = [&bytes[..0]; N];
    for (word, coordinate) in bytes.chunks_exact(WORD).zip(&mut coordinates) {
        let (zeros, value) = word.split_at(WORD - COORDINATE);
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(BlsError::Point);
        }
        *coordinate = value;
    }
    Ok(coordinates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    fn key(secret: u8) -> VoteKey {
        VoteKey::from_secret(&B256::with_last_byte(secret)).unwrap()
    }

    /// The secret 1 has the generator of G1 for a key: EIP-2537 writes it out.
    #[test]
    fn a_key_is_encoded_as_eip_2537_has_it() {
        let generator = hex!(
            "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
            "0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"
        );
        assert_eq!(key(1).public().encode()[..], generator);
        assert_eq!(VotePublicKey::decode(&generator).unwrap(), *key(1).public());
    }

    #[test]
    fn signatures_survive_their_encoding_and_belong_to_key_message_and_domain() {
        let message = B256::repeat_byte(3);
        let signature = key(7).sign_vote(&message);
        let read = VoteSignature::decode(&signature.encode()).unwrap();
        assert_eq!(read, signature);
        assert!(read.is_of_vote(key(7).public(), &message));
        assert!(!read.is_of_vote(key(8).public(), &message));
        assert!(!read.is_of_vote(key(7).public(), &B256::repeat_byte(4)));
        assert!(!read.is_of_possession(key(7).public(), &message));
        assert!(key(7).sign_possession(&message).is_of_possession(key(7).public(), &message));
    }

    #[test]
    fn what_is_no_key_and_no_signature_is_refused() {
        assert_eq!(VoteKey::from_secret(&B256::ZERO).unwrap_err(), BlsError::Secret);
        assert_eq!(VoteKey::from_secret(&B256::repeat_byte(0xff)).unwrap_err(), BlsError::Secret);
        for bytes in [vec![], vec![0; KEY_BYTES], vec![1; KEY_BYTES], vec![0; KEY_BYTES - 1]] {
            assert_eq!(VotePublicKey::decode(&bytes), Err(BlsError::Point));
        }
        let mut bytes = key(1).sign_vote(&B256::ZERO).encode().to_vec();
        for place in [0, 20, 100, 255] {
            bytes[place] ^= 1;
            assert_eq!(VoteSignature::decode(&bytes), Err(BlsError::Point), "{place}");
            bytes[place] ^= 1;
        }
        assert_eq!(VoteSignature::sum([]), None);
        assert!(!format!("{:?}", key(5)).contains("secret"));
    }
}
