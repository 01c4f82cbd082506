// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUniswapV2Pair} from "../../interfaces/agents/IUniswapV2Pair.sol";
import {ITimeWeighted, IValuer} from "../../interfaces/agents/IValuer.sol";

/// @title A time-weighted price from a Uniswap v2 pair's cumulative prices
/// @notice Anyone calls `observe`; a ring of 16 observations at least 5 minutes apart reaches back 75 minutes and more.
contract PairAverage is ITimeWeighted {
    uint256 internal constant SIZE = 16;
    uint256 internal constant APART = 5 minutes;
    /// @notice An observation older than this many windows says nothing about now.
    uint256 internal constant MAX_WINDOWS = 4;

    struct Observation {
        uint256 cumulative;
        uint256 time;
    }

    IUniswapV2Pair public immutable pair;
    /// @notice Whether the asset is the pair's token0.
    bool public immutable isToken0;
    /// @notice Worth of the pair's other token.
    IValuer public immutable quote;

    Observation[SIZE] private _ring;
    uint256 private _count;

    event Observed(uint256 cumulative, uint256 time);

    /// @notice The last observation is less than 5 minutes old.
    error TooSoon(uint256 next);
    /// @notice No observation is old enough, and none of those is young enough.
    error NoObservation(uint256 window);

    constructor(IUniswapV2Pair pair_, bool isToken0_, IValuer quote_) {
        (pair, isToken0, quote) = (pair_, isToken0_, quote_);
        _observe();
    }

    /// @notice Adds an observation.
    function observe() external {
        uint256 next = _ring[(_count - 1) % SIZE].time + APART;
        if (block.timestamp < next) revert TooSoon(next);
        _observe();
    }

    /// @inheritdoc ITimeWeighted
    function average(uint32 window) external view returns (uint256) {
        uint256 held = _count < SIZE ? _count : SIZE;
        for (uint256 i = 1; i <= held; ++i) {
            Observation memory seen = _ring[(_count - i) % SIZE];
            uint256 elapsed = block.timestamp - seen.time;
            if (elapsed < window) continue;
            if (elapsed > MAX_WINDOWS * window) break;
            uint256 change;
            unchecked {
                change = _cumulative() - seen.cumulative;
            }
            return Math.mulDiv(change / elapsed, quote.price(), 1 << 112);
        }
        revert NoObservation(window);
    }

    function _observe() private {
        uint256 cumulative = _cumulative();
        _ring[_count++ % SIZE] = Observation(cumulative, block.timestamp);
        emit Observed(cumulative, block.timestamp);
    }

    /// @dev The pair's sum as of now. Sums wrap, and so does the pair's clock at 2^32.
    function _cumulative() private view returns (uint256 sum) {
        (uint112 reserve0, uint112 reserve1, uint32 last) = pair.getReserves();
        (uint256 own, uint256 other) = isToken0 ? (reserve0, reserve1) : (reserve1, reserve0);
        sum = isToken0 ? pair.price0CumulativeLast() : pair.price1CumulativeLast();
        unchecked {
            sum += ((other << 112) / own) * uint256(uint32(block.timestamp) - last);
        }
    }
}
