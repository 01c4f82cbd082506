// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IQuorumResolver} from "../src/interfaces/IQuorumResolver.sol";
import {IVerifierRegistry} from "../src/interfaces/IVerifierRegistry.sol";
import {OutputGame} from "../src/dispute/OutputGame.sol";
import {BLS} from "../src/libraries/BLS.sol";
import {Votes} from "../src/libraries/Votes.sol";
import {L1System} from "./helpers/L1System.sol";
import {Signer} from "./helpers/Signer.sol";

contract VerifierRegistryTest is L1System {
    bytes32 internal constant ROOT = keccak256("root");
    bytes32 internal constant OTHER_ROOT = keccak256("other");

    function setUp() public {
        _deploySystem();
    }

    function test_register_givesWeightFromThenOn() public {
        uint48 before = uint48(vm.getBlockTimestamp() - 1);
        uint32 index = _join(1, 3 ether);
        vm.assertEq(index, 0);
        vm.assertEq(registry.weightAt(0, before), 0);
        vm.assertEq(registry.weightAt(0, uint48(vm.getBlockTimestamp())), 3 ether);
        vm.assertEq(registry.totalAt(uint48(vm.getBlockTimestamp())), 3 ether);
        vm.warp(vm.getBlockTimestamp() + 10);
        vm.deal(address(this), 2 ether);
        registry.addStake{value: 2 ether}(0);
        vm.assertEq(registry.weightAt(0, uint48(vm.getBlockTimestamp())), 5 ether);
        vm.assertEq(registry.weightAt(0, uint48(vm.getBlockTimestamp() - 1)), 3 ether);
        vm.assertEq(registry.verifier(0).owner, _verifierOwner(1));
    }

    /// @dev The key of a rogue: what is left when the honest key is taken away, so that both sum to one the rogue knows.
    function test_register_rogueKey_reverts() public {
        _join(1, 1 ether);
        // -key 1 + key 5, whose secret nobody needs to know.
        uint256 order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
        bytes memory rogue = BLS.add(Signer.publicKey(order - 1), Signer.publicKey(5));
        vm.deal(address(this), 1 ether);
        bytes memory message = registry.possessionMessage(address(this), rogue);
        bytes memory possession = Signer.sign(5, message, Votes.POSSESSION_DOMAIN);
        vm.expectRevert(IVerifierRegistry.NoPossession.selector);
        registry.register{value: 1 ether}(rogue, possession);
    }

    function test_register_copiedProof_reverts() public {
        bytes memory key = Signer.publicKey(1);
        bytes memory possession =
            Signer.sign(1, registry.possessionMessage(_verifierOwner(1), key), Votes.POSSESSION_DOMAIN);
        vm.deal(address(this), 2 ether);
        vm.expectRevert(IVerifierRegistry.NoPossession.selector);
        registry.register{value: 1 ether}(key, possession);
    }

    function test_register_bad_reverts() public {
        bytes memory key = Signer.publicKey(1);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.StakeTooSmall.selector, 0, MIN_STAKE));
        registry.register(key, "");
        _join(1, 1 ether);
        vm.deal(address(this), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.KeyTaken.selector, key));
        registry.register{value: 1 ether}(key, "");
        vm.expectRevert(IVerifierRegistry.NoPossession.selector);
        registry.register{value: 1 ether}(new bytes(128), new bytes(256));
        key = Signer.publicKey(2);
        vm.expectRevert(IVerifierRegistry.SetNotFull.selector);
        registry.registerInPlaceOf{value: 1 ether}(0, key, "");
    }

    function test_fullSet_takesTheRicher() public {
        for (uint256 secret = 1; secret <= 64; ++secret) {
            _join(secret, MIN_STAKE);
        }
        address owner = _verifierOwner(65);
        bytes memory key = Signer.publicKey(65);
        bytes memory possession = Signer.sign(65, registry.possessionMessage(owner, key), Votes.POSSESSION_DOMAIN);
        vm.deal(owner, 2 ether);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.SetFull.selector, 64));
        registry.register{value: 2 ether}(key, possession);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotDisplaceable.selector, 7));
        registry.registerInPlaceOf{value: 2 ether - 1}(7, key, possession);
        registry.registerInPlaceOf{value: 2 ether}(7, key, possession);
        vm.stopPrank();
        vm.assertEq(registry.activeCount(), 64);
        vm.assertEq(registry.weightAt(7, uint48(vm.getBlockTimestamp())), 0);
        vm.assertEq(registry.totalAt(uint48(vm.getBlockTimestamp())), 65 ether);
        // A quorum of everybody fits into a block.
        vm.warp(vm.getBlockTimestamp() + 1);
        OutputGame game = _claim(ROOT, 10);
        uint256[] memory secrets = new uint256[](44);
        uint256 next = 0;
        for (uint256 secret = 1; next < 43; ++secret) {
            if (secret != 8) secrets[next++] = secret;
        }
        secrets[43] = 65;
        resolver.attest(game, _indices(secrets), _quorum(game, ROOT, secrets));
        vm.snapshotGasLastCall("praxis", "QuorumResolver.attest by 44 verifiers");
    }

    function test_exit_keepsTheStakeForAWhile() public {
        _join(1, 3 ether);
        address owner = _verifierOwner(1);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotOwner.selector, address(this), owner));
        registry.startExit(0);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.StakeLocked.selector, 0, 0));
        registry.withdraw(0);
        registry.startExit(0);
        uint256 free = vm.getBlockTimestamp() + EXIT_DELAY;
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotActive.selector, 0));
        registry.startExit(0);
        vm.warp(free - 1);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.StakeLocked.selector, 0, free));
        registry.withdraw(0);
        vm.warp(free);
        registry.withdraw(0);
        vm.assertEq(owner.balance, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotActive.selector, 0));
        registry.withdraw(0);
        vm.stopPrank();
    }

    // Slashing

    function _slash(uint256 secret, Votes.Vote memory first, Votes.Vote memory second) internal {
        IVerifierRegistry.Evidence memory one = _evidence(first, _list(secret));
        IVerifierRegistry.Evidence memory two = _evidence(second, _list(secret));
        vm.prank(CONTESTER);
        registry.slash(uint32(secret - 1), one, two);
    }

    function _evidence(Votes.Vote memory vote, uint256[] memory secrets)
        internal
        view
        returns (IVerifierRegistry.Evidence memory evidence)
    {
        evidence = IVerifierRegistry.Evidence(vote, _indices(secrets), new bytes(256));
        for (uint256 i = 0; i < secrets.length; ++i) {
            evidence.signature = Signer.add(evidence.signature, _signVote(secrets[i], vote));
        }
    }

    function _unsigned(Votes.Vote memory vote) internal pure returns (IVerifierRegistry.Evidence memory) {
        return IVerifierRegistry.Evidence(vote, new uint32[](0), "");
    }

    function _expectNoContradiction(Votes.Vote memory first, Votes.Vote memory second) internal {
        vm.expectRevert(IVerifierRegistry.NoContradiction.selector);
        registry.slash(0, _unsigned(first), _unsigned(second));
    }

    function test_slash_twoRootsForOneBlock() public {
        _join(1, 8 ether);
        _join(2, 1 ether);
        vm.warp(vm.getBlockTimestamp() + 1);
        OutputGame game = _claim(ROOT, 10);
        OutputGame later = _claim(ROOT, 11);
        _slash(1, _vote(game, ROOT), _vote(game, OTHER_ROOT));
        vm.assertTrue(registry.verifier(0).slashed);
        vm.assertEq(registry.credit(CONTESTER), 8 ether / 20);
        vm.assertEq(BURNT.balance, 8 ether - 8 ether / uint256(20));
        vm.assertEq(registry.totalAt(uint48(vm.getBlockTimestamp())), 1 ether);
        vm.assertEq(registry.activeCount(), 1);
        Votes.Vote memory first = _vote(game, ROOT);
        Votes.Vote memory second = _vote(game, OTHER_ROOT);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotActive.selector, 0));
        registry.slash(0, _unsigned(first), _unsigned(second));
        // Its word counts no more where it was a member, and its weight is still needed: no quorum.
        _contest(later);
        bytes memory signature = _quorum(later, ROOT, _list(1));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.SignerSlashed.selector, 0));
        resolver.decide(later, ROOT, _indices(_list(1)), signature);
        signature = _quorum(later, ROOT, _list(2));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.NoQuorum.selector, 1 ether, 9 ether));
        resolver.decide(later, ROOT, _indices(_list(2)), signature);
    }

    function test_slash_afterExit() public {
        _join(1, 2 ether);
        vm.prank(_verifierOwner(1));
        registry.startExit(0);
        vm.warp(vm.getBlockTimestamp() + EXIT_DELAY);
        Votes.Vote memory vote = Votes.Vote(address(1), 10, ROOT, L1_HASH);
        _slash(1, vote, Votes.Vote(address(2), 10, 0, L1_HASH));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotActive.selector, 0));
        vm.prank(_verifierOwner(1));
        registry.withdraw(0);
    }

    /// @dev What L1 may have reorganised between is excused; two heads that claims on this chain name are not.
    function test_slash_differentHeads() public {
        _join(1, 2 ether);
        Votes.Vote memory vote = Votes.Vote(address(1), 10, ROOT, keccak256("orphaned"));
        OutputGame game = _claim(ROOT, 10);
        _expectNoContradiction(vote, _vote(game, OTHER_ROOT));
        _expectNoContradiction(_vote(game, ROOT), _vote(game, ROOT));
        Votes.Vote memory elsewhere = _vote(game, OTHER_ROOT);
        elsewhere.l2BlockNumber = 11;
        _expectNoContradiction(_vote(game, ROOT), elsewhere);

        vm.setBlockhash(L1_NUMBER + 1, keccak256("next"));
        vm.prank(PROPOSER);
        OutputGame next = OutputGame(
            address(factory.create{value: INIT_BOND}(GAME_TYPE, ROOT, abi.encode(10, L1_NUMBER + 1, keccak256("next"))))
        );
        // Not derivable from the earlier head, and derivable from the later one, is no lie.
        _expectNoContradiction(_vote(game, 0), _vote(next, ROOT));
        _slash(1, _vote(game, ROOT), _vote(next, OTHER_ROOT));
    }

    function test_slash_notSigned_reverts() public {
        _join(1, 2 ether);
        _join(2, 2 ether);
        OutputGame game = _claim(ROOT, 10);
        Votes.Vote memory first = _vote(game, ROOT);
        Votes.Vote memory second = _vote(game, OTHER_ROOT);
        IVerifierRegistry.Evidence memory one = _evidence(first, _list(1));
        IVerifierRegistry.Evidence memory two = _evidence(second, _list(2));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotSigned.selector, 0));
        registry.slash(0, one, two);
        two.signers[0] = 0;
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotSigned.selector, 0));
        registry.slash(0, one, two);
        two = _evidence(second, _list(1, 2));
        (two.signers[0], two.signers[1]) = (1, 0);
        vm.expectRevert(IVerifierRegistry.SignersNotAscending.selector);
        registry.slash(0, one, two);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.UnknownVerifier.selector, 9));
        registry.slash(9, one, two);
    }

    /// @dev A quorum leaves only the sum of its signatures on L1: that convicts whoever also signed something else.
    function test_slash_bySignaturesOfQuorums() public {
        _join(1, 2 ether);
        _join(2, 2 ether);
        _join(3, 2 ether);
        OutputGame game = _claim(ROOT, 10);
        IVerifierRegistry.Evidence memory first = _evidence(_vote(game, ROOT), _list(1, 2));
        IVerifierRegistry.Evidence memory second = _evidence(_vote(game, OTHER_ROOT), _list(2, 3));
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotSigned.selector, 0));
        registry.slash(0, first, second);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotSigned.selector, 2));
        registry.slash(2, first, second);
        registry.slash(1, first, second);
        vm.assertTrue(registry.verifier(1).slashed);
    }

    /// @dev Whatever the weights, a reward is given out to the last wei.
    function testFuzz_reward_conserves(uint64[3] memory stakes, uint96 amount) public {
        uint32[] memory all = new uint32[](3);
        for (uint32 i = 0; i < 3; ++i) {
            all[i] = _join(i + 1, MIN_STAKE + stakes[i]);
        }
        vm.deal(address(this), amount);
        registry.reward{value: amount}(all, uint48(vm.getBlockTimestamp()));
        uint256 sum = 0;
        for (uint256 i = 1; i <= 3; ++i) {
            sum += registry.credit(_verifierOwner(i));
        }
        vm.assertEq(sum, amount);
        vm.expectRevert(IVerifierRegistry.NoWeight.selector);
        registry.reward(all, 0);
    }
}
