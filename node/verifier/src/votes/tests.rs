//! Votes and their count.

use super::*;
use alloy_primitives::{Address, B256, U256};

const DOMAIN: VoteDomain = VoteDomain { l1_chain_id: 1, registry: Address::repeat_byte(9), l2_chain_id: 77_001 };
const GAME: Address = Address::repeat_byte(0x6a);
const HEAD: B256 = B256::repeat_byte(0x1e);
const TRUE: B256 = B256::repeat_byte(1);
const FALSE: B256 = B256::repeat_byte(2);

fn key(verifier: u32) -> VoteKey {
    VoteKey::from_secret(&B256::from(U256::from(verifier + 1))).unwrap()
}

fn vote(root: B256) -> Vote {
    Vote { game: GAME, l2_block: 40, root, l1_head: HEAD }
}

fn signed(verifier: u32, vote: Vote) -> SignedVote {
    DOMAIN.sign(verifier, vote, &key(verifier))
}

/// Verifiers 0, 1 and 2 with 7, 2 and 1 parts of the stake.
fn electorate() -> Electorate {
    let weights = [7u64, 2, 1];
    let members = weights.iter().zip(0..).map(|(weight, n)| (n, (key(n).public().clone(), U256::from(*weight))));
    Electorate { members: members.collect(), total: U256::from(10) }
}

fn book() -> VoteBook {
    let mut book = VoteBook::new(DOMAIN);
    book.open(GAME, 40, HEAD, electorate());
    book
}

#[test]
fn more_than_two_thirds_of_the_stake_decide_and_not_of_the_heads() {
    let mut book = book();
    assert_eq!(book.submit(signed(1, vote(FALSE))), Ok(Taken::New));
    assert_eq!(book.submit(signed(2, vote(FALSE))), Ok(Taken::New));
    assert_eq!(book.quorum(GAME), None, "two of three heads, three tenths of the stake");
    assert_eq!(book.submit(signed(0, vote(TRUE))), Ok(Taken::New));
    assert_eq!(book.submit(signed(0, vote(TRUE))), Ok(Taken::Known));
    let quorum = book.quorum(GAME).unwrap();
    assert_eq!((quorum.root, &quorum.signers[..]), (TRUE, &[0u32][..]));
    assert_eq!(quorum.signature, signed(0, vote(TRUE)).signature);
}

#[test]
fn exactly_two_thirds_are_not_enough() {
    let mut book = VoteBook::new(DOMAIN);
    let members = (0..3).map(|n| (n, (key(n).public().clone(), U256::ONE))).collect();
    book.open(GAME, 40, HEAD, Electorate { members, total: U256::from(3) });
    book.submit(signed(0, vote(TRUE))).unwrap();
    book.submit(signed(1, vote(TRUE))).unwrap();
    assert_eq!(book.quorum(GAME), None);
    book.submit(signed(2, vote(TRUE))).unwrap();
    assert_eq!(book.quorum(GAME).unwrap().signers, [0, 1, 2]);
}

#[test]
fn votes_that_do_not_count_are_refused_by_reason() {
    let mut book = book();
    let other = Vote { game: Address::ZERO, ..vote(TRUE) };
    assert_eq!(book.submit(signed(0, other)), Err(VoteRefused::UnknownClaim(Address::ZERO)));
    for wrong in [Vote { l2_block: 41, ..vote(TRUE) }, Vote { l1_head: TRUE, ..vote(TRUE) }] {
        assert_eq!(book.submit(signed(0, wrong)), Err(VoteRefused::OtherClaim(GAME)));
    }
    assert_eq!(book.submit(signed(3, vote(TRUE))), Err(VoteRefused::NoWeight(3)));
    let forged = SignedVote { verifier: 0, ..signed(1, vote(TRUE)) };
    assert_eq!(book.submit(forged), Err(VoteRefused::BadSignature(0)));
    let elsewhere = VoteDomain { l1_chain_id: 2, ..DOMAIN }.sign(0, vote(TRUE), &key(0));
    assert_eq!(book.submit(elsewhere), Err(VoteRefused::BadSignature(0)));
    let garbage = SignedVote { signature: vec![1; 7].into(), ..signed(0, vote(TRUE)) };
    assert_eq!(book.submit(garbage), Err(VoteRefused::BadSignature(0)));
    assert_eq!(book.votes(GAME), []);
}

#[test]
fn two_words_of_one_verifier_are_evidence_and_the_second_does_not_count() {
    let mut book = book();
    book.submit(signed(0, vote(FALSE))).unwrap();
    assert_eq!(book.submit(signed(0, vote(TRUE))), Ok(Taken::Contradiction));
    assert_eq!(book.quorum(GAME).unwrap().root, FALSE, "the first word is what the book has");
    let found = book.take_evidence().unwrap();
    assert_eq!((found.first, found.second), (signed(0, vote(FALSE)), signed(0, vote(TRUE))));
    assert_eq!(book.take_evidence(), None);
}

#[test]
fn claims_with_different_heads_contradict_unless_one_gives_no_such_block() {
    let mut book = book();
    let later = Address::repeat_byte(0x6b);
    book.open(later, 40, FALSE, electorate());
    book.submit(signed(0, vote(B256::ZERO))).unwrap();
    let there = Vote { game: later, l1_head: FALSE, ..vote(TRUE) };
    assert_eq!(book.submit(signed(0, there)), Ok(Taken::New), "the block came between the two heads");
    book.submit(signed(1, vote(FALSE))).unwrap();
    assert_eq!(book.submit(signed(1, there)), Ok(Taken::Contradiction));
    assert_eq!(book.take_evidence().unwrap().second.vote, there);
}

#[test]
fn a_claim_that_ended_takes_no_votes() {
    let mut book = book();
    book.submit(signed(0, vote(TRUE))).unwrap();
    book.close(GAME);
    assert!(!book.is_open(GAME) && book.quorum(GAME).is_none());
    assert_eq!(book.submit(signed(1, vote(TRUE))), Err(VoteRefused::UnknownClaim(GAME)));
}

#[test]
fn a_vote_reads_back_from_json() {
    let json = serde_json::to_string(&signed(0, vote(TRUE))).unwrap();
    assert!(json.contains("\"l1Head\"") && json.contains("\"verifier\":0"), "{json}");
    assert_eq!(serde_json::from_str::<SignedVote>(&json).unwrap(), signed(0, vote(TRUE)));
}
