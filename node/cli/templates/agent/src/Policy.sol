// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    Allowance,
    AssetTerms,
    ModelTerms,
    OutputBound,
    Rule,
    Terms
} from "../lib/praxis/interfaces/agents/IAgentPolicy.sol";
import {Momentum} from "./Momentum.sol";
import {IVenue} from "./IVenue.sol";

/// @title What the agent may do
/// @notice Nothing that is not said here. The chain enforces it in each transaction, whatever the strategy says.
library Policy {
    /// @notice Values are in the policy's unit of account, which the valuers choose: here one unit of cash.
    /// @param valuers What cash and asset are worth.
    function terms(Momentum strategy, address operator, address[2] memory valuers)
        internal
        view
        returns (Terms memory made)
    {
        // What permits more waits a day. The agent itself lasts a month.
        (made.delay, made.expiry, made.hourMask) = (1 days, uint40(block.timestamp + 30 days), type(uint24).max);
        (made.maxActions, made.actionGas, made.runGas) = (4, 500_000, 2_000_000);
        made.drawdownBps = 2_000;
        made.approvalAbove = 400e18;

        made.allowances = new Allowance[](3);
        // At most 500 of cash leave per day, of which at most 20 may be lost, in at most 24 actions.
        made.allowances[0] = _bucket(1, 500e18);
        made.allowances[1] = _bucket(2, 20e18);
        made.allowances[2] = _bucket(3, 24);
        (made.lossLimit, made.rateLimit) = (2, 3);

        made.assets = new AssetTerms[](2);
        made.assets[0] = AssetTerms(strategy.cash(), valuers[0], 300e18, 1);
        made.assets[1] = AssetTerms(strategy.asset(), valuers[1], 0, 0);

        made.models = new ModelTerms[](1);
        made.models[0] = ModelTerms(strategy.model(), new OutputBound[](1));
        made.models[0].bounds[0] = OutputBound({tensor: 0, element: 0, low: -1.5e18, high: 1.5e18});

        made.strategies = new address[](1);
        made.strategies[0] = address(strategy);
        made.operators = new address[](1);
        made.operators[0] = operator;
    }

    /// @notice One function of one contract: a swap that gives back at least 99 % of what it takes.
    function rules(Momentum strategy) internal view returns (Rule[] memory made) {
        made = new Rule[](1);
        (made[0].target, made[0].selector, made[0].slippageBps) = (address(strategy.venue()), IVenue.swap.selector, 100);
    }

    function _bucket(uint32 id, uint96 capacity) private pure returns (Allowance memory) {
        return Allowance(id, capacity, 1 days, type(uint120).max, 0, 0, 0);
    }
}
