// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allowances} from "../../src/agents/libraries/Allowances.sol";
import {Allowance} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Test} from "../helpers/Test.sol";

/// @dev A contract of its own, so that each call sees the time anew.
contract Purse {
    Allowances.Usage private _usage;

    function spend(Allowance calldata limit, uint256 amount) external returns (uint256) {
        return Allowances.spend(_usage, limit, amount);
    }

    function left(Allowance calldata limit) external view returns (uint256) {
        return Allowances.left(_usage, limit);
    }
}

contract AllowancesTest is Test {
    Purse private purse;

    function setUp() public {
        purse = new Purse();
        vm.warp(1_800_000_000);
    }

    function test_zeros_permitNothing() public {
        Allowance memory none;
        vm.assertEq(purse.spend(none, 1), 1);
        vm.assertEq(purse.spend(none, 0), 0);
    }

    function test_life_neverRefills() public {
        Allowance memory limit = Allowance(1, 0, 0, 10, 0, 0, 0);
        vm.assertEq(purse.spend(limit, 10), 0);
        vm.warp(_now() + 1000 days);
        vm.assertEq(purse.spend(limit, 1), 1);
    }

    function test_stream_growsFromItsStart() public {
        Allowance memory limit = Allowance(1, 0, 0, 100, 7, 2, uint40(_now() + 10));
        vm.assertEq(purse.left(limit), 0);
        vm.warp(_now() + 10);
        vm.assertEq(purse.left(limit), 7);
        vm.assertEq(purse.spend(limit, 7), 0);
        vm.warp(_now() + 3);
        vm.assertEq(purse.spend(limit, 7), 1);
        vm.assertEq(purse.spend(limit, 6), 0);
        vm.warp(_now() + 1000);
        vm.assertEq(purse.left(limit), 87);
    }

    function test_bucket_touchedOftenLosesNothing() public {
        Allowance memory limit = Allowance(1, 10, 100, type(uint120).max, 0, 0, 0);
        vm.assertEq(purse.spend(limit, 10), 0);
        for (uint256 i = 0; i < 99; ++i) {
            vm.warp(_now() + 1);
            purse.spend(limit, 0);
        }
        vm.assertEq(purse.left(limit), 9);
        vm.warp(_now() + 1);
        vm.assertEq(purse.left(limit), 10);
    }

    /// In no interval more passes than the bucket holds plus what flows back, and a greedy agent gets all of it but one unit.
    function testFuzz_bucket_boundIsKeptAndTight(uint256 seed, uint96 capacity, uint24 window) public {
        vm.assume(capacity != 0 && window != 0);
        Allowance memory limit = Allowance(1, capacity, window, type(uint120).max, 0, 0, 0);
        uint256 begin = _now();
        uint256 sum = 0;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (i != 0) vm.warp(_now() + seed % (uint256(window) / 4 + 2));
            uint256 rest = purse.left(limit);
            uint256 amount = i == 39 || (seed >> 200) & 1 == 0 ? rest : uint96(seed >> 100) % (rest + 1);
            vm.assertEq(purse.spend(limit, rest + 1), 1);
            vm.assertEq(purse.spend(limit, amount), 0);
            sum += amount;
            vm.assertTrue(sum <= capacity + uint256(capacity) * (_now() - begin) / window);
        }
    }

    function testFuzz_bucket_greedyAgentGetsTheBound(uint256 seed, uint80 capacity, uint24 window) public {
        vm.assume(capacity != 0 && window > 8);
        Allowance memory limit = Allowance(1, capacity, window, type(uint120).max, 0, 0, 0);
        uint256 begin = _now();
        uint256 sum = 0;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (i != 0) vm.warp(_now() + seed % (uint256(window) / 2));
            uint256 rest = purse.left(limit);
            purse.spend(limit, rest);
            sum += rest;
        }
        uint256 bound = capacity + uint256(capacity) * (_now() - begin) / window;
        // Each of the 39 refills keeps back less than a unit.
        vm.assertTrue(sum <= bound && bound - sum <= 40);
    }
}
