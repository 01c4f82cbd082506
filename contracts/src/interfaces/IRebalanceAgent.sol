// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The demo's strategy: the last 20 prices of two assets in, target weights out, decided by a model
interface IRebalanceAgent {
    /// @notice The model decided.
    /// @param model The model that was asked.
    /// @param round Which decision of this contract it is, from 0.
    /// @param weight0 Target share of the first asset, 18 decimals.
    /// @param weight1 Target share of the second asset, 18 decimals.
    /// @param pricesHash keccak256 of the 40 prices as words: on what the decision rests.
    event Decided(bytes32 indexed model, uint256 indexed round, uint256 weight0, uint256 weight1, bytes32 pricesHash);

    /// @notice A price is 1 to 2^128 - 1.
    error PriceOutOfRange(uint256 asset, uint256 index);

    /// @notice The model's answer is not two shares between 0 and 1.
    error UnexpectedOutput(int256[] output);

    /// @notice The model that decides.
    function model() external view returns (bytes32);

    /// @notice How many decisions have been made.
    function rounds() external view returns (uint256);

    /// @notice The latest decision, 18 decimals; zeros before the first.
    function weights() external view returns (uint256 weight0, uint256 weight1);

    /// @notice The model's input for these prices, 18 decimals: for each asset 19 returns p[i] / p[i-1] - 1, then
    /// 20 * p[19] / sum - 1. Each division rounds down.
    /// @param prices0 Prices of the first asset, oldest first, in any unit.
    /// @param prices1 Prices of the second asset, oldest first, in any unit.
    function features(uint256[20] calldata prices0, uint256[20] calldata prices1)
        external
        pure
        returns (int256[] memory);

    /// @notice Asks the model and records its answer.
    /// @param prices0 Prices of the first asset, oldest first, in any unit.
    /// @param prices1 Prices of the second asset, oldest first, in any unit.
    /// @return weight0 Target share of the first asset, 18 decimals.
    /// @return weight1 Target share of the second asset, 18 decimals.
    function decide(uint256[20] calldata prices0, uint256[20] calldata prices1)
        external
        returns (uint256 weight0, uint256 weight1);
}
