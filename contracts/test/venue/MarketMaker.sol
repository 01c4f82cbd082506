// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {Action, Approval} from "../../src/interfaces/agents/IStrategy.sol";
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {IRouter, Venue, VenueStrategy} from "./VenueStrategy.sol";

/// @title Gives liquidity while its model expects calm, and takes it back before it expects a storm
contract MarketMaker is VenueStrategy {
    uint256 internal constant WINDOW = 8;
    /// @dev Expected move of the price above which liquidity loses more to arbitrage than it earns.
    int256 internal constant STORM = 0.083e18;

    constructor(Venue memory venue) VenueStrategy(venue) {}

    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory actions)
    {
        (address account, uint256 share) = abi.decode(context, (address, uint256));
        if (TensorReader.fixedPoint(outputs[0], 0) > STORM) return _withdraw(account, share);
        return _provide(account, share);
    }

    function _provide(address account, uint256 share) private view returns (Action[] memory actions) {
        uint256 amount = stock.balanceOf(account) * share / 1e18;
        uint256 against = amount * _price() / 1e18;
        uint256 most = cash.balanceOf(account);
        if (against > most) (amount, against) = (most * 1e18 / _price(), most);
        if (amount < 1e12 || against < 1e12) return actions;
        actions = new Action[](1);
        actions[0] = _action(
            abi.encodeCall(
                IRouter.addLiquidity, (address(stock), address(cash), amount, against, 0, 0, account, block.timestamp)
            ),
            2
        );
        actions[0].approvals[0] = Approval(address(stock), amount);
        actions[0].approvals[1] = Approval(address(cash), against);
    }

    function _withdraw(address account, uint256 share) private view returns (Action[] memory actions) {
        uint256 amount = pair.balanceOf(account) * share / 1e18;
        if (amount < 1e12) return actions;
        actions = new Action[](1);
        actions[0] = _action(
            abi.encodeCall(
                IRouter.removeLiquidity, (address(stock), address(cash), amount, 0, 0, account, block.timestamp)
            ),
            1
        );
        actions[0].approvals[0] = Approval(address(pair), amount);
    }

    function _features() internal view override returns (int256[] memory moves) {
        moves = _returns(WINDOW);
        for (uint256 i = 0; i < WINDOW; ++i) {
            if (moves[i] < 0) moves[i] = -moves[i];
        }
    }
}
