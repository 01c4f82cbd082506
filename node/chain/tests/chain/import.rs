//! What the import path accepts.

use crate::{SOMEBODY, altered, block, busy_world, everything};
use alloy_primitives::{B64, B256, Bloom, U256};
use praxis_chain::{Chain, ChainError};
use praxis_harness::{account, chain_options};
use praxis_primitives::{Header, RecoveredBlock};

/// A change of one field, with the name that the error must say.
type Change = (&'static str, fn(&mut Header));

const CHANGES: &[Change] = &[
    ("sha3Uncles", |h| h.ommers_hash.0[0] ^= 1),
    ("beneficiary", |h| h.beneficiary.0[0] ^= 1),
    ("stateRoot", |h| h.state_root.0[0] ^= 1),
    ("transactionsRoot", |h| h.transactions_root.0[0] ^= 1),
    ("receiptsRoot", |h| h.receipts_root.0[0] ^= 1),
    ("logsBloom", |h| h.logs_bloom = Bloom::repeat_byte(1)),
    ("difficulty", |h| h.difficulty = U256::from(1)),
    ("gasLimit", |h| h.gas_limit += 1),
    ("gasUsed", |h| h.gas_used += 1),
    ("timestamp", |h| h.timestamp += 1),
    ("extraData", |h| h.extra_data = vec![1].into()),
    ("nonce", |h| h.nonce = B64::repeat_byte(1)),
    ("baseFeePerGas", |h| h.base_fee_per_gas = h.base_fee_per_gas.map(|fee| fee + 1)),
    ("baseFeePerGas", |h| h.base_fee_per_gas = None),
    ("withdrawalsRoot", |h| h.withdrawals_root = Some(B256::repeat_byte(1))),
    ("withdrawalsRoot", |h| h.withdrawals_root = None),
    ("blobGasUsed", |h| h.blob_gas_used = Some(1)),
    ("excessBlobGas", |h| h.excess_blob_gas = Some(1)),
    // It is written into the state (EIP-4788), so that is where the difference shows.
    ("stateRoot", |h| h.parent_beacon_block_root = Some(B256::repeat_byte(1))),
    ("parentBeaconBlockRoot", |h| h.parent_beacon_block_root = None),
    ("requestsHash", |h| h.requests_hash = Some(B256::repeat_byte(1))),
    ("requestsHash", |h| h.requests_hash = None),
    ("rest", |h| h.block_access_list_hash = Some(B256::ZERO)),
    ("rest", |h| h.slot_number = Some(1)),
];

/// A follower that has all but the last of a sequencer's blocks, and that block.
fn follower() -> (praxis_harness::World, std::sync::Arc<Chain>, tempfile::TempDir, RecoveredBlock) {
    let world = busy_world(3);
    let directory = praxis_harness::temporary_directory();
    let chain = Chain::open(directory.path(), world.config.chain_spec(), chain_options()).unwrap();
    for number in 1..=2 {
        chain.import(&block(world.sequencer.chain(), number)).unwrap();
    }
    let last = block(world.sequencer.chain(), 3);
    (world, chain, directory, last)
}

#[test]
fn each_altered_field_of_the_header_is_named_and_leaves_nothing() {
    let (_world, chain, _directory, last) = follower();
    let before = everything(&chain);
    for (index, (field, change)) in CHANGES.iter().enumerate() {
        let bad = altered(&last, |block| change(&mut block.header));
        assert_ne!(bad.hash(), last.hash(), "{field}: change {index} changes nothing");
        match chain.import(&bad) {
            Err(ChainError::Header { number: 3, mismatch }) => assert_eq!(mismatch.field, *field, "{mismatch}"),
            other => panic!("change {index} of {field}: {other:?}"),
        }
        assert_eq!(everything(&chain), before, "{field}");
    }
    assert_eq!(chain.import(&last).unwrap().block.hash(), last.hash());
}

#[test]
fn the_message_says_which_value_is_the_headers() {
    let (_world, chain, _directory, last) = follower();
    let bad = altered(&last, |block| block.header.gas_used = 7);
    let message = chain.import(&bad).unwrap_err().to_string();
    let expected = format!("block 3: the header's gasUsed is 7, it should be {}", last.gas_used);
    assert_eq!(message, expected);
}

#[test]
fn a_block_that_does_not_follow_the_head_is_refused() {
    let (world, chain, _directory, last) = follower();
    let other_parent = altered(&last, |block| block.header.parent_hash.0[0] ^= 1);
    let skipping = altered(&last, |block| block.header.number = 4);
    for bad in [other_parent, skipping, block(world.sequencer.chain(), 2)] {
        let refused = chain.import(&bad);
        assert!(matches!(refused, Err(ChainError::NotOnHead { .. })), "{refused:?}");
    }
}

#[test]
fn altered_transactions_are_refused_and_leave_nothing() {
    let (_world, chain, _directory, last) = follower();
    let before = everything(&chain);
    assert_eq!(last.body().transactions.len(), 3);

    let headless = altered(&last, |block| drop(block.body.transactions.remove(0)));
    assert!(matches!(chain.import(&headless), Err(ChainError::Attributes { number: 3, .. })));

    let missing = altered(&last, |block| drop(block.body.transactions.pop()));
    assert!(matches!(chain.import(&missing), Err(ChainError::Header { .. })));

    // Valid in itself, and after transactions that execute well: what these did must not stay.
    let stale = account(0).transfer(0, SOMEBODY, 1);
    let invalid = altered(&last, |block| block.body.transactions[2] = stale.inner().clone());
    match chain.import(&invalid) {
        Err(ChainError::InvalidTransaction { number: 3, index: 2, reason }) => {
            assert!(reason.contains("nonce"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(everything(&chain), before);
    assert!(chain.db().transaction_location(last.body().transactions[1].hash()).unwrap().is_none());
    chain.import(&last).unwrap();
}

/// Derivation alone knows the L1 origin's randao mix: until it comes, another one makes another block.
#[test]
fn another_randao_mix_is_replaced_by_derivation() {
    let mut world = busy_world(0);
    world.ticks(4);
    let safe = world.verifier.follower().safe().number;
    let last = block(world.sequencer.chain(), safe + 1);
    let chain = world.verifier.chain().clone();
    let other = altered(&last, |block| block.header.mix_hash.0[0] ^= 1);
    let imported = chain.import(&other).unwrap();
    assert_ne!(imported.block.hash(), last.hash());
    world.tick();
    assert_eq!(chain.db().hash_of(safe + 1).unwrap(), Some(last.hash()));
    world.assert_agreement();
}
