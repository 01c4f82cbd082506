//! Blocks that nodes tell each other before L1 has them.

use crate::SOMEBODY;
use alloy_primitives::{B256, Bytes};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_chain::NoTransactions;
use praxis_derive::attributes;
use praxis_harness::{Mine, TestFollower, TestPeer, World, account, connect, talk};
use praxis_link::{FromNetwork, PeerName, ToNetwork, Verdict};
use praxis_primitives::{ConfigUpdate, PayloadAttributes, SealedBlock};
use praxis_sync::{Answer, Question, SignedBlock, Status, signing_hash};

fn key(index: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(index)).unwrap()
}

fn sign(world: &World, key: &PrivateKeySigner, block: &SealedBlock) -> SignedBlock {
    let hash = signing_hash(world.config.l2_chain_id, block.hash());
    SignedBlock { signature: key.sign_hash_sync(&hash).unwrap().as_bytes(), block: block.clone() }
}

/// A world whose sequencer signs with key 1, and a follower, both told apart from the rest.
struct Unsafe {
    world: World,
    teller: TestPeer,
    follower: TestFollower,
}

impl Unsafe {
    fn new() -> Self {
        let mut world = World::new(|config| config.sequencing_window = 40);
        world.l1.configure(ConfigUpdate::UnsafeBlockSigner(key(1).address()));
        world.ticks(6);
        let teller = TestPeer::new(1, world.sequencer.chain(), Some(key(1)));
        let follower = TestFollower::new(2, &world.config);
        let mut all = Self { world, teller, follower };
        all.follower.follow(&all.world.l1);
        let now_ms = all.now_ms();
        connect(&mut [&mut all.teller, &mut all.follower.peer], now_ms);
        all
    }

    fn now_ms(&self) -> u64 {
        self.world.config.timestamp_ms(self.world.sequencer.chain().head().number)
    }

    fn talk(&mut self) {
        let now_ms = self.now_ms();
        talk(&mut [&mut self.teller, &mut self.follower.peer], now_ms);
    }

    /// The next block of the sequencer, told to nobody.
    fn build(&self) -> SealedBlock {
        self.world.sequencer.build(&self.world.l1).block.sealed_block().clone()
    }

    fn build_and_tell(&mut self) -> SealedBlock {
        let block = self.build();
        self.teller.sync.publish(&block).unwrap();
        self.talk();
        block
    }

    /// Gossip by a peer that is no node of ours: what becomes of it, and of the peer.
    fn gossip(&mut self, signed: &SignedBlock) -> Verdict {
        let now_ms = self.now_ms();
        let message = FromNetwork::Message { message: 7, peer: stranger(), data: signed.encode() };
        self.follower.peer.hear(message, now_ms);
        self.follower.peer.work(now_ms);
        let said = self.follower.peer.sync.take_messages();
        let verdict = said.into_iter().find_map(|message| match message {
            ToNetwork::Judge { message: 7, verdict } => Some(verdict),
            ToNetwork::Ban { peer, .. } => {
                self.follower.peer.banned.push(peer);
                None
            }
            _ => None,
        });
        verdict.expect("a verdict")
    }

    fn head(&self) -> u64 {
        self.follower.chain.head().number
    }

    fn agrees(&self) -> bool {
        self.follower.agrees(&self.world.sequencer)
    }

    /// Attributes of the block after the sequencer's head.
    fn attributes(&self) -> PayloadAttributes {
        let chain = self.world.sequencer.chain();
        let parent = chain.block_info(chain.head().number).unwrap();
        let origin = self.world.l1.at(parent.l1_origin.number).unwrap();
        attributes::build(&self.world.config, &parent, origin, false, vec![]).unwrap()
    }

    fn build_from(&self, attributes: &PayloadAttributes) -> SealedBlock {
        let built = self.world.sequencer.chain().build(attributes, &mut NoTransactions).unwrap();
        built.block.sealed_block().clone()
    }
}

fn stranger() -> PeerName {
    PeerName::new(&[0x77]).unwrap()
}

