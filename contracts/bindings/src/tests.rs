use std::{collections::BTreeMap, fs, path::PathBuf};

use alloy_json_abi::{Event, Function, JsonAbi, Param};
use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use serde_json::Value;

use crate::{
    GenesisParams, IInferenceProof, VaultParams, addresses,
    artifacts::{self, Artifact},
    interfaces::{
        ICaller, IFeeVault, IGasPriceOracle, IInference, IL1Block, IL2ToL1MessagePasser, IModelRegistry,
        IModelValidator, IRebalanceAgent,
    },
    layout::{self, FeeScalars, ModelWord, model_slot},
    predeploys, preinstalls,
};

#[test]
fn model_word_round_trips_and_packs_the_first_field_lowest() {
    let word = ModelWord { activation_block: 1, warm_gas: 2, cold_gas: 3, engine: 4, length: 5 };
    assert_eq!(ModelWord::decode(word.encode()), word);
    let fields = [("activationBlock", 1u64), ("warmGas", 2), ("coldGas", 3), ("engine", 4), ("length", 5)];
    let mut expected = U256::ZERO;
    for (label, value) in fields {
        let slot = slot("ModelRegistry", "struct IModelRegistry.Model", label);
        assert_eq!(slot.slot, 0, "{label}");
        expected |= U256::from(value) << (8 * slot.offset);
    }
    assert_eq!(word.encode(), expected);
}

#[test]
fn a_model_is_active_from_the_block_after_its_activation() {
    let word = ModelWord { activation_block: 7, length: 1, ..Default::default() };
    assert!(!word.is_active_at(7));
    assert!(word.is_active_at(8));
    assert!(!ModelWord { length: 1, ..Default::default() }.is_active_at(8));
}

#[test]
fn model_slot_is_a_mapping_entry() {
    // keccak256(bytes32(0) ‖ bytes32(0))
    let expected = "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5";
    assert_eq!(B256::from(model_slot(B256::ZERO)).to_string(), expected);
}

/// Where the compiler puts a variable, from the committed snapshots.
#[derive(Debug, PartialEq, Eq)]
struct Slot {
    slot: u64,
    offset: usize,
    bytes: u64,
}

fn slot(contract: &str, group: &str, label: &str) -> Slot {
    let path = format!("{}/../snapshots/{contract}.storage.json", env!("CARGO_MANIFEST_DIR"));
    let snapshot: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let rows = snapshot[group].as_array().unwrap();
    let row = rows.iter().find(|row| row["label"] == label).unwrap_or_else(|| panic!("{contract} has no {label}"));
    let number = |field: &str| row[field].as_u64().unwrap();
    Slot { slot: number("slot"), offset: number("offset") as usize, bytes: number("bytes") }
}

