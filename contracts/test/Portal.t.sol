// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPortal} from "../src/interfaces/IPortal.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {OutputGame} from "../src/dispute/OutputGame.sol";
import {AddressAlias} from "../src/libraries/AddressAlias.sol";
import {Withdrawals} from "../src/libraries/Withdrawals.sol";
import {L1System} from "./helpers/L1System.sol";
import {MiniTrie} from "./helpers/MiniTrie.sol";

/// @dev A withdrawal's target: remembers who called, refuses or reenters when told to.
contract Target {
    IPortal internal immutable _portal;
    address public seen;
    uint256 public calls;
    bool public refuses;
    Withdrawals.Transaction internal _again;
    bool public reentered;

    constructor(IPortal portal) {
        _portal = portal;
    }

    receive() external payable {
        require(!refuses, "no");
        seen = _portal.l2Sender();
        ++calls;
        if (_again.target != address(0)) {
            (reentered,) = address(_portal).call(abi.encodeCall(_portal.finalizeWithdrawalTransaction, (_again)));
        }
    }

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function setAgain(Withdrawals.Transaction calldata again) external {
        _again = again;
    }
}

/// @dev Shared with the invariants and the bridge's tests.
abstract contract PortalBase is L1System {
    struct Proof {
        uint256 gameIndex;
        OutputGame game;
        Withdrawals.OutputRootProof output;
        bytes[] nodes;
    }

    /// @dev A claim whose message passer holds these withdrawals, and the proof of one of them.
    function _claimWith(bytes32[] memory hashes, uint256 target, uint256 l2Block)
        internal
        returns (Proof memory proof)
    {
        MiniTrie.Items memory items = MiniTrie.Items(new bytes32[](hashes.length), new bytes[](hashes.length));
        for (uint256 i = 0; i < hashes.length; ++i) {
            items.keys[i] = keccak256(abi.encode(keccak256(abi.encode(hashes[i], uint256(0)))));
            items.values[i] = hex"01";
        }
        (proof.output.messagePasserStorageRoot, proof.nodes) = MiniTrie.prove(items, target);
        proof.output.stateRoot = keccak256("state");
        proof.output.latestBlockhash = keccak256("hash");
        proof.gameIndex = factory.gameCount();
        proof.game = _claim(Withdrawals.outputRoot(proof.output), l2Block);
    }

    function _one(bytes32 hash) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](1);
        hashes[0] = hash;
    }

    /// @dev Proves a withdrawal against a claim that is then left alone until it is final.
    function _proveAndWait(Withdrawals.Transaction memory tx_, uint256 l2Block) internal returns (Proof memory proof) {
        proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, l2Block);
        vm.warp(vm.getBlockTimestamp() + 1);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW);
        proof.game.resolve();
        vm.warp(vm.getBlockTimestamp() + FINALITY_DELAY + 1);
    }
}

