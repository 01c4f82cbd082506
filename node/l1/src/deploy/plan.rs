//! The steps of a deployment. No I/O: every address is known beforehand, since a contract's follows from its maker's nonce.

use super::{SettlementParams, SystemParams};
use crate::TxRequest;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use praxis_contracts::{
    artifacts,
    settlement::{
        GAME_TYPE, IAnchorStateRegistry, IDisputeGameFactory, IL1StandardBridgeSetup, IPortalSetup, IQuorumResolver,
        ISystemConfigSetup,
    },
};
use praxis_primitives::L1Contracts;
use serde::{Deserialize, Serialize};

/// The bridge's side on L2, where the OP Stack has it.
const L2_STANDARD_BRIDGE: Address = alloy_primitives::address!("0x4200000000000000000000000000000000000010");

/// Gas beyond the bytes of a creation: constructors, a proxy's admin, an initialisation's storage.
const CREATION_GAS: u64 = 1_800_000;
/// Gas of each of the calls at the end.
const CALL_GAS: u64 = 200_000;

/// What is deployed, by whom, from which nonce on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentPlan {
    /// The account that deploys. It has no rights afterwards, unless `system` names it.
    pub deployer: Address,
    /// Its nonce before the first step.
    pub first_nonce: u64,
    /// Accounts and limits.
    pub system: SystemParams,
    /// Windows, delays and bonds.
    pub settlement: SettlementParams,
    /// Output root of the L2's genesis block.
    pub genesis_output: B256,
}

/// One transaction of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) request: TxRequest,
    /// What it creates.
    pub(super) creates: Option<Address>,
}

/// The order of the transactions: the nonce of each after the first.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Place {
    Timelock,
    SystemConfigCode,
    SystemConfig,
    FactoryCode,
    Factory,
    AnchorsCode,
    Anchors,
    PortalCode,
    Portal,
    Registry,
    Resolver,
    Game,
    BridgeCode,
    Bridge,
    InferenceProof,
}

impl DeploymentPlan {
    /// Where the contracts of `deployer` will stand when its next nonce is `first_nonce`.
    pub fn contracts(deployer: Address, first_nonce: u64) -> L1Contracts {
        let at = |place: Place| deployer.create(first_nonce + place as u64);
        L1Contracts {
            timelock: at(Place::Timelock),
            system_config: at(Place::SystemConfig),
            portal: at(Place::Portal),
            dispute_game_factory: at(Place::Factory),
            anchor_state_registry: at(Place::Anchors),
            output_game: at(Place::Game),
            quorum_resolver: at(Place::Resolver),
            verifier_registry: at(Place::Registry),
            l1_standard_bridge: at(Place::Bridge),
            inference_proof: at(Place::InferenceProof),
        }
    }

    fn at(&self, place: Place) -> Address {
        self.deployer.create(self.first_nonce + place as u64)
    }

