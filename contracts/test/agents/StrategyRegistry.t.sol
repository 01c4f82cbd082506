// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StrategyRegistry} from "../../src/agents/StrategyRegistry.sol";
import {IStrategyRegistry, Read} from "../../src/interfaces/agents/IStrategyRegistry.sol";
import {Test} from "../helpers/Test.sol";

contract StrategyRegistryTest is Test {
    StrategyRegistry private registry;
    address private constant STRATEGY = address(0xabcdef01);

    function setUp() public {
        registry = new StrategyRegistry();
    }

    function _expect(bytes memory code, bytes memory reason) private {
        vm.etch(STRATEGY, code);
        vm.expectRevert(reason);
        registry.register(STRATEGY, new Read[](0));
    }

    function test_register_forbiddenOpcodes_revert() public {
        bytes1[4] memory opcodes = [bytes1(0x55), 0xf2, 0xf4, 0xff];
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory code = abi.encodePacked(hex"6055", opcodes[i]);
            _expect(code, abi.encodeWithSelector(IStrategyRegistry.ForbiddenOpcode.selector, 2, uint8(opcodes[i])));
        }
    }

    function test_register_noOwnCode_reverts() public {
        _expect("", abi.encodeWithSelector(IStrategyRegistry.NoOwnCode.selector, STRATEGY));
    }

    function test_register_pushDataAndTruncatedPush_areSkipped() public {
        vm.etch(STRATEGY, hex"61f45575ff");
        registry.register(STRATEGY, new Read[](0));
        vm.assertTrue(registry.isIntact(STRATEGY));
        vm.expectRevert(abi.encodeWithSelector(IStrategyRegistry.BadRegistration.selector, STRATEGY));
        registry.register(STRATEGY, new Read[](0));
    }

    function test_isIntact_watchesTheReads() public {
        vm.etch(STRATEGY, hex"00");
        vm.etch(address(0x777777), hex"01");
        Read[] memory reads = new Read[](1);
        reads[0] = Read(address(0x777777), keccak256(hex"02"));
        vm.expectRevert(
            abi.encodeWithSelector(
                IStrategyRegistry.CodeHashDiffers.selector, address(0x777777), keccak256(hex"02"), keccak256(hex"01")
            )
        );
        registry.register(STRATEGY, reads);
        reads[0].codeHash = keccak256(hex"01");
        registry.register(STRATEGY, reads);
        vm.assertTrue(registry.isIntact(STRATEGY));
        (bytes32 codeHash, Read[] memory declared) = registry.readsOf(STRATEGY);
        vm.assertEq(codeHash, keccak256(hex"00"));
        vm.assertEq(declared.length, 1);
        vm.etch(address(0x777777), hex"02");
        vm.assertTrue(!registry.isIntact(STRATEGY));
    }
}
