//! A chain of Ethereum's own tests, from proof of work with uncles to Osaka, through the import path. Its files stand outside
//! the repository.

use alloy_primitives::B256;
use alloy_rlp::Decodable;
use praxis_chain::{Chain, ChainError};
use praxis_harness::{chain_options, temporary_directory};
use praxis_primitives::{Block, ChainSpec, Fork, RecoveredBlock};
use std::{collections::BTreeSet, env, fs, path::PathBuf};

/// Genesis, blocks and the head's hash; `None` where the files are not.
fn files() -> Option<(ChainSpec, Vec<RecoveredBlock>, B256)> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = env::var_os("PRAXIS_FIXTURES").map_or(beside, PathBuf::from).join("rpc-compat");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there; PRAXIS_FIXTURES names another folder of fixtures", folder.display());
        return None;
    }
    let spec = ChainSpec::from_genesis_file(&fs::read_to_string(folder.join("genesis.json")).unwrap()).unwrap();
    let bytes = fs::read(folder.join("chain.rlp")).unwrap();
    let (mut rest, mut blocks) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        blocks.push(RecoveredBlock::try_recover(Block::decode(&mut rest).unwrap()).unwrap());
    }
    let head = fs::read_to_string(folder.join("headfcu.json")).unwrap();
    let (_, after) = head.split_once("\"headBlockHash\": \"").unwrap();
    Some((spec, blocks, after[..66].parse().unwrap()))
}

#[test]
fn blocks_of_every_fork_are_imported_taken_back_and_imported_again() {
    let Some((spec, blocks, head)) = files() else { return };
    let directory = temporary_directory();
    let chain = Chain::open(directory.path(), spec, chain_options()).unwrap();
    assert_eq!(chain.head().hash(), blocks[0].parent_hash, "the genesis block is another one");
    let mut forks = BTreeSet::new();
    for block in &blocks {
        chain.import(block).unwrap();
        forks.insert(chain.spec().fork(block.number, block.timestamp));
    }
    assert_eq!(chain.head().hash(), head);
    assert_eq!(forks.into_iter().collect::<Vec<_>>(), Fork::ALL[1..]);
    assert!(blocks.iter().any(|block| !block.body().ommers.is_empty()), "no block has an uncle");
    // Back to before the first fork, with accounts that EIP-161 would not let be, and forth again.
    chain.unwind_to(2).unwrap();
    for block in &blocks[2..] {
        chain.import(block).unwrap();
    }
    assert_eq!(chain.head().hash(), head);
}

#[test]
fn what_only_ethereums_blocks_hold_is_checked() {
    let Some((spec, blocks, _)) = files() else { return };
    let directory = temporary_directory();
    let chain = Chain::open(directory.path(), spec, chain_options()).unwrap();
    let altered = |block: &RecoveredBlock, change: &dyn Fn(&mut Block)| {
        let mut block = block.clone_block();
        change(&mut block);
        RecoveredBlock::try_recover(block).unwrap()
    };
    let mut checked = BTreeSet::new();
    for block in &blocks {
        let (fork, body) = (chain.spec().fork(block.number, block.timestamp), block.body());
        let mut wrong: Vec<(&str, RecoveredBlock)> = Vec::new();
        if !body.ommers.is_empty() {
            let more = altered(block, &|block| block.body.ommers.extend(vec![block.body.ommers[0].clone(); 2]));
            let older = altered(block, &|block| block.body.ommers[0].number = block.header.number);
            wrong.extend([("uncles", more), ("uncles", older)]);
            wrong.push(("sha3Uncles", altered(block, &|block| block.body.ommers[0].nonce.0[0] ^= 1)));
        }
        if body.withdrawals.as_ref().is_some_and(|withdrawals| !withdrawals.is_empty()) {
            let richer = altered(block, &|block| {
                let withdrawals = block.body.withdrawals.iter_mut().flat_map(|list| list.0.iter_mut());
                withdrawals.for_each(|withdrawal| withdrawal.amount += 1);
            });
            wrong.push(("stateRoot", richer));
        }
        if fork >= Fork::Paris {
            wrong.push(("difficulty", altered(block, &|block| block.header.difficulty = alloy_primitives::U256::ONE)));
        }
        if fork >= Fork::Prague {
            wrong.push(("requestsHash", altered(block, &|block| block.header.requests_hash = Some(B256::ZERO))));
        }
        wrong.push(("gasLimit", altered(block, &|block| block.header.gas_limit *= 3)));
        for (field, bad) in wrong {
            match chain.import(&bad) {
                Err(ChainError::Header { mismatch, .. }) => assert_eq!(mismatch.field, field, "{mismatch}"),
                other => panic!("block {} with another {field}: {other:?}", block.number),
            }
            checked.insert(field);
        }
        chain.import(block).unwrap();
    }
    let expected = ["difficulty", "gasLimit", "requestsHash", "sha3Uncles", "stateRoot", "uncles"];
    assert_eq!(checked.into_iter().collect::<Vec<_>>(), expected);
}
