// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorV3Interface, IValuer} from "../../lib/praxis/interfaces/agents/IValuer.sol";

/// @title What a token of 18 decimals is worth by a feed alone, for development
/// @notice On a live chain take Praxis's FeedValuer, which holds the feed against a time-weighted average.
contract MockValuer is IValuer {
    AggregatorV3Interface public immutable feed;

    constructor(AggregatorV3Interface feed_) {
        feed = feed_;
    }

    /// @inheritdoc IValuer
    function price() external view returns (uint256) {
        (, int256 answer,,,) = feed.latestRoundData();
        require(answer > 0, "no price");
        return uint256(answer) * 10 ** (18 - feed.decimals());
    }
}
