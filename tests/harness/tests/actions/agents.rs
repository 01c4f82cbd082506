//! An agent that runs by itself.

use crate::assert_derived_equals_built;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use praxis_contracts::{
    IInference, IModelRegistry,
    addresses::{AGENT_ACCOUNT_FACTORY, AGENT_POLICY, AGENT_RUNNER, MODEL_REGISTRY, SCHEDULER, STRATEGY_REGISTRY},
    agents::{
        Allowance, IAgentAccountFactory, IAgentPolicy, IAgentRunner, IStrategy, IStrategyRegistry, ModelTerms, Terms,
    },
    scheduler::{IScheduler, Plan, Reason, Stage, Trigger},
};
use praxis_harness::{Account, World, account, demo_model, plan};
use praxis_primitives::{Receipt, TxDeposit};

const ETHER: u64 = 1_000_000_000_000_000_000;
const PAYEE: Address = Address::repeat_byte(0x9a);

/// Executes a call in the next block.
fn send(world: &World, from: &Account, to: Address, value: u64, input: Vec<u8>) -> Receipt {
    let tx = from.call(world.nonce(from), TxKind::Call(to), value, 8_000_000, input.into());
    let hash = world.sequencer.send(tx).unwrap();
    world.sequencer.build(&world.l1);
    let (_, receipt) = world.sequencer.receipt(hash).unwrap();
    assert!(receipt.success, "a call of {to} failed");
    receipt
}

fn find<E: SolEvent>(receipt: &Receipt) -> Option<E> {
    receipt.logs.iter().find_map(|log| E::decode_log(log).ok()).map(|log| log.data)
}

/// A strategy that takes what it asks the model from its context, and never acts.
fn strategy(world: &World, author: &Account) -> Address {
    let mut code = vec![0x5f, 0x35, 0x60, 0xe0, 0x1c, 0x63];
    code.extend(IStrategy::featuresCall::SELECTOR);
    // EQ, jump to 22; else return an empty list.
    code.extend([0x14, 0x60, 22, 0x57, 0x60, 0x20, 0x5f, 0x52, 0x60, 0x40, 0x5f, 0xf3]);
    // Return the context: what follows selector, offset and length.
    code.extend([0x5b, 0x60, 68, 0x36, 0x03, 0x80, 0x60, 68, 0x5f, 0x37, 0x5f, 0xf3]);
    let length = u8::try_from(code.len()).unwrap();
    let creation = [&[0x60, length, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3][..], &code].concat();
    let nonce = world.nonce(author);
    world.sequencer.send(author.deploy(nonce, creation.into())).unwrap();
    world.sequencer.build(&world.l1);
    let strategy = author.address.create(nonce);
    let register = IStrategyRegistry::registerCall { strategy, reads: Vec::new() };
    send(world, author, STRATEGY_REGISTRY, 0, register.abi_encode());
    strategy
}

/// An account whose policy permits runs of the strategy, an ether's worth of gas and as much of royalties a day.
fn agent(world: &World, owner: &Account, strategy: Address) -> Address {
    let day = |id| Allowance {
        id,
        capacity: U256::from(ETHER).to(),
        window: 86_400,
        life: U256::from(ETHER).to(),
        ..Allowance::default()
    };
    let terms = Terms {
        expiry: U256::from(2_000_000_000u64).to(),
        hourMask: U256::from(0xff_ffffu32).to(),
        maxActions: 1,
        actionGas: 100_000,
        runGas: 5_000_000,
        drawdownBps: 10_000,
        gasLimit: 1,
        royaltyLimit: 2,
        allowances: vec![day(1), day(2)],
        models: vec![ModelTerms { model: demo_model().id, bounds: Vec::new() }],
        strategies: vec![strategy],
        ..Terms::default()
    };
    let create =
        IAgentAccountFactory::createAccountCall { owner: owner.address, salt: B256::ZERO, terms, rules: Vec::new() };
    let receipt = send(world, owner, AGENT_ACCOUNT_FACTORY, 0, create.abi_encode());
    find::<IAgentAccountFactory::AccountCreated>(&receipt).unwrap().account
}

