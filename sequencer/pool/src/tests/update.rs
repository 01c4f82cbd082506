//! The pool as the chain moves.

use super::*;
use praxis_primitives::{DataFees, DataSize};

#[test]
fn a_block_takes_used_nonces_away() {
    let pool = usual();
    let mut state = Accounts::default();
    for nonce in 0..4 {
        pool.add(tx(0, nonce, 5)).unwrap();
    }
    pool.add(tx(1, 0, 5)).unwrap();
    state.set_nonce(0, 2);
    state.set_nonce(1, 1);
    pool.update(state.head(), [address(0)]).unwrap();
    assert_eq!(order(&pool, 0), [(0, 2), (0, 3), (1, 0)], "sender 1 was not named");
    pool.update_all(state.head()).unwrap();
    assert_eq!(order(&pool, 0), [(0, 2), (0, 3)]);
}

#[test]
fn a_nonce_that_was_used_elsewhere_closes_the_gap() {
    let pool = usual();
    let mut state = Accounts::default();
    pool.add(tx(0, 3, 5)).unwrap();
    assert_eq!(order(&pool, 0), []);
    state.set_nonce(0, 3);
    pool.update_all(state.head()).unwrap();
    assert_eq!(order(&pool, 0), [(0, 3)]);
}

#[test]
fn after_a_reorg_taken_back_transactions_come_before_those_that_waited() {
    let pool = usual();
    let mut state = Accounts::default();
    let block = [tx(0, 0, 5), tx(0, 1, 5)];
    for tx in block.clone() {
        pool.add(tx).unwrap();
    }
    state.set_nonce(0, 2);
    pool.update_all(state.head()).unwrap();
    pool.add(tx(0, 2, 5)).unwrap();

    state.set_nonce(0, 0);
    pool.update_all(state.head()).unwrap();
    assert_eq!(order(&pool, 0), [], "nonce 2 waits for the two before it");
    for tx in block {
        pool.add(tx).unwrap();
    }
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn after_a_reorg_no_sender_has_more_than_its_share() {
    let mut state = Accounts::default().nonce(0, 10);
    let pool = pool_on(PoolLimits { per_sender: 4, ..PoolLimits::default() }, &state);
    for nonce in 10..14 {
        pool.add(tx(0, nonce, 5)).unwrap();
    }
    state.set_nonce(0, 8);
    pool.update_all(state.head()).unwrap();
    for nonce in 8..10 {
        pool.add(tx(0, nonce, 5)).unwrap();
    }
    assert_eq!(order(&pool, 0), [(0, 8), (0, 9), (0, 10), (0, 11)]);
}

#[test]
fn a_removed_transaction_takes_its_successors_along() {
    let pool = usual();
    pool.add(tx(0, 0, 5)).unwrap();
    let second = pool.add(tx(0, 1, 5)).unwrap();
    pool.add(tx(0, 2, 5)).unwrap();
    pool.remove(second);
    assert_eq!(order(&pool, 0), [(0, 0)]);
    assert_eq!(pool.status().queued, 0);
    assert!(pool.get(second).is_none());
}

#[test]
fn listeners_hear_of_what_is_taken_only() {
    let pool = usual();
    let mut listener = pool.subscribe();
    let hash = pool.add(tx(0, 0, 5)).unwrap();
    refused(pool.add(tx(0, 0, 5)));
    assert_eq!(listener.try_recv().unwrap().hash(), hash);
    assert!(listener.try_recv().is_err());
}

#[test]
fn what_can_not_be_paid_any_more_leaves_and_what_follows_it_waits() {
    let pool = usual();
    let mut state = Accounts::default();
    for (nonce, fee) in [(0, 5), (1, 50), (2, 5)] {
        pool.add(tx(0, nonce, fee)).unwrap();
    }
    state.set_balance(0, 10 * 100_000 * GWEI);
    pool.update(state.head(), [address(0)]).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0)]);
    assert_eq!((pool.status().pending, pool.status().queued), (1, 1));
    pool.add(tx(0, 1, 4)).unwrap();
    assert_eq!(order(&pool, 0), [(0, 0), (0, 1), (0, 2)]);
}

