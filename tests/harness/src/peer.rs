//! Nodes that exchange unsafe blocks, without a network: what one says, the others hear at once.

use crate::{Follower, L1Miner, TestSequencer, chain_options};
use alloy_primitives::{Address, B256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_chain::{Chain, SeenL1, UnsafeView};
use praxis_link::{FromNetwork, PeerName, ToNetwork, Verdict};
use praxis_primitives::{Fault, L1BlockInfo, RollupConfig};
use praxis_sync::{BlockSigner, UnsafeSync};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// A key that signs blocks.
pub struct TestKey(pub PrivateKeySigner);

impl BlockSigner for TestKey {
    fn address(&self) -> Address {
        self.0.address()
    }

    fn sign(&self, hash: B256) -> Result<[u8; 65], Fault> {
        self.0.sign_hash_sync(&hash).map(|signature| signature.as_bytes()).map_err(Fault::new)
    }
}

/// L1 as one node has seen it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<u64, Arc<L1BlockInfo>>>>);

impl SeenL1 for Seen {
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.0.lock().expect("no panic").get(&number).cloned()
    }

    fn caught_up(&self) -> bool {
        !self.0.lock().expect("no panic").is_empty()
    }
}

/// A node's exchange of unsafe blocks, and L1 as that node sees it.
pub struct TestPeer {
    /// The core.
    pub sync: UnsafeSync,
    name: PeerName,
    seen: Seen,
    /// What the verdicts about gossip messages were.
    pub verdicts: Vec<Verdict>,
    /// Peers that were sent away.
    pub banned: Vec<PeerName>,
}

impl TestPeer {
    /// A node on this chain; with a key it is the sequencer.
    pub fn new(name: u8, chain: &Arc<Chain>, key: Option<PrivateKeySigner>) -> Self {
        let seen = Seen::default();
        let config = chain.rollup().cloned().expect("it is a rollup");
        let view = UnsafeView::new(chain.clone(), seen.clone()).expect("it is a rollup");
        let key = key.map(|key| Arc::new(TestKey(key)) as Arc<dyn BlockSigner>);
        let sync = UnsafeSync::new(config, Arc::new(view), key);
        let name = PeerName::new(&[name]).expect("it is short");
        Self { sync, name, seen, verdicts: vec![], banned: vec![] }
    }

    /// Its name.
    pub const fn name(&self) -> &PeerName {
        &self.name
    }

    /// Sees L1 as it is now.
    pub fn see(&self, l1: &L1Miner) {
        let mut seen = self.seen.0.lock().expect("no panic");
        seen.clear();
        let known = (0..=l1.head().number).filter_map(|number| l1.at(number).cloned());
        seen.extend(known.map(|block| (block.number, block)));
    }

    /// Hears a message.
    pub fn hear(&mut self, message: FromNetwork, now_ms: u64) {
        self.sync.hear(message, now_ms).expect("no fault");
    }

    /// Works until there is nothing to do at once.
    pub fn work(&mut self, now_ms: u64) {
        for _ in 0..1000 {
            if !self.sync.work(now_ms).expect("no fault") {
                return;
            }
        }
        panic!("work never ends");
    }
}

/// Connects each with each.
pub fn connect(peers: &mut [&mut TestPeer], now_ms: u64) {
    let names: Vec<PeerName> = peers.iter().map(|peer| peer.name.clone()).collect();
    for peer in peers {
        for name in names.iter().filter(|name| **name != peer.name) {
            peer.sync.hear(FromNetwork::Connected(name.clone()), now_ms).expect("no fault");
        }
    }
}

/// Lets all of them talk and work until nobody has anything more to say.
pub fn talk(peers: &mut [&mut TestPeer], now_ms: u64) {
    for _ in 0..200 {
        let mut said = 0;
        for speaker in 0..peers.len() {
            peers[speaker].work(now_ms);
            let messages = peers[speaker].sync.take_messages();
            said += messages.len();
            messages.into_iter().for_each(|message| deliver(peers, speaker, message, now_ms));
        }
        if said == 0 {
            return;
        }
    }
    panic!("they never stop talking");
}

fn deliver(peers: &mut [&mut TestPeer], speaker: usize, message: ToNetwork, now_ms: u64) {
    let from = peers[speaker].name.clone();
    let others = (0..peers.len()).filter(|index| *index != speaker);
    match message {
        ToNetwork::Publish(data) => others.for_each(|index| {
            let message = FromNetwork::Message { message: 0, peer: from.clone(), data: data.clone() };
            peers[index].hear(message, now_ms);
        }),
        ToNetwork::Judge { verdict, .. } => peers[speaker].verdicts.push(verdict),
        // The number goes there and back; answers come at once, so whoever asked last is answered.
        ToNetwork::Ask { id, peer, data } => {
            let Some(index) = peers.iter().position(|other| other.name == peer) else { return };
            peers[index].hear(FromNetwork::Asked { id, peer: from, data }, now_ms);
            let answers = peers[index].sync.take_messages();
            for answer in answers {
                match answer {
                    ToNetwork::Answer { id: answered, data } if answered == id => {
                        peers[speaker].hear(FromNetwork::Answered { id, data }, now_ms);
                    }
                    ToNetwork::Decline { id: declined } if declined == id => {
                        peers[speaker].hear(FromNetwork::Unanswered { id }, now_ms);
                    }
                    other => deliver(peers, index, other, now_ms),
                }
            }
        }
        ToNetwork::Ban { peer, .. } => peers[speaker].banned.push(peer),
        ToNetwork::Answer { .. } | ToNetwork::Decline { .. } | ToNetwork::Start(_) => {}
    }
}

/// A node that follows by peers and by L1.
pub struct TestFollower {
    /// Its exchange with peers.
    pub peer: TestPeer,
    /// Its chain.
    pub chain: Arc<Chain>,
    /// Its derivation.
    pub derivation: Follower,
    _directory: TempDir,
}

impl TestFollower {
    /// A follower on a new database.
    pub fn new(name: u8, config: &Arc<RollupConfig>) -> Self {
        let directory = crate::temporary_directory();
        let chain = Chain::open(directory.path(), config.chain_spec(), chain_options()).expect("the chain opens");
        let derivation = Follower::open(chain.clone());
        Self { peer: TestPeer::new(name, &chain, None), chain, derivation, _directory: directory }
    }

    /// Derives to the end of L1.
    pub fn follow(&mut self, l1: &L1Miner) {
        self.derivation.follow(l1).expect("the follower follows");
        self.peer.see(l1);
    }

    /// Whether its unsafe head is the sequencer's.
    pub fn agrees(&self, sequencer: &TestSequencer) -> bool {
        self.chain.head().hash() == sequencer.chain().head().hash()
    }
}
