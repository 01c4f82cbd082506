// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title How long data is after FastLZ's fastest level
/// @dev Counts and compresses nothing. `node/primitives/src/fees/fastlz.rs` counts the same and explains the format; what
/// transactions pay depends on both.
library FastLZ {
    uint256 private constant FURTHEST = 8191;
    uint256 private constant NO_MATCH_TAIL = 13;
    uint256 private constant LITERAL_TAIL = 5;

    /// @dev Bytes that the compressor would write.
    function length(bytes memory data) internal pure returns (uint256 size) {
        uint256 total = data.length;
        uint256 written = 0;
        if (total > NO_MATCH_TAIL) {
            uint256 start;
            // Entries of four bytes by 13 bits of hash, and room for a whole word at the last one.
            bytes memory places = new bytes(4 * 8192 + 28);
            uint256 table;
            assembly ("memory-safe") {
                start := add(data, 32)
                table := add(places, 32)
            }
            uint256 end = total - NO_MATCH_TAIL;
            uint256 place = 2;
            unchecked {
                while (place < end) {
                    uint256 wanted = _three(start + place);
                    uint256 before = _replace(table, wanted, place);
                    if (place - before > FURTHEST || _three(start + before) != wanted || place + 1 >= end) {
                        ++place;
                        continue;
                    }
                    uint256 repeated = _common(start + before, start + place, total - LITERAL_TAIL - place);
                    size += _literals(place - written) + _matched(repeated);
                    place += repeated;
                    _replace(table, _three(start + place - 2), place - 2);
                    _replace(table, _three(start + place - 1), place - 1);
                    written = place;
                }
            }
        }
        size += _literals(total - written);
    }

    /// @dev Three bytes of memory, the first lowest.
    function _three(uint256 pointer) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            let word := shr(232, mload(pointer))
            value := or(or(shl(16, and(word, 0xff)), and(word, 0xff00)), shr(16, word))
        }
    }

    /// @dev The last place of these three bytes' hash, which `place` becomes. Zero stands for none.
    function _replace(uint256 table, uint256 three, uint256 place) private pure returns (uint256 before) {
        assembly ("memory-safe") {
            let entry := add(table, shl(2, shr(19, and(mul(three, 2654435769), 0xffffffff))))
            let word := mload(entry)
            before := shr(224, word)
            mstore(entry, or(shl(224, place), shr(32, shl(32, word))))
        }
    }

    /// @dev How many bytes are the same at two places: at least three, at most `most`.
    function _common(uint256 a, uint256 b, uint256 most) private pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := 3
            for {} lt(count, most) {} {
                let difference := xor(mload(add(a, count)), mload(add(b, count)))
                if difference {
                    count := add(count, shr(3, clz(difference)))
                    break
                }
                count := add(count, 32)
            }
            if gt(count, most) { count := most }
        }
    }

    function _literals(uint256 run) private pure returns (uint256) {
        return run + (run + 31) / 32;
    }

    function _matched(uint256 count) private pure returns (uint256) {
        uint256 rest = count - 3;
        return rest / 262 * 3 + (rest % 262 >= 6 ? 3 : 2);
    }
}
