// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The model tree as its definition reads, without regard to gas
/// @dev One flat tree over all leaves; knows chunks only as positions in it.
library ReferenceTree {
    /// @dev keccak256(0x00 || 512 bytes) for each leaf, then zero words up to a power of two.
    function leaves(bytes memory data) internal pure returns (bytes32[] memory level) {
        uint256 count = (data.length + 511) / 512;
        uint256 width = 1;
        while (width < count) width *= 2;
        level = new bytes32[](width);
        for (uint256 i = 0; i < count; ++i) {
            uint256 left = data.length - i * 512;
            bytes memory leaf = slice(data, i * 512, left < 512 ? left : 512);
            bytes memory preimage = abi.encodePacked(uint8(0), leaf, new bytes(512 - leaf.length));
            level[i] = keccak256(preimage);
        }
    }

    function parents(bytes32[] memory level) internal pure returns (bytes32[] memory above) {
        above = new bytes32[](level.length / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            above[i] = keccak256(abi.encodePacked(uint8(1), level[2 * i], level[2 * i + 1]));
        }
    }

    function root(bytes memory data) internal pure returns (bytes32) {
        bytes32[] memory level = leaves(data);
        while (level.length > 1) level = parents(level);
        return level[0];
    }

    /// @dev Siblings of chunk `index`, the lowest first.
    function proof(bytes memory data, uint256 index) internal pure returns (bytes32[] memory path) {
        bytes32[] memory level = leaves(data);
        path = new bytes32[](0);
        // Up to the level on which a node is a chunk of 64 leaves.
        for (uint256 height = 0; height < 6 && level.length > 1; ++height) {
            level = parents(level);
        }
        while (level.length > 1) {
            bytes32[] memory longer = new bytes32[](path.length + 1);
            for (uint256 i = 0; i < path.length; ++i) {
                longer[i] = path[i];
            }
            longer[path.length] = level[index ^ 1];
            path = longer;
            level = parents(level);
            index /= 2;
        }
    }

    function id(bytes memory data) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("praxis model v1", uint64(data.length), root(data)));
    }

    function chunk(bytes memory data, uint256 index) internal pure returns (bytes memory part) {
        uint256 start = index * 32_768;
        uint256 length = data.length - start < 32_768 ? data.length - start : 32_768;
        part = slice(data, start, length);
    }

    function slice(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), start), length)
        }
    }

    /// @dev keccak256 of the words 0, 1, 2, ..., cut to `length`; the Rust test of the pinned ids makes the same bytes.
    function pattern(uint256 length) internal pure returns (bytes memory data) {
        data = new bytes((length + 31) / 32 * 32);
        for (uint256 i = 0; i < data.length / 32; ++i) {
            bytes32 word = keccak256(abi.encode(i));
            assembly ("memory-safe") {
                mstore(add(add(data, 32), mul(i, 32)), word)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }
}
