//! What a follower does with what it hears.

use crate::{
    Answer, CheckError, Equivocation, Imported, Question, SignedBlock, UnsafeSync,
    buffer::{Added, Waiting},
    check_block,
    core::Open,
    limits::{MAX_BLOCKS_PER_ANSWER, MAX_CLOCK_SKEW_MS},
    peers::Offence,
    signature::signer_of,
};
use alloy_consensus::BlockHeader;
use praxis_link::{PeerName, ToNetwork, Verdict};
use praxis_primitives::{Fault, L2BlockInfo};

/// How long a peer is left alone that did not answer, or had nothing that helps.
pub(crate) const REST_MS: u64 = 2_000;
/// How long a question stays open: longer than the network process waits for an answer.
const ANSWER_MS: u64 = 20_000;
/// How often peers are asked where they are.
const STATUS_MS: u64 = 5_000;
/// How long gossip may take to bring the next block before somebody is asked for it.
const PATIENCE_MS: u64 = 1_000;

impl UnsafeSync {
    /// A block that gossip brought; its verdict, or none yet. It is sent on before it is executed: a block with the right signature
    /// and the right attributes that does not hold is the sequencer's doing, not the peer's.
    pub(crate) fn gossip(
        &mut self,
        message: u64,
        peer: &PeerName,
        data: &[u8],
        now_ms: u64,
    ) -> Result<Option<Verdict>, Fault> {
        let Ok(signed) = SignedBlock::decode(data) else {
            self.blame(peer, Offence::Garbage, now_ms);
            return Ok(Some(Verdict::Reject));
        };
        let number = signed.block.number();
        let Some(signer) = signer_of(self.config.l2_chain_id, signed.block.hash(), &signed.signature) else {
            self.blame(peer, Offence::False, now_ms);
            return Ok(Some(Verdict::Reject));
        };
        let too_early = self.config.timestamp_ms(number) > now_ms.saturating_add(MAX_CLOCK_SKEW_MS);
        if self.signer.is_some() || too_early || number <= self.chain.safe()?.number {
            return Ok(Some(Verdict::Ignore));
        }
        let head = self.chain.head();
        let parent = match self.chain.info(number.saturating_sub(1))? {
            Some(parent) if parent.hash == signed.block.parent_hash() => Some(parent),
            _ => None,
        };
        let likely = self.chain.signer_after(parent.map_or(head.number, |parent| parent.number))? == Some(signer);
        if likely || parent.is_none() {
            self.peers.claims(peer, number);
        }
        if !likely {
            // Without its parent nobody can say so for sure: keys rotate.
            if parent.is_none() {
                return Ok(Some(Verdict::Ignore));
            }
            self.blame(peer, Offence::False, now_ms);
            return Ok(Some(Verdict::Reject));
        }
        let (peer, message, bytes) = (peer.clone(), Some(message), data.len());
        let waiting = Waiting { signed, signer, likely, peer, message, bytes, since_ms: now_ms };
        match parent {
            Some(parent) if parent.number < head.number => self.beside(waiting).map(Some),
            Some(parent) => self.above_head(&parent, waiting, now_ms),
            None => self.put_aside(waiting),
        }
    }

    /// A signed block for a number that the chain has already, on a parent that it has.
    fn beside(&mut self, waiting: Waiting) -> Result<Verdict, Fault> {
        let number = waiting.signed.block.number();
        let Some(block) = self.chain.block(number)? else { return Ok(Verdict::Ignore) };
        let hash = block.hash();
        if hash == waiting.signed.block.hash() {
            return Ok(Verdict::Ignore);
        }
        let first = self.book.get(number, hash).map(|signature| SignedBlock { signature, block });
        self.contradicts(first, waiting);
        Ok(Verdict::Ignore)
    }

    /// Keeps two signed blocks as evidence.
    fn contradicts(&mut self, first: Option<SignedBlock>, second: Waiting) {
        if let Some(first) = first {
            let Waiting { signed, signer, since_ms, .. } = second;
            let found = Equivocation { number: signed.block.number(), signer, first, second: signed };
            self.evidence.add(found, since_ms);
        }
    }

    /// A block on the head.
    fn above_head(&mut self, parent: &L2BlockInfo, waiting: Waiting, now_ms: u64) -> Result<Option<Verdict>, Fault> {
        if self.refused.contains(&waiting.signed.block.hash()) {
            return Ok(Some(Verdict::Ignore));
        }
        match check_block(&self.config, parent, &waiting.signed.block, |number| self.chain.l1(number)) {
            Ok(()) => {
                let known = self.put_aside(Waiting { message: None, ..waiting })?;
                Ok(known.or(Some(Verdict::Accept)))
            }
            Err(CheckError::UnknownOrigin(_) | CheckError::OtherOrigin(_)) => self.put_aside(waiting),
            Err(CheckError::Wrong(why)) => {
                tracing::warn!(number = parent.number + 1, why, peer = %waiting.peer, "a signed block is not taken");
                self.blame(&waiting.peer, Offence::False, now_ms);
                Ok(Some(Verdict::Reject))
            }
        }
    }

