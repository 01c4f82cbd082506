// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {OutputGame} from "../src/dispute/OutputGame.sol";
import {IAnchorStateRegistry} from "../src/interfaces/IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "../src/interfaces/IDisputeGameFactory.sol";
import {IOutputGame} from "../src/interfaces/IOutputGame.sol";
import {IQuorumResolver} from "../src/interfaces/IQuorumResolver.sol";
import {GameStatus, Outcome} from "../src/libraries/GameTypes.sol";
import {L1System} from "./helpers/L1System.sol";
import {Vm} from "./helpers/Test.sol";

contract DisputeTest is L1System {
    bytes32 internal constant TRUE_ROOT = keccak256("true");
    bytes32 internal constant FALSE_ROOT = keccak256("false");

    /// @dev Key 1 holds 7 of 10 parts of the stake, keys 2 and 3 the rest.
    function setUp() public {
        _deploySystem();
        _join(1, 7 ether);
        _join(2, 2 ether);
        _join(3, 1 ether);
        vm.warp(vm.getBlockTimestamp() + 1);
    }

    function _status(OutputGame game, GameStatus expected) internal view {
        vm.assertEq(uint256(game.status()), uint256(expected));
    }

    // Making claims

    function test_create_isFoundByOpTools() public {
        bytes memory extra = _extra(10);
        OutputGame game = _claim(TRUE_ROOT, 10);
        OutputGame later = _claim(FALSE_ROOT, 20);
        vm.assertEq(factory.gameCount(), 2);
        (uint32 kind, uint64 timestamp, IOutputGame proxy) = factory.gameAtIndex(0);
        vm.assertEq(kind, GAME_TYPE);
        vm.assertEq(timestamp, vm.getBlockTimestamp());
        vm.assertEq(address(proxy), address(game));
        (proxy,) = factory.games(GAME_TYPE, TRUE_ROOT, extra);
        vm.assertEq(address(proxy), address(game));
        vm.assertEq(game.extraData(), extra);
        vm.assertEq(game.rootClaim(), TRUE_ROOT);
        vm.assertEq(game.gameCreator(), PROPOSER);
        vm.assertEq(game.l1Head(), L1_HASH);
        vm.assertEq(game.l2SequenceNumber(), 10);
        vm.assertTrue(anchors.isGameProper(game) && anchors.isGameRespected(game));

        IDisputeGameFactory.GameSearchResult[] memory found = factory.findLatestGames(GAME_TYPE, 1, 5);
        vm.assertEq(found.length, 2);
        vm.assertEq(found[0].index, 1);
        vm.assertEq(found[0].rootClaim, FALSE_ROOT);
        vm.assertEq(address(uint160(uint256(found[0].metadata))), address(later));
        vm.assertEq(found[1].index, 0);
        vm.assertEq(factory.findLatestGames(GAME_TYPE, 0, type(uint256).max).length, 1);
        vm.assertEq(factory.findLatestGames(GAME_TYPE, 9, 1).length, 0);
        vm.assertEq(factory.findLatestGames(1, 1, 5).length, 0);
    }

    function test_create_saysAllInItsLog() public {
        vm.recordLogs();
        OutputGame game = _claim(TRUE_ROOT, 10);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        vm.assertEq(logs[0].emitter, address(game));
        vm.assertEq(logs[0].topics[0], IOutputGame.Claimed.selector);
        vm.assertEq(logs[0].topics[1], bytes32(uint256(uint160(PROPOSER))));
        vm.assertEq(logs[0].topics[2], TRUE_ROOT);
        vm.assertEq(uint256(logs[0].topics[3]), 10);
        vm.assertEq(logs[0].data, abi.encode(L1_NUMBER, L1_HASH));
        vm.assertEq(logs[1].emitter, address(factory));
    }

    function _expectClaimReverts(bytes32 root, bytes memory extra, uint256 bond, bytes4 reason) internal {
        vm.expectPartialRevert(reason);
        vm.prank(PROPOSER);
        factory.create{value: bond}(GAME_TYPE, root, extra);
    }

    function test_create_bad_reverts() public {
        _expectClaimReverts(TRUE_ROOT, _extra(10), INIT_BOND - 1, IDisputeGameFactory.IncorrectBondAmount.selector);
        _expectClaimReverts(0, _extra(10), INIT_BOND, IOutputGame.ZeroOutputRoot.selector);
        _expectClaimReverts(TRUE_ROOT, _extra(0), INIT_BOND, IOutputGame.BlockOutOfRange.selector);
        _expectClaimReverts(TRUE_ROOT, _extra(1 << 64), INIT_BOND, IOutputGame.BlockOutOfRange.selector);
        _expectClaimReverts(TRUE_ROOT, abi.encode(10), INIT_BOND, IOutputGame.BadExtraData.selector);
        bytes memory wrongHead = abi.encode(10, L1_NUMBER, keccak256("reorged"));
        _expectClaimReverts(TRUE_ROOT, wrongHead, INIT_BOND, IOutputGame.L1HeadMismatch.selector);
        _claim(TRUE_ROOT, 10);
        _expectClaimReverts(TRUE_ROOT, _extra(10), INIT_BOND, IDisputeGameFactory.GameAlreadyExists.selector);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGameFactory.NoImplementation.selector, 1));
        factory.create(1, TRUE_ROOT, _extra(10));
    }

    function test_initialize_bySomebody_reverts() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.NotFactory.selector, address(this)));
        game.initialize();
        vm.expectRevert(IOutputGame.AlreadyInitialized.selector);
        vm.prank(address(factory));
        game.initialize();
    }

    // Silence

    function test_uncontested_winsAfterItsWindow() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        uint256 start = vm.getBlockTimestamp();
        vm.warp(start + CLAIM_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.TooEarly.selector, start + CLAIM_WINDOW + 1));
        game.resolve();
        vm.warp(start + CLAIM_WINDOW + 1);
        game.resolve();
        _status(game, GameStatus.DEFENDER_WINS);
        vm.expectRevert(IOutputGame.AlreadyResolved.selector);
        game.resolve();
        game.claimCredit(PROPOSER);
        vm.assertEq(PROPOSER.balance, 100 ether);
        vm.assertEq(address(game).balance, 0);
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.NoCredit.selector, PROPOSER));
        game.claimCredit(PROPOSER);
    }

    function test_anchor_followsValidClaims() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        OutputGame older = _claim(TRUE_ROOT, 5);
        vm.expectRevert(IAnchorStateRegistry.InvalidAnchorGame.selector);
        anchors.setAnchorState(game);
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW + 1);
        game.resolve();
        older.resolve();
        vm.warp(vm.getBlockTimestamp() + FINALITY_DELAY + 1);
        anchors.setAnchorState(game);
        (bytes32 root, uint256 number) = anchors.getAnchorRoot();
        vm.assertEq(root, TRUE_ROOT);
        vm.assertEq(number, 10);
        vm.expectRevert(IAnchorStateRegistry.InvalidAnchorGame.selector);
        anchors.setAnchorState(older);
        _expectClaimReverts(FALSE_ROOT, _extra(10), INIT_BOND, IOutputGame.BlockOutOfRange.selector);
        vm.prank(address(timelock));
        anchors.blacklistDisputeGame(game);
        (, number) = anchors.getAnchorRoot();
        vm.assertEq(number, 0);
    }

    function test_contest_bad_reverts() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.IncorrectBond.selector, 1, CONTEST_BOND));
        game.contest{value: 1}();
        _contest(game);
        vm.expectRevert(IOutputGame.NotContestable.selector);
        vm.prank(CONTESTER);
        game.contest{value: CONTEST_BOND}();
        OutputGame late = _claim(TRUE_ROOT, 11);
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW + 1);
        vm.expectRevert(IOutputGame.NotContestable.selector);
        vm.prank(CONTESTER);
        late.contest{value: CONTEST_BOND}();
    }

    // Quorum. Of three verifiers, key 1 is honest, key 2 lies, key 3 is down.

    function test_falseClaim_isRejected_andItsBondPays() public {
        OutputGame game = _claim(FALSE_ROOT, 10);
        vm.snapshotGasLastCall("praxis", "DisputeGameFactory.create");
        _contest(game);
        vm.snapshotGasLastCall("praxis", "OutputGame.contest");
        bytes memory lie = _quorum(game, FALSE_ROOT, _list(2));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.NoQuorum.selector, 2 ether, 10 ether));
        resolver.decide(game, FALSE_ROOT, _indices(_list(2)), lie);
        _decide(game, TRUE_ROOT, _list(1));
        // A rejected claim needs no waiting.
        game.resolve();
        _status(game, GameStatus.CHALLENGER_WINS);
        game.claimCredit(CONTESTER);
        vm.assertEq(CONTESTER.balance, 100 ether + INIT_BOND * 3 / 4);
        vm.assertEq(PROPOSER.balance, 99 ether);
        vm.assertEq(registry.credit(_verifierOwner(1)), INIT_BOND / 4);
        registry.claimCredit(_verifierOwner(1));
        vm.assertEq(_verifierOwner(1).balance, INIT_BOND / 4);
        vm.assertFalse(anchors.isGameClaimValid(game));
        vm.assertEq(address(game).balance, 0);
    }

    function test_trueClaim_isUpheld_butNotSooner() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        uint256 start = vm.getBlockTimestamp();
        _contest(game);
        _decide(game, TRUE_ROOT, _list(1, 3));
        vm.snapshotGasLastCall("praxis", "QuorumResolver.decide by 2 verifiers");
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.TooEarly.selector, start + CLAIM_WINDOW + 1));
        game.resolve();
        vm.warp(start + CLAIM_WINDOW + 1);
        game.resolve();
        _status(game, GameStatus.DEFENDER_WINS);
        game.claimCredit(PROPOSER);
        vm.assertEq(PROPOSER.balance, 100 ether + CONTEST_BOND * 3 / 4);
        // Split by weight: 7 to 1.
        vm.assertEq(registry.credit(_verifierOwner(1)), CONTEST_BOND / 4 * 7 / 8);
        vm.assertEq(registry.credit(_verifierOwner(3)), CONTEST_BOND / 4 / 8);
    }

    function test_contested_cannotEndWithoutVerdict() public {
        OutputGame game = _claim(FALSE_ROOT, 10);
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW);
        _contest(game);
        vm.warp(vm.getBlockTimestamp() + RESOLVE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IOutputGame.TooEarly.selector, game.resolutionDeadline() + 1));
        game.resolve();
        vm.assertFalse(anchors.isGameResolved(game));
    }

    function test_noQuorum_isVoid_andTheBondDoubles() public {
        uint256 spent = 0;
        for (uint256 round = 0; round < 5; ++round) {
            OutputGame game = _claim(TRUE_ROOT, 10 + round);
            uint256 bond = resolver.contestBond();
            // Doubles three times, and then no more.
            vm.assertEq(bond, CONTEST_BOND << (round < 3 ? round : 3));
            _contest(game);
            vm.warp(vm.getBlockTimestamp() + RESOLVE_WINDOW + 1);
            vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.NotOpen.selector, game));
            resolver.decide(game, TRUE_ROOT, _indices(_list(1)), new bytes(256));
            game.resolve();
            _status(game, GameStatus.CHALLENGER_WINS);
            game.claimCredit(PROPOSER);
            game.claimCredit(CONTESTER);
            spent += bond / 2;
            vm.assertEq(BURNT.balance, spent);
            vm.assertEq(PROPOSER.balance, 100 ether);
            vm.assertEq(CONTESTER.balance, 100 ether - spent);
        }
        OutputGame last = _claim(FALSE_ROOT, 30);
        _contest(last);
        _decide(last, TRUE_ROOT, _list(1));
        last.resolve();
        vm.assertEq(resolver.contestBond(), CONTEST_BOND);
    }

    function test_voidClaim_canBeMadeAgain() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        _contest(game);
        vm.warp(vm.getBlockTimestamp() + RESOLVE_WINDOW + 1);
        game.resolve();
        vm.setBlockhash(L1_NUMBER + 1, keccak256("next"));
        vm.prank(PROPOSER);
        factory.create{value: INIT_BOND}(GAME_TYPE, TRUE_ROOT, abi.encode(10, L1_NUMBER + 1, keccak256("next")));
    }

    function test_notDerivable_isRejectedByTheZeroRoot() public {
        OutputGame game = _claim(TRUE_ROOT, 1 << 60);
        _contest(game);
        _decide(game, bytes32(0), _list(1));
        game.resolve();
        _status(game, GameStatus.CHALLENGER_WINS);
    }

    function test_decide_exactlyTwoThirds_isNotEnough() public {
        _join(4, 2 ether);
        vm.warp(vm.getBlockTimestamp() + 1);
        // 8 of 12.
        OutputGame game = _claim(TRUE_ROOT, 10);
        _contest(game);
        bytes memory signature = _quorum(game, TRUE_ROOT, _list(1, 3));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.NoQuorum.selector, 8 ether, 12 ether));
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 3)), signature);
        _decide(game, TRUE_ROOT, _list(1, 2));
    }

    function test_decide_bad_reverts() public {
        OutputGame game = _claim(TRUE_ROOT, 10);
        bytes memory signature = _quorum(game, TRUE_ROOT, _list(1, 2));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.NotOpen.selector, game));
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 2)), signature);
        _contest(game);
        vm.expectRevert(IQuorumResolver.BadSignature.selector);
        resolver.decide(game, FALSE_ROOT, _indices(_list(1, 2)), signature);
        vm.expectRevert(IQuorumResolver.BadSignature.selector);
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 3)), signature);
        vm.expectRevert(IQuorumResolver.SignersNotAscending.selector);
        resolver.decide(game, TRUE_ROOT, _indices(_list(2, 1)), signature);
        vm.expectRevert(IQuorumResolver.SignersNotAscending.selector);
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 1)), signature);
        OutputGame other = _claim(TRUE_ROOT, 11);
        _contest(other);
        vm.expectRevert(IQuorumResolver.BadSignature.selector);
        resolver.decide(other, TRUE_ROOT, _indices(_list(1, 2)), signature);
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 2)), signature);
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.AlreadyDecided.selector, game));
        resolver.decide(game, TRUE_ROOT, _indices(_list(1, 2)), signature);
    }

    function test_decide_membershipIsFixedAtTheClaim() public {
        OutputGame game = _claim(FALSE_ROOT, 10);
        // In the claim's own second a rich verifier joins and the honest one leaves.
        _join(4, 1000 ether);
        vm.prank(_verifierOwner(1));
        registry.startExit(0);
        vm.warp(vm.getBlockTimestamp() + 1);
        _contest(game);
        bytes memory signature = _quorum(game, FALSE_ROOT, _list(4));
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.SignerWithoutWeight.selector, 3));
        resolver.decide(game, FALSE_ROOT, _indices(_list(4)), signature);
        _decide(game, TRUE_ROOT, _list(1));
        game.resolve();
        _status(game, GameStatus.CHALLENGER_WINS);
    }

    function test_settled_bySomebody_reverts() public {
        OutputGame unregistered = _game();
        vm.expectRevert();
        vm.prank(address(unregistered));
        resolver.settled{value: 0}(_void());
        vm.expectRevert();
        resolver.settled{value: 0}(_void());
    }

    // Fast finality

    function test_attest_paysOncePerInterval_andFinalisesNothing() public {
        vm.deal(address(this), 1 ether);
        resolver.fillPot{value: 0.025 ether}();
        OutputGame game = _claim(TRUE_ROOT, 10);
        uint32[] memory signers = _indices(_list(1, 3));
        bytes memory signature = _quorum(game, TRUE_ROOT, _list(1, 3));
        vm.expectEmit(address(resolver));
        emit IQuorumResolver.Attested(game, 10, TRUE_ROOT, 8 ether, 10 ether);
        resolver.attest(game, signers, signature);
        vm.assertEq(registry.credit(_verifierOwner(1)), 0.01 ether * 7 / uint256(8));
        vm.assertEq(resolver.pot(), 0.015 ether);
        vm.expectRevert(abi.encodeWithSelector(IQuorumResolver.AlreadyDecided.selector, game));
        resolver.attest(game, signers, signature);
        vm.assertFalse(anchors.isGameResolved(game));
        vm.expectPartialRevert(IOutputGame.TooEarly.selector);
        game.resolve();

        OutputGame near = _claim(TRUE_ROOT, 109);
        resolver.attest(near, signers, _quorum(near, TRUE_ROOT, _list(1, 3)));
        vm.assertEq(resolver.pot(), 0.015 ether);
        OutputGame far = _claim(TRUE_ROOT, 110);
        resolver.attest(far, signers, _quorum(far, TRUE_ROOT, _list(1, 3)));
        vm.assertEq(resolver.pot(), 0.005 ether);
    }

    function _void() internal pure returns (Outcome) {
        return Outcome.Void;
    }
}