/// What the strategy is given: the arguments of one inference.
fn context() -> Bytes {
    let plan = praxis_model::Plan::decode(&demo_model().bytes).unwrap();
    let tensor = |info: &praxis_model::ValueInfo| {
        let kind = info.tensor_type();
        let data = vec![0; usize::try_from(kind.bytes()).unwrap()];
        IInference::Tensor { dtype: kind.dtype.code(), shape: kind.shape.clone(), data: data.into() }
    };
    let inputs = plan.inputs.iter().map(tensor).collect::<Vec<_>>();
    (demo_model().id, inputs).abi_encode_params().into()
}

/// The demo model with a royalty of a tenth for [`PAYEE`], active.
fn publish_with_royalty(world: &World, owner: &Account) {
    world.sequencer.send(demo_model().begin(owner, world.nonce(owner))).unwrap();
    world.sequencer.build(&world.l1);
    let set = IModelRegistry::setRoyaltyCall { id: demo_model().id, bps: 1_000, payee: PAYEE };
    send(world, owner, MODEL_REGISTRY, 0, set.abi_encode());
    world.publish(owner);
}

#[test]
fn a_booked_run_infers_pays_and_ends_with_its_policy() {
    let mut world = World::default();
    let (author, owner) = (account(0), account(1));
    publish_with_royalty(&world, &author);
    let strategy = strategy(&world, &author);
    let agent = agent(&world, &owner, strategy);
    let book = IAgentRunner::bookCall { account: agent, strategy, contexts: vec![context()] };
    let run = find::<IAgentRunner::Booked>(&send(&world, &owner, AGENT_RUNNER, 0, book.abi_encode())).unwrap().booking;
    let every = Plan {
        interval: 2,
        gasLimit: 3_000_000,
        ..plan(Trigger::Block, world.sequencer.chain().head().number + 4, Address::ZERO, Bytes::new())
    };
    let book = IScheduler::bookRunCall { account: agent, booking: run, plan: every };
    let receipt = send(&world, &owner, SCHEDULER, ETHER, book.abi_encode());
    let id = find::<IScheduler::Booked>(&receipt).unwrap().id;
    world.ticks(4);

    let made = world.made_calls();
    assert!(made.len() > 3, "{:?}", world.booking(id));
    let mut royalties = U256::ZERO;
    for call in &made {
        assert!(call.ran.success && find::<IAgentRunner::RunCompleted>(&call.receipt).is_some(), "{call:?}");
        let records = world.sequencer.chain().db().inferences(call.block).unwrap().unwrap();
        assert_eq!((records.len(), records[0].record.caller), (1, agent), "the record's caller is the account");
        assert_eq!(records[0].record.transaction_index as usize, call.index);
        royalties += call.ran.royalty;
    }
    assert!(royalties > U256::ZERO);
    assert_eq!(world.sequencer.balance(PAYEE), royalties, "from the booking's balance to the author");

    // The owner's L1 account says stop.
    world.l1.deposit(TxDeposit {
        source_hash: keccak256("revoke"),
        from: owner.address,
        to: TxKind::Call(AGENT_POLICY),
        mint: 0,
        value: U256::ZERO,
        gas_limit: 200_000,
        is_system_transaction: false,
        input: IAgentPolicy::revokeCall { account: agent }.abi_encode().into(),
    });
    world.ticks(3);
    let chain = world.sequencer.chain();
    let revoked = (1..=chain.head().number)
        .find(|number| {
            let receipts = chain.db().receipts(*number).unwrap().unwrap();
            receipts.iter().any(|receipt| find::<IAgentPolicy::Revoked>(receipt).is_some())
        })
        .expect("the deposit came in");
    assert!(world.made_calls().iter().all(|call| call.block < revoked), "not even in the deposit's own block");
    let status = world.booking(id);
    assert_eq!((status.stage, status.reason), (Stage::Cancelled, Reason::Revoked));
    assert!(status.balance > U256::ZERO, "the rest is the owner's");
    world.settle(8);
    assert_derived_equals_built(&world);
}