#[test]
fn layout_is_the_compilers() {
    let whole = [
        ("ModelRegistry", "_models", layout::MODELS_SLOT),
        ("ModelRegistry", "_activated", layout::ACTIVE_MODELS_SLOT),
        ("ModelRegistry", "_chunks", layout::MODEL_CHUNKS_SLOT),
        ("L2ToL1MessagePasser", "sentMessages", layout::SENT_MESSAGES_SLOT),
        ("L2ToL1MessagePasser", "_nextNonce", layout::MESSAGE_NONCE_SLOT),
        ("FeeVault", "recipient", layout::FEE_VAULT_RECIPIENT_SLOT),
        ("FeeVault", "totalProcessed", layout::FEE_VAULT_PROCESSED_SLOT),
        ("FeeVault", "minWithdrawalAmount", layout::FEE_VAULT_MINIMUM_SLOT),
        ("ProxyAdmin", "_owner", layout::PROXY_ADMIN_OWNER_SLOT),
        ("L2StandardBridge", "otherBridge", layout::BRIDGE_OTHER_SLOT),
        ("OptimismMintableERC20Factory", "bridge", layout::TOKEN_FACTORY_BRIDGE_SLOT),
        ("L1Block", "basefee", layout::L1_BLOCK_BASEFEE_SLOT),
        ("L1Block", "blobBaseFee", layout::L1_BLOCK_BLOB_BASEFEE_SLOT),
        ("L1Block", "hash", layout::L1_BLOCK_HASH_SLOT),
        ("L1Block", "batcherHash", layout::L1_BLOCK_BATCHER_SLOT),
        ("L1Block", "forced", layout::L1_BLOCK_SCALARS_SLOT),
        ("L1Block", "eip1559Denominator", layout::L1_BLOCK_EIP1559_SLOT),
        ("L1Block", "inferencePausedUntilMs", layout::L1_BLOCK_INFERENCE_PAUSE_SLOT),
        ("L1Block", "engineTimestampMs", layout::L1_BLOCK_ENGINES_SLOT),
        ("L1Block", "features", layout::L1_BLOCK_FEATURES_SLOT),
    ];
    for (contract, label, expected) in whole {
        let found = slot(contract, "storage", label);
        assert_eq!((U256::from(found.slot), found.offset), (expected, 0), "{contract}.{label}");
    }
    for (i, label) in ["number", "timestamp", "sequenceNumber", "timestampMs"].into_iter().enumerate() {
        let expected = Slot { slot: 0, offset: 8 * i, bytes: 8 };
        assert_eq!(slot("L1Block", "storage", label), expected, "L1Block.{label}");
    }
    assert_eq!(layout::L1_BLOCK_PACKED_SLOT, U256::ZERO);
    let network = slot("FeeVault", "storage", "withdrawalNetwork");
    assert_eq!(network, Slot { slot: 0, offset: layout::FEE_VAULT_NETWORK_BIT / 8, bytes: 1 });
}

#[test]
fn fee_scalars_are_where_the_compiler_puts_them() {
    let scalars = FeeScalars {
        base_fee: u32::MAX - 1,
        blob_base_fee: 3,
        operator_fee: u32::MAX - 2,
        operator_fee_constant: u64::MAX - 3,
    };
    assert_eq!(FeeScalars::decode(scalars.encode()), scalars);
    let fields = [
        ("baseFeeScalar", u64::from(scalars.base_fee)),
        ("blobBaseFeeScalar", 3),
        ("operatorFeeScalar", u64::from(scalars.operator_fee)),
        ("operatorFeeConstant", scalars.operator_fee_constant),
    ];
    let mut expected = U256::ZERO;
    for (label, value) in fields {
        let slot = slot("L1Block", "storage", label);
        assert_eq!(U256::from(slot.slot), layout::L1_BLOCK_SCALARS_SLOT, "{label}");
        expected |= U256::from(value) << (8 * slot.offset);
    }
    assert_eq!(scalars.encode(), expected);
    assert_eq!(slot("L1Block", "storage", "gasLimit"), Slot { slot: 5, offset: 21, bytes: 8 });
    assert_eq!(slot("L1Block", "storage", "eip1559Elasticity"), Slot { slot: 6, offset: 4, bytes: 4 });
    assert_eq!(slot("L1Block", "storage", "unsafeBlockSigner"), Slot { slot: 6, offset: 8, bytes: 20 });
}

#[test]
fn model_struct_is_the_compilers() {
    let id = B256::repeat_byte(7);
    let member = |label| slot("ModelRegistry", "struct IModelRegistry.Model", label);
    let absolute = |label| model_slot(id) + U256::from(member(label).slot);
    assert_eq!(absolute("activationBlock"), layout::model_slot(id));
    assert_eq!(absolute("owner"), layout::model_upload_slot(id));
    assert_eq!(absolute("root"), layout::model_root_slot(id));
    assert_eq!(member("owner"), Slot { slot: 1, offset: 0, bytes: 20 });
    assert_eq!(member("lastChunkBlock"), Slot { slot: 1, offset: 20, bytes: 8 });
    assert_eq!(member("chunksPresent"), Slot { slot: 1, offset: 28, bytes: 4 });
}

