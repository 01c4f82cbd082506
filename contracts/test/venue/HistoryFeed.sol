// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../../src/interfaces/agents/IValuer.sol";

/// @title A price feed that one key writes, with its history
contract HistoryFeed is AggregatorV3Interface {
    struct Round {
        int192 answer;
        uint64 time;
    }

    /// @inheritdoc AggregatorV3Interface
    uint8 public constant decimals = 8;
    address public immutable writer;
    Round[] private _rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    error NotWriter(address caller);

    constructor(address writer_, int192[] memory answers) {
        writer = writer_;
        for (uint256 i = 0; i < answers.length; ++i) {
            _push(answers[i]);
        }
    }

    function push(int192 answer) external {
        if (msg.sender != writer) revert NotWriter(msg.sender);
        _push(answer);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory last = _rounds[_rounds.length - 1];
        // casting is safe: a count
        uint80 id = uint80(_rounds.length);
        return (id, last.answer, last.time, last.time, id);
    }

    /// @notice `count` answers, each `stride` rounds after the one before, the last one the latest. What would lie before the first
    /// round is the first.
    function history(uint256 count, uint256 stride) external view returns (uint256[] memory answers) {
        answers = new uint256[](count);
        uint256 last = _rounds.length - 1;
        for (uint256 i = 0; i < count; ++i) {
            uint256 back = (count - 1 - i) * stride;
            // casting is safe: this feed's answers are positive
            answers[i] = uint256(int256(_rounds[back > last ? 0 : last - back].answer));
        }
    }

    function _push(int192 answer) private {
        // casting is safe: timestamps
        _rounds.push(Round(answer, uint64(block.timestamp)));
        emit AnswerUpdated(answer, _rounds.length, block.timestamp);
    }
}
