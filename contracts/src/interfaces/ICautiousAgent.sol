// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title An agent that abstains where its model fails
interface ICautiousAgent {
    /// @notice A decision.
    event Decided(bytes32 indexed model, int256 value);

    /// @notice None, because the inference failed with `reason`; empty when it ran out of gas.
    event Abstained(bytes32 indexed model, bytes reason);

    /// @notice The model that decides.
    function model() external view returns (bytes32);

    /// @notice How many decisions were made.
    function decisions() external view returns (uint256);

    /// @notice The latest decision, with 18 decimals.
    function latest() external view returns (int256);

    /// @notice Asks the model.
    /// @param input All inputs in the model's order, with 18 decimals.
    /// @return decided Whether it decided; else it abstained.
    function decide(int256[] calldata input) external returns (bool decided);
}
