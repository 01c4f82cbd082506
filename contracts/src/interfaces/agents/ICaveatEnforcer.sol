// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The two hooks of an ERC-7710 caveat enforcer that surround one execution
/// @notice The ABI of MetaMask's delegation framework, where `mode` is a user-defined type over bytes32. An enforcer reverts to
/// refuse. Here `delegationHash` is keccak256(account, epoch, target, selector), `args` is empty and `redeemer` is the runner.
interface ICaveatEnforcer {
    /// @notice Called before the execution.
    function beforeHook(
        bytes calldata terms,
        bytes calldata args,
        bytes32 mode,
        bytes calldata executionCalldata,
        bytes32 delegationHash,
        address delegator,
        address redeemer
    ) external;

    /// @notice Called after the execution.
    function afterHook(
        bytes calldata terms,
        bytes calldata args,
        bytes32 mode,
        bytes calldata executionCalldata,
        bytes32 delegationHash,
        address delegator,
        address redeemer
    ) external;
}
