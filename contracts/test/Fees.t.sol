// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {IFeeVault} from "../src/interfaces/IFeeVault.sol";
import {IL2ToL1MessagePasser} from "../src/interfaces/IL2ToL1MessagePasser.sol";
import {FeeVault} from "../src/L2/FeeVault.sol";
import {L2ToL1MessagePasser} from "../src/L2/L2ToL1MessagePasser.sol";
import {FastLZ} from "../src/libraries/FastLZ.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract FastLZTest is Test {
    function _repeat(bytes1 value, uint256 count) private pure returns (bytes memory data) {
        data = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            data[i] = value;
        }
    }

    function test_length_known() public pure {
        vm.assertEq(FastLZ.length(""), 0);
        vm.assertEq(FastLZ.length(_repeat(0x01, 1000)), 21);
        vm.assertEq(FastLZ.length(_repeat(0x00, 1000)), 21);
        vm.assertEq(FastLZ.length(_repeat(0x07, 13)), 14);
        vm.assertEq(FastLZ.length(_repeat(0x07, 33)), 12);
    }

    function testFuzz_length_isAtMostLiterals(bytes memory data) public pure {
        vm.assertLe(FastLZ.length(data), data.length + (data.length + 31) / 32);
    }
}

contract FeeVaultTest is Test {
    address internal constant RECIPIENT = address(0xFEE);
    address internal constant OWNER = address(0x0123);
    FeeVault internal vault;

    function setUp() public {
        vault = new FeeVault();
        vm.etch(Predeploys.PROXY_ADMIN, address(new ProxyAdmin(address(this))).code);
        vm.store(Predeploys.PROXY_ADMIN, bytes32(0), bytes32(uint256(uint160(OWNER))));
        _genesis(IFeeVault.WithdrawalNetwork.L2, 9);
        vm.deal(address(vault), 9);
    }

    function _genesis(IFeeVault.WithdrawalNetwork network, uint256 minimum) private {
        vm.store(address(vault), bytes32(0), bytes32(uint256(uint160(RECIPIENT)) | uint256(network) << 160));
        vm.store(address(vault), bytes32(uint256(2)), bytes32(minimum));
    }

    function test_withdraw_paysTheRecipient() public {
        vm.assertEq(vault.recipient(), RECIPIENT);
        vm.assertEq(vault.RECIPIENT(), RECIPIENT);
        vm.expectEmit(address(vault));
        emit IFeeVault.Withdrawal(9, RECIPIENT, address(0xB0B));
        vm.expectEmit(address(vault));
        emit IFeeVault.Withdrawal(9, RECIPIENT, address(0xB0B), IFeeVault.WithdrawalNetwork.L2);
        vm.prank(address(0xB0B));
        vm.assertEq(vault.withdraw(), 9);
        vm.assertEq(RECIPIENT.balance, 9);
        vm.assertEq(address(vault).balance, 0);
        vm.assertEq(vault.totalProcessed(), 9);
    }

    function test_withdraw_toL1_isAWithdrawal() public {
        _genesis(IFeeVault.WithdrawalNetwork.L1, 0);
        vm.etch(Predeploys.L2_TO_L1_MESSAGE_PASSER, address(new L2ToL1MessagePasser()).code);
        uint256 nonce = uint256(1) << 240;
        bytes32 hash = keccak256(abi.encode(nonce, address(vault), RECIPIENT, uint256(9), uint256(400_000), bytes("")));
        vm.expectEmit(Predeploys.L2_TO_L1_MESSAGE_PASSER);
        emit IL2ToL1MessagePasser.MessagePassed(nonce, address(vault), RECIPIENT, 9, 400_000, "", hash);
        vault.withdraw();
        vm.assertEq(Predeploys.L2_TO_L1_MESSAGE_PASSER.balance, 9);
    }

    function test_withdraw_belowTheMinimum_reverts() public {
        _genesis(IFeeVault.WithdrawalNetwork.L2, 10);
        vm.expectRevert(abi.encodeWithSelector(IFeeVault.BelowMinimum.selector, 9, 10));
        vault.withdraw();
    }

    function test_withdraw_noRecipient_reverts() public {
        vm.store(address(vault), bytes32(0), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IFeeVault.RecipientNotSet.selector));
        vault.withdraw();
    }

    function test_withdraw_recipientRefuses_reverts() public {
        vm.etch(RECIPIENT, hex"5f5ffd");
        vm.expectRevert(abi.encodeWithSelector(IFeeVault.TransferFailed.selector, RECIPIENT, 9));
        vault.withdraw();
        vm.assertEq(address(vault).balance, 9);
        vm.assertEq(vault.totalProcessed(), 0);
    }

    function test_set_byTheOwner() public {
        vm.startPrank(OWNER);
        vm.expectEmit(address(vault));
        emit IFeeVault.RecipientUpdated(RECIPIENT, address(1));
        vault.setRecipient(address(1));
        vm.expectEmit(address(vault));
        emit IFeeVault.WithdrawalNetworkUpdated(IFeeVault.WithdrawalNetwork.L2, IFeeVault.WithdrawalNetwork.L1);
        vault.setWithdrawalNetwork(IFeeVault.WithdrawalNetwork.L1);
        vm.expectEmit(address(vault));
        emit IFeeVault.MinWithdrawalAmountUpdated(9, 5);
        vault.setMinWithdrawalAmount(5);
        vm.stopPrank();
        vm.assertEq(vault.RECIPIENT(), address(1));
        vm.assertTrue(vault.WITHDRAWAL_NETWORK() == IFeeVault.WithdrawalNetwork.L1);
        vm.assertEq(vault.MIN_WITHDRAWAL_AMOUNT(), 5);
    }

    function testFuzz_set_notTheOwner_reverts(address caller) public {
        vm.assume(caller != OWNER);
        bytes memory refused = abi.encodeWithSelector(IFeeVault.NotOwner.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        vault.setRecipient(caller);
        vm.expectRevert(refused);
        vault.setWithdrawalNetwork(IFeeVault.WithdrawalNetwork.L2);
        vm.expectRevert(refused);
        vault.setMinWithdrawalAmount(0);
    }
}