#[test]
fn a_follower_has_blocks_before_l1_has_them_and_l1_confirms_the_same() {
    let mut all = Unsafe::new();
    all.talk();
    assert!(all.agrees(), "what it missed it asked for");
    for _ in 0..5 {
        all.world.transfer(&account(0), SOMEBODY, 1);
        all.build_and_tell();
        assert!(all.agrees());
    }
    assert_eq!(all.follower.peer.verdicts, [Verdict::Accept; 5]);
    let (head, safe) = (all.head(), all.follower.chain.safe_head().unwrap().number);
    assert!(safe + 5 <= head, "unsafe {head}, safe {safe}");
    let hash = all.follower.chain.head().hash();
    all.world.ticks(8);
    all.follower.follow(&all.world.l1);
    assert!(all.follower.chain.safe_head().unwrap().number >= head);
    assert_eq!(all.follower.chain.db().hash_of(head).unwrap(), Some(hash), "nothing was replaced");
}

#[test]
fn whoever_was_away_asks_for_all_that_it_missed() {
    let mut all = Unsafe::new();
    (0..150).for_each(|_| drop(all.build()));
    all.world.l1.mine_with(Mine { seconds: 40, transactions: 0 });
    all.follower.peer.see(&all.world.l1);
    all.talk();
    assert!(all.agrees(), "{} of {}", all.head(), all.world.sequencer.chain().head().number);
    all.build_and_tell();
    assert!(all.agrees());
}

#[test]
fn a_follower_of_a_follower_gets_signatures_that_only_the_sequencer_makes() {
    let mut all = Unsafe::new();
    all.talk();
    let mut second = TestFollower::new(3, &all.world.config);
    second.follow(&all.world.l1);
    (0..10).for_each(|_| drop(all.build_and_tell()));
    let now_ms = all.now_ms();
    let mut pair = [&mut all.follower.peer, &mut second.peer];
    connect(&mut pair, now_ms);
    talk(&mut pair, now_ms);
    assert!(second.agrees(&all.world.sequencer));
}

#[test]
fn a_block_by_another_key_is_refused_and_its_sender_sent_away() {
    let mut all = Unsafe::new();
    all.talk();
    all.follower.peer.hear(FromNetwork::Connected(stranger()), 0);
    let before = all.head();
    let block = all.build();
    let signed = sign(&all.world, &key(9), &block);
    assert_eq!(all.gossip(&signed), Verdict::Reject);
    assert_eq!(all.gossip(&signed), Verdict::Reject);
    assert_eq!(all.follower.peer.banned, [stranger()]);
    assert_eq!(all.head(), before);
    let mut malleable = sign(&all.world, &key(1), &block);
    malleable.signature[64] ^= 1;
    assert_eq!(all.gossip(&malleable), Verdict::Reject);
    assert_eq!(all.gossip(&sign(&all.world, &key(1), &block)), Verdict::Accept);
    assert!(all.agrees());
}

/// The key that is valid in the parent's state decides, block by block.
#[test]
fn keys_rotate_on_l1_and_blocks_around_the_change_need_theirs() {
    let mut all = Unsafe::new();
    all.talk();
    all.world.l1.configure(ConfigUpdate::UnsafeBlockSigner(key(2).address()));
    all.world.l1.mine();
    all.follower.peer.see(&all.world.l1);
    let signer = |all: &Unsafe| {
        let chain = all.world.sequencer.chain();
        chain.unsafe_block_signer(chain.head().number).unwrap()
    };
    while signer(&all) == Some(key(1).address()) {
        all.build_and_tell();
        assert!(all.agrees(), "the block that brings the new key is signed by the old one");
    }
    let old = all.build();
    all.teller.sync.publish(&old).unwrap();
    assert!(all.teller.sync.take_messages().is_empty(), "the old key does not sign any more");
    assert_eq!(all.gossip(&sign(&all.world, &key(1), &old)), Verdict::Reject);
    assert_eq!(all.gossip(&sign(&all.world, &key(2), &old)), Verdict::Accept);
    assert!(all.agrees());
}

