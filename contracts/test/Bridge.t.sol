// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {OptimismMintableERC20} from "../src/OptimismMintableERC20.sol";
import {OptimismMintableERC20Factory} from "../src/OptimismMintableERC20Factory.sol";
import {L1StandardBridge} from "../src/L1/L1StandardBridge.sol";
import {L2StandardBridge} from "../src/L2/L2StandardBridge.sol";
import {L2ToL1MessagePasser} from "../src/L2/L2ToL1MessagePasser.sol";
import {IL1StandardBridge} from "../src/interfaces/IL1StandardBridge.sol";
import {IL2ToL1MessagePasser} from "../src/interfaces/IL2ToL1MessagePasser.sol";
import {IPortal} from "../src/interfaces/IPortal.sol";
import {IStandardBridge} from "../src/interfaces/IStandardBridge.sol";
import {AddressAlias} from "../src/libraries/AddressAlias.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract Token is ERC20("Token", "TOK") {
    uint256 public fee;
    bool public stopped;

    function give(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function set(uint256 fee_, bool stopped_) external {
        fee = fee_;
        stopped = stopped_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!stopped, "stopped");
        if (from != address(0) && to != address(0) && fee != 0) {
            super._update(from, address(this), fee);
            amount -= fee;
        }
        super._update(from, to, amount);
    }
}

/// @dev Stands in for the portal: takes deposits, and calls as L2's sender does when a withdrawal is finalised.
contract PortalStandIn {
    address public l2Sender;
    address public to;
    uint64 public gasLimit;
    bytes public data;

    function depositTransaction(address to_, uint256 value, uint64 gasLimit_, bool isCreation, bytes calldata data_)
        external
        payable
    {
        require(value == msg.value && !isCreation, "deposit");
        (to, gasLimit, data) = (to_, gasLimit_, data_);
    }

    function withdraw(address sender, address target, uint256 value, bytes calldata message) external {
        l2Sender = sender;
        (bool done, bytes memory reason) = target.call{value: value}(message);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        l2Sender = address(0);
    }
}

contract Refuser {
    function accept(L1StandardBridge bridge, address recipient) external {
        bridge.payKept(address(0), address(0), address(this), recipient);
    }

    function sendBack(L1StandardBridge bridge, address recipient) external {
        bridge.returnKept(address(0), address(0), recipient, 0);
    }
}

