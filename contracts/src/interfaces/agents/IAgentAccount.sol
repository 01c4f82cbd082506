// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What an agent's account has beyond ERC-7579
interface IAgentAccount {
    /// @notice A clone is initialised by the factory that makes it, a delegated account by itself only.
    error NotInitializer(address caller);
    /// @notice An account is initialised once.
    error AlreadyInitialized();

    /// @notice Installs the runner and the validator.
    /// @param policy abi.encode(address owner, Terms terms, Rule[] rules).
    function initialize(bytes calldata policy) external;

    /// @notice Who owns the account: fixed in a clone's code; of a delegated account, itself.
    function owner() external view returns (address);
}
