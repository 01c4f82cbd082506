// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/AgentPolicy.sol" as AgentPolicyUnit;
import "../../src/agents/AgentRunner.sol" as AgentRunnerUnit;
import {Allowance, IAgentPolicy, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev An allowance of the deployed runner, spent as the Scheduler spends it for gas.
contract AllowancesTest is Test {
    IAgentRunner private constant RUNNER = IAgentRunner(Predeploys.AGENT_RUNNER);
    IAgentPolicy private constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    uint160 private _accounts;
    address private _account;

    function setUp() public {
        vm.etch(Predeploys.AGENT_RUNNER, vm.getDeployedCode("AgentRunner.sol:AgentRunner"));
        vm.etch(Predeploys.AGENT_POLICY, vm.getDeployedCode("AgentPolicy.sol:AgentPolicy"));
        vm.warp(1_800_000_000);
    }

    /// @dev Another account, with this allowance.
    function _with(Allowance memory limit) private {
        Terms memory terms;
        terms.gasLimit = 1;
        terms.allowances = new Allowance[](1);
        terms.allowances[0] = limit;
        _account = address(0xacc00000 + ++_accounts);
        vm.prank(Predeploys.AGENT_RUNNER);
        POLICY.install(_account, abi.encode(address(this), terms, new Rule[](0)));
    }

    /// @dev By how much it is too much.
    function _spend(uint256 amount) private returns (uint256 over) {
        vm.prank(Predeploys.SCHEDULER);
        try RUNNER.charge(_account, "gas", amount) {}
        catch (bytes memory reason) {
            assembly {
                over := mload(add(reason, 68))
            }
            vm.assertEq(reason, abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("gas"), over));
        }
    }

    function _left() private view returns (uint256) {
        return RUNNER.left(_account, 1);
    }

    function test_zeros_permitNothing() public {
        Allowance memory none;
        _with(none);
        vm.assertEq(_spend(1), 1);
        vm.assertEq(_spend(0), 0);
    }

    function test_life_neverRefills() public {
        _with(Allowance(1, 0, 0, 10, 0, 0, 0));
        vm.assertEq(_spend(10), 0);
        vm.warp(_now() + 1000 days);
        vm.assertEq(_spend(1), 1);
    }

    function test_stream_growsFromItsStart() public {
        _with(Allowance(1, 0, 0, 100, 7, 2, uint40(_now() + 10)));
        vm.assertEq(_left(), 0);
        vm.warp(_now() + 10);
        vm.assertEq(_left(), 7);
        vm.assertEq(_spend(7), 0);
        vm.warp(_now() + 3);
        vm.assertEq(_spend(7), 1);
        vm.assertEq(_spend(6), 0);
        vm.warp(_now() + 1000);
        vm.assertEq(_left(), 87);
    }

    function test_bucket_touchedOftenLosesNothing() public {
        _with(Allowance(1, 10, 100, type(uint120).max, 0, 0, 0));
        vm.assertEq(_spend(10), 0);
        for (uint256 i = 0; i < 99; ++i) {
            vm.warp(_now() + 1);
            _spend(0);
        }
        vm.assertEq(_left(), 9);
        vm.warp(_now() + 1);
        vm.assertEq(_left(), 10);
    }

    /// Where all has come back, the time of a broken unit does not stay.
    function test_bucket_fullKeepsNoTime() public {
        _with(Allowance(1, 10, 100, type(uint120).max, 0, 0, 0));
        vm.assertEq(_spend(10), 0);
        vm.warp(_now() + 105);
        vm.assertEq(_spend(10), 0);
        vm.warp(_now() + 5);
        vm.assertEq(_left(), 0);
        vm.warp(_now() + 5);
        vm.assertEq(_left(), 1);
    }

    /// In no interval more passes than the bucket holds plus what flows back, and a greedy agent gets all of it but one unit.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_bucket_boundIsKeptAndTight(uint256 seed, uint96 capacity, uint24 window) public {
        vm.assume(capacity != 0 && window != 0);
        _with(Allowance(1, capacity, window, type(uint120).max, 0, 0, 0));
        uint256 begin = _now();
        uint256 sum = 0;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (i != 0) vm.warp(_now() + seed % (uint256(window) / 4 + 2));
            uint256 rest = _left();
            uint256 amount = i == 39 || (seed >> 200) & 1 == 0 ? rest : uint96(seed >> 100) % (rest + 1);
            vm.assertEq(_spend(rest + 1), 1);
            vm.assertEq(_spend(amount), 0);
            sum += amount;
            vm.assertTrue(sum <= capacity + uint256(capacity) * (_now() - begin) / window);
        }
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_bucket_greedyAgentGetsTheBound(uint256 seed, uint80 capacity, uint24 window) public {
        vm.assume(capacity != 0 && window > 8);
        _with(Allowance(1, capacity, window, type(uint120).max, 0, 0, 0));
        uint256 begin = _now();
        uint256 sum = 0;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (i != 0) vm.warp(_now() + seed % (uint256(window) / 2));
            uint256 rest = _left();
            _spend(rest);
            sum += rest;
        }
        uint256 bound = capacity + uint256(capacity) * (_now() - begin) / window;
        // Each of the 39 refills keeps back less than a unit.
        vm.assertTrue(sum <= bound && bound - sum <= 40);
    }
}
