// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL1Block} from "../src/interfaces/IL1Block.sol";
import {IL2ToL1MessagePasser} from "../src/interfaces/IL2ToL1MessagePasser.sol";
import {L1Block} from "../src/L2/L1Block.sol";
import {L2ToL1MessagePasser} from "../src/L2/L2ToL1MessagePasser.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract L1BlockTest is Test {
    L1Block internal l1;

    function setUp() public {
        l1 = new L1Block();
    }

    function testFuzz_setL1BlockValues_storesEachField(IL1Block.L1Values calldata values) public {
        vm.prank(Predeploys.DEPOSITOR_ACCOUNT);
        l1.setL1BlockValues(values);
        vm.assertEq(l1.number(), values.number);
        vm.assertEq(l1.timestamp(), values.timestamp);
        vm.assertEq(l1.basefee(), values.basefee);
        vm.assertEq(l1.blobBaseFee(), values.blobBaseFee);
        vm.assertEq(l1.hash(), values.hash);
        vm.assertEq(l1.sequenceNumber(), values.sequenceNumber);
        vm.assertEq(l1.batcherHash(), values.batcherHash);
        vm.assertEq(l1.timestampMs(), values.timestampMs);
        vm.assertTrue(l1.forced() == values.forced);
        vm.assertEq(l1.baseFeeScalar(), values.baseFeeScalar);
        vm.assertEq(l1.blobBaseFeeScalar(), values.blobBaseFeeScalar);
        vm.assertEq(l1.operatorFeeScalar(), values.operatorFeeScalar);
        vm.assertEq(l1.operatorFeeConstant(), values.operatorFeeConstant);
        vm.assertEq(l1.gasLimit(), values.gasLimit);
        vm.assertEq(l1.eip1559Denominator(), values.eip1559Denominator);
        vm.assertEq(l1.eip1559Elasticity(), values.eip1559Elasticity);
    }

    function testFuzz_configUpdates_store(address signer, uint32 engine, uint64 live, uint64 until) public {
        vm.startPrank(Predeploys.DEPOSITOR_ACCOUNT);
        l1.setUnsafeBlockSigner(signer);
        l1.setEngine(engine, live);
        l1.setInferencePause(until);
        vm.stopPrank();
        vm.assertEq(l1.unsafeBlockSigner(), signer);
        vm.assertEq(l1.engineTimestampMs(engine), live);
        vm.assertEq(l1.inferencePausedUntilMs(), until);
    }

    function test_feature_switchesOnAndOffAtItsTimes() public {
        _blockAt(1000);
        l1.setFeature("a", true, 2000);
        vm.assertTrue(!l1.isFeatureEnabled("a"));
        _blockAt(2000);
        vm.assertTrue(l1.isFeatureEnabled("a"));
        vm.assertTrue(!l1.isFeatureEnabled("b"));
        l1.setFeature("a", false, 3000);
        vm.assertTrue(l1.isFeatureEnabled("a"));
        _blockAt(3000);
        vm.assertTrue(!l1.isFeatureEnabled("a"));
    }

    /// The block at that L2 time; what follows comes from the depositor.
    function _blockAt(uint64 timestampMs) private {
        vm.stopPrank();
        vm.startPrank(Predeploys.DEPOSITOR_ACCOUNT);
        IL1Block.L1Values memory values;
        values.timestampMs = timestampMs;
        l1.setL1BlockValues(values);
    }

    function testFuzz_configUpdates_notDepositor_revert(address caller) public {
        vm.assume(caller != Predeploys.DEPOSITOR_ACCOUNT);
        bytes memory reason = abi.encodeWithSelector(IL1Block.NotDepositor.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(reason);
        l1.setUnsafeBlockSigner(caller);
        vm.expectRevert(reason);
        l1.setEngine(1, 1);
        vm.expectRevert(reason);
        l1.setInferencePause(1);
        vm.expectRevert(reason);
        l1.setFeature("a", true, 1);
    }

    function testFuzz_setL1BlockValues_notDepositor_reverts(address caller, IL1Block.L1Values calldata values) public {
        vm.assume(caller != Predeploys.DEPOSITOR_ACCOUNT);
        vm.expectRevert(abi.encodeWithSelector(IL1Block.NotDepositor.selector, caller));
        vm.prank(caller);
        l1.setL1BlockValues(values);
    }
}

contract L2ToL1MessagePasserTest is Test {
    L2ToL1MessagePasser internal passer;

    function setUp() public {
        passer = new L2ToL1MessagePasser();
        vm.deal(address(this), type(uint128).max);
    }

    function testFuzz_initiateWithdrawal_records(
        address sender,
        address target,
        uint128 value,
        uint256 gasLimit,
        bytes memory data
    ) public {
        vm.deal(sender, value);
        uint256 nonce = uint256(1) << 240;
        vm.assertEq(passer.messageNonce(), nonce);
        bytes32 hash = keccak256(abi.encode(nonce, sender, target, uint256(value), gasLimit, data));
        vm.expectEmit(address(passer));
        emit IL2ToL1MessagePasser.MessagePassed(nonce, sender, target, value, gasLimit, data, hash);
        vm.prank(sender);
        passer.initiateWithdrawal{value: value}(target, gasLimit, data);

        vm.assertTrue(passer.sentMessages(hash));
        vm.assertEq(passer.messageNonce(), nonce + 1);
        vm.assertEq(address(passer).balance, value);
        // What a storage proof on L1 looks up.
        vm.assertEq(vm.load(address(passer), keccak256(abi.encode(hash, uint256(0)))), bytes32(uint256(1)));
    }

    function test_initiateWithdrawal_sameMessageTwice_hasTwoHashes() public {
        uint256 nonce = passer.messageNonce();
        passer.initiateWithdrawal(address(1), 2, "3");
        passer.initiateWithdrawal(address(1), 2, "3");
        vm.assertTrue(passer.sentMessages(keccak256(abi.encode(nonce, address(this), address(1), 0, 2, bytes("3")))));
        vm.assertTrue(
            passer.sentMessages(keccak256(abi.encode(nonce + 1, address(this), address(1), 0, 2, bytes("3"))))
        );
    }

    function test_receive_withdrawsToTheSender() public {
        uint256 nonce = passer.messageNonce();
        bytes32 hash = keccak256(abi.encode(nonce, address(this), address(this), 5, 100_000, bytes("")));
        (bool sent,) = address(passer).call{value: 5}("");
        vm.assertTrue(sent);
        vm.assertTrue(passer.sentMessages(hash));
    }
}
