// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {Venue, VenueStrategy} from "./VenueStrategy.sol";

/// @title Holds stock and cash in the shares that the demo's model gives
/// @notice The model compares two assets by 20 prices each; cash is the asset whose price never moves.
contract Rebalancer is VenueStrategy {
    uint256 internal constant WINDOW = 20;
    /// @dev Smaller corrections than a hundredth of the whole are not worth their fee.
    uint256 internal constant LEAST_PART = 100;

    constructor(Venue memory venue) VenueStrategy(venue) {}

    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory actions)
    {
        (address account, uint256 share) = abi.decode(context, (address, uint256));
        int256 weight = TensorReader.fixedPoint(outputs[0], 0);
        uint256 price = _price();
        uint256 held = stock.balanceOf(account) * price / 1e18;
        uint256 whole = held + cash.balanceOf(account);
        // casting is safe: a share between 0 and 1
        uint256 target = whole * uint256(weight < 0 ? int256(0) : weight > ONE ? ONE : weight) / 1e18;
        uint256 distance = (target > held ? target - held : held - target) * share / 1e18;
        if (distance < whole / LEAST_PART) return actions;
        return _swap(account, target > held, target > held ? distance : distance * 1e18 / price);
    }

    /// @dev As `IRebalanceAgent.features`, with a second asset that stands still.
    function _features() internal view override returns (int256[] memory values) {
        values = new int256[](2 * WINDOW);
        uint256[] memory prices = feed.history(WINDOW, stride);
        uint256 sum = prices[0];
        for (uint256 i = 1; i < WINDOW; ++i) {
            sum += prices[i];
            // casting is safe: a feed's answers have 192 bits
            values[i - 1] = int256(prices[i] * uint256(ONE) / prices[i - 1]) - ONE;
        }
        values[WINDOW - 1] = int256(WINDOW * prices[WINDOW - 1] * uint256(ONE) / sum) - ONE;
    }
}