#[test]
fn royalty_word_is_the_compilers() {
    let id = B256::repeat_byte(7);
    let member = |label| slot("ModelRegistry", "struct IModelRegistry.Royalty", label);
    assert_eq!(slot("ModelRegistry", "storage", "_royalties").slot, 3);
    assert_eq!(member("payee"), Slot { slot: 0, offset: 0, bytes: 20 });
    assert_eq!(member("bps"), Slot { slot: 0, offset: 20, bytes: 2 });
    assert_eq!(member("nextBps"), Slot { slot: 0, offset: 22, bytes: 2 });
    assert_eq!(member("from"), Slot { slot: 0, offset: 24, bytes: 8 });
    assert_eq!(layout::model_royalty_slot(id), layout::mapping_slot(id, U256::from(3)));
    let payee = address!("0x0102030405060708090a0b0c0d0e0f1011121314");
    let word = layout::RoyaltyWord { payee, bps: 0x1516, next_bps: 0x1718, from: 0x191a_1b1c_1d1e_1f20 };
    let bytes = word.encode().to_be_bytes::<32>();
    assert_eq!(bytes[..8], 0x191a_1b1c_1d1e_1f20u64.to_be_bytes());
    assert_eq!(bytes[8..12], [0x17, 0x18, 0x15, 0x16]);
    assert_eq!(bytes[12..], payee[..]);
    assert_eq!(layout::RoyaltyWord::decode(word.encode()), word);
}

#[test]
fn a_royalty_is_a_share_of_the_gas_that_changes_at_its_time() {
    let payee = Address::repeat_byte(1);
    let royalty = layout::RoyaltyWord { payee, bps: 100, next_bps: 9_999, from: 50 };
    assert_eq!(royalty.gas(1_234_567, 49), 12_345);
    assert_eq!(royalty.gas(1_000, 50), 200, "never more than a fifth");
    assert_eq!(royalty.gas(u64::MAX, 50), u64::MAX / 5);
    assert_eq!(layout::RoyaltyWord { payee: Address::ZERO, ..royalty }.gas(1_000, 50), 0);
}

/// Every item of an ABI by name, with types, names, indexed flags and mutability.
fn items(abi: &JsonAbi) -> BTreeMap<String, String> {
    let function = |f: &Function| {
        let outputs: Vec<String> = f.outputs.iter().map(|p| p.selector_type().into_owned()).collect();
        // Parameters' names are no part of a function's interface, fields' names of a struct are.
        let inputs: Vec<_> = names(&f.inputs).into_iter().map(|(_, fields)| fields).collect();
        (format!("function {}", f.signature()), format!("{inputs:?} {outputs:?} {:?}", f.state_mutability))
    };
    let event = |e: &Event| {
        let inputs: Vec<_> = e.inputs.iter().map(|p| (&p.name, p.indexed)).collect();
        (format!("event {}", e.signature()), format!("{inputs:?} {}", e.anonymous))
    };
    let error = |e: &alloy_json_abi::Error| (format!("error {}", e.signature()), format!("{:?}", names(&e.inputs)));
    abi.functions().map(function).chain(abi.events().map(event)).chain(abi.errors().map(error)).collect()
}

fn names(params: &[Param]) -> Vec<(String, Vec<String>)> {
    params.iter().map(|p| (p.name.clone(), p.components.iter().map(|c| c.name.clone()).collect())).collect()
}

fn committed_abi(json: &str) -> JsonAbi {
    let artifact: Value = serde_json::from_str(json).unwrap();
    serde_json::from_value(artifact["abi"].clone()).unwrap()
}

