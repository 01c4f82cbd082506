// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Where the strategy trades
interface IVenue {
    /// @notice Takes `amountIn` of `from` from the caller and gives it at least `leastOut` of `to`, or reverts.
    function swap(address from, address to, uint256 amountIn, uint256 leastOut) external returns (uint256 amountOut);
}
