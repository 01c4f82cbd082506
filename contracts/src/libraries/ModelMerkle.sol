// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The hash tree that gives a model its id
/// @notice See IModelRegistry for the scheme. Leaves and nodes start with different bytes, so neither can pass for the
/// other; the length in the id fixes how many leaves there are and how the last one is padded.
library ModelMerkle {
    uint256 internal constant LEAF_BYTES = 512;
    uint256 internal constant CHUNK_LEAVES = 64;
    uint256 internal constant CHUNK_BYTES = LEAF_BYTES * CHUNK_LEAVES;

    /// @dev How many chunks a model of `length` bytes has.
    function chunkCount(uint256 length) internal pure returns (uint256) {
        return (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
    }

    /// @dev How many bytes chunk `index` has, for an index below the count.
    function chunkLength(uint256 length, uint256 index) internal pure returns (uint256) {
        uint256 left = length - index * CHUNK_BYTES;
        return left < CHUNK_BYTES ? left : CHUNK_BYTES;
    }

    /// @dev How many leaves, padding included, stand under a chunk: 64, or for a model of one chunk the next power of
    /// two.
    function chunkWidth(uint256 length) internal pure returns (uint256) {
        if (length > CHUNK_BYTES) return CHUNK_LEAVES;
        return 1 << log2Ceil((length + LEAF_BYTES - 1) / LEAF_BYTES);
    }

    /// @dev The least n with 2^n >= x, for x >= 1.
    function log2Ceil(uint256 x) internal pure returns (uint256 n) {
        while ((1 << n) < x) ++n;
    }

    /// @dev Root of the subtree over a chunk. `width` is a power of two that holds all its leaves.
    function chunkRoot(bytes calldata data, uint256 width) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            // Hashes lie at the free memory pointer, one word per leaf; behind them the buffer that is hashed. Nothing
            // is allocated: both are gone when this block ends.
            let hashes := mload(0x40)
            let buffer := add(hashes, shl(5, width))
            let body := add(buffer, 1)

            // Leaves that are full, then the one that may be partial: zeros first, its bytes over them.
            mstore8(buffer, 0)
            let next := hashes
            let source := data.offset
            let end := add(source, data.length)
            let fullEnd := add(source, and(data.length, not(511)))
            for {} lt(source, fullEnd) { source := add(source, 512) } {
                calldatacopy(body, source, 512)
                mstore(next, keccak256(buffer, 513))
                next := add(next, 32)
            }
            if lt(source, end) {
                calldatacopy(body, calldatasize(), 512)
                calldatacopy(body, source, sub(end, source))
                mstore(next, keccak256(buffer, 513))
                next := add(next, 32)
            }
            // Absent leaves are zero words. `next` can't be past the buffer: the leaves fit the width.
            calldatacopy(next, calldatasize(), sub(buffer, next))

            // Each level takes the place of the one below it.
            mstore8(buffer, 1)
            for { let nodes := shr(1, width) } nodes { nodes := shr(1, nodes) } {
                for { let i := 0 } lt(i, nodes) { i := add(i, 1) } {
                    mcopy(body, add(hashes, shl(6, i)), 64)
                    mstore(add(hashes, shl(5, i)), keccak256(buffer, 65))
                }
            }
            root := mload(hashes)
        }
    }

    /// @dev Root of the tree in which `subtree` stands at `index`, its siblings given from the lowest up.
    function climb(bytes32 subtree, uint256 index, bytes32[] calldata siblings) internal pure returns (bytes32 root) {
        root = subtree;
        for (uint256 i = 0; i < siblings.length; ++i) {
            root = index & 1 == 0 ? node(root, siblings[i]) : node(siblings[i], root);
            index >>= 1;
        }
    }

    /// @dev An inner node.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev The id of a model with this length and root.
    function modelId(uint256 length, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("praxis model v1", uint64(length), root));
    }
}
