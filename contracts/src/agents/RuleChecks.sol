// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../interfaces/IInference.sol";
import {OutputBound} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {IRuleChecks, Query} from "../interfaces/agents/IRuleChecks.sol";
import {Action} from "../interfaces/agents/IStrategy.sol";
import {Conditions} from "./libraries/Conditions.sol";
import {Privileged} from "./libraries/Privileged.sol";
import {TensorReader} from "./libraries/TensorReader.sol";

/// @title The rules that need nothing but what they are given
contract RuleChecks is IRuleChecks {
    /// @inheritdoc IRuleChecks
    function checkConditions(Query memory query) external pure returns (uint256[] memory amounts) {
        if (!Conditions.holds(query)) revert IAgentRunner.Refused("arguments", 0);
        return query.amounts;
    }

    /// @inheritdoc IRuleChecks
    function checkOutputs(OutputBound[] calldata bounds, bytes calldata outputs) external pure {
        IInference.Tensor[] memory tensors = abi.decode(outputs, (IInference.Tensor[]));
        for (uint256 i = 0; i < bounds.length; ++i) {
            OutputBound calldata bound = bounds[i];
            if (bound.tensor >= tensors.length) revert IAgentRunner.Refused("output", i);
            int256 value = TensorReader.fixedPoint(tensors[bound.tensor], bound.element);
            // casting is safe: values lie within 2^188
            if (value < bound.low) revert IAgentRunner.Refused("output", uint256(int256(bound.low) - value));
            if (value > bound.high) revert IAgentRunner.Refused("output", uint256(value - bound.high));
        }
    }

    /// @inheritdoc IRuleChecks
    function isPrivileged(address target, bytes4 selector) external pure returns (bool) {
        return Privileged.isTarget(target) || Privileged.isSelector(selector);
    }

    /// @inheritdoc IRuleChecks
    function decode(bytes calldata decision) external pure returns (Action[] memory) {
        return abi.decode(decision, (Action[]));
    }
}
