// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUniswapV2Pair} from "../../interfaces/agents/IUniswapV2Pair.sol";
import {IValuer} from "../../interfaces/agents/IValuer.sol";

/// @title What a liquidity token of a constant-product pair is worth: 2 sqrt(k p0 p1) / supply
/// @notice Reserves enter by their product alone, which a swap within a block does not lower or raise beyond its fee.
/// Source of the formula: "Pricing LP tokens", Alpha Finance, 2021.
contract LiquidityValuer is IValuer {
    IUniswapV2Pair public immutable pair;
    IValuer public immutable valuer0;
    IValuer public immutable valuer1;

    /// @notice A token's price is 2^128 or more.
    error PriceTooLarge(uint256 price);

    constructor(IUniswapV2Pair pair_, IValuer valuer0_, IValuer valuer1_) {
        (pair, valuer0, valuer1) = (pair_, valuer0_, valuer1_);
    }

    /// @inheritdoc IValuer
    function price() external view returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 price0, uint256 price1) = (valuer0.price(), valuer1.price());
        if (price0 > type(uint128).max) revert PriceTooLarge(price0);
        if (price1 > type(uint128).max) revert PriceTooLarge(price1);
        // Below 2 * 2^112 * 2^128.
        return 2 * Math.sqrt(uint256(reserve0) * reserve1) * Math.sqrt(price0 * price1) / pair.totalSupply();
    }
}
