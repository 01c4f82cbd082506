//! Claims about the L2: what was claimed, and how to claim.

use crate::{CheckedBlock, L1Client, L1Error, receipts::L1Receipt};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bloom, BloomInput, Bytes, Log, U64, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use praxis_contracts::settlement::{GAME_TYPE, IDisputeGameFactory, IOutputGame};
use serde_json::json;

/// How many claims one call of the factory lists.
const PAGE: u64 = 128;

/// A claim: the L2 that follows from L1 up to `l1_head` has output root `output_root` after block `l2_block_number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The contract that is this claim.
    pub game: Address,
    /// Who made it.
    pub proposer: Address,
    /// Its place among the claims of its L1 block.
    pub index: u64,
    /// The L2 block.
    pub l2_block_number: u64,
    /// What is claimed.
    pub output_root: B256,
    /// The L1 block up to which the L2 block must follow.
    pub l1_head: BlockNumHash,
    /// The L1 block that holds the claim.
    pub l1: BlockNumHash,
}

/// A claim as the factory lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedClaim {
    /// Its place in the factory's list.
    pub index: u64,
    /// The contract that is this claim.
    pub game: Address,
    /// L1 time at which it was made, in seconds.
    pub created_at: u64,
    /// The L2 block.
    pub l2_block_number: u64,
    /// What is claimed.
    pub output_root: B256,
    /// The L1 block up to which the L2 block must follow.
    pub l1_head: BlockNumHash,
}

impl L1Client {
    /// The claims that were made in the L1 block with this hash, out of logs that were checked against its receipts root. Where
    /// the header's bloom filter rules a claim out, no receipts are read.
    ///
    /// # Errors
    /// When L1 cannot be read, does not have the block, or altered it.
    pub async fn claims(&self, block: B256, factory: Address) -> Result<Vec<Claim>, L1Error> {
        self.claims_of(&self.block(block).await?, factory).await
    }

    /// The claims that were made in the canonical block of this number. Of most blocks no more than the header is read.
    ///
    /// # Errors
    /// When L1 cannot be read, does not have the block, or altered it.
    pub async fn claims_at(&self, number: u64, factory: Address) -> Result<Vec<Claim>, L1Error> {
        let found = self.block_by_number(json!(U64::from(number))).await?;
        let (id, header) = found.ok_or_else(|| self.rpc.not_found(format!("block {number}")))?;
        if !may_hold_claims(&header.logs_bloom, factory) {
            return Ok(Vec::new());
        }
        self.claims(id.hash, factory).await
    }

    /// As [`Self::claims`], for a block that was read already.
    ///
    /// # Errors
    /// As [`Self::claims`].
    pub async fn claims_of(&self, block: &CheckedBlock, factory: Address) -> Result<Vec<Claim>, L1Error> {
        if !may_hold_claims(&block.header.logs_bloom, factory) {
            return Ok(Vec::new());
        }
        Ok(claims_in(&self.receipts(block).await?, block.id(), factory))
    }

    /// The claims that the factory lists from position `newest` down to `oldest`, newest first, as of the L1 block with this
    /// hash. Reads page by page until `enough` says so. These are the provider's words: nothing that is checked against a hash.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn listed_claims(
        &self,
        factory: Address,
        (newest, oldest): (u64, u64),
        block: B256,
        mut enough: impl FnMut(&ListedClaim) -> bool,
    ) -> Result<Vec<ListedClaim>, L1Error> {
        let mut claims = Vec::new();
        let mut start = newest;
        loop {
            let call = IDisputeGameFactory::findLatestGamesCall {
                gameType: GAME_TYPE,
                start: U256::from(start),
                n: U256::from(PAGE.min(start.saturating_sub(oldest) + 1)),
            };
            let page = self.read(factory, &call, block).await?;
            let Some(last) = page.last() else { return Ok(claims) };
            let Ok(lowest) = u64::try_from(last.index) else { return Ok(claims) };
            for found in &page {
                let Some(claim) = listed(found).filter(|claim| claim.index >= oldest) else { continue };
                if enough(&claim) {
                    return Ok(claims);
                }
                claims.push(claim);
            }
            // The factory counts down, so a page that does not is no reason to go on for ever.
            if lowest <= oldest || lowest >= start.saturating_add(1) {
                return Ok(claims);
            }
            start = lowest - 1;
        }
    }

    /// How many claims of all kinds the factory has, as of the L1 block with this hash.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn claim_count(&self, factory: Address, block: B256) -> Result<u64, L1Error> {
        let count = self.read(factory, &IDisputeGameFactory::gameCountCall {}, block).await?;
        count.try_into().map_err(|_| self.rpc.malformed("eth_call", format!("gameCount is {count}")))
    }
}

fn listed(found: &IDisputeGameFactory::GameSearchResult) -> Option<ListedClaim> {
    let (l2_block, l1_number, l1_hash) = <(U256, U256, B256)>::abi_decode_params(&found.extraData).ok()?;
    Some(ListedClaim {
        index: found.index.try_into().ok()?,
        game: Address::from_slice(&found.metadata[12..]),
        created_at: found.timestamp,
        l2_block_number: l2_block.try_into().ok()?,
        output_root: found.rootClaim,
        l1_head: BlockNumHash::new(l1_number.try_into().ok()?, l1_hash),
    })
}

