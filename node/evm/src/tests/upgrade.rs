//! Upgrades of predeploys by the L1 timelock.

use super::fixture::{ALICE, Chain, TIMELOCK, affine, deposit, floats, infer};
use crate::{CallOutcome, CallRequest, CallStatus, StateOverrides, TxOutcome, simulate};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{
    IFeeVault, IModelRegistry, IProxyAdmin,
    addresses::{INFERENCE, L1_FEE_VAULT, MODEL_REGISTRY, PROXY_ADMIN, WETH9, alias, implementation},
    artifacts,
    layout::{IMPLEMENTATION_SLOT, address_word},
};

fn upgrade(chain: &mut Chain, from: Address, proxy: Address, implementation: Address, data: Bytes) -> TxOutcome {
    let call = IProxyAdmin::upgradeAndCallCall { proxy, implementation, data };
    let tx = deposit(from, PROXY_ADMIN.into(), 0, U256::ZERO, 1_000_000, call.abi_encode().into());
    chain.one(tx).0
}

fn call(chain: &Chain, to: Address, data: impl SolCall) -> CallOutcome {
    let request = CallRequest { to: to.into(), data: data.abi_encode().into(), ..CallRequest::default() };
    simulate(&chain.spec, &chain.context(), &chain.state, chain.access(), &request, &StateOverrides::default()).unwrap()
}

fn implementation_of(chain: &Chain, proxy: Address) -> U256 {
    chain.state.storage[&(proxy, IMPLEMENTATION_SLOT)]
}

#[test]
fn the_timelocks_alias_upgrades_and_nobody_else_does() {
    let mut chain = Chain::new();
    let before = address_word(implementation(L1_FEE_VAULT));
    assert_eq!(implementation_of(&chain, L1_FEE_VAULT), before);
    // The timelock's own address may belong to somebody else here, and the admin obeys its owner alone.
    for stranger in [TIMELOCK, ALICE, PROXY_ADMIN, alias(ALICE)] {
        let outcome = upgrade(&mut chain, stranger, L1_FEE_VAULT, WETH9, Bytes::new());
        assert!(!outcome.success(), "{stranger}");
        assert_eq!(implementation_of(&chain, L1_FEE_VAULT), before);
    }
    let set = IFeeVault::setRecipientCall { newRecipient: ALICE };
    let set = deposit(alias(TIMELOCK), L1_FEE_VAULT.into(), 0, U256::ZERO, 1_000_000, set.abi_encode().into());
    assert!(chain.one(set).0.success());
    assert_eq!(chain.state.storage[&(L1_FEE_VAULT, U256::ZERO)] << 96 >> 96, address_word(ALICE));

    let outcome = upgrade(&mut chain, alias(TIMELOCK), L1_FEE_VAULT, WETH9, Bytes::new());
    assert!(outcome.success(), "{:?}", outcome.status);
    assert_eq!(implementation_of(&chain, L1_FEE_VAULT), address_word(WETH9));
    // The vault's functions are gone.
    assert_eq!(call(&chain, L1_FEE_VAULT, IFeeVault::recipientCall {}).status, CallStatus::Reverted);
}

/// What the precompile reads stays where it is, and what it serves stays served.
#[test]
fn an_upgraded_registry_keeps_its_models() {
    let mut chain = Chain::new();
    let model = chain.install(&affine());
    let create = deposit(ALICE, TxKind::Create, 0, U256::ZERO, 5_000_000, artifacts::MODEL_REGISTRY.creation().clone());
    let (created, _) = chain.one(create);
    let next = created.created.unwrap();
    assert!(upgrade(&mut chain, alias(TIMELOCK), MODEL_REGISTRY, next, Bytes::new()).success());
    assert_eq!(implementation_of(&chain, MODEL_REGISTRY), address_word(next));

    let found = call(&chain, MODEL_REGISTRY, IModelRegistry::getModelCall { id: model });
    let found = IModelRegistry::getModelCall::abi_decode_returns(&found.output).unwrap();
    assert_eq!(found.activationBlock, 1);
    let request = CallRequest { to: INFERENCE.into(), data: infer(model, [1.0, 2.0]), ..CallRequest::default() };
    let outcome =
        simulate(&chain.spec, &chain.context(), &chain.state, chain.access(), &request, &StateOverrides::default());
    assert_eq!(floats(&outcome.unwrap().output), [3.0, 5.0]);
    let unknown = call(&chain, MODEL_REGISTRY, IModelRegistry::ownerOfCall { id: B256::ZERO });
    assert_eq!(unknown.status, CallStatus::Success);
}
