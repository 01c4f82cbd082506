//! What this node answers.

use crate::{
    Answer, Question, SignedBlock, Status, UnsafeSync,
    limits::MAX_BLOCKS_PER_ANSWER,
    peers::Offence,
    wire::{encode_blocks, fits},
};
use praxis_link::{PeerName, ToNetwork};
use praxis_primitives::Fault;

impl UnsafeSync {
    pub(crate) fn asked(&mut self, id: u64, peer: &PeerName, data: &[u8], now_ms: u64) -> Result<(), Fault> {
        let answer = match Question::decode(data) {
            Err(_) => {
                self.blame(peer, Offence::Garbage, now_ms);
                None
            }
            Ok(Question::Status) => {
                let genesis = self.config.genesis.l2.hash;
                let status = Status { genesis, head: self.chain.head(), safe: self.chain.safe()?.number };
                Some(Answer::Status(status).encode())
            }
            Ok(Question::Blocks { first, count }) => {
                let granted = self.peers.get_mut(peer).map_or(0, |peer| peer.blocks.take(count.into(), now_ms));
                match u16::try_from(granted).unwrap_or(MAX_BLOCKS_PER_ANSWER) {
                    0 => None,
                    count => Some(self.signed_blocks(first, count)?),
                }
            }
        };
        self.out.push(match answer {
            Some(data) => ToNetwork::Answer { id, data },
            None => ToNetwork::Decline { id },
        });
        Ok(())
    }

    /// The blocks from `first` on, as far as this node has their signatures.
    fn signed_blocks(&mut self, first: u64, count: u16) -> Result<Vec<u8>, Fault> {
        let (mut blocks, mut bytes) = (Vec::new(), 0);
        for number in (first..=self.chain.head().number).take(count.into()) {
            let Some(block) = self.chain.block(number)? else { break };
            let hash = block.hash();
            let signature = match self.book.get(number, hash) {
                Some(signature) => signature,
                None => match self.sign(number, hash)? {
                    Some(signature) => {
                        self.book.add(number, hash, signature);
                        signature
                    }
                    None => break,
                },
            };
            let encoded = SignedBlock { signature, block }.encode();
            if !fits(bytes, encoded.len()) {
                break;
            }
            bytes += encoded.len();
            blocks.push(encoded);
        }
        metrics::counter!("praxis_p2p_blocks_served_total").increment(blocks.len() as u64);
        Ok(encode_blocks(&blocks))
    }
}