#[test]
fn an_account_that_became_a_contract_sends_nothing_any_more() {
    let pool = usual();
    let mut state = Accounts::default();
    pool.add(tx(0, 0, 5)).unwrap();
    state.set_code(0, &[0x00]);
    pool.update(state.head(), [address(0)]).unwrap();
    assert_eq!((pool.status().pending, pool.status().queued), (0, 0));
}

/// An account that is read while a block comes in.
#[test]
fn a_transaction_is_checked_at_the_head_that_is_there_when_it_gets_in() {
    struct Turning(std::sync::Arc<std::sync::OnceLock<Pool>>, Accounts);
    impl StateReader for Turning {
        fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
            let before = self.1.account(address);
            if let Some(pool) = self.0.get() {
                pool.update(self.1.clone().nonce(0, 3).head(), [address])?;
            }
            before
        }
        fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
            self.1.storage(address, slot)
        }
        fn code(&self, hash: B256) -> Result<Bytes, Fault> {
            self.1.code(hash)
        }
        fn block_hash(&self, number: u64) -> Result<B256, Fault> {
            self.1.block_hash(number)
        }
    }
    let cell = std::sync::Arc::new(std::sync::OnceLock::new());
    let head = PoolHead::new(Turning(cell.clone(), Accounts::default()), 0, 30_000_000);
    assert!(cell.set(Pool::new(config(PoolLimits::default()), head)).is_ok());
    let error = refused(cell.get().unwrap().add(tx(0, 2, 5)));
    assert!(matches!(error, PoolError::NonceTooLow { expected: 3, given: 2 }), "{error}");
}

#[test]
fn the_l1_fee_is_part_of_what_a_sender_must_have() {
    let mut state = Accounts::default();
    let first = tx(0, 0, 5);
    let size = DataSize::of(first.inner()).unwrap();
    let fees = |l1_base_fee| DataFees {
        l1_base_fee,
        base_fee_scalar: 1_000_000,
        operator_fee_scalar: 1,
        operator_fee_constant: 7,
        ..DataFees::default()
    };
    let cost = |fees: &DataFees| 100_000 * 5 * GWEI + fees.l1_fee(size).to::<u128>() + 100_000 * 100 + 7;
    let (low, high) = (fees(GWEI), fees(2 * GWEI));
    state.set_balance(0, cost(&low));
    let pool = Pool::new(config(PoolLimits::default()), state.head().with_data_fees(high));
    assert!(matches!(pool.add(first.clone()), Err(PoolError::InsufficientFunds { .. })));

    pool.update(state.head().with_data_fees(low), []).unwrap();
    pool.add(first).unwrap();
    pool.add(tx(1, 0, 5)).unwrap();
    // Nobody's account changes, but L1 becomes dearer.
    pool.update(state.head().with_data_fees(high), []).unwrap();
    assert_eq!(order(&pool, 0), [(1, 0)]);
}

#[test]
fn blocks_with_a_lower_gas_limit_have_no_room_for_what_was_taken_before() {
    let accounts = Accounts::default();
    let pool = usual_on(&accounts);
    let large = TxEip1559 { gas_limit: 5_000_000, ..unsigned(0, 5, 5) };
    pool.add(from(1, large.clone())).unwrap();
    pool.add(tx(2, 0, 5)).unwrap();
    pool.update(PoolHead { gas_limit: 4_999_999, ..accounts.head() }, []).unwrap();
    assert_eq!(order(&pool, 0), [(2, 0)]);
    assert!(refused(pool.add(from(1, large.clone()))).to_string().starts_with("exceeds block gas limit"));
    pool.update(PoolHead { gas_limit: 5_000_000, ..accounts.head() }, []).unwrap();
    pool.add(from(1, large)).unwrap();
}
