// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allowance} from "../../interfaces/agents/IAgentPolicy.sol";

/// @title Limits that run out and refill, one storage slot each
library Allowances {
    /// @param used Fill of the bucket when last touched: what was spent and has not come back.
    /// @param touched When the bucket was last touched, seconds; up to one unit's refill time in the past.
    /// @param spent Sum of all that ever passed.
    struct Usage {
        uint96 used;
        uint40 touched;
        uint120 spent;
    }

    /// @notice Spends `amount`, or returns by how much it is too much and spends nothing.
    function spend(Usage storage usage, Allowance memory limit, uint256 amount) internal returns (uint256 over) {
        Usage memory now_ = refill(usage, limit);
        uint256 rest = _left(now_, limit);
        if (amount > rest) return amount - rest;
        // casting is safe: the rest is bounded by capacity and by life
        if (limit.window != 0) now_.used += uint96(amount);
        now_.spent += uint120(amount);
        (usage.used, usage.touched, usage.spent) = (now_.used, now_.touched, now_.spent);
    }

    /// @notice What may still be spent now.
    function left(Usage storage usage, Allowance memory limit) internal view returns (uint256) {
        return _left(refill(usage, limit), limit);
    }

    /// @notice The bucket as of now. Whole units come back, rounded down; the time of a broken unit stays, so touching the
    /// bucket often gains nothing and loses less than a unit each time that something came back.
    function refill(Usage storage usage, Allowance memory limit) internal view returns (Usage memory now_) {
        now_ = usage;
        if (limit.window == 0) return now_;
        uint256 back = uint256(limit.capacity) * (block.timestamp - now_.touched) / limit.window;
        // casting is safe: back is below used; timestamps fit for 34,000 years
        if (back >= now_.used) {
            (now_.used, now_.touched) = (0, uint40(block.timestamp));
        } else if (back != 0) {
            now_.used -= uint96(back);
            now_.touched += uint40((back * limit.window + limit.capacity - 1) / limit.capacity);
        }
    }

    function _left(Usage memory now_, Allowance memory limit) private view returns (uint256 rest) {
        rest = _minus(limit.life, now_.spent);
        if (limit.window != 0) rest = _least(rest, _minus(limit.capacity, now_.used));
        if (limit.start != 0) {
            uint256 come = block.timestamp < limit.start
                ? 0
                : limit.initial + uint256(limit.perSecond) * (block.timestamp - limit.start);
            rest = _least(rest, _minus(come, now_.spent));
        }
    }

    function _minus(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
