// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rule, Terms} from "../../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../interfaces/agents/IAgentRunner.sol";
import {Action} from "../../interfaces/agents/IStrategy.sol";

/// @title ABI encodings read where they lie
/// @notice An encoding and the memory layout of the same struct differ in two things only: memory holds pointers where the encoding
/// holds offsets, and an array of static structs is an array of pointers in memory while the encoding has the structs side by
/// side. So nothing has to be copied: `abi.decode` of a policy's terms costs more than all checks of an action.
library Encoded {
    uint256 private constant WORD = 32;
    /// @dev Words of each static struct that stands in an array.
    uint256 private constant ALLOWANCE_WORDS = 7;
    uint256 private constant ASSET_WORDS = 4;
    uint256 private constant BOUND_WORDS = 4;
    uint256 private constant APPROVAL_WORDS = 2;
    /// @dev Places of the dynamic fields of `Terms` and `Rule`.
    uint256 private constant TERMS_ALLOWANCES = 13;
    uint256 private constant TERMS_ASSETS = 14;
    uint256 private constant TERMS_MODELS = 15;
    uint256 private constant TERMS_KEYS = 19;
    uint256 private constant RULE_CONDITIONS = 5;
    uint256 private constant RULE_CAVEATS = 6;
    uint256 private constant CONDITION_VALUE = 3;
    uint256 private constant CAVEAT_TERMS = 1;
    /// @dev Places of the dynamic fields of `Frame` and `Action`.
    uint256 private constant FRAME_PRICES = 5;
    uint256 private constant FRAME_COUNTED = 7;
    uint256 private constant ACTION_DATA = 3;
    uint256 private constant ACTION_APPROVALS = 4;

    /// @notice `data` is what `abi.encode(Terms)` gave, and is used up.
    /// @return decoded A list of one: a struct that is returned would first be allocated and zeroed.
    function terms(bytes memory data) internal pure returns (Terms[] memory decoded) {
        uint256 start;
        (decoded, start) = _struct(data);
        _pointAll(start, TERMS_ALLOWANCES, TERMS_KEYS);
        _spread(start + TERMS_ALLOWANCES * WORD, ALLOWANCE_WORDS);
        _spread(start + TERMS_ASSETS * WORD, ASSET_WORDS);
        uint256 models = _load(start + TERMS_MODELS * WORD);
        uint256 count = _load(models);
        _pointWithin(models, 1);
        for (uint256 i = 1; i <= count; ++i) {
            _spread(_load(models + i * WORD) + WORD, BOUND_WORDS);
        }
    }

    /// @notice `data` is what `abi.encode(Rule)` gave, and is used up.
    /// @return decoded A list of one.
    function rule(bytes memory data) internal pure returns (Rule[] memory decoded) {
        (Terms[] memory list, uint256 start) = _struct(data);
        _pointAll(start, RULE_CONDITIONS, RULE_CAVEATS);
        _pointWithin(_load(start + RULE_CONDITIONS * WORD), CONDITION_VALUE);
        _pointWithin(_load(start + RULE_CAVEATS * WORD), CAVEAT_TERMS);
        assembly ("memory-safe") {
            decoded := list
        }
    }

    /// @notice The arguments of `IRuleChecks.act`, which the runner encoded. Frame and action are lists of one.
    function actArguments()
        internal
        pure
        returns (IAgentRunner.Frame[] memory frame, bytes memory outputs, Action[] memory action)
    {
        uint256 frameAt;
        uint256 actionAt;
        assembly ("memory-safe") {
            // Two lists of one, then the arguments.
            frame := mload(0x40)
            action := add(frame, 64)
            let start := add(frame, 128)
            let size := sub(calldatasize(), 4)
            mstore(0x40, and(add(add(start, size), 31), not(31)))
            calldatacopy(start, 4, size)
            frameAt := add(start, mload(start))
            outputs := add(start, mload(add(start, 32)))
            actionAt := add(start, mload(add(start, 64)))
            mstore(frame, 1)
            mstore(add(frame, 32), frameAt)
            mstore(action, 1)
            mstore(add(action, 32), actionAt)
        }
        _pointAll(frameAt, FRAME_PRICES, FRAME_COUNTED);
        _pointAll(actionAt, ACTION_DATA, ACTION_APPROVALS);
        _spread(actionAt + ACTION_APPROVALS * WORD, APPROVAL_WORDS);
    }

    /// @notice Decodes what claims to be `abi.encode(Action[])` and may be anything. Fails where `abi.decode` would. The actions'
    /// data and approvals stay where they are, so neither may be written to afterwards.
    function tryActions(bytes memory data) internal pure returns (bool ok, Action[] memory actions) {
        (bool found, uint256 list, uint256 count) = _array(data, 0, 0, WORD);
        if (!found) return (false, actions);
        actions = new Action[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 offset = _word(data, list + i * WORD);
            if (data.length < 5 * WORD || offset > data.length || list + offset > data.length - 5 * WORD) {
                return (false, actions);
            }
            if (!_tryAction(data, list + offset, actions[i])) return (false, actions);
        }
        return (true, actions);
    }

    function _tryAction(bytes memory data, uint256 start, Action memory action) private pure returns (bool) {
        (uint256 target, uint256 value, uint256 gas_) =
            (_word(data, start), _word(data, start + WORD), _word(data, start + 2 * WORD));
        if (target > type(uint160).max) return false;
        (bool found, uint256 payload,) = _array(data, start, ACTION_DATA, 1);
        if (!found) return false;
        (bool listed, uint256 approvals, uint256 count) = _array(data, start, ACTION_APPROVALS, APPROVAL_WORDS * WORD);
        if (!listed) return false;
        for (uint256 i = 0; i < count; ++i) {
            if (_word(data, approvals + i * APPROVAL_WORDS * WORD) > type(uint160).max) return false;
        }
        // casting is safe: checked above
        (action.target, action.value, action.gas) = (address(uint160(target)), value, gas_);
        assembly ("memory-safe") {
            let place := add(action, 96)
            mstore(place, add(data, payload))
            mstore(add(place, 32), add(data, approvals))
        }
        _spread(_place(action) + ACTION_APPROVALS * WORD, APPROVAL_WORDS);
        return true;
    }

    /// @dev An array whose offset from `base` stands in the base's word number `field`: where its content starts, and how many elements of
    /// `size` bytes it has. Positions count from the data's start.
    function _array(bytes memory data, uint256 base, uint256 field, uint256 size)
        private
        pure
        returns (bool found, uint256 content, uint256 count)
    {
        uint256 length = data.length;
        if (length < base + (field + 1) * WORD) return (false, 0, 0);
        uint256 offset = _word(data, base + field * WORD);
        if (offset > length || base + offset + WORD > length) return (false, 0, 0);
        content = base + offset + WORD;
        count = _word(data, content - WORD);
        return (count <= (length - content) / size, content, count);
    }

    /// @dev The word at a position that lies within the data.
    function _word(bytes memory data, uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), position))
        }
    }

    /// @dev Where the struct starts, which the first word of its encoding says, and a list whose only element is there.
    function _struct(bytes memory data) private pure returns (Terms[] memory list, uint256 start) {
        assembly ("memory-safe") {
            start := add(add(data, 32), mload(add(data, 32)))
            list := mload(0x40)
            mstore(0x40, add(list, 64))
            mstore(list, 1)
            mstore(add(list, 32), start)
        }
    }

    function _place(Action memory action) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := action
        }
    }

    function _load(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }

    /// @dev Puts pointers where the struct at `base` has offsets: in its words from number `first` to number `last`.
    function _pointAll(uint256 base, uint256 first, uint256 last) private pure {
        assembly ("memory-safe") {
            let end := add(base, shl(5, last))
            for { let place := add(base, shl(5, first)) } iszero(gt(place, end)) { place := add(place, 32) } {
                mstore(place, add(base, mload(place)))
            }
        }
    }

    /// @dev The same for an array of dynamic structs, each with one dynamic field, which is the word number `field`.
    function _pointWithin(uint256 list, uint256 field) private pure {
        assembly ("memory-safe") {
            let base := add(list, 32)
            let at := shl(5, field)
            let end := add(base, shl(5, mload(list)))
            for { let place := base } lt(place, end) { place := add(place, 32) } {
                let element := add(base, mload(place))
                mstore(place, element)
                mstore(add(element, at), add(element, mload(add(element, at))))
            }
        }
    }

    /// @dev For the array that `place` points to, whose elements of `words` words lie side by side: an array of pointers to them.
    function _spread(uint256 place, uint256 words) private pure {
        assembly ("memory-safe") {
            let list := mload(place)
            let count := mload(list)
            let pointers := mload(0x40)
            mstore(0x40, add(pointers, shl(5, add(count, 1))))
            mstore(pointers, count)
            mstore(place, pointers)
            let size := shl(5, words)
            let element := add(list, 32)
            for { let end := add(pointers, shl(5, count)) } lt(pointers, end) { element := add(element, size) } {
                pointers := add(pointers, 32)
                mstore(pointers, element)
            }
        }
    }
}