#[test]
fn interfaces_are_what_the_contracts_implement() {
    let inference = include_str!("../../artifacts/IInference.json");
    let validator = include_str!("../../artifacts/IModelValidator.json");
    let pairs = [
        ("IInference", IInference::abi::contract(), inference),
        ("IModelValidator", IModelValidator::abi::contract(), validator),
        ("IModelRegistry", IModelRegistry::abi::contract(), artifacts::MODEL_REGISTRY.json()),
        ("IL1Block", IL1Block::abi::contract(), artifacts::L1_BLOCK.json()),
        ("IL2ToL1MessagePasser", IL2ToL1MessagePasser::abi::contract(), artifacts::L2_TO_L1_MESSAGE_PASSER.json()),
        ("IGasPriceOracle", IGasPriceOracle::abi::contract(), artifacts::GAS_PRICE_ORACLE.json()),
        ("IFeeVault", IFeeVault::abi::contract(), artifacts::FEE_VAULT.json()),
        ("IInferenceProof", IInferenceProof::abi::contract(), artifacts::INFERENCE_PROOF.json()),
        ("IRebalanceAgent", IRebalanceAgent::abi::contract(), artifacts::REBALANCE_AGENT.json()),
        ("ICaller", ICaller::abi::contract(), artifacts::CALLER.json()),
    ];
    for (name, ours, json) in pairs {
        let (mut ours, mut theirs) = (items(&ours), items(&committed_abi(json)));
        for items in [&mut ours, &mut theirs] {
            // An implementation may promise more than its interface: `pure` for `view`.
            items.values_mut().for_each(|item| *item = item.replace(" Pure", " View"));
        }
        assert!(!ours.is_empty(), "{name}");
        assert_eq!(ours, theirs, "{name}");
    }
}

/// These have only what the node calls, and that is the contracts'.
#[test]
fn settlement_interfaces_are_parts_of_the_contracts() {
    use crate::settlement::{
        IAnchorStateRegistry, IDisputeGameFactory, IL1StandardBridgeSetup, IOutputGame, IPortalSetup, IQuorumResolver,
        ISystemConfigSetup, IVerifierRegistry,
    };
    let pairs = [
        (ISystemConfigSetup::abi::contract(), artifacts::SYSTEM_CONFIG.json()),
        (IDisputeGameFactory::abi::contract(), artifacts::DISPUTE_GAME_FACTORY.json()),
        (IOutputGame::abi::contract(), artifacts::OUTPUT_GAME.json()),
        (IAnchorStateRegistry::abi::contract(), artifacts::ANCHOR_STATE_REGISTRY.json()),
        (IVerifierRegistry::abi::contract(), artifacts::VERIFIER_REGISTRY.json()),
        (IQuorumResolver::abi::contract(), artifacts::QUORUM_RESOLVER.json()),
        (IPortalSetup::abi::contract(), artifacts::PORTAL.json()),
        (IL1StandardBridgeSetup::abi::contract(), artifacts::L1_STANDARD_BRIDGE.json()),
    ];
    assert_parts(&pairs);
}

/// What the contracts inherit from OpenZeppelin stands in none of these.
#[test]
fn agents_interfaces_are_parts_of_the_contracts() {
    use crate::{agents, market, scheduler};
    assert_parts(&[
        (scheduler::IScheduler::abi::contract(), artifacts::SCHEDULER.json()),
        (market::IIdentityRegistry::abi::contract(), artifacts::IDENTITY_REGISTRY.json()),
        (market::IReputationRegistry::abi::contract(), artifacts::REPUTATION_REGISTRY.json()),
        (market::IValidationRegistry::abi::contract(), artifacts::VALIDATION_REGISTRY.json()),
        (market::IAgentMarket::abi::contract(), artifacts::AGENT_MARKET.json()),
        (market::IBondChecker::abi::contract(), artifacts::STRATEGY_CHECKER.json()),
        (market::IVerifierHub::abi::contract(), artifacts::VERIFIER_HUB.json()),
        (agents::IAgentPolicy::abi::contract(), artifacts::AGENT_POLICY.json()),
        (agents::IAgentRunner::abi::contract(), artifacts::AGENT_RUNNER.json()),
        (agents::IAgentAccount::abi::contract(), artifacts::AGENT_ACCOUNT.json()),
        (agents::IAgentAccountFactory::abi::contract(), artifacts::AGENT_ACCOUNT_FACTORY.json()),
        (agents::IStrategyRegistry::abi::contract(), artifacts::STRATEGY_REGISTRY.json()),
    ]);
}

