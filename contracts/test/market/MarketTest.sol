// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AssetTerms, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentMarket, Offer} from "../../src/interfaces/market/IAgentMarket.sol";
import {IIdentityRegistry} from "../../src/interfaces/market/IIdentityRegistry.sol";
import {IReputationRegistry} from "../../src/interfaces/market/IReputationRegistry.sol";
import {IValidationRegistry} from "../../src/interfaces/market/IValidationRegistry.sol";
import {IVerifierHub} from "../../src/interfaces/market/IVerifierHub.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "../agents/helpers/AgentTest.sol";
import {MovingValuer} from "../agents/helpers/Mocks.sol";

/// @dev The agents' chain with the market: one agent of AUTHOR, bonded, with a request to the hub.
abstract contract MarketTest is AgentTest {
    IAgentMarket internal constant MARKET = IAgentMarket(Predeploys.AGENT_MARKET);
    IIdentityRegistry internal constant IDENTITY = IIdentityRegistry(Predeploys.ERC8004_IDENTITY);
    IReputationRegistry internal constant REPUTATION = IReputationRegistry(Predeploys.ERC8004_REPUTATION);
    IValidationRegistry internal constant VALIDATION = IValidationRegistry(Predeploys.VALIDATION_REGISTRY);
    IVerifierHub internal constant HUB = IVerifierHub(Predeploys.VERIFIER_HUB);
    address internal constant AUTHOR = address(0xa007);
    bytes32 internal constant REQUEST = keccak256("request");

    uint256 internal agentId;
    address internal checker;
    MovingValuer internal etherValuer;

    function setUp() public virtual override {
        vm.etch(Predeploys.ERC8004_IDENTITY, vm.getDeployedCode("IdentityRegistry.sol:IdentityRegistry"));
        vm.etch(Predeploys.ERC8004_REPUTATION, vm.getDeployedCode("ReputationRegistry.sol:ReputationRegistry"));
        vm.etch(Predeploys.AGENT_REGISTRY, vm.getDeployedCode("RegistryForwarder.sol:RegistryForwarder"));
        vm.etch(Predeploys.REPUTATION_REGISTRY, vm.getDeployedCode("RegistryForwarder.sol:RegistryForwarder"));
        vm.etch(Predeploys.VALIDATION_REGISTRY, vm.getDeployedCode("ValidationRegistry.sol:ValidationRegistry"));
        vm.etch(Predeploys.AGENT_MARKET, vm.getDeployedCode("AgentMarket.sol:AgentMarket"));
        vm.etch(Predeploys.MODEL_REGISTRY, vm.getDeployedCode("ModelRegistry.sol:ModelRegistry"));
        vm.etch(Predeploys.VERIFIER_HUB, vm.getDeployedCode("VerifierHub.sol:VerifierHub"));
        etherValuer = MovingValuer(_mock("MovingValuer"));
        super.setUp();
        checker = vm.deployCode("StrategyChecker.sol:StrategyChecker");
        vm.deal(owner, 100 ether);
        vm.deal(AUTHOR, 100 ether);
        vm.prank(AUTHOR);
        agentId = IDENTITY.register("ipfs://agent");
        MARKET.bond{value: 1 ether}(agentId);
        vm.prank(AUTHOR);
        VALIDATION.validationRequest(Predeploys.VERIFIER_HUB, agentId, "ipfs://request", REQUEST);
    }

    /// @dev Besides: ether with a valuer, and a fee allowance.
    function _terms() internal view virtual override returns (Terms memory terms) {
        terms = super._terms();
        AssetTerms[] memory assets = new AssetTerms[](3);
        (assets[0], assets[1]) = (terms.assets[0], terms.assets[1]);
        assets[2] = AssetTerms(address(0), address(etherValuer), 0, 0);
        terms.assets = assets;
        terms.feeLimit = 4;
    }

    function _offer() internal view returns (Offer memory offer) {
        (offer.agentId, offer.strategy, offer.validation) = (agentId, address(strategy), REQUEST);
        (offer.models, offer.manifests) = (new bytes32[](1), new bytes32[](1));
        (offer.models[0], offer.manifests[0]) = (MODEL, keccak256("manifest"));
        (offer.perRun, offer.perPeriod, offer.period) = (0.001 ether, 0.01 ether, 1 days);
        offer.profitBps = 1_000;
        offer.checkers = _one(checker);
    }

    function _list(Offer memory offer) internal returns (uint256) {
        vm.prank(AUTHOR);
        return MARKET.list(offer);
    }
}
