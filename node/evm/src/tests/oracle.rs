//! GasPriceOracle against what execution charges.

use super::{
    fees::{set_prices, size},
    fixture::{ALICE, Chain},
};
use crate::{CallRequest, StateOverrides, simulate};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    IGasPriceOracle,
    addresses::{GAS_PRICE_ORACLE, L1_FEE_VAULT, OPERATOR_FEE_VAULT},
};
use praxis_primitives::{DataFees, RecoveredTransaction, Transaction};
use proptest::prelude::*;

fn oracle(chain: &Chain, call: impl SolCall) -> U256 {
    let request = CallRequest { to: GAS_PRICE_ORACLE.into(), data: call.abi_encode().into(), ..CallRequest::default() };
    let outcome =
        simulate(&chain.spec, &chain.context(), &chain.state, chain.access(), &request, &StateOverrides::default())
            .unwrap();
    U256::from_be_slice(&outcome.output)
}

/// The signing payload: what a wallet asks the oracle about.
fn unsigned(tx: &RecoveredTransaction) -> Bytes {
    let Transaction::Ethereum(tx) = tx.inner() else { panic!("a deposit") };
    use alloy_consensus::SignableTransaction;
    tx.as_eip1559().unwrap().tx().encoded_for_signing().into()
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        (any::<u8>(), 0usize..700).prop_map(|(byte, count)| vec![byte; count]),
        (prop::collection::vec(any::<u8>(), 1..40), 1usize..30).prop_map(|(part, count)| part.repeat(count)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    /// The contract computes what execution charges, bit for bit.
    #[test]
    fn the_oracle_says_what_is_charged(
        inputs in prop::collection::vec(input(), 1..4),
        (l1_base_fee, blob_base_fee) in (any::<u64>(), any::<u64>()),
        (base_fee_scalar, blob_base_fee_scalar) in (0..10_000_000u32, 0..10_000_000u32),
        (operator_fee_scalar, operator_fee_constant) in (0..1000u32, any::<u32>()),
    ) {
        let prices = DataFees {
            l1_base_fee: l1_base_fee.into(),
            blob_base_fee: blob_base_fee.into(),
            base_fee_scalar,
            blob_base_fee_scalar,
            operator_fee_scalar,
            operator_fee_constant: operator_fee_constant.into(),
        };
        let mut chain = Chain::new();
        set_prices(&mut chain, &prices);
        chain.state.set_balance(ALICE, U256::from(1) << 200);
        for input in inputs {
            let length = input.len();
            let tx = chain.tx(ALICE, Address::repeat_byte(0x44).into(), U256::from(length), input);
            let data = unsigned(&tx);
            let fee = oracle(&chain, IGasPriceOracle::getL1FeeCall { data: data.clone() });
            let gas = oracle(&chain, IGasPriceOracle::getL1GasUsedCall { data: data.clone() });
            let bound = IGasPriceOracle::getL1FeeUpperBoundCall { unsignedTxSize: U256::from(data.len()) };
            prop_assert!(fee <= oracle(&chain, bound));
            prop_assert_eq!(gas, U256::from(size(&tx).calldata_gas()));
            let before = (chain.balance(L1_FEE_VAULT), chain.balance(OPERATOR_FEE_VAULT));
            let (outcome, _) = chain.one(tx);
            prop_assert_eq!(chain.balance(L1_FEE_VAULT) - before.0, fee);
            let operator = IGasPriceOracle::getOperatorFeeCall { gasUsed: U256::from(outcome.gas_used) };
            prop_assert_eq!(chain.balance(OPERATOR_FEE_VAULT) - before.1, oracle(&chain, operator));
        }
    }
}
