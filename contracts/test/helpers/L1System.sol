// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Portal} from "../../src/L1/Portal.sol";
import {SystemConfig} from "../../src/L1/SystemConfig.sol";
import {AnchorStateRegistry} from "../../src/dispute/AnchorStateRegistry.sol";
import {DisputeGameFactory} from "../../src/dispute/DisputeGameFactory.sol";
import {OutputGame} from "../../src/dispute/OutputGame.sol";
import {QuorumResolver} from "../../src/dispute/QuorumResolver.sol";
import {VerifierRegistry} from "../../src/dispute/VerifierRegistry.sol";
import {IOutputGame} from "../../src/interfaces/IOutputGame.sol";
import {ISystemConfig} from "../../src/interfaces/ISystemConfig.sol";
import {Votes} from "../../src/libraries/Votes.sol";
import {Signer} from "./Signer.sol";
import {Test} from "./Test.sol";

/// @title The whole L1 side, deployed in the order that a real deployment takes
abstract contract L1System is Test {
    uint32 internal constant GAME_TYPE = 4242;
    uint256 internal constant L2_CHAIN = 77001;
    uint64 internal constant CLAIM_WINDOW = 7 days;
    uint64 internal constant RESOLVE_WINDOW = 2 days;
    uint256 internal constant FINALITY_DELAY = 3 days;
    uint256 internal constant MATURITY_DELAY = 5 days;
    uint256 internal constant TIMELOCK_DELAY = 3 days;
    uint256 internal constant INIT_BOND = 1 ether;
    uint256 internal constant CONTEST_BOND = 0.5 ether;
    uint256 internal constant MIN_STAKE = 1 ether;
    uint256 internal constant EXIT_DELAY = 14 days;
    bytes32 internal constant GENESIS_ROOT = keccak256("genesis");
    bytes32 internal constant L1_HASH = keccak256("l1 block");
    uint256 internal constant L1_NUMBER = 990;
    address internal constant OPERATOR = address(0x0b);
    address internal constant GUARDIAN = address(0x6a);
    address internal constant GOVERNOR = address(0x60);
    address internal constant PROPOSER = address(0xBEEF);
    address internal constant CONTESTER = address(0xC0);
    address internal constant BURNT = 0x000000000000000000000000000000000000dEaD;

    TimelockController internal timelock;
    SystemConfig internal config;
    DisputeGameFactory internal factory;
    AnchorStateRegistry internal anchors;
    Portal internal portal;
    VerifierRegistry internal registry;
    QuorumResolver internal resolver;

    function _deploySystem() internal {
        vm.roll(1000);
        vm.warp(1_000_000);
        vm.setBlockhash(L1_NUMBER, L1_HASH);
        address[] memory governors = new address[](1);
        governors[0] = GOVERNOR;
        timelock = TimelockController(
            payable(vm.deployCode(
                    "TimelockController.sol:TimelockController",
                    abi.encode(TIMELOCK_DELAY, governors, governors, address(0))
                ))
        );
        config = SystemConfig(
            _proxy("SystemConfig.sol:SystemConfig", "", abi.encodeCall(SystemConfig.initialize, (_settings())))
        );
        factory = DisputeGameFactory(
            _proxy(
                "DisputeGameFactory.sol:DisputeGameFactory",
                "",
                abi.encodeCall(DisputeGameFactory.initialize, (address(this)))
            )
        );
        anchors = AnchorStateRegistry(
            _proxy(
                "AnchorStateRegistry.sol:AnchorStateRegistry",
                abi.encode(FINALITY_DELAY),
                abi.encodeCall(AnchorStateRegistry.initialize, (config, factory, GENESIS_ROOT, 0, GAME_TYPE))
            )
        );
        portal = Portal(
            payable(_proxy(
                    "Portal.sol:Portal",
                    abi.encode(MATURITY_DELAY),
                    abi.encodeCall(Portal.initialize, (config, anchors))
                ))
        );
        registry = VerifierRegistry(
            vm.deployCode("VerifierRegistry.sol:VerifierRegistry", abi.encode(L2_CHAIN, MIN_STAKE, EXIT_DELAY, anchors))
        );
        resolver = QuorumResolver(
            vm.deployCode(
                "QuorumResolver.sol:QuorumResolver", abi.encode(registry, anchors, CONTEST_BOND, 3, 0.01 ether, 100)
            )
        );
        factory.setImplementation(GAME_TYPE, _game());
        factory.setInitBond(GAME_TYPE, INIT_BOND);
        factory.transferOwnership(address(timelock));
        vm.deal(PROPOSER, 100 ether);
        vm.deal(CONTESTER, 100 ether);
    }

    function _settings() internal view returns (ISystemConfig.Settings memory settings) {
        settings = ISystemConfig.Settings({
            owner: address(timelock),
            operator: OPERATOR,
            guardian: GUARDIAN,
            l2ChainId: L2_CHAIN,
            batcher: address(0xBA),
            unsafeBlockSigner: address(0x51),
            gasLimit: 30_000_000,
            eip1559Denominator: 1000,
            eip1559Elasticity: 2,
            basefeeScalar: 1368,
            blobbasefeeScalar: 810_949,
            pauseSeconds: 7 days,
            pauseCooldownSeconds: 30 days,
            resources: ISystemConfig.ResourceConfig(6_000_000, 10, 8, 1 gwei, 1_000_000, type(uint128).max)
        });
    }

    function _proxy(string memory artifact, bytes memory arguments, bytes memory call) internal returns (address) {
        address implementation = vm.deployCode(artifact, arguments);
        return vm.deployCode(
            "TransparentUpgradeableProxy.sol:TransparentUpgradeableProxy", abi.encode(implementation, timelock, call)
        );
    }

    /// @dev What the factory clones.
    function _game() internal returns (OutputGame) {
        bytes memory arguments = abi.encode(GAME_TYPE, L2_CHAIN, CLAIM_WINDOW, RESOLVE_WINDOW, anchors, resolver);
        return OutputGame(vm.deployCode("OutputGame.sol:OutputGame", arguments));
    }

    function _extra(uint256 l2Block) internal pure returns (bytes memory) {
        return abi.encode(l2Block, L1_NUMBER, L1_HASH);
    }

    /// @dev A claim at the L1 block that is always there; `vm.roll` would make it too old.
    function _claim(bytes32 root, uint256 l2Block) internal returns (OutputGame) {
        vm.prank(PROPOSER);
        return OutputGame(address(factory.create{value: INIT_BOND}(GAME_TYPE, root, _extra(l2Block))));
    }

    function _contest(IOutputGame game) internal {
        uint256 bond = resolver.contestBond();
        vm.prank(CONTESTER);
        game.contest{value: bond}();
    }

    function _verifierOwner(uint256 secret) internal pure returns (address) {
        return address(uint160(0xA0000 + secret));
    }

    function _join(uint256 secret, uint256 stake) internal returns (uint32) {
        address owner = _verifierOwner(secret);
        bytes memory key = Signer.publicKey(secret);
        bytes memory possession = Signer.sign(secret, registry.possessionMessage(owner, key), Votes.POSSESSION_DOMAIN);
        vm.deal(owner, stake);
        vm.prank(owner);
        return registry.register{value: stake}(key, possession);
    }

    function _vote(IOutputGame game, bytes32 root) internal view returns (Votes.Vote memory) {
        return Votes.Vote(address(game), game.l2BlockNumber(), root, game.l1Head());
    }

    function _signVote(uint256 secret, Votes.Vote memory vote) internal view returns (bytes memory) {
        return Signer.sign(secret, registry.voteMessage(vote), Votes.VOTE_DOMAIN);
    }

    /// @dev The sum of signatures by the keys `secrets` over a root for a claim.
    function _quorum(IOutputGame game, bytes32 root, uint256[] memory secrets)
        internal
        view
        returns (bytes memory sum)
    {
        sum = new bytes(256);
        for (uint256 i = 0; i < secrets.length; ++i) {
            sum = Signer.add(sum, _signVote(secrets[i], _vote(game, root)));
        }
    }

    function _list(uint256 one) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = one;
    }

    function _list(uint256 one, uint256 two) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (one, two);
    }

    /// @dev Verifier indices of these tests' keys: key n is registered as number n - 1.
    function _indices(uint256[] memory secrets) internal pure returns (uint32[] memory list) {
        list = new uint32[](secrets.length);
        for (uint256 i = 0; i < secrets.length; ++i) {
            list[i] = uint32(secrets[i] - 1);
        }
    }

    function _decide(IOutputGame game, bytes32 root, uint256[] memory secrets) internal {
        resolver.decide(game, root, _indices(secrets), _quorum(game, root, secrets));
    }
}
