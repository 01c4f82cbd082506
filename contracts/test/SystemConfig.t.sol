// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {L1System} from "./helpers/L1System.sol";

contract SystemConfigTest is L1System {
    /// @dev ERC-1967: keccak256("eip1967.proxy.admin") - 1.
    bytes32 internal constant ADMIN_SLOT = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    function setUp() public {
        _deploySystem();
    }

    function _expectUpdate(ISystemConfig.UpdateType kind, bytes memory data) internal {
        vm.expectEmit(address(config));
        emit ISystemConfig.ConfigUpdate(0, kind, data);
    }

    function test_initialize_setsAll() public view {
        vm.assertEq(config.owner(), address(timelock));
        vm.assertEq(config.operator(), OPERATOR);
        vm.assertEq(config.guardian(), GUARDIAN);
        vm.assertEq(config.l2ChainId(), L2_CHAIN);
        vm.assertEq(config.batcherHash(), bytes32(uint256(0xBA)));
        vm.assertEq(config.unsafeBlockSigner(), address(0x51));
        vm.assertEq(config.gasLimit(), 30_000_000);
        vm.assertEq(config.eip1559Denominator(), 1000);
        vm.assertEq(config.eip1559Elasticity(), 2);
        vm.assertEq(config.basefeeScalar(), 1368);
        vm.assertEq(config.blobbasefeeScalar(), 810_949);
        vm.assertEq(config.resourceConfig().maxResourceLimit, 6_000_000);
    }

    function test_initialize_again_reverts() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        config.initialize(_settings());
    }

    function test_operator_rotatesKeysAndFees() public {
        vm.startPrank(OPERATOR);
        _expectUpdate(ISystemConfig.UpdateType.Batcher, abi.encode(bytes32(uint256(0xBB))));
        config.setBatcher(address(0xBB));
        _expectUpdate(ISystemConfig.UpdateType.UnsafeBlockSigner, abi.encode(address(0x52)));
        config.setUnsafeBlockSigner(address(0x52));
        uint256 scalar = uint256(1) << 248 | uint256(7) << 32 | 5;
        _expectUpdate(ISystemConfig.UpdateType.FeeScalars, abi.encode(uint256(0), scalar));
        config.setFeeScalars(5, 7);
        _expectUpdate(ISystemConfig.UpdateType.OperatorFeeParams, abi.encode(uint256(3) << 64 | 4));
        config.setOperatorFee(3, 4);
        vm.stopPrank();
        vm.assertEq(config.batcherHash(), bytes32(uint256(0xBB)));
        vm.assertEq(config.operatorFeeConstant(), 4);
    }

    function test_owner_changesRules() public {
        uint64 switchAt = uint64((vm.getBlockTimestamp() + 2 days) * 1000);
        vm.startPrank(address(timelock));
        _expectUpdate(ISystemConfig.UpdateType.GasLimit, abi.encode(uint64(60_000_000)));
        config.setGasLimit(60_000_000);
        _expectUpdate(ISystemConfig.UpdateType.Eip1559Params, abi.encode(uint256(50) << 32 | 6));
        config.setEip1559Params(50, 6);
        _expectUpdate(ISystemConfig.UpdateType.Engine, abi.encode(uint32(2), switchAt));
        config.setEngine(2, switchAt);
        _expectUpdate(ISystemConfig.UpdateType.Feature, abi.encode(bytes32("tick"), true, switchAt));
        config.setFeature("tick", true, switchAt);
        vm.stopPrank();
        vm.assertEq(config.engineTimestampMs(2), switchAt);
        (bool enabled, uint64 since) = config.features("tick");
        vm.assertTrue(enabled);
        vm.assertEq(since, switchAt);
    }

    function testFuzz_roles_others_revert(address caller) public {
        vm.assume(caller != OPERATOR && caller != GUARDIAN && caller != address(timelock) && caller != address(0));
        // The proxy's admin can call nothing but upgrades through it.
        vm.assume(caller != _admin());
        bytes[8] memory calls = [
            abi.encodeCall(config.setBatcher, (caller)),
            abi.encodeCall(config.setUnsafeBlockSigner, (caller)),
            abi.encodeCall(config.setFeeScalars, (1, 1)),
            abi.encodeCall(config.setGasLimit, (60_000_000)),
            abi.encodeCall(config.setEngine, (2, type(uint64).max)),
            abi.encodeCall(config.setGuardian, (caller)),
            abi.encodeCall(config.pause, ()),
            abi.encodeCall(config.unpause, ())
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool done, bytes memory reason) = address(config).call(calls[i]);
            vm.assertFalse(done);
            vm.assertEq(bytes32(bytes4(reason)), bytes32(ISystemConfig.NotAllowed.selector));
        }
    }

    function test_setGasLimit_belowDepositsShare_reverts() public {
        uint64 minimum = 4 * (6_000_000 + 1_000_000);
        vm.startPrank(address(timelock));
        config.setGasLimit(minimum);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.GasLimitOutOfRange.selector, minimum - 1, minimum, 200_000_000)
        );
        config.setGasLimit(minimum - 1);
        ISystemConfig.ResourceConfig memory resources = config.resourceConfig();
        resources.maxResourceLimit += 10;
        vm.expectRevert(ISystemConfig.InvalidResourceConfig.selector);
        config.setResourceConfig(resources);
        vm.stopPrank();
    }

    function test_setEngine_withoutNoticeOrLive_reverts() public {
        uint64 earliest = uint64((vm.getBlockTimestamp() + 1 days) * 1000);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.SwitchTooSoon.selector, earliest - 1, earliest));
        config.setEngine(2, earliest - 1);
        config.setEngine(2, earliest);
        // Not live yet: it may be put off. Live: it stays.
        config.setEngine(2, earliest + 1000);
        vm.warp(vm.getBlockTimestamp() + 2 days);
        vm.expectPartialRevert(ISystemConfig.SwitchTooSoon.selector);
        config.setEngine(2, type(uint64).max);
        vm.stopPrank();
    }

    function test_pause_endsByItself_andWaitsForTheNext() public {
        uint256 start = vm.getBlockTimestamp();
        vm.prank(GUARDIAN);
        config.pause();
        vm.assertTrue(portal.paused());
        vm.warp(start + 7 days - 1);
        vm.assertTrue(config.paused());
        vm.warp(start + 7 days);
        vm.assertFalse(config.paused());
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.PauseTooSoon.selector, start + 37 days));
        vm.prank(GUARDIAN);
        config.pause();
        vm.warp(start + 37 days);
        vm.prank(GUARDIAN);
        config.pause();
        vm.assertTrue(config.paused());
    }

    function test_unpause_keepsTheCooldown() public {
        vm.startPrank(GUARDIAN);
        vm.expectRevert(ISystemConfig.NotPaused.selector);
        config.unpause();
        config.pause();
        config.unpause();
        vm.assertFalse(config.paused());
        vm.expectPartialRevert(ISystemConfig.PauseTooSoon.selector);
        config.pause();
        vm.stopPrank();
    }

    function test_pauseInference_leavesWithdrawals() public {
        uint64 until = uint64(vm.getBlockTimestamp() + 7 days) * 1000;
        _expectUpdate(ISystemConfig.UpdateType.InferencePause, abi.encode(until));
        vm.prank(GUARDIAN);
        config.pauseInference();
        vm.assertFalse(config.paused());
        vm.assertEq(config.inferencePausedUntilMs(), until);
        _expectUpdate(ISystemConfig.UpdateType.InferencePause, abi.encode(uint64(0)));
        vm.prank(address(timelock));
        config.unpauseInference();
        vm.assertEq(config.inferencePausedUntilMs(), 0);
    }

    function _admin() internal view returns (address) {
        return address(uint160(uint256(vm.load(address(config), ADMIN_SLOT))));
    }

    function test_upgrade_onlyThroughTheTimelock() public {
        ProxyAdmin admin = ProxyAdmin(_admin());
        vm.assertEq(admin.owner(), address(timelock));
        address next = vm.deployCode("SystemConfig.sol:SystemConfig", "");
        bytes memory call =
            abi.encodeCall(admin.upgradeAndCall, (ITransparentUpgradeableProxy(address(config)), next, ""));
        vm.expectRevert();
        vm.prank(GOVERNOR);
        admin.upgradeAndCall(ITransparentUpgradeableProxy(address(config)), next, "");

        vm.startPrank(GOVERNOR);
        timelock.schedule(address(admin), 0, call, 0, 0, TIMELOCK_DELAY);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(admin), 0, call, 0, 0);
        vm.warp(vm.getBlockTimestamp() + TIMELOCK_DELAY);
        timelock.execute(address(admin), 0, call, 0, 0);
        vm.stopPrank();
        // The state stays where it was.
        vm.assertEq(config.gasLimit(), 30_000_000);
    }
}