    /// Lets a block wait; a verdict where it does not.
    fn put_aside(&mut self, waiting: Waiting) -> Result<Option<Verdict>, Fault> {
        let copy = waiting.clone();
        match self.buffer.add(waiting, self.chain.head().number) {
            Added::Waits => return Ok(None),
            Added::Full | Added::Known => {}
            Added::Second(first) => {
                // Of two on different parents nobody can say yet whether both were meant.
                if first.block.parent_hash() == copy.signed.block.parent_hash() && copy.likely {
                    self.contradicts(Some(*first), copy);
                }
            }
        }
        Ok(Some(Verdict::Ignore))
    }

    /// What a peer answered.
    pub(crate) fn answered(&mut self, open: &Open, answer: Answer, now_ms: u64) -> Result<(), Fault> {
        match (open.question, answer) {
            (Question::Status, Answer::Status(status)) if status.genesis != self.config.genesis.l2.hash => {
                self.blame(&open.peer, Offence::OtherChain, now_ms);
            }
            (Question::Status, Answer::Status(status)) => {
                // Nobody has blocks of times that have not come.
                let latest = now_ms.saturating_add(MAX_CLOCK_SKEW_MS);
                if let Some(peer) = self.peers.get_mut(&open.peer)
                    && self.config.timestamp_ms(status.head.number) <= latest
                {
                    peer.claims = status.head.number;
                }
            }
            (Question::Blocks { first, count }, Answer::Blocks(blocks)) if blocks.len() <= count.into() => {
                self.synced(&open.peer, first, blocks, now_ms)?;
            }
            _ => self.blame(&open.peer, Offence::Garbage, now_ms),
        }
        Ok(())
    }

    /// Blocks that were asked for.
    fn synced(&mut self, peer: &PeerName, first: u64, blocks: Vec<SignedBlock>, now_ms: u64) -> Result<(), Fault> {
        let numbered = (first..).zip(&blocks).all(|(number, signed)| signed.block.number() == number);
        let linked = blocks.windows(2).all(|pair| pair[1].block.parent_hash() == pair[0].block.hash());
        if !numbered || !linked {
            self.blame(peer, Offence::False, now_ms);
            return Ok(());
        }
        let head = self.chain.head();
        // It has nothing with signatures, or other blocks than this node: L1 says who is right.
        let helps = blocks.first().is_some_and(|one| first > head.number + 1 || one.block.parent_hash() == head.hash);
        if !helps && first == head.number + 1 {
            self.peers.rest(peer, now_ms + REST_MS);
            return Ok(());
        }
        let key = self.chain.signer_after(head.number)?;
        for signed in blocks {
            let Some(signer) = signer_of(self.config.l2_chain_id, signed.block.hash(), &signed.signature) else {
                self.blame(peer, Offence::False, now_ms);
                return Ok(());
            };
            let (likely, bytes) = (key == Some(signer), 65 + alloy_rlp::Encodable::length(&signed.block));
            let waiting =
                Waiting { signed, signer, likely, peer: peer.clone(), message: None, bytes, since_ms: now_ms };
            self.put_aside(waiting)?;
        }
        Ok(())
    }

    /// Goes on by at most one block, and asks for what is missing. Gives whether there may be more to do at once.
    ///
    /// # Errors
    /// A fault of the node.
    pub fn work(&mut self, now_ms: u64) -> Result<bool, Fault> {
        if self.signer.is_some() || !self.chain.caught_up() {
            return Ok(false);
        }
        if self.leave_gone_l1()? {
            return Ok(true);
        }
        let head = self.chain.head();
        self.buffer.tidy(head.number, now_ms);
        // The network process says of each question what became of it, unless it ended meanwhile or was not told.
        self.open.retain(|_, open| now_ms.saturating_sub(open.since_ms) < ANSWER_MS);
        self.ask_where_peers_are(now_ms);
        let imported = self.take_next(now_ms)?;
        if !imported {
            self.ask_for_blocks(now_ms);
        }
        Ok(imported)
    }

