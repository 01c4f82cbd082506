// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../interfaces/IInference.sol";
import {Condition, ParameterType} from "../../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../interfaces/agents/IAgentRunner.sol";
import {Query} from "../../interfaces/agents/IRuleChecks.sol";
import {Operators} from "./Operators.sol";
import {TensorReader} from "./TensorReader.sol";

/// @title Evaluates a flat tree of conditions over calldata
/// @dev Follows offsets as an ABI decoder does, from the head of each block. What points outside the calldata is refused
/// outright and is not merely false, or a Nor would accept it.
library Conditions {
    /// @dev Elements that ArraySome and ArrayEvery look start; a longer array is refused.
    uint256 internal constant MAX_ELEMENTS = 128;

    /// @notice Whether the root holds. `query.amounts` then says what it costs.
    function holds(Query memory query) internal pure returns (bool) {
        return _holds(query, 0, 4);
    }

    /// @dev `start`: where the parameter's content begins: a word, a length, or the head of a block.
    function _holds(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        uint8 operator = query.tree[node].operator;
        if (operator == Operators.PASS) return true;
        if (operator <= Operators.NOR) return _logical(query, node, start);
        if (operator == Operators.MATCHES) return _matches(query, node, start);
        if (operator <= Operators.ARRAY_EVERY) return _array(query, node, start);
        if (operator >= Operators.WITHIN_ALLOWANCE) return _withinAllowance(query, node, start);
        return _compares(query, node, start);
    }

    function _logical(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        uint8 operator = query.tree[node].operator;
        for (uint256 child = node + 1; child < query.tree.length; ++child) {
            if (query.tree[child].parent != node) continue;
            // A branch that does not count must not spend.
            uint256[] memory before = _copy(query.amounts);
            bool held = _holds(query, child, start);
            if (!held || operator == Operators.NOR) query.amounts = before;
            if (held && operator == Operators.OR) return true;
            if (held && operator == Operators.NOR) return false;
            if (!held && operator == Operators.AND) return false;
        }
        return operator != Operators.OR;
    }

    /// @dev Each child describes one component of a block, in order.
    function _matches(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        // Inside bytes, the block comes after the length.
        uint256 base = _type(query.tree, node) == ParameterType.AbiEncoded ? start + 32 : start;
        uint256 head = base;
        for (uint256 child = node + 1; child < query.tree.length; ++child) {
            if (query.tree[child].parent != node) continue;
            (bool isDynamic, uint256 words) = extent(query.tree, child);
            uint256 content = isDynamic ? _follow(query.data, base, head) : head;
            if (!_holds(query, child, content)) return false;
            head += 32 * words;
        }
        return true;
    }

    function _array(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        uint256 child = firstChild(query.tree, node);
        uint256 count = word(query.data, start);
        if (count > MAX_ELEMENTS) revert IAgentRunner.Refused("array", count - MAX_ELEMENTS);
        (bool isDynamic, uint256 words) = extent(query.tree, child);
        bool some = query.tree[node].operator == Operators.ARRAY_SOME;
        for (uint256 i = 0; i < count; ++i) {
            uint256 head = start + 32 + 32 * words * i;
            uint256[] memory before = _copy(query.amounts);
            bool held = _holds(query, child, isDynamic ? _follow(query.data, start + 32, head) : head);
            if (!held) query.amounts = before;
            if (held == some) return some;
        }
        return !some;
    }

    function _compares(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        Condition memory condition = query.tree[node];
        if (condition.operator == Operators.OUTPUT_WITHIN) return _nearOutput(query, condition.compValue, start);
        uint256 given =
            condition.paramType == ParameterType.Static ? word(query.data, start) : uint256(_hash(query.data, start));
        if (condition.operator == Operators.EQUAL_TO_AVATAR) return given == uint160(query.avatar);
        uint256 wanted = uint256(bytes32(condition.compValue));
        if (condition.operator == Operators.EQUAL_TO) return given == wanted;
        if (condition.operator == Operators.GREATER_THAN) return given > wanted;
        if (condition.operator == Operators.LESS_THAN) return given < wanted;
        if (condition.operator == Operators.SIGNED_GREATER_THAN) return int256(given) > int256(wanted);
        if (condition.operator == Operators.SIGNED_LESS_THAN) return int256(given) < int256(wanted);
        return false;
    }

    /// @dev compValue: tensor, element, scale, tolerance in 1/10,000. The argument lies within the tolerance of
    /// output * scale / 10^18. A negative output permits nothing.
    function _nearOutput(Query memory query, bytes memory compValue, uint256 start) private pure returns (bool) {
        if (query.outputs.length == 0) revert IAgentRunner.Refused("output", 0);
        (uint256 tensor, uint256 element, uint256 scale, uint256 bps) =
            abi.decode(compValue, (uint256, uint256, uint256, uint256));
        IInference.Tensor[] memory outputs = abi.decode(query.outputs, (IInference.Tensor[]));
        if (tensor >= outputs.length) revert IAgentRunner.Refused("output", tensor);
        int256 answer = TensorReader.fixedPoint(outputs[tensor], element);
        uint256 given = word(query.data, start);
        // The bounds keep every product below 2^256.
        if (answer < 0 || uint256(answer) > type(uint128).max || given > type(uint192).max) return false;
        uint256 target = uint256(answer) * scale / 1e18;
        uint256 tolerance = target * bps / 10_000;
        return given + tolerance >= target && given <= target + tolerance;
    }

    function _withinAllowance(Query memory query, uint256 node, uint256 start) private pure returns (bool) {
        Condition memory condition = query.tree[node];
        uint256 position = uint256(bytes32(condition.compValue));
        if (position == 0 || position > query.rests.length) revert IAgentRunner.Refused("allowance", position);
        uint256 amount = 1;
        if (condition.operator == Operators.WITHIN_ALLOWANCE) amount = word(query.data, start);
        if (condition.operator == Operators.ETHER_WITHIN_ALLOWANCE) amount = query.value;
        uint256 rest = query.rests[position - 1];
        uint256 pending = query.amounts[position - 1];
        if (pending > rest || amount > rest - pending) return false;
        query.amounts[position - 1] = pending + amount;
        return true;
    }

    /// @notice Whether a parameter stands behind an offset, and how many words it takes in its block's head.
    function extent(Condition[] memory tree, uint256 node) internal pure returns (bool isDynamic, uint256 words) {
        ParameterType paramType = _type(tree, node);
        if (paramType == ParameterType.Static) return (false, 1);
        if (paramType != ParameterType.Tuple) return (true, 1);
        uint256 described = _described(tree, node);
        for (uint256 child = described + 1; child < tree.length; ++child) {
            if (tree[child].parent != described) continue;
            (bool inner, uint256 more) = extent(tree, child);
            if (inner) return (true, 1);
            words += more;
        }
    }

    /// @notice The first node below this one; there is one.
    function firstChild(Condition[] memory tree, uint256 node) internal pure returns (uint256 child) {
        child = node + 1;
        while (tree[child].parent != node) ++child;
    }

    function _type(Condition[] memory tree, uint256 node) private pure returns (ParameterType) {
        return tree[_described(tree, node)].paramType;
    }

    /// @dev Logical nodes stand for their children, which all describe the same parameter.
    function _described(Condition[] memory tree, uint256 node) private pure returns (uint256) {
        while (tree[node].operator != Operators.PASS && tree[node].operator <= Operators.NOR) {
            node = firstChild(tree, node);
        }
        return node;
    }

    /// @notice The word at a position of the calldata; refused where there is none.
    function word(bytes memory data, uint256 start) internal pure returns (uint256 value) {
        if (data.length < 32 || start > data.length - 32) revert IAgentRunner.Refused("calldata", start);
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), start))
        }
    }

    function _follow(bytes memory data, uint256 base, uint256 head) private pure returns (uint256) {
        uint256 offset = word(data, head);
        if (offset > data.length) revert IAgentRunner.Refused("calldata", offset);
        return base + offset;
    }

    function _hash(bytes memory data, uint256 start) private pure returns (bytes32 hash) {
        uint256 length = word(data, start);
        if (length > data.length || start + 32 + length > data.length) revert IAgentRunner.Refused("calldata", length);
        assembly ("memory-safe") {
            hash := keccak256(add(add(data, 64), start), length)
        }
    }

    function _copy(uint256[] memory from) private pure returns (uint256[] memory to) {
        to = new uint256[](from.length);
        for (uint256 i = 0; i < from.length; ++i) {
            to[i] = from[i];
        }
    }
}