#[test]
fn whoever_was_away_while_the_key_changed_follows_both() {
    let mut all = Unsafe::new();
    all.talk();
    let mut second = TestFollower::new(3, &all.world.config);
    second.follow(&all.world.l1);
    all.world.l1.configure(ConfigUpdate::UnsafeBlockSigner(key(2).address()));
    all.world.l1.mine();
    all.follower.peer.see(&all.world.l1);
    second.peer.see(&all.world.l1);
    (0..8).for_each(|_| drop(all.build_and_tell()));
    all.teller = TestPeer::new(4, all.world.sequencer.chain(), Some(key(2)));
    let now_ms = all.now_ms();
    connect(&mut [&mut all.teller, &mut all.follower.peer], now_ms);
    (0..8).for_each(|_| drop(all.build_and_tell()));
    assert!(all.agrees());
    let mut pair = [&mut all.follower.peer, &mut second.peer];
    connect(&mut pair, now_ms);
    talk(&mut pair, now_ms);
    assert!(second.agrees(&all.world.sequencer), "{}", second.chain.head().number);
    assert!(second.peer.banned.is_empty());
}

#[test]
fn of_two_signed_blocks_for_one_place_the_first_counts_and_both_are_kept() {
    let mut all = Unsafe::new();
    all.talk();
    let other = all.build_from(&all.attributes());
    all.world.transfer(&account(0), SOMEBODY, 1);
    let first = all.build_and_tell();
    assert_ne!(first.hash(), other.hash());
    let other = sign(&all.world, &key(1), &other);
    assert_eq!(all.gossip(&other), Verdict::Ignore);
    assert_eq!(all.gossip(&other), Verdict::Ignore);
    assert!(all.agrees());
    let later = all.now_ms() + 60_000;
    assert!(all.follower.peer.sync.take_evidence(later - 1).is_empty(), "a reorg of L1 may still explain it");
    let evidence = all.follower.peer.sync.take_evidence(later);
    assert_eq!(evidence.len(), 1, "it is told once");
    assert_eq!((evidence[0].first.block.hash(), &evidence[0].second), (first.hash(), &other));
    assert_eq!(evidence[0].signer, key(1).address());
}

#[test]
fn what_a_block_says_of_l1_is_checked_against_l1() {
    let mut all = Unsafe::new();
    all.talk();
    let good = all.attributes();
    let mut randao = good.clone();
    randao.prev_randao = B256::repeat_byte(9);
    let mut beacon = good.clone();
    beacon.parent_beacon_block_root = B256::repeat_byte(9);
    let mut forced = good.clone();
    let parent = all.world.sequencer.chain().block_info(good.number - 1).unwrap();
    let origin = all.world.l1.at(parent.l1_origin.number).unwrap();
    forced.transactions = attributes::build(&all.world.config, &parent, origin, true, vec![]).unwrap().transactions;
    for (what, lie) in [("randao", randao), ("beacon root", beacon), ("forced", forced)] {
        let block = all.build_from(&lie);
        assert_eq!(all.gossip(&sign(&all.world, &key(1), &block)), Verdict::Reject, "{what}");
    }
    let block = all.build_from(&good);
    assert_eq!(all.gossip(&sign(&all.world, &key(1), &block)), Verdict::Accept);
    assert_eq!(all.head(), block.header().number);
}

#[test]
fn a_block_that_does_not_hold_is_left_to_l1() {
    let mut all = Unsafe::new();
    all.talk();
    let before = all.head();
    let mut block = all.build_from(&all.attributes()).clone_block();
    block.header.state_root = B256::repeat_byte(1);
    let signed = sign(&all.world, &key(1), &SealedBlock::seal_slow(block));
    assert_eq!(all.gossip(&signed), Verdict::Accept, "it is well signed, and the fault is the sequencer's");
    assert_eq!(all.head(), before);
    assert_eq!(all.gossip(&signed), Verdict::Ignore, "it is not tried again");
    all.world.ticks(8);
    all.follower.follow(&all.world.l1);
    assert!(all.head() > before, "L1 has another one");
}

#[test]
fn a_block_waits_until_its_l1_origin_is_seen() {
    let mut all = Unsafe::new();
    all.talk();
    all.world.l1.mine();
    let origin = all.world.sequencer.chain().block_info(all.head()).unwrap().l1_origin.number;
    loop {
        all.build_and_tell();
        let head = all.world.sequencer.chain().block_info(all.world.sequencer.chain().head().number).unwrap();
        if head.l1_origin.number > origin {
            break;
        }
    }
    assert!(!all.agrees(), "it does not know the new origin");
    let judged = all.follower.peer.verdicts.len();
    all.follower.peer.see(&all.world.l1);
    all.talk();
    assert!(all.agrees());
    assert_eq!(all.follower.peer.verdicts[judged..], [Verdict::Accept], "it is sent on then");
    assert!(all.follower.peer.banned.is_empty());
}

