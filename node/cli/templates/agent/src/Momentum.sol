// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInference} from "../lib/praxis/interfaces/IInference.sol";
import {Action, Approval, IStrategy} from "../lib/praxis/interfaces/agents/IStrategy.sol";
import {Tensors} from "../lib/praxis/libraries/Tensors.sol";
import {IHistoryFeed} from "./IHistoryFeed.sol";
import {IVenue} from "./IVenue.sol";

/// @title A strategy: the last returns of one asset in, a wish between -1 (sell) and 1 (buy) out
/// @notice The runner calls both functions by STATICCALL: a strategy has no storage of its own and moves nothing by itself. It
/// says what should be done, and the policy of the account decides whether it may be.
/// @dev Everything here can be read by everybody, so what it will do next can be predicted: keep no secret in it, and bound in
/// the policy what a better-informed counterparty could gain.
contract Momentum is IStrategy {
    /// @notice Returns that the model sees, oldest first. The same number stands in train/train.py.
    uint256 public constant WINDOW = 8;
    int256 internal constant ONE = 1e18;
    /// @notice What the account's call of the venue may use, approvals included.
    uint256 public constant ACTION_GAS = 300_000;

    bytes32 public immutable model;
    IHistoryFeed public immutable feed;
    IVenue public immutable venue;
    address public immutable cash;
    address public immutable asset;

    constructor(bytes32 model_, IHistoryFeed feed_, IVenue venue_, address cash_, address asset_) {
        (model, feed, venue, cash, asset) = (model_, feed_, venue_, cash_, asset_);
    }

    /// @inheritdoc IStrategy
    function features(bytes calldata) external view returns (bytes32, IInference.Tensor[] memory inputs) {
        (uint80 latest,,,,) = feed.latestRoundData();
        int256[] memory returns_ = new int256[](WINDOW);
        int256 before = _answer(latest - uint80(WINDOW));
        for (uint256 i = 0; i < WINDOW; ++i) {
            int256 price = _answer(latest - uint80(WINDOW - 1 - i));
            returns_[i] = price * ONE / before - ONE;
            before = price;
        }
        inputs = new IInference.Tensor[](1);
        inputs[0] = Tensors.row(returns_);
        return (model, inputs);
    }

    /// @inheritdoc IStrategy
    /// @param context abi.encode(uint256 most): most cash that one run spends, in its smallest units.
    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory actions)
    {
        int256 wish = Tensors.element(outputs[0], 0);
        // Selling is left to you: this one only ever buys.
        if (wish <= 0) return new Action[](0);
        if (wish > ONE) wish = ONE;
        uint256 spend = abi.decode(context, (uint256)) * uint256(wish) / uint256(ONE);
        (, int256 price,,,) = feed.latestRoundData();
        // At least 99 % of what the feed's price says.
        uint256 least = spend * 1e8 / uint256(price) * 99 / 100;
        actions = new Action[](1);
        actions[0].target = address(venue);
        actions[0].gas = ACTION_GAS;
        actions[0].data = abi.encodeCall(IVenue.swap, (cash, asset, spend, least));
        actions[0].approvals = new Approval[](1);
        actions[0].approvals[0] = Approval(cash, spend);
    }

    function _answer(uint80 round) private view returns (int256 answer) {
        (, answer,,,) = feed.getRoundData(round);
        require(answer > 0, "no price");
    }
}
