// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {Venue, VenueStrategy} from "./VenueStrategy.sol";

/// @title Buys what boosted trees expect to rise, sells what they expect to fall
contract TrendFollower is VenueStrategy {
    uint256 internal constant WINDOW = 8;
    int256 internal constant RISES = 0.55e18;
    int256 internal constant FALLS = 0.5e18;

    constructor(Venue memory venue) VenueStrategy(venue) {}

    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory actions)
    {
        (address account, uint256 share) = abi.decode(context, (address, uint256));
        int256 rises = TensorReader.fixedPoint(outputs[0], 1);
        if (rises > FALLS && rises < RISES) return actions;
        bool buys = rises >= RISES;
        uint256 amount = (buys ? cash : stock).balanceOf(account) * share / 1e18;
        if (amount == 0) return actions;
        return _swap(account, buys, amount);
    }

    function _features() internal view override returns (int256[] memory) {
        return _returns(WINDOW);
    }
}
