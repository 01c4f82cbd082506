// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../interfaces/IInference.sol";
import {IRebalanceAgent} from "../interfaces/IRebalanceAgent.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title The demo's strategy: the last 20 prices of two assets in, target weights out, decided by a model
/// @dev An example, without an owner and without funds: anyone may ask it. A strategy that moves money takes its prices
/// from a source that it trusts.
contract RebalanceAgent is IRebalanceAgent {
    uint256 internal constant WINDOW = 20;
    uint8 internal constant DECIMALS = 18;
    int256 internal constant ONE = 1e18;

    /// @inheritdoc IRebalanceAgent
    bytes32 public immutable model;

    /// @inheritdoc IRebalanceAgent
    uint256 public rounds;

    /// @dev The latest decision; a share is at most 1e18.
    uint128 private _weight0;
    uint128 private _weight1;

    /// @param model_ The model that decides: 40 features in, two shares out.
    constructor(bytes32 model_) {
        model = model_;
    }

    /// @inheritdoc IRebalanceAgent
    function decide(uint256[20] calldata prices0, uint256[20] calldata prices1)
        external
        returns (uint256 weight0, uint256 weight1)
    {
        int256[] memory output =
            IInference(Predeploys.INFERENCE).inferFixed(model, 0, _features(prices0, prices1), DECIMALS);
        if (output.length != 2 || !_isShare(output[0]) || !_isShare(output[1])) revert UnexpectedOutput(output);
        // casting is safe: shares lie between 0 and 1e18
        (weight0, weight1) = (uint256(output[0]), uint256(output[1]));
        (_weight0, _weight1) = (uint128(weight0), uint128(weight1));
        emit Decided(model, rounds, weight0, weight1, keccak256(abi.encode(prices0, prices1)));
        ++rounds;
    }

    /// @inheritdoc IRebalanceAgent
    function weights() external view returns (uint256 weight0, uint256 weight1) {
        return (_weight0, _weight1);
    }

    /// @inheritdoc IRebalanceAgent
    function features(uint256[20] calldata prices0, uint256[20] calldata prices1)
        external
        pure
        returns (int256[] memory)
    {
        return _features(prices0, prices1);
    }

    function _features(uint256[20] calldata prices0, uint256[20] calldata prices1)
        private
        pure
        returns (int256[] memory result)
    {
        result = new int256[](2 * WINDOW);
        _assetFeatures(0, prices0, result);
        _assetFeatures(1, prices1, result);
    }

    function _assetFeatures(uint256 asset, uint256[20] calldata prices, int256[] memory result) private pure {
        uint256 sum = 0;
        for (uint256 i = 0; i < WINDOW; ++i) {
            // The bound keeps every product below 2^256 and every quotient below 2^255.
            if (prices[i] == 0 || prices[i] > type(uint128).max) revert PriceOutOfRange(asset, i);
            sum += prices[i];
            if (i != 0) result[asset * WINDOW + i - 1] = _ratio(prices[i], prices[i - 1]) - ONE;
        }
        result[asset * WINDOW + WINDOW - 1] = _ratio(WINDOW * prices[WINDOW - 1], sum) - ONE;
    }

    /// @dev numerator / denominator with 18 decimals, rounded down. The numerator is below 2^133.
    function _ratio(uint256 numerator, uint256 denominator) private pure returns (int256) {
        // casting is safe: 2^133 * 1e18 is below 2^193
        return int256(numerator * uint256(ONE) / denominator);
    }

    function _isShare(int256 value) private pure returns (bool) {
        return value >= 0 && value <= ONE;
    }
}
