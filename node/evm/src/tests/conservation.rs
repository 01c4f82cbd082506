//! Money in equals money out, whatever the transactions do.

use super::{
    fees::{PRICES, set_prices},
    fixture::{ALICE, BOB, CALLER, Chain, affine, deposit, infer, run, step},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use praxis_contracts::ICaller::{self, Kind};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Action {
    Transfer { to: u8, value: u64 },
    Infer { kinds: Vec<u8>, revert: bool, value: u64 },
    Create { code: Vec<u8>, value: u64 },
    Deposit { from: u8, mint: u64, value: u64, gas: u64 },
}

fn action() -> impl Strategy<Value = Action> {
    let value = 0..10_000u64;
    prop_oneof![
        (any::<u8>(), value.clone()).prop_map(|(to, value)| Action::Transfer { to, value }),
        (prop::collection::vec(0..6u8, 0..4), any::<bool>(), value.clone())
            .prop_map(|(kinds, revert, value)| Action::Infer { kinds, revert, value }),
        (prop::collection::vec(any::<u8>(), 0..40), value.clone())
            .prop_map(|(code, value)| Action::Create { code, value }),
        (any::<u8>(), value.clone(), value, 0..200_000u64).prop_map(|(from, mint, value, gas)| Action::Deposit {
            from,
            mint,
            value,
            gas
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn balances_change_only_by_what_is_minted(
        actions in prop::collection::vec(action(), 1..8),
        bps in 0..3_000u16,
    ) {
        let mut chain = Chain::new();
        let model = chain.install(&affine());
        chain.set_royalty(model, Address::repeat_byte(0x0a), bps);
        set_prices(&mut chain, &PRICES);
        let before = chain.state.total_balance();
        let mut minted = 0u64;
        let mut transactions = Vec::new();
        for action in &actions {
            transactions.push(match action {
                Action::Transfer { to, value } => {
                    chain.tx(ALICE, Address::repeat_byte(*to).into(), U256::from(*value), Bytes::new())
                }
                Action::Infer { kinds, revert, value } => {
                    let kind = |k: &u8| [Kind::Call, Kind::Static, Kind::Delegate, Kind::CallCode, Kind::Nested, Kind::Reverted][*k as usize];
                    let steps: Vec<_> = kinds.iter().map(|k| step(kind(k), infer(model, [1.0, 2.0]))).collect();
                    let data = match revert {
                        true => alloy_sol_types::SolCall::abi_encode(&ICaller::runAndRevertCall { steps }).into(),
                        false => run(&steps),
                    };
                    chain.tx(BOB, CALLER.into(), U256::from(*value), data)
                }
                // Random code may destroy itself in favour of itself, which burns what it holds: not with this byte.
                Action::Create { code, value } => {
                    let code: Vec<u8> = code.iter().map(|byte| if *byte == 0xff { 0 } else { *byte }).collect();
                    chain.tx(ALICE, TxKind::Create, U256::from(*value), code)
                }
                Action::Deposit { from, mint, value, gas } => {
                    minted += mint;
                    let from = Address::repeat_byte(*from);
                    deposit(from, CALLER.into(), u128::from(*mint), U256::from(*value), *gas, Bytes::new())
                }
            });
        }
        // As in every block: deposits come first.
        transactions.sort_by_key(|tx| !tx.inner().is_deposit());
        // A deposit from one of the senders moves its nonce, and the transactions after it are refused: also a case.
        let (outcomes, _) = chain.try_block(&transactions);
        for (tx, outcome) in transactions.iter().zip(&outcomes) {
            prop_assert!(outcome.is_ok() || !tx.inner().is_deposit());
        }
        prop_assert_eq!(chain.state.total_balance(), before + U256::from(minted));
    }
}
