//! The core: what comes in, what goes out.

use crate::{
    Answer, BlockSigner, Equivocation, Question, SignedBlock, UnsafeChain,
    book::SignatureBook,
    buffer::Buffer,
    evidence::Evidence,
    limits::{MAX_OPEN, MAX_REFUSED},
    peers::{BAN_SECONDS, Offence, Peers},
    signature::signing_hash,
};
use alloy_primitives::{Address, B256};
use praxis_link::{FromNetwork, PeerName, ToNetwork};
use praxis_primitives::{Fault, L2BlockInfo, RollupConfig, SealedBlock};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// A question that is open.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) peer: PeerName,
    pub(crate) question: Question,
    pub(crate) since_ms: u64,
}

/// The unsafe chain of one node, as other nodes tell it. A sequencer's tells it to them, and takes no block from anybody.
pub struct UnsafeSync {
    pub(crate) config: Arc<RollupConfig>,
    pub(crate) chain: Arc<dyn UnsafeChain>,
    pub(crate) signer: Option<Arc<dyn BlockSigner>>,
    pub(crate) peers: Peers,
    pub(crate) buffer: Buffer,
    pub(crate) book: SignatureBook,
    pub(crate) evidence: Evidence,
    pub(crate) open: BTreeMap<u64, Open>,
    pub(crate) refused: VecDeque<B256>,
    pub(crate) out: Vec<ToNetwork>,
    /// Since when the head has stood still although somebody has more.
    pub(crate) behind_since_ms: Option<(u64, u64)>,
    next_question: u64,
    /// The key that was valid when this node could last not sign.
    foreign_key: Option<Option<Address>>,
}

impl UnsafeSync {
    /// A node that follows, or with a key one that tells.
    pub fn new(config: Arc<RollupConfig>, chain: Arc<dyn UnsafeChain>, signer: Option<Arc<dyn BlockSigner>>) -> Self {
        Self {
            config,
            chain,
            signer,
            peers: Peers::default(),
            buffer: Buffer::default(),
            book: SignatureBook::default(),
            evidence: Evidence::default(),
            open: BTreeMap::new(),
            refused: VecDeque::new(),
            out: Vec::new(),
            behind_since_ms: None,
            next_question: 0,
            foreign_key: None,
        }
    }

    /// How many peers are connected.
    pub fn peer_count(&self) -> usize {
        self.peers.len()
    }

    /// Contradictions of the sequencer that no reorg of L1 explains, found a minute ago or earlier; each is told once.
    pub fn take_evidence(&mut self, now_ms: u64) -> Vec<Equivocation> {
        let (config, chain) = (&self.config, &self.chain);
        let on_l1 = |signed: &SignedBlock| {
            let origin = L2BlockInfo::of(&signed.block, config).ok().map(|info| info.l1_origin);
            origin.is_some_and(|origin| chain.l1(origin.number).is_some_and(|l1| l1.hash == origin.hash))
        };
        self.evidence.take(now_ms, |found| on_l1(&found.first) && on_l1(&found.second))
    }

    /// The network process is gone, and with it all connections. What it was to be told is void.
    pub fn network_ended(&mut self) {
        self.peers.clear();
        self.open.clear();
        self.out.clear();
    }

    /// What to tell the network process.
    pub fn take_messages(&mut self) -> Vec<ToNetwork> {
        std::mem::take(&mut self.out)
    }

