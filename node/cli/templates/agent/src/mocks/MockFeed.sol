// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorV3Interface} from "../../lib/praxis/interfaces/agents/IValuer.sol";
import {IHistoryFeed} from "../IHistoryFeed.sol";

/// @title A price feed that you fill yourself, for development
contract MockFeed is IHistoryFeed {
    struct Round {
        int256 answer;
        uint256 time;
    }

    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;

    Round[] private _rounds;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    /// @notice Adds a round with the present time. Anyone may: never value money by it.
    function push(int256 answer) external {
        _rounds.push(Round(answer, block.timestamp));
    }

    /// @notice Adds several rounds.
    function pushAll(int256[] calldata answers) external {
        for (uint256 i = 0; i < answers.length; ++i) {
            _rounds.push(Round(answers[i], block.timestamp));
        }
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(uint80(_rounds.length));
    }

    /// @inheritdoc IHistoryFeed
    /// @dev Rounds count from 1.
    function getRoundData(uint80 round) public view returns (uint80, int256, uint256, uint256, uint80) {
        require(round != 0 && round <= _rounds.length, "no such round");
        Round storage found = _rounds[round - 1];
        return (round, found.answer, found.time, found.time, round);
    }
}
