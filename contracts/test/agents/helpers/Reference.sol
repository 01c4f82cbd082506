// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allowance, Terms} from "../../../src/interfaces/agents/IAgentPolicy.sol";

/// @title B: the most that a policy lets an agent lose, told from its terms alone
/// @notice Shares no code with the runner. All assets have a price of one throughout, nothing is put in or taken out, and the account's
/// mark is what it started with.
library Reference {
    /// @notice Most value that can be gone `elapsed` seconds after the first run.
    function maximalLoss(Terms memory terms, uint256 equity, uint256 elapsed) internal pure returns (uint256 most) {
        most = equity * terms.drawdownBps / 10_000;
        if (terms.lossLimit != 0) most = _least(most, _passes(terms.allowances[terms.lossLimit - 1], elapsed));
        uint256 outflow = 0;
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            // An asset without an allowance leaves as fast as actions can be made.
            if (terms.assets[i].allowance == 0) return most;
            outflow += _passes(terms.allowances[terms.assets[i].allowance - 1], elapsed);
        }
        return _least(most, outflow);
    }

    /// @dev A full bucket, and what flows back into it; never more than its life.
    function _passes(Allowance memory limit, uint256 elapsed) private pure returns (uint256 most) {
        most = limit.life;
        if (limit.window != 0) most = _least(most, limit.capacity + limit.capacity * elapsed / limit.window);
        if (limit.start != 0) most = _least(most, limit.initial + limit.perSecond * elapsed);
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