    /// The transactions, in the order of their nonces.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = self.proxied();
        steps.extend(self.judges());
        for (index, step) in steps.iter_mut().enumerate() {
            step.creates = Some(self.deployer.create(self.first_nonce + index as u64));
        }
        steps.extend(self.last_calls());
        steps
    }

    fn proxied(&self) -> Vec<Step> {
        let (system_config, anchors) = (self.at(Place::SystemConfig), self.at(Place::Anchors));
        let governors = vec![self.system.governor];
        let timelock = (U256::from(self.settlement.timelock_delay), governors.clone(), governors, Address::ZERO);
        let factory = IDisputeGameFactory::initializeCall { owner_: self.deployer };
        let anchor = IAnchorStateRegistry::initializeCall {
            systemConfig_: system_config,
            factory: self.at(Place::Factory),
            startingRoot: self.genesis_output,
            startingBlock: U256::ZERO,
            gameType: GAME_TYPE,
        };
        let portal = IPortalSetup::initializeCall { systemConfig_: system_config, anchorStateRegistry_: anchors };
        let seconds = |value: u64| U256::from(value).abi_encode();
        vec![
            create("timelock", &artifacts::TIMELOCK_CONTROLLER, &timelock.abi_encode_params()),
            create("SystemConfig's code", &artifacts::SYSTEM_CONFIG, &[]),
            self.proxy("SystemConfig", Place::SystemConfigCode, self.settings().abi_encode()),
            create("DisputeGameFactory's code", &artifacts::DISPUTE_GAME_FACTORY, &[]),
            self.proxy("DisputeGameFactory", Place::FactoryCode, factory.abi_encode()),
            create(
                "AnchorStateRegistry's code",
                &artifacts::ANCHOR_STATE_REGISTRY,
                &seconds(self.settlement.finality_delay),
            ),
            self.proxy("AnchorStateRegistry", Place::AnchorsCode, anchor.abi_encode()),
            create("Portal's code", &artifacts::PORTAL, &seconds(self.settlement.maturity_delay)),
            self.proxy("Portal", Place::PortalCode, portal.abi_encode()),
        ]
    }

    fn judges(&self) -> Vec<Step> {
        let SettlementParams { claim_window, resolve_window, exit_delay, .. } = self.settlement;
        let s = &self.settlement;
        let (anchors, registry) = (self.at(Place::Anchors), self.at(Place::Registry));
        let l2_chain_id = U256::from(self.system.l2_chain_id);
        let registry_arguments = (l2_chain_id, s.min_stake, U256::from(exit_delay), anchors);
        let resolver_arguments = (
            registry,
            anchors,
            s.contest_bond,
            U256::from(s.max_doublings),
            s.attestation_reward,
            U256::from(s.attestation_interval),
        );
        let game_arguments = (GAME_TYPE, l2_chain_id, claim_window, resolve_window, anchors, self.at(Place::Resolver));
        let bridge = IL1StandardBridgeSetup::initializeCall {
            portal_: self.at(Place::Portal),
            otherBridge_: L2_STANDARD_BRIDGE,
        };
        vec![
            create("VerifierRegistry", &artifacts::VERIFIER_REGISTRY, &registry_arguments.abi_encode_params()),
            create("QuorumResolver", &artifacts::QUORUM_RESOLVER, &resolver_arguments.abi_encode_params()),
            create("OutputGame", &artifacts::OUTPUT_GAME, &game_arguments.abi_encode_params()),
            create("L1StandardBridge's code", &artifacts::L1_STANDARD_BRIDGE, &[]),
            self.proxy("L1StandardBridge", Place::BridgeCode, bridge.abi_encode()),
            create("InferenceProof", &artifacts::INFERENCE_PROOF, &[]),
        ]
    }

    fn last_calls(&self) -> Vec<Step> {
        let factory = self.at(Place::Factory);
        let implementation =
            IDisputeGameFactory::setImplementationCall { gameType: GAME_TYPE, r#impl: self.at(Place::Game) };
        let bond = IDisputeGameFactory::setInitBondCall { gameType: GAME_TYPE, initBond: self.settlement.claim_bond };
        let hand_over = IDisputeGameFactory::transferOwnershipCall { newOwner: self.at(Place::Timelock) };
        let mut steps = vec![
            call("the kind of claim", factory, implementation.abi_encode(), U256::ZERO),
            call("the bond of a claim", factory, bond.abi_encode(), U256::ZERO),
            call("the factory's new owner", factory, hand_over.abi_encode(), U256::ZERO),
        ];
        if !self.settlement.attestation_pot.is_zero() {
            let fill = IQuorumResolver::fillPotCall {}.abi_encode();
            steps.push(call(
                "the pot for attestations",
                self.at(Place::Resolver),
                fill,
                self.settlement.attestation_pot,
            ));
        }
        steps
    }

    fn settings(&self) -> ISystemConfigSetup::initializeCall {
        let SystemParams { l2_chain_id, operator, guardian, batcher, unsafe_block_signer, gas_limit, .. } = self.system;
        let settings = ISystemConfigSetup::Settings {
            owner: self.at(Place::Timelock),
            operator,
            guardian,
            l2ChainId: U256::from(l2_chain_id),
            batcher,
            unsafeBlockSigner: unsafe_block_signer,
            gasLimit: gas_limit,
            eip1559Denominator: self.system.eip1559_denominator,
            eip1559Elasticity: self.system.eip1559_elasticity,
            basefeeScalar: self.system.basefee_scalar,
            blobbasefeeScalar: self.system.blobbasefee_scalar,
            pauseSeconds: self.settlement.pause,
            pauseCooldownSeconds: self.settlement.pause_cooldown,
            resources: deposit_market(gas_limit),
        };
        ISystemConfigSetup::initializeCall { settings }
    }

    fn proxy(&self, name: &str, code: Place, initialisation: Vec<u8>) -> Step {
        let arguments = (self.at(code), self.at(Place::Timelock), Bytes::from(initialisation));
        create(name, &artifacts::TRANSPARENT_UPGRADEABLE_PROXY, &arguments.abi_encode_params())
    }
}