    /// Takes in what the network process says. Blocks are only put aside: [`Self::work`] takes them.
    ///
    /// # Errors
    /// A fault of the node.
    pub fn hear(&mut self, message: FromNetwork, now_ms: u64) -> Result<(), Fault> {
        match message {
            FromNetwork::Listening(_) | FromNetwork::Failed(_) => {}
            FromNetwork::Connected(peer) => self.peers.connected(peer, now_ms),
            FromNetwork::Disconnected(peer) => self.peers.disconnected(&peer),
            FromNetwork::Message { message, peer, data } => {
                // What waits is judged when it is taken or refused. If it is neither, the network process forgets it.
                if let Some(verdict) = self.gossip(message, &peer, &data, now_ms)? {
                    self.out.push(ToNetwork::Judge { message, verdict });
                }
            }
            FromNetwork::Asked { id, peer, data } => self.asked(id, &peer, &data, now_ms)?,
            FromNetwork::Answered { id, data } => {
                if let Some(open) = self.open.remove(&id) {
                    match Answer::decode(&data) {
                        Ok(answer) => self.answered(&open, answer, now_ms)?,
                        Err(_) => self.blame(&open.peer, Offence::Garbage, now_ms),
                    }
                }
            }
            FromNetwork::Unanswered { id } => {
                if let Some(open) = self.open.remove(&id) {
                    self.peers.rest(&open.peer, now_ms + crate::follow::REST_MS);
                }
            }
        }
        metrics::gauge!("praxis_p2p_peers").set(self.peers.len() as f64);
        Ok(())
    }

    /// Signs a block that this node sealed, and tells it. Nothing where the node has no key, the key is not the valid one, or the
    /// block is safe already.
    ///
    /// # Errors
    /// When the chain can't be read or the key can't be used.
    pub fn publish(&mut self, block: &SealedBlock) -> Result<(), Fault> {
        let number = block.header().number;
        if self.signer.is_none() || number <= self.chain.safe()?.number {
            return Ok(());
        }
        let Some(signature) = self.sign(number, block.hash())? else { return Ok(()) };
        self.book.add(number, block.hash(), signature);
        let signed = SignedBlock { signature, block: block.clone() };
        self.out.push(ToNetwork::Publish(signed.encode()));
        metrics::counter!("praxis_p2p_blocks_published_total").increment(1);
        Ok(())
    }

    /// This node's signature of a block of its chain; `None` where its key is not the one that signs it.
    pub(crate) fn sign(&mut self, number: u64, hash: B256) -> Result<Option<[u8; 65]>, Fault> {
        let (Some(signer), Some(parent)) = (&self.signer, number.checked_sub(1)) else { return Ok(None) };
        let valid = self.chain.signer_after(parent)?;
        if valid != Some(signer.address()) {
            if self.foreign_key.replace(valid) != Some(valid) {
                let own = signer.address();
                match valid {
                    Some(valid) => {
                        tracing::warn!(%own, %valid, number, "another key than this node's signs unsafe blocks \
                        now: followers get them from L1")
                    }
                    // A chain's first blocks come before L1 has said whose key it is.
                    None => tracing::info!(%own, number, "no key signs unsafe blocks yet"),
                }
            }
            return Ok(None);
        }
        self.foreign_key = None;
        Ok(Some(signer.sign(signing_hash(self.config.l2_chain_id, hash))?))
    }

    /// Asks a peer.
    pub(crate) fn ask(&mut self, peer: &PeerName, question: Question, now_ms: u64) {
        if self.open.len() >= MAX_OPEN {
            return;
        }
        let id = self.next_question;
        self.next_question += 1;
        self.open.insert(id, Open { peer: peer.clone(), question, since_ms: now_ms });
        self.out.push(ToNetwork::Ask { id, peer: peer.clone(), data: question.encode() });
    }

    /// A peer misbehaved. Where that was too much, nothing that it sent is kept.
    pub(crate) fn blame(&mut self, peer: &PeerName, offence: Offence, now_ms: u64) {
        self.peers.rest(peer, now_ms + crate::follow::REST_MS);
        if self.peers.blame(peer, offence, now_ms) {
            self.buffer.forget(peer);
            self.out.push(ToNetwork::Ban { peer: peer.clone(), seconds: BAN_SECONDS });
        }
    }

    pub(crate) fn refuse(&mut self, hash: B256) {
        if self.refused.len() >= MAX_REFUSED {
            self.refused.pop_front();
        }
        self.refused.push_back(hash);
    }
}
