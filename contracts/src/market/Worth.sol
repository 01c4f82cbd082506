// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAgentMarket} from "../interfaces/market/IAgentMarket.sol";
import {IAgentPolicy, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Valuation} from "../agents/libraries/Valuation.sol";

/// @title What the runner counts of an account
interface ICounted {
    /// @notice Units, and the highest value per unit with 18 decimals.
    function accountOf(address account) external view returns (uint256 units, uint256 mark);

    /// @notice How much of a token is counted: put in by the owner, or earned in runs.
    function countedOf(address account, address token) external view returns (uint256);
}

/// @title The value per unit of an account, by its own policy's valuers
library Worth {
    IAgentPolicy internal constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    ICounted private constant RUNNER = ICounted(Predeploys.AGENT_RUNNER);
    uint256 private constant ONE = 1e18;

    /// @notice Value per unit, 18 decimals, of what the runner counted when a run last ended: a donation does not raise it, and what the
    /// owner took out since does not lower it. An account that never ran starts at one.
    function perUnit(address account) internal view returns (bool ok, uint256 units, uint256 value) {
        (units,) = RUNNER.accountOf(account);
        if (units == 0) return (true, 0, ONE);
        Terms memory terms = POLICY.termsOf(account);
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            uint256 price;
            (ok, price) = Valuation.tryPrice(terms.assets[i].valuer);
            if (!ok) return (false, units, 0);
            value += Valuation.down(RUNNER.countedOf(account, terms.assets[i].token), price);
        }
        return (true, units, Math.mulDiv(value, ONE, units));
    }

    /// @notice Value of an ether by the account's own policy; reverts where it declares none.
    function etherPrice(address account) internal view returns (uint256) {
        Terms memory terms = POLICY.termsOf(account);
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            if (terms.assets[i].token != address(0) || terms.assets[i].valuer == address(0)) continue;
            (bool ok, uint256 price) = Valuation.tryPrice(terms.assets[i].valuer);
            if (ok) return price;
        }
        revert IAgentMarket.NoValue(account);
    }
}