contract BridgeTest is Test {
    address internal constant L2_BRIDGE = 0x4200000000000000000000000000000000000010;
    address internal constant USER = address(0xCAFE);
    address internal constant FRIEND = address(0xF00);

    PortalStandIn internal portal;
    L1StandardBridge internal l1;
    L2StandardBridge internal l2;
    L2ToL1MessagePasser internal passer;
    Token internal token;
    OptimismMintableERC20 internal counterpart;

    function setUp() public {
        portal = new PortalStandIn();
        l1 = new L1StandardBridge();
        // The implementation locks itself; here it stands for its own proxy.
        vm.store(address(l1), 0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00, 0);
        l1.initialize(IPortal(address(portal)), L2_BRIDGE);
        vm.etch(L2_BRIDGE, address(new L2StandardBridge()).code);
        l2 = L2StandardBridge(payable(L2_BRIDGE));
        vm.store(L2_BRIDGE, 0, bytes32(uint256(uint160(address(l1)))));
        vm.etch(Predeploys.L2_TO_L1_MESSAGE_PASSER, address(new L2ToL1MessagePasser()).code);
        passer = L2ToL1MessagePasser(payable(Predeploys.L2_TO_L1_MESSAGE_PASSER));
        OptimismMintableERC20Factory factory = new OptimismMintableERC20Factory();
        factory.initialize(L2_BRIDGE);
        token = new Token();
        counterpart = OptimismMintableERC20(factory.createOptimismMintableERC20(address(token), "Token", "TOK"));
        vm.deal(USER, 10 ether);
        token.give(USER, 1000);
        vm.prank(USER);
        token.approve(address(l1), type(uint256).max);
    }

    /// @dev Carries the last deposit to L2.
    function _carryToL2(uint256 value) internal {
        address sender = AddressAlias.toL2(address(l1));
        uint64 gasLimit = portal.gasLimit();
        bytes memory data = portal.data();
        vm.deal(sender, value);
        vm.prank(sender);
        (bool done,) = L2_BRIDGE.call{value: value, gas: gasLimit}(data);
        vm.assertTrue(done);
    }

    /// @dev Carries a message of the L2 bridge to L1. The portal's ether is what deposits left there.
    function _carryToL1(uint256 value, bytes memory message) internal {
        portal.withdraw(L2_BRIDGE, address(l1), value, message);
    }

    function _expectWithdrawal(uint256 nonce, uint256 value, bytes memory message) internal {
        uint256 full = uint256(1) << 240 | nonce;
        bytes32 hash = keccak256(abi.encode(full, L2_BRIDGE, address(l1), value, 400_000, message));
        vm.expectEmit(address(passer));
        emit IL2ToL1MessagePasser.MessagePassed(full, L2_BRIDGE, address(l1), value, 400_000, message, hash);
    }

    function test_ether_thereAndBack() public {
        vm.expectEmit(address(l1));
        emit IStandardBridge.ETHBridgeInitiated(USER, FRIEND, 3 ether, hex"01");
        vm.prank(USER);
        l1.bridgeETHTo{value: 3 ether}(FRIEND, 50_000, hex"01");
        vm.assertEq(portal.to(), L2_BRIDGE);
        _carryToL2(3 ether);
        vm.assertEq(FRIEND.balance, 3 ether);

        bytes memory back = abi.encodeCall(l1.finalizeBridgeETH, (FRIEND, FRIEND, 1 ether, ""));
        _expectWithdrawal(0, 1 ether, back);
        vm.prank(FRIEND, FRIEND);
        l2.bridgeETH{value: 1 ether}(0, "");
        _carryToL1(1 ether, back);
        vm.assertEq(FRIEND.balance, 3 ether);
        vm.assertEq(address(portal).balance, 2 ether);
        vm.assertEq(address(passer).balance, 1 ether);
    }

    function test_ether_plain_goesToOneself() public {
        vm.prank(USER, USER);
        (bool done,) = address(l1).call{value: 1 ether}("");
        vm.assertTrue(done);
        _carryToL2(1 ether);
        vm.assertEq(USER.balance, 10 ether);
        vm.expectRevert(IStandardBridge.ReceiverNeeded.selector);
        vm.prank(USER, FRIEND);
        l1.bridgeETH{value: 1 ether}(0, "");
    }

    function test_ether_refusedOnL2_goesBack() public {
        address refuser = address(new Refuser());
        vm.prank(USER);
        l1.bridgeETHTo{value: 3 ether}(refuser, 0, "");
        bytes memory back = abi.encodeCall(l1.finalizeBridgeETH, (refuser, USER, 3 ether, ""));
        _expectWithdrawal(0, 3 ether, back);
        _carryToL2(3 ether);
        _carryToL1(3 ether, back);
        vm.assertEq(USER.balance, 10 ether);
    }

    function test_ether_refusedOnL1_isKept() public {
        vm.deal(address(portal), 5 ether);
        Refuser refuser = new Refuser();
        vm.expectEmit(address(l1));
        emit IL1StandardBridge.Kept(address(0), address(0), address(refuser), 3 ether);
        _carryToL1(3 ether, abi.encodeCall(l1.finalizeBridgeETH, (USER, address(refuser), 3 ether, "")));
        vm.assertEq(address(l1).balance, 3 ether);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.EtherRefused.selector, address(refuser)));
        l1.payKept(address(0), address(0), address(refuser), address(refuser));
        vm.expectRevert(abi.encodeWithSelector(IL1StandardBridge.NotOwner.selector, address(this), address(refuser)));
        l1.payKept(address(0), address(0), address(refuser), FRIEND);
        refuser.accept(l1, FRIEND);
        vm.assertEq(FRIEND.balance, 3 ether);
        vm.expectRevert(IL1StandardBridge.NothingKept.selector);
        refuser.accept(l1, FRIEND);
    }

    function test_ether_kept_canGoBackToL2() public {
        vm.deal(address(portal), 3 ether);
        Refuser refuser = new Refuser();
        _carryToL1(3 ether, abi.encodeCall(l1.finalizeBridgeETH, (USER, address(refuser), 3 ether, "")));
        refuser.sendBack(l1, FRIEND);
        vm.assertEq(address(portal).balance, 3 ether);
        _carryToL2(3 ether);
        vm.assertEq(FRIEND.balance, 3 ether);
    }

    function test_token_thereAndBack() public {
        vm.expectEmit(address(l1));
        emit IStandardBridge.ERC20BridgeInitiated(address(token), address(counterpart), USER, FRIEND, 600, "");
        vm.prank(USER);
        l1.bridgeERC20To(address(token), address(counterpart), FRIEND, 600, 0, "");
        vm.snapshotGasLastCall("praxis", "L1StandardBridge.bridgeERC20To, without the portal");
        vm.assertEq(l1.deposits(address(token), address(counterpart)), 600);
        _carryToL2(0);
        vm.assertEq(counterpart.balanceOf(FRIEND), 600);

        bytes memory back =
            abi.encodeCall(l1.finalizeBridgeERC20, (address(token), address(counterpart), FRIEND, USER, 250, ""));
        _expectWithdrawal(0, 0, back);
        vm.prank(FRIEND);
        l2.bridgeERC20To(address(counterpart), address(token), USER, 250, 0, "");
        vm.assertEq(counterpart.totalSupply(), 350);
        _carryToL1(0, back);
        vm.assertEq(token.balanceOf(USER), 650);
        vm.assertEq(l1.deposits(address(token), address(counterpart)), 350);
    }

    function test_token_withFee_countsWhatArrived() public {
        token.set(10, false);
        vm.prank(USER);
        l1.bridgeERC20To(address(token), address(counterpart), FRIEND, 600, 0, "");
        vm.assertEq(l1.deposits(address(token), address(counterpart)), 590);
        _carryToL2(0);
        vm.assertEq(counterpart.balanceOf(FRIEND), 590);
    }

    function test_token_noCounterpartOnL2_goesBack() public {
        address nothing = address(0xDEAD01);
        vm.prank(USER);
        l1.bridgeERC20To(address(token), nothing, FRIEND, 600, 0, "");
        bytes memory back = abi.encodeCall(l1.finalizeBridgeERC20, (address(token), nothing, FRIEND, USER, 600, ""));
        _expectWithdrawal(0, 0, back);
        _carryToL2(0);
        _carryToL1(0, back);
        vm.assertEq(token.balanceOf(USER), 1000);
        vm.assertEq(l1.deposits(address(token), nothing), 0);
    }

    function test_token_stoppedOnL1_isKept() public {
        vm.prank(USER);
        l1.bridgeERC20To(address(token), address(counterpart), FRIEND, 600, 0, "");
        token.set(0, true);
        _carryToL1(
            0, abi.encodeCall(l1.finalizeBridgeERC20, (address(token), address(counterpart), FRIEND, USER, 600, ""))
        );
        vm.assertEq(l1.kept(address(token), address(counterpart), USER), 600);
        token.set(0, false);
        l1.payKept(address(token), address(counterpart), USER, USER);
        vm.assertEq(token.balanceOf(USER), 1000);
        vm.assertEq(l1.deposits(address(token), address(counterpart)), 0);
    }

    /// @dev Escrow is per pair: a token that claims another's escrow gets nothing.
    function test_token_foreignPair_cannotDrainEscrow() public {
        vm.prank(USER);
        l1.bridgeERC20To(address(token), address(counterpart), FRIEND, 600, 0, "");
        address thief = address(0x7);
        _carryToL1(0, abi.encodeCall(l1.finalizeBridgeERC20, (address(token), address(0x666), thief, thief, 600, "")));
        vm.assertEq(token.balanceOf(thief), 0);
        vm.expectRevert();
        l1.payKept(address(token), address(0x666), thief, thief);
    }

    function test_token_nativeToL2_thereAndBack() public {
        Token native = new Token();
        native.give(USER, 100);
        OptimismMintableERC20 onL1 = new OptimismMintableERC20(address(l1), address(native), "Native", "NAT", 6);
        vm.prank(USER);
        native.approve(L2_BRIDGE, 100);
        vm.prank(USER);
        l2.bridgeERC20To(address(native), address(onL1), FRIEND, 100, 0, "");
        _carryToL1(0, abi.encodeCall(l1.finalizeBridgeERC20, (address(onL1), address(native), USER, FRIEND, 100, "")));
        vm.assertEq(onL1.balanceOf(FRIEND), 100);
        vm.assertEq(onL1.decimals(), 6);
        vm.prank(FRIEND);
        l1.bridgeERC20To(address(onL1), address(native), USER, 40, 0, "");
        _carryToL2(0);
        vm.assertEq(native.balanceOf(USER), 40);
        vm.assertEq(l2.deposits(address(native), address(onL1)), 60);
    }

    function test_bad_reverts() public {
        vm.startPrank(USER);
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.NotOtherBridge.selector, USER));
        l1.finalizeBridgeETH(USER, USER, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.NotOtherBridge.selector, USER));
        l2.finalizeBridgeERC20(address(counterpart), address(token), USER, USER, 1, "");
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.NotSelf.selector, USER));
        l1.deliver(address(0), address(0), USER, 0);
        vm.expectRevert(IStandardBridge.NothingToBridge.selector);
        l1.bridgeETHTo(FRIEND, 0, "");
        vm.expectRevert(IStandardBridge.NothingToBridge.selector);
        l1.bridgeERC20To(address(token), address(counterpart), FRIEND, 0, 0, "");
        vm.expectRevert(abi.encodeWithSelector(OptimismMintableERC20.NotBridge.selector, USER));
        counterpart.mint(USER, 1);
        vm.stopPrank();
        // A withdrawal by somebody else on L2.
        vm.expectRevert(abi.encodeWithSelector(IStandardBridge.NotOtherBridge.selector, address(portal)));
        portal.withdraw(USER, address(l1), 0, abi.encodeCall(l1.finalizeBridgeETH, (USER, USER, 0, "")));
        // A counterpart of another token.
        address sender = AddressAlias.toL2(address(l1));
        vm.prank(sender);
        l2.finalizeBridgeERC20(address(counterpart), address(0x99), USER, USER, 1, "");
        vm.assertEq(counterpart.totalSupply(), 0);
    }

    /// @dev Tokens on both sides are what was escrowed, whatever goes to and fro.
    function testFuzz_token_conserved(uint16[6] memory amounts, bool[6] memory toL2) public {
        for (uint256 i = 0; i < amounts.length; ++i) {
            if (toL2[i]) {
                uint256 amount = amounts[i] % (token.balanceOf(USER) + 1);
                if (amount == 0) continue;
                vm.prank(USER);
                l1.bridgeERC20To(address(token), address(counterpart), USER, amount, 0, "");
                _carryToL2(0);
            } else {
                uint256 amount = amounts[i] % (counterpart.balanceOf(USER) + 1);
                if (amount == 0) continue;
                vm.prank(USER);
                l2.bridgeERC20To(address(counterpart), address(token), USER, amount, 0, "");
                _carryToL1(
                    0,
                    abi.encodeCall(
                        l1.finalizeBridgeERC20, (address(token), address(counterpart), USER, USER, amount, "")
                    )
                );
            }
            vm.assertEq(token.balanceOf(USER) + counterpart.balanceOf(USER), 1000);
            vm.assertEq(counterpart.totalSupply(), l1.deposits(address(token), address(counterpart)));
            vm.assertEq(token.balanceOf(address(l1)), counterpart.totalSupply());
        }
    }
}
