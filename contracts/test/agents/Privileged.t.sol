// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/RuleChecks.sol" as RuleChecksUnit;
import {IRuleChecks} from "../../src/interfaces/agents/IRuleChecks.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev What no list permits: each function by its signature, and where the privileged addresses begin and end.
contract PrivilegedTest is Test {
    IRuleChecks private constant CHECKS = IRuleChecks(Predeploys.RULE_CHECKS);
    address private constant HARMLESS = address(0x7a46e7);
    bytes4 private constant PLAIN = 0x12345678;

    function setUp() public {
        vm.etch(Predeploys.RULE_CHECKS, vm.getDeployedCode("RuleChecks.sol:RuleChecks"));
    }

    function _assertPrivileged(string memory signature) private pure {
        bytes4 selector = bytes4(keccak256(bytes(signature)));
        vm.assertTrue(CHECKS.isPrivileged(HARMLESS, selector));
        // A neighbour of it is another function.
        vm.assertFalse(CHECKS.isPrivileged(HARMLESS, bytes4(uint32(selector) ^ 1)));
    }

    function test_functions_thatGrant() public pure {
        string[16] memory signatures = [
            "approve(address,uint256)",
            "increaseAllowance(address,uint256)",
            "decreaseAllowance(address,uint256)",
            "approveAndCall(address,uint256,bytes)",
            "approveAndCall(address,uint256)",
            "setApprovalForAll(address,bool)",
            "approve(address,uint256,uint256)",
            "setOperator(address,bool)",
            "authorizeOperator(address)",
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
            "permit(address,address,uint256,uint256,bytes)",
            "permit(address,uint256,uint256,uint8,bytes32,bytes32)",
            "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
            "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
            "approve(address,address,uint160,uint48)"
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            _assertPrivileged(signatures[i]);
        }
    }

    function test_functions_thatDelegate() public pure {
        string[12] memory signatures = [
            "approveDelegation(address,uint256)",
            "delegationWithSig(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "allow(address,bool)",
            "allowBySig(address,address,bool,uint256,uint256,uint8,bytes32,bytes32)",
            "setAuthorization(address,bool)",
            "setAuthorizationWithSig((address,address,bool,uint256,uint256),(uint8,bytes32,bytes32))",
            "transferOwnership(address)",
            "grantRole(bytes32,address)",
            "setOwner(address)",
            "delegate(address)",
            "transferOperator(address)",
            "setOperator(address)"
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            _assertPrivileged(signatures[i]);
        }
    }

    function test_functions_thatCarryCalls() public pure {
        string[7] memory signatures = [
            "multicall(bytes[])",
            "multicall(uint256,bytes[])",
            "multicall(bytes32,bytes[])",
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
            "execute(address,uint256,bytes)",
            "execute(bytes32,bytes)",
            "executeFromExecutor(bytes32,bytes)"
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            _assertPrivileged(signatures[i]);
        }
    }

    function test_targets_andTheirNeighbours() public pure {
        uint160 chain = uint160(0x5000000000000000000000000000000000000000);
        uint160 stack = uint160(0x4200000000000000000000000000000000000000);
        uint160[10] memory privileged = [
            0,
            0xffff,
            chain,
            chain + 0xff,
            stack,
            stack + 5,
            stack + 0xff,
            uint160(0x4337) << 144,
            uint160(0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789),
            uint160(0x0000000071727De22E5E9d8BAf0edAc6f37da032)
        ];
        for (uint256 i = 0; i < privileged.length; ++i) {
            vm.assertTrue(CHECKS.isPrivileged(address(privileged[i]), PLAIN));
        }
        uint160[10] memory others = [
            0x10000,
            chain - 1,
            chain + 0x100,
            stack - 1,
            stack + 6,
            stack + 0x100,
            uint160(0x4336) << 144,
            uint160(0x4338) << 144,
            uint160(0x5FF137D4b0fDcD49DCa30c7Cf57E578A026d2788),
            uint160(0x0000000071727DE22E5e9d8baF0EdaC6f37dA033)
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.assertFalse(CHECKS.isPrivileged(address(others[i]), PLAIN));
        }
    }
}
