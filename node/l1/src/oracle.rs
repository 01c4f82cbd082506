//! The contract that holds the proposer's claims.

use crate::{CheckedBlock, L1Client, L1Error};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, Bloom, BloomInput, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent};
use praxis_contracts::IOutputOracle;

/// A claim: after L2 block `l2_block_number` the output root is `output_root`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Its place among all claims.
    pub index: u64,
    /// The L2 block.
    pub l2_block_number: u64,
    /// What is claimed.
    pub output_root: B256,
    /// The L1 block that holds the claim.
    pub l1: BlockNumHash,
}

impl L1Client {
    /// The claims that were made in the L1 block with this hash, out of logs that were checked against its receipts root. Where
    /// the header's bloom filter rules a claim out, no receipts are read.
    ///
    /// # Errors
    /// When L1 cannot be read, does not have the block, or altered it.
    pub async fn claims(&self, block: B256, oracle: Address) -> Result<Vec<Claim>, L1Error> {
        self.claims_of(&self.block(block).await?, oracle).await
    }

    /// As [`Self::claims`], for a block that was read already.
    ///
    /// # Errors
    /// As [`Self::claims`].
    pub async fn claims_of(&self, block: &CheckedBlock, oracle: Address) -> Result<Vec<Claim>, L1Error> {
        if !may_hold_claims(&block.header.logs_bloom, oracle) {
            return Ok(Vec::new());
        }
        let receipts = self.receipts(block).await?;
        let logs = receipts.iter().flat_map(|receipt| &receipt.logs).filter(|log| log.address == oracle);
        let claims = logs.filter_map(|log| {
            let event = IOutputOracle::OutputProposed::decode_log_data(&log.data).ok()?;
            Some(Claim {
                index: event.index.try_into().ok()?,
                l2_block_number: event.l2BlockNumber.try_into().ok()?,
                output_root: event.outputRoot,
                l1: block.id(),
            })
        });
        Ok(claims.collect())
    }

    /// The least distance between two claims, in L2 blocks, as of the L1 block with this hash.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn submission_interval(&self, oracle: Address, block: B256) -> Result<u64, L1Error> {
        let value = self.oracle_call(oracle, &IOutputOracle::submissionIntervalCall {}, block).await?;
        self.number("submissionInterval", value)
    }

    /// The L2 block of the newest claim, 0 where there is none, as of the L1 block with this hash.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn latest_claimed_block(&self, oracle: Address, block: B256) -> Result<u64, L1Error> {
        let value = self.oracle_call(oracle, &IOutputOracle::latestBlockNumberCall {}, block).await?;
        self.number("latestBlockNumber", value)
    }

    /// The newest claim about a block that is not above `l2_block`, as output root and block, as of the L1 block with this
    /// hash; `None` where there is none. Claims ascend by block, so it is found by bisection.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn newest_output(
        &self,
        oracle: Address,
        l2_block: u64,
        block: B256,
    ) -> Result<Option<(B256, u64)>, L1Error> {
        let count = self.oracle_call(oracle, &IOutputOracle::outputCountCall {}, block).await?;
        let (mut low, mut high) = (0, self.number("outputCount", count)?);
        let mut newest = None;
        while low < high {
            let middle = low + (high - low) / 2;
            let call = IOutputOracle::getOutputCall { index: U256::from(middle) };
            let output = self.oracle_call(oracle, &call, block).await?;
            let number = self.number("l2BlockNumber", U256::from(output.l2BlockNumber))?;
            if number <= l2_block {
                newest = Some((output.outputRoot, number));
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(newest)
    }

    /// The account that may claim.
    ///
    /// # Errors
    /// When L1 cannot be read, or there is no such contract.
    pub async fn oracle_proposer(&self, oracle: Address, block: B256) -> Result<Address, L1Error> {
        self.oracle_call(oracle, &IOutputOracle::proposerCall {}, block).await
    }

    async fn oracle_call<C: SolCall>(&self, oracle: Address, call: &C, block: B256) -> Result<C::Return, L1Error> {
        let answer = self.call(oracle, call.abi_encode().into(), block).await?;
        C::abi_decode_returns(&answer).map_err(|_| {
            self.rpc.not_found(format!("an output oracle at {oracle}: check the rollup configuration's output_oracle"))
        })
    }

    fn number(&self, what: &str, value: U256) -> Result<u64, L1Error> {
        value.try_into().map_err(|_| self.rpc.malformed("eth_call", format!("{what} is {value}")))
    }
}

fn may_hold_claims(bloom: &Bloom, oracle: Address) -> bool {
    bloom.contains_input(BloomInput::Raw(oracle.as_slice()))
        && bloom.contains_input(BloomInput::Raw(IOutputOracle::OutputProposed::SIGNATURE_HASH.as_slice()))
}

/// The calldata of a claim. `l1` is a recent L1 block from which the L2 block was derived: the claim is void on an L1 that
/// does not have it.
pub fn propose_calldata(output_root: B256, l2_block_number: u64, l1: BlockNumHash) -> Bytes {
    let call = IOutputOracle::proposeCall {
        outputRoot: output_root,
        l2BlockNumber: U256::from(l2_block_number),
        l1BlockHash: l1.hash,
        l1BlockNumber: U256::from(l1.number),
    };
    call.abi_encode().into()
}
