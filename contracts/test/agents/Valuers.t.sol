// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FeedValuer} from "../../src/agents/valuers/FeedValuer.sol";
import {FixedValuer} from "../../src/agents/valuers/FixedValuer.sol";
import {LiquidityValuer} from "../../src/agents/valuers/LiquidityValuer.sol";
import {PairAverage} from "../../src/agents/valuers/PairAverage.sol";
import {IUniswapV2Pair} from "../../src/interfaces/agents/IUniswapV2Pair.sol";
import {AggregatorV3Interface, ITimeWeighted, IValuer} from "../../src/interfaces/agents/IValuer.sol";
import {Test} from "../helpers/Test.sol";

contract Feed is AggregatorV3Interface {
    uint8 public constant decimals = 8;
    int256 private _answer;
    uint256 private _updatedAt;

    function set(int256 answer, uint256 updatedAt) external {
        (_answer, _updatedAt) = (answer, updatedAt);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, _answer, _updatedAt, _updatedAt, 1);
    }
}

/// @dev The sums of a Uniswap v2 pair, its reserves set by hand.
contract Pair is IUniswapV2Pair {
    uint112 private _reserve0;
    uint112 private _reserve1;
    uint32 private _last;
    uint256 public price0CumulativeLast = type(uint256).max - 5;
    uint256 public price1CumulativeLast;
    uint256 public totalSupply;

    function set(uint112 reserve0, uint112 reserve1, uint256 supply) external {
        unchecked {
            uint32 elapsed = uint32(block.timestamp) - _last;
            if (_reserve0 != 0) {
                price0CumulativeLast += (uint256(_reserve1) << 112) / _reserve0 * elapsed;
                price1CumulativeLast += (uint256(_reserve0) << 112) / _reserve1 * elapsed;
            }
        }
        (_reserve0, _reserve1, _last, totalSupply) = (reserve0, reserve1, uint32(block.timestamp), supply);
    }

    function getReserves() external view returns (uint112, uint112, uint32) {
        return (_reserve0, _reserve1, _last);
    }
}

contract ValuersTest is Test {
    Feed private feed;
    Pair private pair;
    FixedValuer private unit;
    PairAverage private average;
    FeedValuer private valuer;

    function setUp() public {
        vm.warp(1_800_000_000);
        feed = new Feed();
        pair = new Pair();
        pair.set(100e18, 200e6, 1e15);
        unit = new FixedValuer(6);
        average = new PairAverage(pair, true, unit);
        valuer = new FeedValuer(feed, average, 18, 1 hours, 500);
        vm.warp(_now() + 30 minutes);
        feed.set(2e8, _now());
    }

    function test_price_scalesByDecimals() public view {
        vm.assertEq(unit.price(), 1e30);
        vm.assertEq(valuer.price(), 2e18);
    }

    function test_price_staleNegativeOrFuture_reverts() public {
        feed.set(2e8, _now() - 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(FeedValuer.Stale.selector, _now() - 1 hours - 1));
        valuer.price();
        feed.set(2e8, _now() + 1);
        vm.expectRevert(abi.encodeWithSelector(FeedValuer.Stale.selector, _now() + 1));
        valuer.price();
        feed.set(0, _now());
        vm.expectRevert(abi.encodeWithSelector(FeedValuer.NoAnswer.selector, int256(0)));
        valuer.price();
    }

    function test_price_awayFromTheAverage_reverts() public {
        feed.set(2.0999e8, _now());
        vm.assertEq(valuer.price(), 2.0999e18);
        feed.set(2.1001e8, _now());
        vm.expectRevert();
        valuer.price();
        feed.set(1.8999e8, _now());
        vm.expectRevert();
        valuer.price();
    }

    function test_average_weighsByTime_andASpikeHardlyMoves() public {
        average.observe();
        pair.set(100e18, 400e6, 1e15);
        vm.warp(_now() + 10 minutes);
        pair.set(100e18, 200e6, 1e15);
        vm.warp(_now() + 20 minutes);
        uint256 mean = average.average(30 minutes);
        // (400 * 10 + 200 * 20) / 30 / 100, a little less by rounding of the sums
        vm.assertTrue(mean <= 2666666666666666667 && mean > 2666666666666600000);
    }

    function test_average_tooYoungOrTooOld_reverts() public {
        PairAverage young = new PairAverage(pair, false, unit);
        vm.warp(_now() + 30 minutes - 1);
        bytes memory reason = abi.encodeWithSelector(PairAverage.NoObservation.selector, uint256(30 minutes));
        vm.expectRevert(reason);
        young.average(30 minutes);
        vm.warp(_now() + 2 hours);
        vm.expectRevert(reason);
        young.average(30 minutes);
    }

    function test_observe_ringKeepsSixteen_fiveMinutesApart() public {
        average.observe();
        vm.expectRevert(abi.encodeWithSelector(PairAverage.TooSoon.selector, _now() + 5 minutes));
        average.observe();
        for (uint256 i = 0; i < 40; ++i) {
            vm.warp(_now() + 5 minutes);
            average.observe();
        }
        vm.assertTrue(average.average(75 minutes) > 1.99e18);
        vm.expectRevert(abi.encodeWithSelector(PairAverage.NoObservation.selector, uint256(76 minutes)));
        average.average(76 minutes);
    }

    function test_liquidity_followsKAndNotTheReserves() public {
        LiquidityValuer liquidity = new LiquidityValuer(pair, IValuer(address(valuer)), unit);
        // 100 tokens at 2 and 200 units: 400 for 10^15 liquidity tokens' smallest units.
        uint256 fair = 400e18 * 1e18 / 1e15;
        vm.assertTrue(liquidity.price() <= fair && liquidity.price() > fair - fair / 1e9);
        uint256 before = liquidity.price();
        pair.set(400e18, 50e6, 1e15);
        vm.assertEq(liquidity.price(), before);
    }
}