/// The factory's event names the claim's contract, whose own event just before says the rest.
fn claims_in(receipts: &[L1Receipt], l1: BlockNumHash, factory: Address) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for receipt in receipts {
        for (place, log) in receipt.logs.iter().enumerate().filter(|(_, log)| log.address == factory) {
            let Ok(created) = IDisputeGameFactory::DisputeGameCreated::decode_log_data(&log.data) else { continue };
            if created.gameType != GAME_TYPE {
                continue;
            }
            let said = receipt.logs[..place].iter().rev().find_map(|log| claimed(log, created.disputeProxy));
            let index = claims.len() as u64;
            claims.extend(said.map(|claim| Claim { index, l1, ..claim }));
        }
    }
    claims
}

fn claimed(log: &Log, game: Address) -> Option<Claim> {
    if log.address != game {
        return None;
    }
    let said = IOutputGame::Claimed::decode_log_data(&log.data).ok()?;
    Some(Claim {
        game,
        proposer: said.proposer,
        index: 0,
        // The contract refuses larger numbers.
        l2_block_number: said.l2BlockNumber.try_into().ok()?,
        output_root: said.root,
        l1_head: BlockNumHash::new(said.l1BlockNumber.try_into().ok()?, said.l1Head),
        l1: BlockNumHash::default(),
    })
}

fn may_hold_claims(bloom: &Bloom, factory: Address) -> bool {
    bloom.contains_input(BloomInput::Raw(factory.as_slice()))
        && bloom.contains_input(BloomInput::Raw(IDisputeGameFactory::DisputeGameCreated::SIGNATURE_HASH.as_slice()))
}

/// What a claim says beside its root: L2 block, and number and hash of a recent L1 block from which it follows. The claim is void
/// on an L1 that does not have that block.
pub fn claim_extra_data(l2_block_number: u64, l1: BlockNumHash) -> Bytes {
    (U256::from(l2_block_number), U256::from(l1.number), l1.hash).abi_encode_params().into()
}

/// The calldata of a claim, for the factory.
pub fn claim_calldata(output_root: B256, l2_block_number: u64, l1: BlockNumHash) -> Bytes {
    let call = IDisputeGameFactory::createCall {
        gameType: GAME_TYPE,
        rootClaim: output_root,
        extraData: claim_extra_data(l2_block_number, l1),
    };
    call.abi_encode().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::TxType;

    const FACTORY: Address = Address::repeat_byte(0xfa);
    const GAME: Address = Address::repeat_byte(0x6a);

    fn created(game: Address, kind: u32) -> Log {
        let event = IDisputeGameFactory::DisputeGameCreated {
            disputeProxy: game,
            gameType: kind,
            rootClaim: B256::repeat_byte(7),
        };
        Log { address: FACTORY, data: event.encode_log_data() }
    }

    fn says(game: Address, l2_block: U256) -> Log {
        let event = IOutputGame::Claimed {
            proposer: Address::repeat_byte(1),
            root: B256::repeat_byte(7),
            l2BlockNumber: l2_block,
            l1BlockNumber: U256::from(5),
            l1Head: B256::repeat_byte(5),
        };
        Log { address: game, data: event.encode_log_data() }
    }

    fn found(logs: Vec<Log>) -> Vec<Claim> {
        let receipt = L1Receipt { tx_type: TxType::Legacy, success: true, cumulative_gas_used: 1, logs };
        claims_in(&[receipt], BlockNumHash::new(9, B256::repeat_byte(9)), FACTORY)
    }

    #[test]
    fn a_claim_is_what_its_own_log_says_and_the_factory_vouches_for_it() {
        let claims = found(vec![says(GAME, U256::from(40)), created(GAME, GAME_TYPE)]);
        assert_eq!(claims.len(), 1);
        assert_eq!((claims[0].game, claims[0].l2_block_number, claims[0].l1_head.number), (GAME, 40, 5));
        assert_eq!((claims[0].output_root, claims[0].l1.number), (B256::repeat_byte(7), 9));
        // Another contract's words, another kind, a number that no block has, words that come too late: no claims.
        assert_eq!(found(vec![says(FACTORY, U256::from(40)), created(GAME, GAME_TYPE)]), []);
        assert_eq!(found(vec![says(GAME, U256::from(40)), created(GAME, 1)]), []);
        assert_eq!(found(vec![says(GAME, U256::MAX), created(GAME, GAME_TYPE)]), []);
        assert_eq!(found(vec![created(GAME, GAME_TYPE), says(GAME, U256::from(40))]), []);
        assert_eq!(found(vec![says(GAME, U256::from(40))]), []);
    }

    #[test]
    fn two_claims_of_one_transaction_are_told_apart() {
        let other = Address::repeat_byte(0x6b);
        let claims = found(vec![
            says(GAME, U256::from(40)),
            created(GAME, GAME_TYPE),
            says(other, U256::from(50)),
            created(other, GAME_TYPE),
        ]);
        let told: Vec<_> = claims.iter().map(|claim| (claim.index, claim.game, claim.l2_block_number)).collect();
        assert_eq!(told, [(0, GAME, 40), (1, other, 50)]);
    }
}
