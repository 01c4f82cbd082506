// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {Action, IStrategy} from "../../src/interfaces/agents/IStrategy.sol";
import {FloatTensor} from "./FloatTensor.sol";
import {HistoryFeed} from "./HistoryFeed.sol";

/// @title A hostile strategy: asks a model, and then does what its context says
/// @dev A context is abi.encode(Action[]).
contract Prober is IStrategy {
    uint256 internal constant WINDOW = 8;
    bytes32 public immutable model;
    HistoryFeed public immutable feed;

    constructor(bytes32 model_, HistoryFeed feed_) {
        (model, feed) = (model_, feed_);
    }

    function features(bytes calldata) external view returns (bytes32, IInference.Tensor[] memory inputs) {
        uint256[] memory prices = feed.history(WINDOW, 1);
        int256[] memory values = new int256[](WINDOW);
        for (uint256 i = 0; i < WINDOW; ++i) {
            // casting is safe: a feed's answers have 192 bits
            values[i] = int256(prices[i] % 1e6) * 1e10;
        }
        inputs = new IInference.Tensor[](1);
        inputs[0] = FloatTensor.row(values);
        return (model, inputs);
    }

    function decide(bytes calldata context, IInference.Tensor[] calldata)
        external
        pure
        returns (Action[] memory actions)
    {
        return abi.decode(context, (Action[]));
    }
}
