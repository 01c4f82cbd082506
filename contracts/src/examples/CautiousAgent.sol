// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICautiousAgent} from "../interfaces/ICautiousAgent.sol";
import {IInference} from "../interfaces/IInference.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title An agent that never fails with its model: where the inference fails, it abstains and says why
/// @dev Such a contract succeeds with too little gas too: the inner call gets 63 of 64 parts, runs out, and the rest is
/// enough to abstain. `eth_estimateGas` asks for the gas with which it decides.
contract CautiousAgent is ICautiousAgent {
    uint8 internal constant DECIMALS = 18;

    /// @inheritdoc ICautiousAgent
    bytes32 public immutable model;

    /// @inheritdoc ICautiousAgent
    uint256 public decisions;

    /// @inheritdoc ICautiousAgent
    int256 public latest;

    /// @param model_ The model that decides.
    constructor(bytes32 model_) {
        model = model_;
    }

    /// @inheritdoc ICautiousAgent
    function decide(int256[] calldata input) external returns (bool decided) {
        try IInference(Predeploys.INFERENCE).inferFixed(model, 0, input, DECIMALS) returns (int256[] memory output) {
            latest = output[0];
            ++decisions;
            emit Decided(model, output[0]);
            return true;
        } catch (bytes memory reason) {
            emit Abstained(model, reason);
            return false;
        }
    }
}