/// What a peer of another chain, or with nonsense to say, costs.
#[test]
fn liars_are_sent_away_and_take_nothing_with_them() {
    let mut all = Unsafe::new();
    all.talk();
    let now_ms = all.now_ms();
    let peer = &mut all.follower.peer;
    peer.hear(FromNetwork::Connected(stranger()), now_ms);
    let asked = |peer: &mut TestPeer| {
        peer.work(now_ms + 6_000);
        peer.sync.take_messages().into_iter().find_map(|message| match message {
            ToNetwork::Ask { id, peer, data } if peer == stranger() => Some((id, Question::decode(&data).unwrap())),
            _ => None,
        })
    };
    let (id, question) = asked(peer).expect("a new peer is asked where it is");
    assert_eq!(question, Question::Status);
    // Far ahead of the clock: not believed.
    let genesis = all.world.config.genesis.l2.hash;
    let status = |genesis, number| Answer::Status(Status { genesis, head: (number, B256::ZERO).into(), safe: 0 });
    peer.hear(FromNetwork::Answered { id, data: status(genesis, u64::MAX / 1000).encode() }, now_ms + 6_000);
    assert!(asked(peer).is_none());
    for garbage in [Bytes::new(), Bytes::from_static(&[9]), Bytes::from(vec![0; 30])] {
        peer.hear(FromNetwork::Asked { id: 4, peer: stranger(), data: garbage.to_vec() }, now_ms);
    }
    let said = peer.sync.take_messages();
    assert!(said.iter().any(|message| matches!(message, ToNetwork::Ban { .. })), "{said:?}");
    assert!(said.contains(&ToNetwork::Decline { id: 4 }));
    let before = all.head();
    all.build_and_tell();
    assert_eq!(all.head(), before + 1);
}

#[test]
fn answers_are_bounded_and_so_is_what_one_peer_may_ask() {
    let mut all = Unsafe::new();
    all.talk();
    (0..80).for_each(|_| drop(all.build()));
    let now_ms = all.now_ms();
    all.teller.hear(FromNetwork::Connected(stranger()), now_ms);
    let mut blocks = 0;
    for id in 0..20 {
        let first = all.world.sequencer.chain().head().number - 70;
        let data = Question::Blocks { first, count: 64 }.encode();
        all.teller.hear(FromNetwork::Asked { id, peer: stranger(), data }, now_ms);
        for message in all.teller.sync.take_messages() {
            if let ToNetwork::Answer { data, .. } = message {
                let Answer::Blocks(answer) = Answer::decode(&data).unwrap() else { panic!("blocks") };
                assert!(answer.len() <= 64 && answer[0].block.header().number == first);
                blocks += answer.len();
            }
        }
    }
    assert_eq!(blocks, 512, "the allowance of one peer");
}

#[test]
fn unsafe_blocks_on_an_l1_that_is_gone_are_left_for_the_new_ones() {
    let mut all = Unsafe::new();
    all.talk();
    all.world.l1.mine();
    all.follower.peer.see(&all.world.l1);
    (0..12).for_each(|_| drop(all.build_and_tell()));
    assert!(all.agrees());
    let gone = all.head();
    all.world.l1.reorg(1);
    all.world.l1.mine_with(Mine { seconds: 2, transactions: 0 });
    all.world.l1.mine();
    all.world.sequencer.follow(&all.world.l1).unwrap();
    while all.world.sequencer.chain().head().number < gone {
        all.build();
    }
    all.build_and_tell();
    assert!(!all.agrees(), "the follower has not seen the new L1");
    all.follower.follow(&all.world.l1);
    for _ in 0..3 {
        all.build_and_tell();
    }
    // Who had nothing that helped is asked again after a while.
    let later = all.now_ms() + 60_000;
    assert!(all.follower.peer.sync.take_evidence(later).is_empty(), "nobody lied");
    let later = all.now_ms() + 10_000;
    talk(&mut [&mut all.teller, &mut all.follower.peer], later);
    assert!(all.agrees(), "{} of {}", all.head(), all.world.sequencer.chain().head().number);
}
