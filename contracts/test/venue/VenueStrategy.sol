// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {Action, Approval, IStrategy} from "../../src/interfaces/agents/IStrategy.sol";
import {FloatTensor} from "./FloatTensor.sol";
import {HistoryFeed} from "./HistoryFeed.sol";

/// @notice What a strategy calls of Uniswap v2's router.
interface IRouter {
    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external returns (uint256[] memory amounts);

    function addLiquidity(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountA, uint256 amountB, uint256 liquidity);

    function removeLiquidity(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountA, uint256 amountB);
}

/// @notice Where a strategy trades and what it reads.
/// @param stride Rounds of the feed from one price that its model looks at to the next.
struct Venue {
    bytes32 model;
    uint256 stride;
    HistoryFeed feed;
    IRouter router;
    IERC20 stock;
    IERC20 cash;
    IERC20 pair;
}

/// @title What the strategies on the pair of stock and cash have in common
/// @dev A context is abi.encode(address account, uint256 share): the account that acts, and how eagerly, with 18 decimals.
abstract contract VenueStrategy is IStrategy {
    int256 internal constant ONE = 1e18;
    /// @dev The router's own floor under what it returns. What the policy permits is another matter.
    uint256 internal constant LEAST_BPS = 9_700;
    uint256 internal constant ACTION_GAS = 400_000;

    bytes32 public immutable model;
    uint256 public immutable stride;
    HistoryFeed public immutable feed;
    IRouter public immutable router;
    IERC20 public immutable stock;
    IERC20 public immutable cash;
    IERC20 public immutable pair;

    constructor(Venue memory venue) {
        (model, stride, feed, router) = (venue.model, venue.stride, venue.feed, venue.router);
        (stock, cash, pair) = (venue.stock, venue.cash, venue.pair);
    }

    /// @inheritdoc IStrategy
    function features(bytes calldata) external view returns (bytes32, IInference.Tensor[] memory inputs) {
        inputs = new IInference.Tensor[](1);
        inputs[0] = FloatTensor.row(_features());
        return (model, inputs);
    }

    /// @dev The model's input, 18 decimals.
    function _features() internal view virtual returns (int256[] memory);

    /// @dev Returns p[i] / p[i-1] - 1 of the last `count` + 1 prices, 18 decimals, rounded down.
    function _returns(uint256 count) internal view returns (int256[] memory changes) {
        uint256[] memory prices = feed.history(count + 1, stride);
        changes = new int256[](count);
        for (uint256 i = 0; i < count; ++i) {
            // casting is safe: a feed's answers have 192 bits
            changes[i] = int256(prices[i + 1] * uint256(ONE) / prices[i]) - ONE;
        }
    }

    /// @dev Cash per stock, 18 decimals.
    function _price() internal view returns (uint256) {
        return feed.history(1, 1)[0] * 1e10;
    }

    /// @dev Sells `amount` of one for the other at no less than 97 % of the feed's price.
    function _swap(address account, bool buys, uint256 amount) internal view returns (Action[] memory actions) {
        (IERC20 from, IERC20 to) = buys ? (cash, stock) : (stock, cash);
        uint256 fair = buys ? amount * 1e18 / _price() : amount * _price() / 1e18;
        address[] memory path = new address[](2);
        (path[0], path[1]) = (address(from), address(to));
        actions = new Action[](1);
        actions[0] = _action(
            abi.encodeCall(
                IRouter.swapExactTokensForTokens, (amount, fair * LEAST_BPS / 10_000, path, account, block.timestamp)
            ),
            1
        );
        actions[0].approvals[0] = Approval(address(from), amount);
    }

    function _action(bytes memory data, uint256 approvals) internal view returns (Action memory action) {
        (action.target, action.gas, action.data) = (address(router), ACTION_GAS, data);
        action.approvals = new Approval[](approvals);
    }
}
