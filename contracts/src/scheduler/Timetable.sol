// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PriceHeap} from "./PriceHeap.sol";

/// @title When each booking comes up, and which comes first
/// @notice Entries wait in buckets, one per block number or per 128 ms. A bucket whose time has come is handed over whole, by its best
/// entry, to a heap of buckets: so an entry moves once in, once out, and a block does work for the entries that it looks at
/// and no others, however many are due.
/// @dev An entry is price (128 bits), ~id (64), gas (32), then `Timetable`'s caller's own 32 bits: larger is earlier. A bucket in the
/// heap of buckets is the upper 192 bits of its best entry, then its key (64). Ids are distinct, so no two words tie.
abstract contract Timetable {
    using PriceHeap for uint256[];

    /// @dev Time buckets of 2^7 ms: half a block at 250 ms.
    uint256 internal constant BUCKET_BITS = 7;
    /// @dev Marks keys of block buckets.
    uint64 private constant BLOCK_KEY = 1 << 63;
    /// @dev Buckets handed over per block at most; time that is left over is taken up in the next one.
    uint256 internal constant MAX_STEPS = 256;
    uint256 private constant KEY_MASK = type(uint64).max;

    /// @dev What was handed over last.
    /// @param block_ Number of the last block bucket.
    /// @param time Number of the last time bucket.
    struct Cursor {
        uint64 block_;
        uint64 time;
    }

    Cursor internal _cursor;
    /// @dev By class: 0 stands aside in forced blocks, 1 does not.
    mapping(uint256 class => uint256[] heap) private _ready;
    mapping(uint256 class => mapping(uint64 key => uint256[] heap)) private _buckets;

    function _entry(uint128 price_, uint64 id, uint32 gas_, uint32 own) internal pure returns (uint256) {
        return uint256(price_) << 128 | uint256(~id) << 64 | uint256(gas_) << 32 | own;
    }

    function _split(uint256 entry) internal pure returns (uint128 price_, uint64 id, uint32 gas_, uint32 own) {
        // casting is safe: each takes its own bits
        return (uint128(entry >> 128), ~uint64(entry >> 64), uint32(entry >> 32), uint32(entry));
    }

    /// @dev Puts an entry where it comes up at `when` or at once: the next block at the earliest.
    function _put(uint256 class, bool byBlock, uint64 when, uint256 entry) internal {
        Cursor memory cursor = _cursor;
        uint64 handed = byBlock ? cursor.block_ : cursor.time;
        // casting is safe: a time in ms divided by 128; 2^64 ms are beyond all clocks
        uint64 number = byBlock ? when : uint64((uint256(when) + (1 << BUCKET_BITS) - 1) >> BUCKET_BITS);
        if (number <= handed) number = handed + 1;
        _buckets[class][byBlock ? number | BLOCK_KEY : number].insert(entry);
    }

    /// @dev Hands over the buckets whose time has come.
    function _advanceTo(uint64 number, uint64 timeMs) internal {
        Cursor memory cursor = _cursor;
        uint64 time = timeMs >> uint64(BUCKET_BITS);
        // The first block of all: nothing can have been put in before.
        if (cursor.block_ == 0) cursor = Cursor(number - 1, time == 0 ? 0 : time - 1);
        for (uint256 steps = 0; steps < MAX_STEPS && cursor.block_ < number; ++steps) {
            _hand(++cursor.block_ | BLOCK_KEY);
        }
        for (uint256 steps = 0; steps < MAX_STEPS && cursor.time < time; ++steps) {
            _hand(++cursor.time);
        }
        _cursor = cursor;
    }

    /// @dev The best entry that may run now, and its class; zero where there is none.
    function _best(bool calm) internal view returns (uint256 class, uint256 entry) {
        uint256 top = _top(1);
        class = 1;
        if (calm) {
            uint256 other = _top(0);
            if (other > top) (class, top) = (0, other);
        }
        // casting is safe: the key is the lower half
        if (top != 0) entry = _buckets[class][uint64(top & KEY_MASK)][0];
    }

    /// @dev Removes what `_best` gave.
    function _take(uint256 class) internal {
        uint256[] storage ready = _ready[class];
        uint64 key = uint64(ready[0] & KEY_MASK);
        uint256[] storage bucket = _buckets[class][key];
        bucket.removeTop();
        if (bucket.length == 0) ready.removeTop();
        else ready.replaceTop(bucket[0] & ~KEY_MASK | key);
    }

    function _top(uint256 class) private view returns (uint256) {
        uint256[] storage ready = _ready[class];
        return ready.length == 0 ? 0 : ready[0];
    }

    function _hand(uint64 key) private {
        for (uint256 class = 0; class < 2; ++class) {
            uint256[] storage bucket = _buckets[class][key];
            if (bucket.length != 0) _ready[class].insert(bucket[0] & ~KEY_MASK | key);
        }
    }
}
