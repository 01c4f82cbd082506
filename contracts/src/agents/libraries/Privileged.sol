// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What no agent calls, whatever its policy lists
library Privileged {
    /// @notice The chain's own contracts: precompiles and everything below 2^16 (0xA1 among them), 0x5000…00xx (registries,
    /// Scheduler, Market, factory, runner), 0x4200…00xx except wrapped ether (message passer, fee vaults), all EntryPoints.
    function isTarget(address target) internal pure returns (bool) {
        uint160 number = uint160(target);
        if (number <= type(uint16).max) return true;
        uint160 family = number >> 8;
        if (family == uint160(0x5000000000000000000000000000000000000000) >> 8) return true;
        if (family == uint160(0x4200000000000000000000000000000000000000) >> 8) return uint8(number) != 6;
        // Every EntryPoint's address starts with 0x4337 (v0.8 and v0.9) except those of v0.6 and v0.7.
        return number >> 144 == 0x4337 || target == 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789
            || target == 0x0000000071727De22E5E9d8BAf0edAc6f37da032;
    }

    /// @notice Functions that give somebody standing power over the caller's assets, that take an order signed elsewhere, or that
    /// carry further calls of the target on itself, which would hide one of the former.
    function isSelector(bytes4 selector) internal pure returns (bool) {
        return _grants(selector) || _delegates(selector) || _nests(selector);
    }

    /// @dev ERC-20, ERC-721, ERC-1155, ERC-6909, ERC-777, EIP-2612, Permit2.
    function _grants(bytes4 s) private pure returns (bool) {
        return s == 0x095ea7b3 // approve(address,uint256)
            || s == 0x39509351 // increaseAllowance(address,uint256)
            || s == 0xa457c2d7 // decreaseAllowance(address,uint256)
            || s == 0xcae9ca51 // approveAndCall(address,uint256,bytes)
            || s == 0x3177029f // approveAndCall(address,uint256)
            || s == 0xa22cb465 // setApprovalForAll(address,bool)
            || s == 0x426a8493 // approve(address,uint256,uint256)
            || s == 0x558a7297 // setOperator(address,bool)
            || s == 0x959b8c3f // authorizeOperator(address)
            || s == 0xd505accf // permit(address,address,uint256,uint256,uint8,bytes32,bytes32)
            || s == 0x8fcbaf0c // permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)
            || s == 0x9fd5a6cf // permit(address,address,uint256,uint256,bytes)
            || s == 0x7ac2ff7b // permit(address,uint256,uint256,uint8,bytes32,bytes32)
            || s == 0x2b67b570 // permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)
            || s == 0x2a2d80d1 // permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)
            || s == 0x87517c45; // approve(address,address,uint160,uint48)
    }

    /// @dev Credit delegation, lending markets' managers, ownership and roles, vote and claim delegation.
    function _delegates(bytes4 s) private pure returns (bool) {
        return s == 0xc04a8a10 // approveDelegation(address,uint256)
            || s == 0x0b52d558 // delegationWithSig(address,address,uint256,uint256,uint8,bytes32,bytes32)
            || s == 0x110496e5 // allow(address,bool)
            || s == 0xbb24d994 // allowBySig(address,address,bool,uint256,uint256,uint8,bytes32,bytes32)
            || s == 0xeecea000 // setAuthorization(address,bool)
            || s == 0x8069218f // setAuthorizationWithSig(…)
            || s == 0xf2fde38b // transferOwnership(address)
            || s == 0x2f2ff15d // grantRole(bytes32,address)
            || s == 0x13af4035 // setOwner(address)
            || s == 0x5c19a95c // delegate(address)
            || s == 0x29605e77 // transferOperator(address)
            || s == 0xb3ab15fb; // setOperator(address)
    }

    /// @dev Batches that run on the target itself with the account as sender.
    function _nests(bytes4 s) private pure returns (bool) {
        return s == 0xac9650d8 // multicall(bytes[])
            || s == 0x5ae401dc // multicall(uint256,bytes[])
            || s == 0x1f0464d1 // multicall(bytes32,bytes[])
            || s == 0x6a761202 // execTransaction(…)
            || s == 0xb61d27f6 // execute(address,uint256,bytes)
            || s == 0xe9ae5c53 // execute(bytes32,bytes)
            || s == 0xd691c964; // executeFromExecutor(bytes32,bytes)
    }
}
