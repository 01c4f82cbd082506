// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WETH9} from "../src/L2/WETH9.sol";
import {Test} from "./helpers/Test.sol";

contract WETH9Test is Test {
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    WETH9 internal weth;

    function setUp() public {
        weth = new WETH9();
        vm.deal(ALICE, 100);
        vm.prank(ALICE);
        weth.deposit{value: 60}();
    }

    function test_deposit_andBack() public {
        vm.assertEq(weth.balanceOf(ALICE), 60);
        vm.assertEq(weth.totalSupply(), 60);
        vm.expectEmit(address(weth));
        emit WETH9.Withdrawal(ALICE, 20);
        vm.prank(ALICE);
        weth.withdraw(20);
        vm.assertEq(ALICE.balance, 60);
        vm.assertEq(weth.balanceOf(ALICE), 40);
        vm.assertEq(weth.totalSupply(), 40);
    }

    function test_receive_deposits() public {
        vm.deal(BOB, 7);
        vm.prank(BOB);
        (bool sent,) = address(weth).call{value: 7}("");
        vm.assertTrue(sent);
        vm.assertEq(weth.balanceOf(BOB), 7);
    }

    function test_withdraw_moreThanHeld_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientBalance.selector, ALICE, 60, 61));
        vm.prank(ALICE);
        weth.withdraw(61);
    }

    function test_withdraw_accountRefuses_reverts() public {
        vm.etch(ALICE, hex"5f5ffd");
        vm.expectRevert(abi.encodeWithSelector(WETH9.EtherTransferFailed.selector, ALICE, 1));
        vm.prank(ALICE);
        weth.withdraw(1);
    }

    function testFuzz_transfer_conserves(uint256 value, bool toSelf) public {
        value %= 61;
        vm.prank(ALICE);
        vm.assertTrue(weth.transfer(toSelf ? ALICE : BOB, value));
        vm.assertEq(weth.balanceOf(ALICE) + weth.balanceOf(BOB), 60);
        vm.assertEq(weth.balanceOf(BOB), toSelf ? 0 : value);
    }

    function test_transferFrom_usesTheAllowance() public {
        vm.prank(ALICE);
        weth.approve(BOB, 10);
        vm.prank(BOB);
        weth.transferFrom(ALICE, BOB, 4);
        vm.assertEq(weth.allowance(ALICE, BOB), 6);
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientAllowance.selector, BOB, 6, 7));
        vm.prank(BOB);
        weth.transferFrom(ALICE, BOB, 7);
    }

    function test_transferFrom_greatestAllowance_isNotUsedUp() public {
        vm.prank(ALICE);
        weth.approve(BOB, type(uint256).max);
        vm.prank(BOB);
        weth.transferFrom(ALICE, BOB, 4);
        vm.assertEq(weth.allowance(ALICE, BOB), type(uint256).max);
    }
}
