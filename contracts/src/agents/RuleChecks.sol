// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../interfaces/IInference.sol";
import {OutputBound} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {IRuleChecks, Query} from "../interfaces/agents/IRuleChecks.sol";
import {Enforcer} from "./Enforcer.sol";
import {Conditions} from "./libraries/Conditions.sol";
import {Privileged} from "./libraries/Privileged.sol";
import {TensorReader} from "./libraries/TensorReader.sol";

/// @title The rules: one action under all of them, and those that need nothing but what they are given
/// @dev Apart from the runner because a contract's code has a limit. Nothing of its own is ever stored.
contract RuleChecks is Enforcer {
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
}
