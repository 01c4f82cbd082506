// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Hardhat compiles what is imported: the tests want the ABIs of these three.
import {IAgentAccountFactory} from "../lib/praxis/interfaces/agents/IAgentAccountFactory.sol";
import {IAgentRunner} from "../lib/praxis/interfaces/agents/IAgentRunner.sol";
import {IStrategyRegistry} from "../lib/praxis/interfaces/agents/IStrategyRegistry.sol";
import {Rule, Terms} from "../lib/praxis/interfaces/agents/IAgentPolicy.sol";
import {Momentum} from "./Momentum.sol";
import {Policy} from "./Policy.sol";

/// @title The policy for tests in JavaScript, which ask for it by `eth_call`
contract HardhatPolicy {
    /// @notice As `Policy.terms` and `Policy.rules`.
    function policy(Momentum strategy, address operator, address[2] memory valuers)
        external
        view
        returns (Terms memory, Rule[] memory)
    {
        return (Policy.terms(strategy, operator, valuers), Policy.rules(strategy));
    }
}