/// Deposits' gas: a fifth of an L2 block per L1 block, which with the attributes stays below the quarter that
/// `SystemConfig` allows. The price is that of the OP Stack's portal: a tenth of the limit is the target.
fn deposit_market(gas_limit: u64) -> ISystemConfigSetup::ResourceConfig {
    let elasticity = 10u8;
    let whole = u32::try_from(gas_limit / 5).unwrap_or(u32::MAX);
    ISystemConfigSetup::ResourceConfig {
        maxResourceLimit: whole - whole % u32::from(elasticity),
        elasticityMultiplier: elasticity,
        baseFeeMaxChangeDenominator: 8,
        minimumBaseFee: 1_000_000_000,
        systemTxMaxGas: u32::try_from(gas_limit / 30).unwrap_or(u32::MAX).min(1_000_000),
        maximumBaseFee: u128::MAX,
    }
}

/// The gas limit is bounded from the bytes instead of estimated: so all steps can be under way at once.
fn create(name: &str, artifact: &artifacts::Artifact, arguments: &[u8]) -> Step {
    let code = artifact.deployment(arguments);
    // Calldata at the floor of EIP-7623, the words of the init code, and each byte kept.
    let bytes = code.len() as u64;
    let gas_limit = 53_000 + CREATION_GAS + bytes * 41 + artifact.runtime().len() as u64 * 200;
    let request =
        TxRequest { gas_limit: Some(gas_limit), ..TxRequest::create(format!("the creation of {name}"), code) };
    Step { request, creates: None }
}

fn call(what: &str, to: Address, data: Vec<u8>, value: U256) -> Step {
    let request = TxRequest { gas_limit: Some(CALL_GAS), value, ..TxRequest::call(what, to, data.into()) };
    Step { request, creates: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_creates_what_it_says_where_it_says() {
        let deployer = Address::repeat_byte(9);
        let system = SystemParams {
            l2_chain_id: 7,
            governor: deployer,
            operator: deployer,
            guardian: deployer,
            batcher: deployer,
            unsafe_block_signer: deployer,
            gas_limit: 30_000_000,
            eip1559_denominator: 1000,
            eip1559_elasticity: 2,
            basefee_scalar: 1,
            blobbasefee_scalar: 2,
        };
        let settlement = SettlementParams::development(4);
        let plan =
            DeploymentPlan { deployer, first_nonce: 5, system, settlement, genesis_output: B256::repeat_byte(1) };
        let steps = plan.steps();
        assert_eq!(steps.len(), Place::InferenceProof as usize + 1 + 4);
        let of = |place: Place| &steps[place as usize];
        let contracts = DeploymentPlan::contracts(deployer, 5);
        assert_eq!(of(Place::Portal).creates, Some(contracts.portal));
        assert!(of(Place::Portal).request.label.ends_with("Portal"));
        assert!(of(Place::Game).request.data.starts_with(artifacts::OUTPUT_GAME.creation()));
        assert!(of(Place::InferenceProof).request.data.starts_with(artifacts::INFERENCE_PROOF.creation()));
        assert_eq!(contracts.timelock, deployer.create(5));
        assert_eq!(steps.last().unwrap().request.to, Some(contracts.quorum_resolver));
        // Every step fits into one transaction of an L1 with EIP-7825.
        assert!(steps.iter().all(|step| step.request.gas_limit.unwrap() < 1 << 24));
    }

    #[test]
    fn deposits_stay_below_a_quarter_of_a_block() {
        for gas_limit in [100_000, 30_000_000, 60_000_000, 200_000_000] {
            let market = deposit_market(gas_limit);
            assert!(4 * u64::from(market.maxResourceLimit + market.systemTxMaxGas) <= gas_limit, "{gas_limit}");
            assert_eq!(market.maxResourceLimit % 10, 0);
        }
    }
}