fn assert_parts(pairs: &[(JsonAbi, &str)]) {
    for (ours, json) in pairs {
        let theirs = items(&committed_abi(json));
        let ours = items(ours);
        assert!(!ours.is_empty());
        for (name, item) in ours {
            let found = theirs.get(&name).map(|item| item.replace(" Pure", " View"));
            assert_eq!(found, Some(item.replace(" Pure", " View")), "{name}");
        }
    }
}

#[test]
fn constants_are_the_contracts() {
    let committed = |path: &str| fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    assert!(committed("../src/L2/ModelRegistry.sol").contains("MAX_MODEL_BYTES = 32 * 1024 * 1024;"));
    assert_eq!(layout::MAX_MODEL_BYTES as usize, praxis_model::limits::MAX_PLAN_BYTES);
    assert_eq!(layout::CHUNK_BYTES as usize, praxis_model::id::CHUNK_BYTES);
    assert_eq!(layout::LEAF_BYTES as usize, praxis_model::id::LEAF_BYTES);
    let predeploys = committed("../src/libraries/Predeploys.sol");
    for address in [addresses::INFERENCE, addresses::MODEL_REGISTRY, addresses::L1_BLOCK, addresses::DEPOSITOR] {
        assert!(predeploys.to_lowercase().contains(&format!("{address:?}")), "{address}");
    }
}

#[test]
fn every_artifact_has_code() {
    for artifact in artifacts::ALL {
        assert!(artifact.runtime().len() > 100, "{}", artifact.name());
        assert!(artifact.creation().len() > artifact.runtime().len(), "{}", artifact.name());
        let arguments = [7u8; 32];
        assert!(artifact.deployment(&arguments).ends_with(&arguments));
    }
}

const PARAMS: GenesisParams = GenesisParams {
    timelock: address!("0x0000000000000000000000000000000000000071"),
    l1_standard_bridge: address!("0x00000000000000000000000000000000000000b1"),
    vaults: VaultParams {
        recipient: address!("0x00000000000000000000000000000000000000fe"),
        on_l1: false,
        minimum: U256::from_limbs([7, 0, 0, 0]),
    },
};

