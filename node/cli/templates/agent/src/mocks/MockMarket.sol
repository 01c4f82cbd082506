// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockFeed} from "./MockFeed.sol";
import {MockToken} from "./MockToken.sol";
import {MockValuer} from "./MockValuer.sol";
import {MockVenue} from "./MockVenue.sol";

/// @title Feed, tokens, venue and valuers in one deployment, for development
contract MockMarket {
    uint8 internal constant FEED_DECIMALS = 8;
    /// @notice One more than the strategy looks back.
    uint256 internal constant ROUNDS = 9;

    MockFeed public immutable feed = new MockFeed(FEED_DECIMALS);
    MockToken public immutable cash = new MockToken("CASH");
    MockToken public immutable asset = new MockToken("ASSET");
    MockVenue public immutable venue;
    MockValuer public immutable cashValuer;
    MockValuer public immutable assetValuer;

    /// @param holders Who gets cash to try it with.
    constructor(address[] memory holders) {
        MockFeed one = new MockFeed(FEED_DECIMALS);
        one.push(int256(10 ** FEED_DECIMALS));
        // A price of 100 that rose by a hundredth from round to round.
        int256 price = int256(100 * 10 ** FEED_DECIMALS);
        for (uint256 i = 0; i < ROUNDS; ++i) {
            feed.push(price);
            price = price * 101 / 100;
        }
        venue = new MockVenue(feed);
        (cashValuer, assetValuer) = (new MockValuer(one), new MockValuer(feed));
        for (uint256 i = 0; i < holders.length; ++i) {
            cash.mint(holders[i], 10_000e18);
        }
    }

    /// @notice What the strategy's constructor takes, ABI-encoded.
    function strategyArguments(bytes32 model) external view returns (bytes memory) {
        return abi.encode(model, feed, venue, cash, asset);
    }

    /// @notice What a run gets for its context: the most cash that it spends.
    function context(uint256 most) external pure returns (bytes memory) {
        return abi.encode(most);
    }
}
