// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

/// @title Builds a Merkle Patricia trie from a few keys, as the yellow paper's appendix D reads
/// @dev For tests: nothing is kept, every node is made again for each proof.
library MiniTrie {
    struct Items {
        bytes32[] keys;
        bytes[] values;
    }

    /// @dev Root, and the nodes on the way to `keys[target]`. Keys are those that the trie sees: hashed already.
    function prove(Items memory items, uint256 target) internal pure returns (bytes32 root, bytes[] memory proof) {
        uint256[] memory all = new uint256[](items.keys.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i;
        }
        root = keccak256(_node(items, all, 0));
        proof = _path(items, all, 0, target);
    }

    function _path(Items memory items, uint256[] memory held, uint256 depth, uint256 target)
        private
        pure
        returns (bytes[] memory proof)
    {
        bytes memory node = _node(items, held, depth);
        bytes[] memory below;
        if (held.length > 1) {
            uint256 shared = _shared(items, held, depth);
            below = shared > 0
                ? _path(items, held, depth + shared, target)
                : _path(items, _under(items, held, depth, _nibble(items.keys[target], depth)), depth + 1, target);
        }
        // A node of less than 32 bytes stands inside its parent.
        uint256 own = depth == 0 || node.length >= 32 ? 1 : 0;
        proof = new bytes[](own + below.length);
        if (own == 1) proof[0] = node;
        for (uint256 i = 0; i < below.length; ++i) {
            proof[own + i] = below[i];
        }
    }

    function _node(Items memory items, uint256[] memory held, uint256 depth) private pure returns (bytes memory) {
        if (held.length == 1) {
            bytes[] memory leaf = new bytes[](2);
            leaf[0] = RLP.encode(_compact(items.keys[held[0]], depth, 64, true));
            leaf[1] = RLP.encode(items.values[held[0]]);
            return RLP.encode(leaf);
        }
        uint256 shared = _shared(items, held, depth);
        if (shared > 0) {
            bytes[] memory extension = new bytes[](2);
            extension[0] = RLP.encode(_compact(items.keys[held[0]], depth, depth + shared, false));
            extension[1] = _reference(_node(items, held, depth + shared));
            return RLP.encode(extension);
        }
        bytes[] memory branch = new bytes[](17);
        for (uint8 nibble = 0; nibble < 16; ++nibble) {
            uint256[] memory under = _under(items, held, depth, nibble);
            branch[nibble] = under.length == 0 ? RLP.encode(bytes("")) : _reference(_node(items, under, depth + 1));
        }
        branch[16] = RLP.encode(bytes(""));
        return RLP.encode(branch);
    }

    function _reference(bytes memory node) private pure returns (bytes memory) {
        return node.length < 32 ? node : RLP.encode(abi.encodePacked(keccak256(node)));
    }

    /// @dev How many nibbles from `depth` on all keys have in common.
    function _shared(Items memory items, uint256[] memory held, uint256 depth) private pure returns (uint256 count) {
        while (true) {
            uint8 nibble = _nibble(items.keys[held[0]], depth + count);
            for (uint256 i = 1; i < held.length; ++i) {
                if (_nibble(items.keys[held[i]], depth + count) != nibble) return count;
            }
            ++count;
        }
    }

    function _under(Items memory items, uint256[] memory held, uint256 depth, uint8 nibble)
        private
        pure
        returns (uint256[] memory under)
    {
        under = new uint256[](held.length);
        uint256 count = 0;
        for (uint256 i = 0; i < held.length; ++i) {
            if (_nibble(items.keys[held[i]], depth) == nibble) under[count++] = held[i];
        }
        assembly ("memory-safe") {
            mstore(under, count)
        }
    }

    function _nibble(bytes32 key, uint256 position) private pure returns (uint8) {
        return uint8(uint256(key) >> (252 - 4 * position)) & 0x0f;
    }

    function _compact(bytes32 key, uint256 from, uint256 to, bool leaf) private pure returns (bytes memory path) {
        uint256 odd = (to - from) % 2;
        path = new bytes((to - from) / 2 + 1);
        path[0] = bytes1(uint8((leaf ? 0x20 : 0) + (odd == 1 ? 0x10 + _nibble(key, from) : 0)));
        for (uint256 i = 1; i < path.length; ++i) {
            uint256 start = from + odd + 2 * (i - 1);
            path[i] = bytes1(_nibble(key, start) << 4 | _nibble(key, start + 1));
        }
    }
}
