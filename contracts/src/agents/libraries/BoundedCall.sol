// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Calls whose answers cannot exhaust the caller's gas
library BoundedCall {
    /// @notice CALL without value; at most `most` bytes of the answer are copied.
    function tryCall(address target, uint256 gas_, uint256 most, bytes memory data)
        internal
        returns (bool success, bytes memory answer)
    {
        assembly ("memory-safe") {
            success := call(gas_, target, 0, add(data, 32), mload(data), 0, 0)
        }
        answer = _answer(most);
    }

    /// @notice STATICCALL; at most `most` bytes of the answer are copied.
    function tryStatic(address target, uint256 gas_, uint256 most, bytes memory data)
        internal
        view
        returns (bool success, bytes memory answer)
    {
        assembly ("memory-safe") {
            success := staticcall(gas_, target, add(data, 32), mload(data), 0, 0)
        }
        answer = _answer(most);
    }

    /// @notice DELEGATECALL with all gas; the whole answer is copied, so the target must be known.
    function tryDelegate(address target, bytes memory data) internal returns (bool success, bytes memory answer) {
        assembly ("memory-safe") {
            success := delegatecall(gas(), target, add(data, 32), mload(data), 0, 0)
        }
        answer = _answer(type(uint256).max);
    }

    /// @notice STATICCALL for one word. No success where there is no code or less than a word came back.
    function tryWord(address target, uint256 gas_, bytes memory data)
        internal
        view
        returns (bool success, uint256 word)
    {
        assembly ("memory-safe") {
            success := staticcall(gas_, target, add(data, 32), mload(data), 0, 32)
            success := and(success, gt(returndatasize(), 31))
            word := mload(0)
        }
    }

    function _answer(uint256 most) private pure returns (bytes memory answer) {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, most) { size := most }
            answer := mload(0x40)
            mstore(answer, size)
            returndatacopy(add(answer, 32), 0, size)
            mstore(0x40, and(add(add(answer, 63), size), not(31)))
        }
    }
}
