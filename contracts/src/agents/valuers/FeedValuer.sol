// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface, ITimeWeighted, IValuer} from "../../interfaces/agents/IValuer.sol";

/// @title A price from a feed, held against a time-weighted average
/// @notice A spike that the average does not follow gives no price, so actions that depend on it are refused.
contract FeedValuer is IValuer {
    /// @notice The average's least window, seconds.
    uint32 public constant WINDOW = 30 minutes;

    AggregatorV3Interface public immutable feed;
    ITimeWeighted public immutable average;
    /// @notice Oldest answer that counts, seconds.
    uint256 public immutable maxAge;
    /// @notice Largest distance from the average, in 1/10,000 of the average.
    uint256 public immutable maxDeviationBps;
    /// @dev From the feed's decimals to 18, and from tokens to 10^18 smallest units.
    uint256 private immutable _scale;

    /// @notice Decimals of feed or token above 18, or a deviation above 100 %.
    error BadParameter();
    /// @notice The feed's answer is not positive.
    error NoAnswer(int256 answer);
    /// @notice The feed's answer is this many seconds old, or from the future.
    error Stale(uint256 updatedAt);
    /// @notice Feed and average differ by more than allowed.
    error Deviates(uint256 price, uint256 average);

    constructor(
        AggregatorV3Interface feed_,
        ITimeWeighted average_,
        uint8 tokenDecimals,
        uint256 maxAge_,
        uint256 maxDeviationBps_
    ) {
        uint8 decimals = feed_.decimals();
        if (decimals > 18 || tokenDecimals > 18 || maxDeviationBps_ > 10_000) revert BadParameter();
        (feed, average, maxAge, maxDeviationBps) = (feed_, average_, maxAge_, maxDeviationBps_);
        _scale = 10 ** (36 - uint256(decimals) - tokenDecimals);
    }

    /// @inheritdoc IValuer
    function price() external view returns (uint256 value) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        if (answer <= 0) revert NoAnswer(answer);
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > maxAge) revert Stale(updatedAt);
        // casting is safe: positive
        value = uint256(answer) * _scale;
        uint256 mean = average.average(WINDOW);
        uint256 distance = value > mean ? value - mean : mean - value;
        if (distance * 10_000 > mean * maxDeviationBps) revert Deviates(value, mean);
    }
}
