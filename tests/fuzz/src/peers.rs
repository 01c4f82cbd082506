//! Any bytes as what other nodes, or a node's own network process, say.

use alloy_primitives::{B256, Signature, U256};
use praxis_link::{FromNetwork, ToNetwork};
use praxis_sync::{Answer, MAX_ANSWER_BYTES, Question, SignedBlock, signer_of};

/// The first byte says whose bytes the others are. What is read is read again from what it is written as, and no block of an answer
/// is longer than it may be.
pub fn peers(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 5 {
        0 => {
            let Ok(question) = Question::decode(bytes) else { return };
            assert_eq!(question.encode(), bytes);
        }
        1 => {
            let Ok(answer) = Answer::decode(bytes) else { return };
            assert_eq!(Answer::decode(&answer.encode()).as_ref(), Ok(&answer));
        }
        2 => {
            let Ok(signed) = SignedBlock::decode(bytes) else { return };
            let encoded = signed.encode();
            assert!(encoded.len() <= MAX_ANSWER_BYTES);
            assert_eq!(SignedBlock::decode(&encoded).as_ref(), Ok(&signed));
            let signer = signer_of(1, signed.block.hash(), &signed.signature);
            assert!(
                signer.is_none()
                    || twin(&signed.signature).is_none_or(|twin| signer_of(1, signed.block.hash(), &twin).is_none())
            );
        }
        3 => {
            let Ok(message) = ToNetwork::decode(bytes) else { return };
            assert_eq!(message.encode(), bytes);
        }
        _ => {
            let Ok(message) = FromNetwork::decode(bytes) else { return };
            assert_eq!(message.encode(), bytes);
        }
    }
}

/// The other signature of the same key under the same message.
fn twin(signature: &[u8; 65]) -> Option<[u8; 65]> {
    let signature = Signature::from_raw_array(signature).ok()?;
    let order = U256::from_be_bytes(ORDER.0);
    let twin = Signature::new(signature.r(), order.checked_sub(signature.s())?, !signature.v());
    Some(twin.as_bytes())
}

/// Order of secp256k1.
const ORDER: B256 = alloy_primitives::b256!("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