#[test]
fn predeploys_stand_at_the_documented_addresses() {
    let all = predeploys(&PARAMS);
    assert!(all.is_sorted_by(|a, b| a.address < b.address), "an address stands there twice");
    let code = |address: Address| &all.iter().find(|predeploy| predeploy.address == address).unwrap().code;
    let proxied = [
        (addresses::MODEL_REGISTRY, &artifacts::MODEL_REGISTRY as &Artifact),
        (addresses::L1_BLOCK, &artifacts::L1_BLOCK),
        (addresses::L2_TO_L1_MESSAGE_PASSER, &artifacts::L2_TO_L1_MESSAGE_PASSER),
        (addresses::GAS_PRICE_ORACLE, &artifacts::GAS_PRICE_ORACLE),
        (addresses::L2_STANDARD_BRIDGE, &artifacts::L2_STANDARD_BRIDGE),
        (addresses::OPTIMISM_MINTABLE_ERC20_FACTORY, &artifacts::OPTIMISM_MINTABLE_ERC20_FACTORY),
        (addresses::SEQUENCER_FEE_VAULT, &artifacts::FEE_VAULT),
        (addresses::BASE_FEE_VAULT, &artifacts::FEE_VAULT),
        (addresses::L1_FEE_VAULT, &artifacts::FEE_VAULT),
        (addresses::OPERATOR_FEE_VAULT, &artifacts::FEE_VAULT),
    ];
    for (address, artifact) in proxied {
        assert_eq!(code(address), artifacts::PREDEPLOY_PROXY.runtime(), "{}", artifact.name());
        assert_eq!(code(addresses::implementation(address)), artifact.runtime(), "{}", artifact.name());
        let proxy = all.iter().find(|predeploy| predeploy.address == address).unwrap();
        let word = |slot: U256| proxy.storage.iter().find(|(key, _)| *key == slot).unwrap().1;
        let expected = layout::address_word(addresses::implementation(address));
        assert_eq!(word(layout::IMPLEMENTATION_SLOT), expected, "{}", artifact.name());
        assert_eq!(word(layout::ADMIN_SLOT), layout::address_word(addresses::PROXY_ADMIN));
    }
    let fixed = [
        (addresses::WETH9, &artifacts::WETH9 as &Artifact),
        (addresses::PROXY_ADMIN, &artifacts::PROXY_ADMIN),
        (addresses::AGENT_ACCOUNT_FACTORY, &artifacts::AGENT_ACCOUNT_FACTORY),
        (addresses::AGENT_RUNNER, &artifacts::AGENT_RUNNER),
        (addresses::AGENT_POLICY, &artifacts::AGENT_POLICY),
        (addresses::AGENT_VALIDATOR, &artifacts::AGENT_VALIDATOR),
        (addresses::STRATEGY_REGISTRY, &artifacts::STRATEGY_REGISTRY),
        (addresses::RULE_CHECKS, &artifacts::RULE_CHECKS),
        (addresses::SCHEDULER, &artifacts::SCHEDULER),
        (addresses::ERC8004_IDENTITY, &artifacts::IDENTITY_REGISTRY),
        (addresses::ERC8004_REPUTATION, &artifacts::REPUTATION_REGISTRY),
        (addresses::AGENT_REGISTRY, &artifacts::REGISTRY_FORWARDER),
        (addresses::REPUTATION_REGISTRY, &artifacts::REGISTRY_FORWARDER),
        (addresses::VALIDATION_REGISTRY, &artifacts::VALIDATION_REGISTRY),
        (addresses::AGENT_MARKET, &artifacts::AGENT_MARKET),
        (addresses::STRATEGY_CHECKER, &artifacts::STRATEGY_CHECKER),
        (addresses::VERIFIER_HUB, &artifacts::VERIFIER_HUB),
    ];
    for (address, artifact) in fixed {
        assert_eq!(code(address), artifact.runtime(), "{}", artifact.name());
    }
    // Its immutables are filled in.
    assert_eq!(code(addresses::AGENT_ACCOUNT).len(), artifacts::AGENT_ACCOUNT.runtime().len());
    assert_ne!(code(addresses::AGENT_ACCOUNT), artifacts::AGENT_ACCOUNT.runtime());
    for predeploy in &all {
        // Contracts start at 1; EntryPoint made one more.
        let nonce = if predeploy.address == addresses::ENTRY_POINT { 2 } else { 1 };
        assert_eq!(predeploy.nonce, nonce, "{}", predeploy.name);
        assert!(predeploy.storage.is_sorted() && predeploy.storage.iter().all(|(_, value)| !value.is_zero()));
    }
}

/// Where the OP Stack has them, so its tools find the code behind a proxy; and an L1 contract's L2 address.
#[test]
fn derived_addresses() {
    let expected = address!("0xc0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d3c0d30015");
    assert_eq!(addresses::implementation(addresses::L1_BLOCK), expected);
    let expected = address!("0xc0D3C0d3C0d3C0D3c0d3C0d3c0D3C0d350000001");
    assert_eq!(addresses::implementation(addresses::MODEL_REGISTRY), expected);
    let wraps = address!("0xeeeeffffffffffffffffffffffffffffffffeeef");
    assert_eq!(addresses::alias(wraps), Address::ZERO);
    let expected = address!("0x1111000000000000000000000000000000001112");
    assert_eq!(addresses::alias(address!("0x0000000000000000000000000000000000000001")), expected);
}

