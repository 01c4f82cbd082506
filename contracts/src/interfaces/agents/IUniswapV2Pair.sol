// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What valuers read of a Uniswap v2 pair
interface IUniswapV2Pair {
    /// @notice Reserves, and when they last changed, seconds mod 2^32.
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);

    /// @notice Sum over time of reserve1 / reserve0, UQ112x112 seconds; wraps.
    function price0CumulativeLast() external view returns (uint256);

    /// @notice Sum over time of reserve0 / reserve1, UQ112x112 seconds; wraps.
    function price1CumulativeLast() external view returns (uint256);

    /// @notice Liquidity tokens.
    function totalSupply() external view returns (uint256);
}
