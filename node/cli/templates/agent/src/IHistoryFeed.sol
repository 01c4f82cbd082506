// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorV3Interface} from "../lib/praxis/interfaces/agents/IValuer.sol";

/// @title A price feed that remembers its rounds, as Chainlink's do
interface IHistoryFeed is AggregatorV3Interface {
    /// @notice An earlier round.
    function getRoundData(uint80 round)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