contract PortalTest is PortalBase {
    Target internal target;

    function setUp() public {
        _deploySystem();
        target = new Target(portal);
        vm.deal(address(portal), 50 ether);
    }

    function _withdrawal(uint256 value) internal view returns (Withdrawals.Transaction memory) {
        return Withdrawals.Transaction(uint256(1) << 240, address(0x12), address(target), value, 100_000, "");
    }

    // Deposits

    function test_deposit_encodesVersion0() public {
        address from = address(0xF00D);
        vm.deal(from, 2 ether);
        vm.expectEmit(address(portal));
        emit IPortal.TransactionDeposited(
            from,
            address(0x77),
            0,
            abi.encodePacked(uint256(2 ether), uint256(1 ether), uint64(90_000), false, hex"abcd")
        );
        vm.prank(from, from);
        portal.depositTransaction{value: 2 ether}(address(0x77), 1 ether, 90_000, false, hex"abcd");
        vm.snapshotGasLastCall("praxis", "Portal.depositTransaction");
    }

    function test_deposit_byContract_isAliased() public {
        vm.expectEmit(address(portal));
        emit IPortal.TransactionDeposited(
            AddressAlias.toL2(address(target)),
            address(1),
            0,
            abi.encodePacked(uint256(0), uint256(0), uint64(21_000), false)
        );
        vm.prank(address(target));
        portal.depositTransaction(address(1), 0, 21_000, false, "");
    }

    function test_deposit_byDelegatedAccount_isNot() public {
        address account = address(0x7702);
        vm.etch(account, abi.encodePacked(hex"ef0100", address(target)));
        vm.expectEmit(address(portal));
        emit IPortal.TransactionDeposited(
            account, address(1), 0, abi.encodePacked(uint256(0), uint256(0), uint64(21_000), false)
        );
        vm.prank(account, address(0x99));
        portal.depositTransaction(address(1), 0, 21_000, false, "");
    }

    function test_deposit_plainEther() public {
        address from = address(0xF00D);
        vm.deal(from, 1 ether);
        vm.expectEmit(address(portal));
        emit IPortal.TransactionDeposited(
            from, from, 0, abi.encodePacked(uint256(1 ether), uint256(1 ether), uint64(100_000), false)
        );
        vm.prank(from, from);
        (bool done,) = address(portal).call{value: 1 ether}("");
        vm.assertTrue(done);
    }

    function test_deposit_bad_reverts() public {
        vm.expectRevert(IPortal.OptimismPortal_BadTarget.selector);
        portal.depositTransaction(address(1), 0, 100_000, true, "");
        vm.expectRevert(IPortal.OptimismPortal_GasLimitTooLow.selector);
        portal.depositTransaction(address(1), 0, 21_039, false, hex"00");
        vm.expectRevert(IPortal.OptimismPortal_CalldataTooLarge.selector);
        portal.depositTransaction(address(1), 0, 6_000_000, false, new bytes(120_001));
    }

    function test_alias_wraps() public pure {
        address high = address(type(uint160).max);
        vm.assertEq(AddressAlias.toL1(AddressAlias.toL2(high)), high);
    }

    // The market for deposits' gas

    function test_metering_limitPerL1Block() public {
        portal.depositTransaction(address(1), 0, 6_000_000, false, "");
        vm.expectRevert(abi.encodeWithSelector(IPortal.DepositsFull.selector, 21_000, 0));
        portal.depositTransaction(address(1), 0, 21_000, false, "");
        vm.roll(vm.getBlockNumber() + 1);
        portal.depositTransaction(address(1), 0, 21_000, false, "");
    }

    function test_metering_burnsL1Gas() public {
        // Forge runs these calls at a base fee of zero, which counts as 1 gwei: at 4 gwei, 250,000 L2 gas cost 1,000,000.
        ISystemConfig.ResourceConfig memory resources = config.resourceConfig();
        resources.minimumBaseFee = 4 gwei;
        vm.prank(address(timelock));
        config.setResourceConfig(resources);
        vm.roll(vm.getBlockNumber() + 200);
        uint256 start = gasleft();
        portal.depositTransaction(address(1), 0, 250_000, false, "");
        uint256 used = start - gasleft();
        vm.assertLe(1_000_000, used);
        vm.assertLe(used, 1_060_000);
    }

    function test_metering_feeRisesAndFalls() public {
        portal.depositTransaction(address(1), 0, 6_000_000, false, "");
        vm.roll(vm.getBlockNumber() + 1);
        portal.depositTransaction(address(1), 0, 21_000, false, "");
        (uint128 fee,,) = portal.params();
        // Ten times the target, so nine targets over it: 1 + 9/8.
        vm.assertEq(fee, 2.125 gwei);
        vm.roll(vm.getBlockNumber() + 2);
        portal.depositTransaction(address(1), 0, 21_000, false, "");
        (fee,,) = portal.params();
        uint256 expected = 2.125 gwei - uint256(2.125 gwei) * (600_000 - 21_000) / 600_000 / 8;
        vm.assertEq(fee, expected - expected / 8);
        vm.roll(vm.getBlockNumber() + 129);
        portal.depositTransaction(address(1), 0, 21_000, false, "");
        (fee,,) = portal.params();
        vm.assertEq(fee, 1 gwei);
    }

    function testFuzz_metering_bounds(uint24[8] memory amounts, uint8[8] memory gaps) public {
        uint256 sold = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint64 amount = 21_000 + amounts[i] % 2_000_000;
            if (gaps[i] % 3 > 0) {
                vm.roll(vm.getBlockNumber() + gaps[i]);
                sold = 0;
            }
            (bool done,) =
                address(portal).call(abi.encodeCall(portal.depositTransaction, (address(1), 0, amount, false, "")));
            vm.assertTrue(done == (sold + amount <= 6_000_000));
            if (done) sold += amount;
            (uint128 fee, uint64 bought,) = portal.params();
            vm.assertLe(1 gwei, fee);
            vm.assertEq(bought, sold);
        }
    }

    // Withdrawals

    function test_withdrawal_provedAndFinalised() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(3 ether);
        bytes32 hash = Withdrawals.hash(tx_);
        Proof memory proof = _proveAndWait(tx_, 10);
        (, uint64 provenAt) = portal.provenWithdrawals(hash, address(this));
        vm.assertTrue(provenAt > proof.game.createdAt());
        vm.assertEq(portal.numProofSubmitters(hash), 1);
        vm.assertEq(portal.proofSubmitters(hash, 0), address(this));
        portal.checkWithdrawal(hash, address(this));

        vm.expectEmit(address(portal));
        emit IPortal.WithdrawalFinalized(hash, true);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.snapshotGasLastCall("praxis", "Portal.finalizeWithdrawalTransaction");
        vm.assertEq(target.seen(), address(0x12));
        vm.assertEq(address(target).balance, 3 ether);
        vm.assertEq(portal.l2Sender(), 0x000000000000000000000000000000000000dEaD);
        vm.assertTrue(portal.finalizedWithdrawals(hash));

        vm.expectRevert(IPortal.OptimismPortal_AlreadyFinalized.selector);
        portal.finalizeWithdrawalTransaction(tx_);
    }

    function test_withdrawal_bySomebodyElsesProof() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        _proveAndWait(tx_, 10);
        vm.startPrank(address(0x44));
        vm.expectRevert(IPortal.OptimismPortal_Unproven.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        portal.finalizeWithdrawalTransactionExternalProof(tx_, address(this));
        vm.stopPrank();
        vm.assertEq(address(target).balance, 1 ether);
    }

    function test_withdrawal_failedCall_canBeTriedAgain() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        _proveAndWait(tx_, 10);
        target.setRefuses(true);
        vm.expectPartialRevert(IPortal.WithdrawalFailed.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.assertFalse(portal.finalizedWithdrawals(Withdrawals.hash(tx_)));
        target.setRefuses(false);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.assertEq(address(target).balance, 1 ether);
    }

    function test_withdrawal_reentrant_isRefused() public {
        Withdrawals.Transaction memory first = _withdrawal(1 ether);
        Withdrawals.Transaction memory second = _withdrawal(2 ether);
        target.setAgain(second);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(second)), 0, 9);
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.prank(address(target));
        portal.proveWithdrawalTransaction(second, proof.gameIndex, proof.output, proof.nodes);
        _proveAndWait(first, 10);
        proof.game.resolve();
        vm.warp(vm.getBlockTimestamp() + FINALITY_DELAY + 1);
        portal.finalizeWithdrawalTransaction(first);
        vm.assertFalse(target.reentered());
        vm.assertEq(target.calls(), 1);
        vm.assertEq(address(target).balance, 1 ether);
    }

    function test_withdrawal_tooLittleGas_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        tx_.gasLimit = 1_000_000;
        _proveAndWait(tx_, 10);
        vm.expectRevert(IPortal.OptimismPortal_NotEnoughGas.selector);
        portal.finalizeWithdrawalTransaction{gas: 1_000_000}(tx_);
        portal.finalizeWithdrawalTransaction{gas: 1_300_000}(tx_);
    }

    function test_withdrawal_toPortal_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        tx_.target = address(portal);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.expectRevert(IPortal.OptimismPortal_BadTarget.selector);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
    }

    function test_prove_inTheClaimsSecond_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        vm.expectRevert(IPortal.OptimismPortal_InvalidDisputeGame.selector);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
    }

    function test_prove_wrongPreimage_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        vm.warp(vm.getBlockTimestamp() + 1);
        proof.output.stateRoot = 0;
        vm.expectRevert(IPortal.OptimismPortal_InvalidOutputRootProof.selector);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
    }

    function test_finalize_tooEarly_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        uint256 start = vm.getBlockTimestamp();
        vm.warp(start + CLAIM_WINDOW + 1);
        proof.game.resolve();
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
        vm.warp(vm.getBlockTimestamp() + MATURITY_DELAY);
        vm.expectRevert(IPortal.OptimismPortal_ProofNotOldEnough.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.warp(vm.getBlockTimestamp() + 1);
        portal.finalizeWithdrawalTransaction(tx_);
    }

    function test_finalize_claimNotFinal_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        vm.warp(vm.getBlockTimestamp() + 1);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
        vm.snapshotGasLastCall("praxis", "Portal.proveWithdrawalTransaction");
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW);
        vm.expectRevert(IPortal.OptimismPortal_InvalidRootClaim.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        proof.game.resolve();
        vm.warp(vm.getBlockTimestamp() + FINALITY_DELAY);
        vm.expectRevert(IPortal.OptimismPortal_InvalidRootClaim.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.warp(vm.getBlockTimestamp() + 1);
        portal.finalizeWithdrawalTransaction(tx_);
    }

    function test_finalize_struckOutRetiredOrPaused_reverts() public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _proveAndWait(tx_, 10);
        vm.prank(GUARDIAN);
        config.pause();
        vm.expectRevert(IPortal.OptimismPortal_CallPaused.selector);
        portal.finalizeWithdrawalTransaction(tx_);
        vm.warp(vm.getBlockTimestamp() + 7 days);

        vm.expectPartialRevert(bytes4(keccak256("NotAllowed(address,address)")));
        vm.prank(GUARDIAN);
        anchors.blacklistDisputeGame(proof.game);
        vm.prank(address(timelock));
        anchors.blacklistDisputeGame(proof.game);
        vm.assertTrue(portal.disputeGameBlacklist(proof.game));
        vm.expectRevert(IPortal.OptimismPortal_InvalidRootClaim.selector);
        portal.finalizeWithdrawalTransaction(tx_);

        tx_.nonce += 1;
        _proveAndWait(tx_, 11);
        vm.prank(address(timelock));
        anchors.updateRetirementTimestamp();
        vm.expectRevert(IPortal.OptimismPortal_InvalidRootClaim.selector);
        portal.finalizeWithdrawalTransaction(tx_);
    }

    /// @dev Any set of withdrawals, any of them proved; a hash that is not among them, and a changed node, are not.
    function testFuzz_prove_trie(bytes32[8] memory seeds, uint8 count, uint8 which, uint16 flip) public {
        count = count % 8 + 1;
        which %= count;
        bytes32[] memory hashes = new bytes32[](count);
        Withdrawals.Transaction memory tx_ = _withdrawal(uint256(seeds[which]) % 1 ether);
        for (uint256 i = 0; i < count; ++i) {
            hashes[i] = i == which ? Withdrawals.hash(tx_) : keccak256(abi.encode(seeds[i], i));
        }
        Proof memory proof = _claimWith(hashes, which, 10);
        vm.warp(vm.getBlockTimestamp() + 1);
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);

        tx_.value += 1;
        vm.expectRevert();
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
        tx_.value -= 1;
        bytes memory node = proof.nodes[flip % proof.nodes.length];
        node[(flip / 8) % node.length] ^= bytes1(uint8(1 << (flip % 8)));
        vm.expectRevert();
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, proof.nodes);
    }

    /// @dev Bytes that are no proof never pass, whatever they are.
    function testFuzz_prove_garbage_reverts(bytes[] memory nodes) public {
        Withdrawals.Transaction memory tx_ = _withdrawal(1 ether);
        Proof memory proof = _claimWith(_one(Withdrawals.hash(tx_)), 0, 10);
        vm.warp(vm.getBlockTimestamp() + 1);
        vm.expectRevert();
        portal.proveWithdrawalTransaction(tx_, proof.gameIndex, proof.output, nodes);
    }
}