    /// Takes the block that waits on the head, if it may be taken. False when there is none.
    fn take_next(&mut self, now_ms: u64) -> Result<bool, Fault> {
        let head = self.chain.head();
        let Some(next) = self.buffer.get(head.number + 1) else { return Ok(false) };
        let (hash, peer) = (next.signed.block.hash(), next.peer.clone());
        if self.refused.contains(&hash) {
            self.buffer.remove(head.number + 1);
            return Ok(false);
        }
        let Some(parent) = self.chain.info(head.number)?.filter(|parent| parent.hash == head.hash) else {
            return Ok(false);
        };
        let offence = if next.signed.block.parent_hash() != head.hash {
            None
        } else if self.chain.signer_after(head.number)? != Some(next.signer) {
            Some("another key signed it")
        } else {
            match check_block(&self.config, &parent, &next.signed.block, |number| self.chain.l1(number)) {
                // Until L1 shows it, it waits.
                Err(CheckError::UnknownOrigin(_) | CheckError::OtherOrigin(_)) => return Ok(false),
                Err(CheckError::Wrong(why)) => Some(why),
                Ok(()) => {
                    self.import(hash)?;
                    return Ok(true);
                }
            }
        };
        let message = self.buffer.remove(head.number + 1).and_then(|gone| gone.message);
        if let Some(why) = offence {
            self.judge(message, Verdict::Reject);
            tracing::debug!(number = head.number + 1, %hash, why, %peer, "a block is not taken");
            self.buffer.forget(&peer);
            self.blame(&peer, Offence::False, now_ms);
        }
        Ok(false)
    }

    fn judge(&mut self, message: Option<u64>, verdict: Verdict) {
        self.out.extend(message.map(|message| ToNetwork::Judge { message, verdict }));
    }

    fn import(&mut self, hash: alloy_primitives::B256) -> Result<(), Fault> {
        let number = self.chain.head().number + 1;
        let Some(Waiting { signed, message, .. }) = self.buffer.remove(number) else { return Ok(()) };
        self.judge(message, Verdict::Accept);
        match self.chain.import(&signed.block)? {
            Imported::Done => {
                self.book.add(number, hash, signed.signature);
                metrics::counter!("praxis_p2p_blocks_taken_total").increment(1);
                tracing::debug!(number, %hash, "took an unsafe block");
            }
            Imported::NotOnHead => {}
            Imported::Refused(why) => {
                tracing::error!(number, %hash, why, "the sequencer signed a block that does not hold; waiting for L1");
                metrics::counter!("praxis_p2p_blocks_refused_total").increment(1);
                self.refuse(hash);
            }
        }
        Ok(())
    }

    /// Takes back unsafe blocks whose L1 origin is gone. Those that are safe derivation takes back.
    fn leave_gone_l1(&mut self) -> Result<bool, Fault> {
        let head = self.chain.head();
        let safe = self.chain.safe()?.number;
        let gone = |number: u64| -> Result<Option<bool>, Fault> {
            let Some(info) = self.chain.info(number)? else { return Ok(None) };
            Ok(self.chain.l1(info.l1_origin.number).map(|l1| l1.hash != info.l1_origin.hash))
        };
        if head.number <= safe || gone(head.number)? != Some(true) {
            return Ok(false);
        }
        // Of blocks between the safe head and the head, the lower ones have origins that still stand.
        let (mut good, mut bad) = (safe, head.number);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if gone(middle)? == Some(true) { bad = middle } else { good = middle }
        }
        tracing::info!(from = head.number, to = good, "L1 reorganised under unsafe blocks; taking them back");
        self.chain.unwind(head.hash, good)
    }

    fn ask_where_peers_are(&mut self, now_ms: u64) {
        let due = |asked: Option<u64>| asked.is_none_or(|asked| now_ms.saturating_sub(asked) >= STATUS_MS);
        let mut silent = Vec::new();
        for (name, peer) in self.peers.iter_mut().filter(|(_, peer)| due(peer.asked_ms)).take(8) {
            peer.asked_ms = Some(now_ms);
            silent.push(name.clone());
        }
        silent.iter().for_each(|name| self.ask(name, Question::Status, now_ms));
    }

    /// Asks somebody for the blocks after the head, where gossip does not bring them.
    fn ask_for_blocks(&mut self, now_ms: u64) {
        let head = self.chain.head().number;
        let target = self.peers.highest().max(self.buffer.highest().unwrap_or(0));
        let asked = self.open.values().any(|open| matches!(open.question, Question::Blocks { .. }));
        if target <= head || asked || self.buffer.get(head + 1).is_some() {
            self.behind_since_ms = None;
            return;
        }
        let since_ms = match self.behind_since_ms {
            Some((at, since_ms)) if at == head => since_ms,
            _ => now_ms,
        };
        self.behind_since_ms = Some((head, since_ms));
        let far = target - head > 2;
        if !far && now_ms.saturating_sub(since_ms) < PATIENCE_MS {
            return;
        }
        if let Some(peer) = self.peers.with_block(head + 1, now_ms) {
            self.ask(&peer, Question::Blocks { first: head + 1, count: MAX_BLOCKS_PER_ANSWER }, now_ms);
        }
    }
}
