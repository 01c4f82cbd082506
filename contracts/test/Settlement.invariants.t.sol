// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {OutputGame} from "../src/dispute/OutputGame.sol";
import {GameStatus} from "../src/libraries/GameTypes.sol";
import {Withdrawals} from "../src/libraries/Withdrawals.sol";
import {PortalBase} from "./Portal.t.sol";
import {Test} from "./helpers/Test.sol";

/// @dev What random callers do to the system, and what must hold whatever they do. Key 1 alone is a quorum.
contract SettlementHandler is PortalBase {
    struct Sent {
        Withdrawals.Transaction tx_;
        Proof proof;
        bool real;
    }

    Sent[] internal _sent;
    mapping(bytes32 hash => uint256) public paid;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public bonds;
    uint256 public returned;
    uint256 public finalisedWhileContested;
    uint256 public finalisedFalse;
    uint256 public finalisedTwice;
    uint256 public finalisedCount;

    constructor() {
        _deploySystem();
        _join(1, 10 ether);
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.deal(address(this), 0);
    }

    function portalBalance() external view returns (uint256) {
        return address(portal).balance;
    }

    /// @dev Bonds that lie in claims, were paid out, went to verifiers, or were burnt.
    function bondsFound() external view returns (uint256 sum) {
        sum = returned + address(registry).balance - 10 ether + BURNT.balance;
        for (uint256 i = 0; i < _sent.length; ++i) {
            sum += address(_sent[i].proof.game).balance;
        }
    }

    function deposit(uint64 value) external {
        vm.roll(vm.getBlockNumber() + 1);
        vm.setBlockhash(L1_NUMBER, L1_HASH);
        vm.deal(address(this), value);
        portal.depositTransaction{value: value}(address(1), value, 21_000, false, "");
        deposited += value;
    }

    /// @dev A claim with one withdrawal in it; a false claim has a withdrawal that L2 never saw.
    function claim(uint64 value, bool real) external {
        if (_sent.length >= 24) return;
        uint256 nonce = _sent.length;
        Withdrawals.Transaction memory tx_ =
            Withdrawals.Transaction(nonce, address(0x12), address(uint160(0x5000 + nonce)), value, 50_000, "");
        vm.deal(PROPOSER, INIT_BOND);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10 + nonce);
        bonds += INIT_BOND;
        _sent.push();
        Sent storage sent = _sent[nonce];
        sent.tx_ = tx_;
        sent.proof = proof;
        sent.real = real;
    }

    function contest(uint256 which) external {
        if (_sent.length == 0) return;
        OutputGame game = _sent[which % _sent.length].proof.game;
        uint256 bond = resolver.contestBond();
        vm.deal(CONTESTER, bond);
        vm.prank(CONTESTER);
        try game.contest{value: bond}() {
            bonds += bond;
        } catch {}
    }

    /// @dev The quorum is honest: it upholds real claims and rejects the others.
    function decide(uint256 which) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        OutputGame game = sent.proof.game;
        bytes32 root = sent.real ? game.rootClaim() : keccak256("the true root");
        bytes memory signature = _quorum(game, root, _list(1));
        try resolver.decide(game, root, _indices(_list(1)), signature) {} catch {}
    }

    function prove(uint256 which) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        try portal.proveWithdrawalTransaction(sent.tx_, sent.proof.gameIndex, sent.proof.output, sent.proof.nodes) {}
            catch {}
    }

    function resolve(uint256 which) external {
        if (_sent.length == 0) return;
        OutputGame game = _sent[which % _sent.length].proof.game;
        try game.resolve() {} catch {}
        _claimCredit(game, PROPOSER);
        _claimCredit(game, CONTESTER);
    }

    function _claimCredit(OutputGame game, address who) internal {
        uint256 credit = game.credit(who);
        if (credit == 0) return;
        game.claimCredit(who);
        returned += credit;
    }

    function finalise(uint256 which) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        try portal.finalizeWithdrawalTransaction(sent.tx_) {
            OutputGame game = sent.proof.game;
            bytes32 hash = Withdrawals.hash(sent.tx_);
            if (game.contester() != address(0) && game.status() != GameStatus.DEFENDER_WINS) ++finalisedWhileContested;
            if (paid[hash]++ > 0) ++finalisedTwice;
            // A false claim that nobody contested wins: that is the rule, and why there are verifiers.
            if (!sent.real && game.contester() != address(0)) ++finalisedFalse;
            withdrawn += sent.tx_.value;
            ++finalisedCount;
        } catch {}
    }

    function pass(uint32 time) external {
        vm.warp(vm.getBlockTimestamp() + time % 4 days);
    }

    function pause() external {
        vm.prank(GUARDIAN);
        try config.pause() {} catch {}
    }
}

contract SettlementInvariants is Test {
    SettlementHandler internal handler;

    function setUp() public {
        handler = new SettlementHandler();
    }

    /// @dev How forge learns what to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_valueIsConserved() public view {
        vm.assertEq(handler.portalBalance() + handler.withdrawn(), handler.deposited());
        vm.assertEq(handler.bondsFound(), handler.bonds());
    }

    function invariant_nothingFinalisesTwiceOrWhileContested() public view {
        vm.assertEq(handler.finalisedTwice(), 0);
        vm.assertEq(handler.finalisedWhileContested(), 0);
        vm.assertEq(handler.finalisedFalse(), 0);
    }

    /// @dev The handler can get through to the end: without this the invariants might hold of nothing.
    function test_handler_finalises() public {
        handler.deposit(5);
        handler.claim(3, true);
        handler.claim(2, false);
        handler.pass(1);
        handler.prove(0);
        handler.prove(1);
        handler.contest(0);
        handler.contest(1);
        handler.decide(0);
        handler.decide(1);
        handler.pass(4 days - 1);
        handler.pass(4 days - 1);
        handler.resolve(0);
        handler.resolve(1);
        handler.pass(4 days - 1);
        handler.finalise(0);
        handler.finalise(0);
        handler.finalise(1);
        vm.assertEq(handler.finalisedCount(), 1);
        vm.assertEq(handler.withdrawn(), 3);
        invariant_valueIsConserved();
        invariant_nothingFinalisesTwiceOrWhileContested();
    }
}
