//! What verifiers sign, and how it is counted.

mod bls;
mod book;
#[cfg(test)]
mod tests;
mod vote;

pub use bls::{BlsError, KEY_BYTES, SIGNATURE_BYTES, VoteKey, VotePublicKey, VoteSignature};
pub use book::{Contradiction, Electorate, Quorum, Taken, VoteBook, VoteRefused};
pub use vote::{SignedVote, Vote, VoteDomain};
