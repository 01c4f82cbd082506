// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What an asset is worth
interface IValuer {
    /// @notice Value of 10^18 smallest units of the asset, in 10^-18 of the policy's unit of account. Reverts where no price
    /// can be trusted now.
    function price() external view returns (uint256);
}

/// @title A time-weighted average price
interface ITimeWeighted {
    /// @notice The average over at least the last `window` seconds, in the scale of `IValuer.price`. Reverts where observations
    /// do not reach back so far.
    function average(uint32 window) external view returns (uint256);
}

/// @title The price feed interface that Chainlink introduced
interface AggregatorV3Interface {
    /// @notice Decimals of the answer.
    function decimals() external view returns (uint8);

    /// @notice The latest round: answer, and when it was made, seconds.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
