// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentMarket, IBondChecker, Listing, Offer} from "../interfaces/market/IAgentMarket.sol";
import {IStrategy} from "../interfaces/agents/IStrategy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {BoundedCall} from "../agents/libraries/BoundedCall.sol";

/// @title Whether a listed strategy is what was listed
/// @notice Breaches: the strategy's code is not what it was, or it asks a model that the offer does not name.
contract StrategyChecker is IBondChecker {
    uint256 private constant STRATEGY_GAS = 4_000_000;

    /// @inheritdoc IBondChecker
    /// @param evidence Empty for the code; else a context for which `features` names another model.
    function isBreach(uint256 listing, bytes calldata evidence) external view returns (bool) {
        IAgentMarket market = IAgentMarket(Predeploys.AGENT_MARKET);
        Listing memory listed = market.listingOf(listing);
        if (evidence.length == 0) return listed.strategy.codehash != listed.codeHash;
        bytes memory call = abi.encodeCall(IStrategy.features, (evidence));
        (bool ok, bytes memory asked) = BoundedCall.tryStatic(listed.strategy, STRATEGY_GAS, 32, call);
        if (!ok || asked.length != 32) return false;
        Offer memory offer = market.offerOf(listing);
        for (uint256 i = 0; i < offer.models.length; ++i) {
            if (offer.models[i] == bytes32(asked)) return false;
        }
        return true;
    }
}
