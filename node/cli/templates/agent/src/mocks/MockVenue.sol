// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorV3Interface} from "../../lib/praxis/interfaces/agents/IValuer.sol";
import {IVenue} from "../IVenue.sol";
import {MockToken} from "./MockToken.sol";

/// @title Sells one token for another at a feed's price, without end, for development
contract MockVenue is IVenue {
    AggregatorV3Interface public immutable feed;

    constructor(AggregatorV3Interface feed_) {
        feed = feed_;
    }

    /// @inheritdoc IVenue
    function swap(address from, address to, uint256 amountIn, uint256 leastOut) external returns (uint256 amountOut) {
        (, int256 price,,,) = feed.latestRoundData();
        amountOut = amountIn * 10 ** feed.decimals() / uint256(price);
        require(amountOut >= leastOut, "too little");
        MockToken(from).transferFrom(msg.sender, address(this), amountIn);
        MockToken(to).mint(msg.sender, amountOut);
    }
}
