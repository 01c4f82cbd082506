//! Blocks: invalid transactions, fees, system calls, state differences, headers.

use super::fixture::{ALICE, BOB, Chain, ETHER, GWEI, ethereum_spec, signed};
use crate::{
    BlockContext, BlockExecutor, ExecuteError, ExecutionOutput, HeaderMismatch, InvalidTransaction, TxStatus,
    assemble_header, check_header,
};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::eip7702::Authorization;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use praxis_contracts::addresses::{BASE_FEE_VAULT, BEACON_ROOTS, HISTORY_STORAGE, SCHEDULER, SEQUENCER_FEE_VAULT};
use praxis_primitives::{AccountDiff, Header, RecoveredTransaction, SealedHeader, StateDiff, Transaction};

fn transfer() -> TxEip1559 {
    TxEip1559 {
        chain_id: 77_001,
        nonce: 0,
        gas_limit: 21_000,
        max_fee_per_gas: 3 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: BOB.into(),
        value: U256::ONE,
        access_list: Default::default(),
        input: Bytes::new(),
    }
}

fn refused(tx: RecoveredTransaction) -> InvalidTransaction {
    let mut chain = Chain::new();
    let before = chain.state.clone();
    let good = signed(transfer(), ALICE);
    let (outcomes, output) = chain.try_block(&[tx.clone(), good.clone()]);
    let [Err(ExecuteError::Invalid(reason)), Ok(outcome)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(outcome.success());
    // The block is as if the refused transaction had never been tried.
    let mut without = Chain::new();
    assert_eq!(before, without.state);
    let (_, expected) = without.block(&[good]);
    assert_eq!((&output.diff, &output.receipts), (&expected.diff, &expected.receipts));
    assert_eq!(chain.state, without.state);
    reason.clone()
}

#[test]
fn an_invalid_transaction_is_named_and_leaves_no_trace() {
    use InvalidTransaction as I;
    let of = |change: fn(&mut TxEip1559)| {
        let mut tx = transfer();
        change(&mut tx);
        refused(signed(tx, ALICE))
    };
    assert_eq!(of(|tx| tx.nonce = 4), I::NonceTooHigh { expected: 0, given: 4 });
    assert_eq!(of(|tx| tx.chain_id = 1), I::ChainId { expected: 77_001 });
    assert_eq!(of(|tx| tx.gas_limit = 20_999), I::IntrinsicGas { gas_limit: 20_999, required: 21_000 });
    assert_eq!(of(|tx| tx.gas_limit = 16_777_217), I::GasLimitAboveCap { gas_limit: 16_777_217, cap: 16_777_216 });
    let exceeded = I::BlockGasExceeded { gas_limit: 30_000_001, gas_left: 30_000_000 };
    assert_eq!(of(|tx| tx.gas_limit = 30_000_001), exceeded);
    let low = of(|tx| {
        tx.max_fee_per_gas = GWEI - 1;
        tx.max_priority_fee_per_gas = 0;
    });
    assert_eq!(low, I::FeeBelowBaseFee { base_fee: GWEI as u64 });
    assert_eq!(of(|tx| tx.max_priority_fee_per_gas = 4 * GWEI), I::PriorityFeeAboveFee);
    let cost = ETHER + U256::from(3 * GWEI * 21_000);
    assert_eq!(of(|tx| tx.value = ETHER), I::InsufficientFunds { cost, balance: ETHER });
    let long = of(|tx| {
        tx.to = TxKind::Create;
        tx.input = vec![0; 49_153].into();
        tx.gas_limit = 5_000_000;
    });
    assert_eq!(long, I::CreationCodeTooLong);
    assert_eq!(refused(signed(transfer(), super::fixture::CALLER)), I::SenderHasCode);
}

#[test]
fn a_nonce_is_used_once() {
    let mut chain = Chain::new();
    let tx = signed(transfer(), ALICE);
    let (outcomes, _) = chain.try_block(&[tx.clone(), tx]);
    assert!(outcomes[0].is_ok());
    let reason = InvalidTransaction::NonceTooLow { expected: 1, given: 0 };
    assert!(matches!(&outcomes[1], Err(ExecuteError::Invalid(r)) if *r == reason));
}

#[test]
fn blob_transactions_are_refused_on_the_rollup_and_counted_on_ethereum() {
    let blobs = |chain_id, nonce, count| {
        let tx = TxEip4844 {
            chain_id,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: 3 * GWEI,
            max_fee_per_blob_gas: GWEI,
            blob_versioned_hashes: vec![B256::right_padding_from(&[1]); count],
            ..TxEip4844::default()
        };
        let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
        RecoveredTransaction::new_unchecked(tx, ALICE)
    };
    assert_eq!(refused(blobs(77_001, 0, 1)), InvalidTransaction::BlobTransaction);
    let block = [blobs(77_000, 0, 6), blobs(77_000, 1, 4), blobs(77_000, 1, 3), blobs(77_000, 2, 1)];
    let (outcomes, output) = Chain::of(ethereum_spec()).try_block(&block);
    let taken: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    // Nine blobs fit into a block, six into a transaction.
    assert_eq!(taken, [true, false, true, false]);
    assert_eq!(output.blob_gas_used, 9 << 17);
    let full = InvalidTransaction::BlobGasExceeded { blob_gas: 1 << 17, left: 0 };
    assert!(matches!(&outcomes[3], Err(ExecuteError::Invalid(reason)) if *reason == full));
    let (outcomes, _) = Chain::of(ethereum_spec()).try_block(&[blobs(77_000, 0, 7)]);
    assert!(matches!(outcomes[0], Err(ExecuteError::Invalid(_))));
}

#[test]
fn the_base_fee_goes_to_its_vault_and_the_rest_to_the_sequencers() {
    let mut chain = Chain::new();
    let (outcome, _) = chain.one(signed(transfer(), ALICE));
    let gas = U256::from(outcome.gas_used);
    let fee = gas * U256::from(GWEI);
    assert_eq!((chain.balance(BASE_FEE_VAULT), chain.balance(SEQUENCER_FEE_VAULT)), (fee, fee));
    assert_eq!(chain.balance(ALICE), ETHER - U256::ONE - fee - fee);
}

#[test]
fn ethereum_burns_the_base_fee() {
    let mut chain = Chain::of(ethereum_spec());
    let before = chain.state.total_balance();
    let (outcome, _) = chain.one(signed(TxEip1559 { chain_id: 77_000, ..transfer() }, ALICE));
    let fee = U256::from(outcome.gas_used) * U256::from(GWEI);
    assert_eq!(chain.balance(Address::repeat_byte(0xbe)), fee);
    assert_eq!(before - chain.state.total_balance(), fee);
    assert_eq!(chain.balance(BASE_FEE_VAULT), U256::ZERO);
}

#[test]
fn a_legacy_transaction_pays_its_price() {
    let mut chain = Chain::new();
    let tx = TxLegacy { gas_price: 2 * GWEI, gas_limit: 21_000, to: BOB.into(), ..TxLegacy::default() };
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    let (outcome, _) = chain.one(RecoveredTransaction::new_unchecked(tx, ALICE));
    assert_eq!(chain.balance(ALICE), ETHER - U256::from(2 * GWEI) * U256::from(outcome.gas_used));
}

#[test]
fn a_delegated_account_runs_its_delegates_code() {
    let mut chain = Chain::new();
    // Stores its caller's value at slot 0.
    let target = Address::repeat_byte(0x77);
    chain.state.insert_contract(target, Bytes::from_static(&[0x34, 0x5f, 0x55, 0x00]));
    let authorization = Authorization { chain_id: U256::from(77_001), address: target, nonce: 0 };
    // Any signature is somebody's.
    let signed_authorization = authorization.into_signed(Signature::test_signature());
    let authority = signed_authorization.recover_authority().unwrap();
    let tx = TxEip7702 {
        chain_id: 77_001,
        nonce: 0,
        gas_limit: 200_000,
        max_fee_per_gas: 3 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: authority,
        value: U256::from(5),
        access_list: Default::default(),
        authorization_list: vec![signed_authorization],
        input: Bytes::new(),
    };
    let tx = Transaction::Ethereum(tx.into_signed(Signature::test_signature()).into());
    let (outcome, output) = chain.one(RecoveredTransaction::new_unchecked(tx, ALICE));
    assert!(outcome.success(), "{:?}", outcome.status);
    assert_eq!(chain.state.storage[&(authority, U256::ZERO)], U256::from(5));
    let code = [&[0xef, 0x01, 0x00], target.as_slice()].concat();
    assert_eq!(output.diff.codes[&keccak256(&code)], Bytes::from(code));
}

#[test]
fn parents_hash_and_beacon_root_are_stored_before_the_transactions() {
    let mut chain = Chain::new();
    let context = chain.context();
    chain.block(&[]);
    let slot = U256::from((context.number - 1) % 8191);
    assert_eq!(chain.state.storage[&(HISTORY_STORAGE, slot)], U256::from_be_bytes(context.parent_hash.0));
    let slot = U256::from(context.timestamp % 8191 + 8191);
    assert_eq!(chain.state.storage[&(BEACON_ROOTS, slot)], U256::from_be_bytes(context.parent_beacon_block_root.0));
}

#[test]
fn an_empty_block_changes_nothing_else() {
    let (_, output) = Chain::new().block(&[]);
    // The Scheduler has handed over what became due: nothing, but up to now.
    assert_eq!(output.diff.accounts.keys().collect::<Vec<_>>(), [&HISTORY_STORAGE, &BEACON_ROOTS, &SCHEDULER]);
    assert_eq!((output.gas_used, output.requests.len()), (0, 0));
}

/// Code that is created, fills a slot and destroys itself: SSTORE(0, 1), SELFDESTRUCT(caller).
const DESTROYS_ITSELF: [u8; 6] = [0x60, 0x01, 0x5f, 0x55, 0x33, 0xff];

#[test]
fn a_contract_that_is_gone_at_the_end_of_its_transaction_leaves_nothing() {
    let mut chain = Chain::new();
    let before = chain.state.total_balance();
    let tx = chain.tx(ALICE, TxKind::Create, U256::from(9), DESTROYS_ITSELF.to_vec());
    let (outcome, output) = chain.one(tx);
    assert!(outcome.success());
    let created = ALICE.create(0);
    let gone = output.diff.accounts.get(&created);
    assert!(gone.is_none_or(|diff| diff.account.is_none() && diff.storage.is_empty()), "{gone:?}");
    assert!(!chain.state.accounts.contains_key(&created));
    assert_eq!(chain.state.total_balance(), before);
}

#[test]
fn an_account_that_held_ether_and_becomes_a_contract_and_dies_is_wiped() {
    let mut chain = Chain::new();
    let created = ALICE.create(0);
    chain.state.set_balance(created, U256::from(4));
    let tx = chain.tx(ALICE, TxKind::Create, U256::ZERO, DESTROYS_ITSELF.to_vec());
    let (_, output) = chain.one(tx);
    let expected = AccountDiff { account: None, storage_wiped: true, storage: Default::default() };
    assert_eq!(output.diff.accounts[&created], expected);
    assert!(!chain.state.accounts.contains_key(&created));
}

#[test]
fn slots_that_change_back_are_no_change() {
    let mut chain = Chain::new();
    // SSTORE(0, CALLVALUE).
    let contract = Address::repeat_byte(0x66);
    chain.state.insert_contract(contract, Bytes::from_static(&[0x34, 0x5f, 0x55, 0x00]));
    let (set, clear) = (
        chain.tx(ALICE, contract.into(), U256::from(3), Bytes::new()),
        chain.tx(ALICE, contract.into(), U256::ZERO, Bytes::new()),
    );
    let (_, output) = chain.block(&[set, clear]);
    assert!(output.diff.accounts[&contract].storage.is_empty());
    // And one that is cleared is written as zero.
    let set = chain.tx(ALICE, contract.into(), U256::from(3), Bytes::new());
    chain.one(set);
    let clear = chain.tx(ALICE, contract.into(), U256::ZERO, Bytes::new());
    let (_, output) = chain.one(clear);
    assert_eq!(output.diff.accounts[&contract].storage[&U256::ZERO], U256::ZERO);
}

#[test]
fn a_touched_empty_account_is_not_created() {
    let mut chain = Chain::new();
    let nobody = Address::repeat_byte(0x99);
    let tx = chain.tx(ALICE, nobody.into(), U256::ZERO, Bytes::new());
    let (_, output) = chain.one(tx);
    assert!(!output.diff.accounts.contains_key(&nobody));
}

#[test]
fn new_code_is_stored_under_its_hash_and_can_be_called() {
    let mut chain = Chain::new();
    // Deploys PUSH0, PUSH0, RETURN.
    let init = [0x62, 0x5f, 0x5f, 0xf3, 0x5f, 0x52, 0x60, 0x03, 0x60, 0x1d, 0xf3];
    let tx = chain.tx(ALICE, TxKind::Create, U256::ZERO, init.to_vec());
    let (outcome, output) = chain.one(tx);
    let code = Bytes::from_static(&[0x5f, 0x5f, 0xf3]);
    assert_eq!(outcome.output, code);
    assert_eq!(output.diff.codes[&keccak256(&code)], code);
    let created = outcome.created.unwrap();
    assert_eq!(chain.state.accounts[&created].code_hash, keccak256(&code));
    let tx = chain.call(created, Bytes::new());
    let (outcome, _) = chain.one(tx);
    assert_eq!(outcome.status, TxStatus::Success);
}

/// A field's name, and a change of it.
type Change = (&'static str, fn(&mut Header));

fn header_of(chain: &Chain, output: &ExecutionOutput, context: &BlockContext, txs: &[Transaction]) -> Header {
    assemble_header(&chain.spec, context, txs, output, B256::repeat_byte(1), B256::repeat_byte(2))
}

#[test]
fn a_block_that_was_built_passes_import_and_no_other_does() {
    let spec = super::fixture::rollup_spec();
    let parent = SealedHeader::seal_slow(spec.genesis_block(B256::ZERO, B256::ZERO).header);
    let chain = Chain::new();
    let header = Header { number: 1, parent_hash: parent.hash(), ..Header::default() };
    let context = BlockContext {
        number: 1,
        parent_hash: header.parent_hash,
        timestamp: 1_700_000_000,
        timestamp_ms: 1_700_000_000_250,
        base_fee: spec.base_fee_after(&parent),
        ..chain.context()
    };
    let tx = signed(transfer(), ALICE);
    let mut executor = BlockExecutor::new(&chain.spec, context.clone(), &chain.state, chain.access());
    executor.apply_pre_block().unwrap();
    executor.execute(&tx).unwrap();
    let output = executor.finish().unwrap();
    let built = header_of(&chain, &output, &context, &[tx.inner().clone()]);

    let imported = BlockContext::of_block(&spec, &parent, &built).unwrap();
    assert_eq!(imported, context);
    assert_eq!(check_header(&built, &header_of(&chain, &output, &imported, &[tx.inner().clone()])), Ok(()));

    let early: [Change; 5] = [
        ("number", |h| h.number = 2),
        ("parentHash", |h| h.parent_hash = B256::ZERO),
        ("timestamp", |h| h.timestamp += 1),
        ("baseFeePerGas", |h| h.base_fee_per_gas = None),
        ("excessBlobGas", |h| h.excess_blob_gas = Some(1)),
    ];
    for (field, change) in early {
        let mut wrong = built.clone();
        change(&mut wrong);
        assert_eq!(BlockContext::of_block(&spec, &parent, &wrong).unwrap_err().field, field);
    }
    let late: [Change; 6] = [
        ("transactionsRoot", |h| h.transactions_root = B256::ZERO),
        ("gasUsed", |h| h.gas_used += 1),
        ("receiptsRoot", |h| h.receipts_root = B256::ZERO),
        ("stateRoot", |h| h.state_root = B256::ZERO),
        ("requestsHash", |h| h.requests_hash = None),
        ("sha3Uncles", |h| h.ommers_hash = B256::ZERO),
    ];
    for (field, change) in late {
        let mut wrong = built.clone();
        change(&mut wrong);
        let HeaderMismatch { field: found, .. } = check_header(&built, &wrong).unwrap_err();
        assert_eq!(found, field);
    }
}

#[test]
fn an_ethereum_blocks_time_must_pass() {
    let spec = ethereum_spec();
    let parent = SealedHeader::seal_slow(spec.genesis_block(B256::ZERO, B256::ZERO).header);
    let context = BlockContext::ethereum(&spec, &parent, parent.timestamp + 1, B256::ZERO);
    let output = ExecutionOutput::default();
    let mut header = assemble_header(&spec, &context, &[], &output, B256::ZERO, B256::ZERO);
    assert_eq!(BlockContext::of_block(&spec, &parent, &header), Ok(context));
    header.timestamp = parent.timestamp;
    assert_eq!(BlockContext::of_block(&spec, &parent, &header).unwrap_err().field, "timestamp");
}

#[test]
fn a_diff_applies_to_what_it_was_made_from() {
    let mut chain = Chain::new();
    let tx = chain.call(BOB, Bytes::new());
    let (_, output) = chain.one(tx);
    let mut twice = chain.state.clone();
    twice.apply(&output.diff);
    assert_eq!(twice, chain.state);
    twice.apply(&StateDiff::default());
    assert_eq!(twice, chain.state);
}

#[test]
fn the_cap_on_a_transactions_gas_is_the_configurations() {
    let spec = super::fixture::rollup_spec();
    let mut config = spec.rollup().unwrap().as_ref().clone();
    config.tx_gas_cap = 1_000_000;
    let mut chain = Chain::of(std::sync::Arc::new(config).chain_spec());
    let with_gas = |gas_limit| signed(TxEip1559 { gas_limit, ..transfer() }, ALICE);
    let (outcomes, _) = chain.try_block(&[with_gas(1_000_001), with_gas(1_000_000)]);
    let expected = InvalidTransaction::GasLimitAboveCap { gas_limit: 1_000_001, cap: 1_000_000 };
    assert!(matches!(&outcomes[0], Err(ExecuteError::Invalid(reason)) if *reason == expected));
    assert!(outcomes[1].is_ok());
}
