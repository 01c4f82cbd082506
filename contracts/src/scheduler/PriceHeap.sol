// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A binary heap of words in storage, the largest on top
/// @dev The words carry what orders them in their upper bits. All functions take logarithmically many storage accesses.
library PriceHeap {
    /// @notice Adds a word.
    function insert(uint256[] storage heap, uint256 word) internal {
        uint256 place = heap.length;
        heap.push();
        while (place != 0) {
            uint256 parent = (place - 1) / 2;
            uint256 above = heap[parent];
            if (above >= word) break;
            heap[place] = above;
            place = parent;
        }
        heap[place] = word;
    }

    /// @notice Removes the top. There is one.
    function removeTop(uint256[] storage heap) internal {
        uint256 last = heap[heap.length - 1];
        heap.pop();
        if (heap.length != 0) replaceTop(heap, last);
    }

    /// @notice Puts another word in the top's place. There is a top.
    function replaceTop(uint256[] storage heap, uint256 word) internal {
        uint256 length = heap.length;
        uint256 place = 0;
        while (true) {
            uint256 child = 2 * place + 1;
            if (child >= length) break;
            uint256 below = heap[child];
            if (child + 1 < length) {
                uint256 right = heap[child + 1];
                if (right > below) (child, below) = (child + 1, right);
            }
            if (word >= below) break;
            heap[place] = below;
            place = child;
        }
        heap[place] = word;
    }
}
