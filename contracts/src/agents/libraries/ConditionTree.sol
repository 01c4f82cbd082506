// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Condition, IAgentPolicy, ParameterType} from "../../interfaces/agents/IAgentPolicy.sol";
import {Operators} from "./Operators.sol";

/// @title What a tree of conditions must look like, checked once, when it is listed
library ConditionTree {
    uint256 internal constant MAX_NODES = 64;

    /// @notice Reverts with `BadCondition` for the first node that is wrong. No nodes: no conditions.
    function check(Condition[] memory tree) internal pure {
        if (tree.length > MAX_NODES) revert IAgentPolicy.BadCondition(MAX_NODES);
        for (uint256 i = 0; i < tree.length; ++i) {
            bool linked = i == 0 ? tree[0].parent == 0 : tree[i].parent < i;
            if (!linked || !_fits(tree, i)) revert IAgentPolicy.BadCondition(i);
        }
        if (tree.length != 0 && _described(tree, 0) != ParameterType.Calldata) revert IAgentPolicy.BadCondition(0);
    }

    function _fits(Condition[] memory tree, uint256 i) private pure returns (bool) {
        (uint256 children, bool alike) = _children(tree, i);
        uint8 operator = tree[i].operator;
        ParameterType kind = tree[i].paramType;
        uint256 length = tree[i].compValue.length;
        bool block_ = kind == ParameterType.Tuple || kind == ParameterType.Calldata || kind == ParameterType.AbiEncoded;
        if (operator == Operators.PASS) {
            // A tuple's components say how long it is; nothing else has children that nobody looks at.
            return kind != ParameterType.None && length == 0 && (kind == ParameterType.Tuple) == (children != 0);
        }
        if (operator <= Operators.NOR) return kind == ParameterType.None && length == 0 && children != 0 && alike;
        if (operator == Operators.MATCHES) return block_ && length == 0 && children != 0;
        if (operator == Operators.ARRAY_SOME || operator == Operators.ARRAY_EVERY) {
            return kind == ParameterType.Array && length == 0 && children == 1;
        }
        if (children != 0) return false;
        if (operator == Operators.EQUAL_TO_AVATAR) return kind == ParameterType.Static && length == 0;
        if (operator == Operators.EQUAL_TO) {
            return (kind == ParameterType.Static || kind == ParameterType.Dynamic) && length == 32;
        }
        if (operator > Operators.EQUAL_TO && operator <= Operators.SIGNED_LESS_THAN) {
            return kind == ParameterType.Static && length == 32;
        }
        if (operator == Operators.OUTPUT_WITHIN) return kind == ParameterType.Static && _outputFits(tree[i].compValue);
        if (operator == Operators.WITHIN_ALLOWANCE) return kind == ParameterType.Static && length == 32;
        // These two look at no parameter, yet stand in the place of one.
        if (operator == Operators.ETHER_WITHIN_ALLOWANCE || operator == Operators.CALL_WITHIN_ALLOWANCE) {
            return kind != ParameterType.None && kind != ParameterType.Tuple && length == 32;
        }
        return false;
    }

    /// @dev How many children, and whether all describe one layout.
    function _children(Condition[] memory tree, uint256 i) private pure returns (uint256 count, bool alike) {
        alike = true;
        ParameterType first;
        for (uint256 child = i + 1; child < tree.length; ++child) {
            if (tree[child].parent != i) continue;
            ParameterType kind = _described(tree, child);
            if (count == 0) first = kind;
            else if (kind != first) alike = false;
            ++count;
        }
    }

    function _described(Condition[] memory tree, uint256 i) private pure returns (ParameterType) {
        while (tree[i].paramType == ParameterType.None) {
            uint256 child = i + 1;
            while (child < tree.length && tree[child].parent != i) ++child;
            if (child == tree.length) return ParameterType.None;
            i = child;
        }
        return tree[i].paramType;
    }

    /// @dev tensor, element, scale below 2^96, tolerance at most all of it.
    function _outputFits(bytes memory compValue) private pure returns (bool) {
        if (compValue.length != 128) return false;
        (uint256 tensor, uint256 element, uint256 scale, uint256 bps) =
            abi.decode(compValue, (uint256, uint256, uint256, uint256));
        return tensor < 256 && element <= type(uint32).max && scale <= type(uint96).max && bps <= 10_000;
    }
}