/// The code of other projects' contracts, by its published hash or by a second source.
#[test]
fn preinstalls_are_the_published_contracts() {
    let all = preinstalls();
    let code = |address: Address| &all.iter().find(|predeploy| predeploy.address == address).unwrap().code;
    let create2: Bytes =
        "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0360160008160208237803582823\
         4f58015156039578182fd5b8082525050506014600cf3"
            .replace(' ', "")
            .parse()
            .unwrap();
    assert_eq!(code(addresses::CREATE2_DEPLOYER), &create2);
    assert_eq!(code(addresses::HISTORY_STORAGE), &alloy_eips::eip2935::HISTORY_STORAGE_CODE);
    assert_eq!(code(addresses::BEACON_ROOTS), &alloy_eips::eip4788::BEACON_ROOTS_CODE);
    assert_eq!(addresses::HISTORY_STORAGE, alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS);
    assert_eq!(addresses::BEACON_ROOTS, alloy_eips::eip4788::BEACON_ROOTS_ADDRESS);
    assert_eq!(addresses::SYSTEM_ADDRESS, alloy_eips::eip4788::SYSTEM_ADDRESS);
    // The code hash that block explorers and chain lists give for Multicall3.
    let multicall3 = "0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891";
    assert_eq!(keccak256(code(addresses::MULTICALL3)).to_string(), multicall3);
    // EntryPoint made this contract with its first CREATE, and holds its address.
    assert_eq!(addresses::ENTRY_POINT.create(1), addresses::SENDER_CREATOR);
    let entry_point = code(addresses::ENTRY_POINT);
    assert!(entry_point.windows(20).any(|window| window == addresses::SENDER_CREATOR.as_slice()));
    let sender_creator = code(addresses::SENDER_CREATOR);
    assert!(sender_creator.windows(20).any(|window| window == addresses::ENTRY_POINT.as_slice()));
}

#[test]
fn genesis_writes_what_differs_from_rollup_to_rollup() {
    let all = predeploys(&PARAMS);
    let word = |address: Address, slot: u64| {
        let storage = &all.iter().find(|predeploy| predeploy.address == address).unwrap().storage;
        storage.iter().find(|(key, _)| *key == U256::from(slot)).map_or(U256::ZERO, |(_, value)| *value)
    };
    for vault in [
        addresses::SEQUENCER_FEE_VAULT,
        addresses::BASE_FEE_VAULT,
        addresses::L1_FEE_VAULT,
        addresses::OPERATOR_FEE_VAULT,
    ] {
        assert_eq!(word(vault, 0), U256::from(0xfe) | U256::from(1) << 160);
        assert_eq!(word(vault, 2), U256::from(7));
    }
    let owner = address!("0x1111000000000000000000000000000000001182");
    assert_eq!(word(addresses::PROXY_ADMIN, 0), layout::address_word(owner));
    assert_eq!(word(addresses::L2_STANDARD_BRIDGE, 0), U256::from(0xb1));
    let bridge = layout::address_word(addresses::L2_STANDARD_BRIDGE);
    assert_eq!(word(addresses::OPTIMISM_MINTABLE_ERC20_FACTORY, 0), bridge);
    let nobody = predeploys(&GenesisParams::default());
    let admin = nobody.iter().find(|predeploy| predeploy.address == addresses::PROXY_ADMIN).unwrap();
    assert_eq!(admin.storage, [], "without a timelock nobody owns it");
}

/// The same bytes as `ReferenceTree.pattern` in the Solidity tests.
fn pattern(length: usize) -> Vec<u8> {
    let words = (0..length.div_ceil(32)).flat_map(|i| keccak256(U256::from(i).to_be_bytes::<32>()).0);
    words.take(length).collect()
}

/// The registry's tests check the contract against the same file.
#[test]
fn model_ids_are_the_registrys() {
    let vectors: Value = serde_json::from_str(include_str!("../../test/vectors/model_ids.json")).unwrap();
    let lengths: Vec<u64> = serde_json::from_value(vectors["lengths"].clone()).unwrap();
    let ids: Vec<B256> = serde_json::from_value(vectors["ids"].clone()).unwrap();
    let computed: Vec<B256> =
        lengths.iter().map(|&length| praxis_model::id::model_id(&pattern(length as usize))).collect();
    assert!(lengths.len() >= 8);
    assert_eq!(ids, computed);
}
