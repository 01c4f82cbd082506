// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AssetTerms} from "../../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../interfaces/agents/IAgentRunner.sol";
import {Action} from "../../interfaces/agents/IStrategy.sol";
import {IValuer} from "../../interfaces/agents/IValuer.sol";
import {BoundedCall} from "./BoundedCall.sol";

/// @title What the account holds, what left it, and what that is worth
/// @dev Balances stay below 2^120 and prices below 2^128, so no product of them overflows; what is larger is refused.
library Valuation {
    uint256 internal constant READ_GAS = 200_000;
    uint256 private constant SCALE = 1e18;

    /// @notice Balance of each declared asset.
    function balances(address account, AssetTerms[] memory assets) internal view returns (uint256[] memory list) {
        list = new uint256[](assets.length);
        for (uint256 i = 0; i < assets.length; ++i) {
            (bool ok, uint256 balance) = tryBalance(account, assets[i].token);
            if (!ok) revert IAgentRunner.Refused("balance", i);
            list[i] = balance;
        }
    }

    /// @notice One balance; not ok where the token does not answer or holds 2^120 or more.
    function tryBalance(address account, address token) internal view returns (bool ok, uint256 balance) {
        if (token == address(0)) {
            (ok, balance) = (true, account.balance);
        } else {
            (ok, balance) = BoundedCall.tryWord(token, READ_GAS, abi.encodeWithSignature("balanceOf(address)", account));
        }
        if (balance > type(uint120).max) ok = false;
    }

    /// @notice One price; not ok where the valuer refuses. Assets without a valuer are worth nothing.
    function tryPrice(address valuer) internal view returns (bool ok, uint256 price) {
        if (valuer == address(0)) return (true, 0);
        (ok, price) = BoundedCall.tryWord(valuer, 2 * READ_GAS, abi.encodeCall(IValuer.price, ()));
        // At a price of zero an account would look empty, and its mark would start anew.
        if (price == 0 || price > type(uint128).max) ok = false;
    }

    /// @notice What left and what came.
    function flow(uint256 before, uint256 now_) internal pure returns (uint256 out, uint256 incoming) {
        return before > now_ ? (before - now_, uint256(0)) : (uint256(0), now_ - before);
    }

    /// @notice What the action itself says that it sends of this asset.
    function decodedOut(address account, address token, Action memory action) internal pure returns (uint256) {
        if (token == address(0)) return action.value;
        if (token != action.target) return 0;
        bytes4 selector = bytes4(action.data);
        // transfer(address,uint256)
        if (selector == 0xa9059cbb && action.data.length >= 68) return _argument(action.data, 1);
        // transferFrom(address,address,uint256)
        if (selector == 0x23b872dd && action.data.length >= 100) {
            return address(uint160(_argument(action.data, 0))) == account ? _argument(action.data, 2) : 0;
        }
        return 0;
    }

    /// @notice Functions that move tokens of their own contract: ERC-20, 721, 1155, 6909.
    function isTransfer(bytes4 selector) internal pure returns (bool) {
        return selector == 0xa9059cbb // transfer(address,uint256)
            || selector == 0x23b872dd // transferFrom(address,address,uint256)
            || selector == 0x42842e0e // safeTransferFrom(address,address,uint256)
            || selector == 0xb88d4fde // safeTransferFrom(address,address,uint256,bytes)
            || selector == 0xf242432a // safeTransferFrom(address,address,uint256,uint256,bytes)
            || selector == 0x2eb2c2d6 // safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)
            || selector == 0x095bcdb6 // transfer(address,uint256,uint256)
            || selector == 0xfe99049a // transferFrom(address,address,uint256,uint256)
            || selector == 0x1296ee62 // transferAndCall(address,uint256)
            || selector == 0x4000aea0; // transferAndCall(address,uint256,bytes)
    }

    /// @notice Value of what leaves, rounded against the agent. The amount may be a number that the agent named.
    function up(uint256 amount, uint256 price) internal pure returns (uint256) {
        if (amount > type(uint120).max) revert IAgentRunner.Refused("amount", amount - type(uint120).max);
        return Math.ceilDiv(amount * price, SCALE);
    }

    /// @notice Value of what comes, rounded against the agent.
    function down(uint256 amount, uint256 price) internal pure returns (uint256) {
        return amount * price / SCALE;
    }

    /// @notice Value of all, rounded down.
    function equity(uint256[] memory amounts, uint256[] memory prices) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < amounts.length; ++i) {
            sum += down(amounts[i], prices[i]);
        }
    }

    /// @notice Least equity that the drawdown rule leaves, rounded up: units * mark * (1 - drawdown).
    function drawdownFloor(uint256 units, uint256 mark, uint256 drawdownBps) internal pure returns (uint256) {
        uint256 high = Math.mulDiv(units, mark, SCALE, Math.Rounding.Ceil);
        return Math.mulDiv(high, 10_000 - drawdownBps, 10_000, Math.Rounding.Ceil);
    }

    function _argument(bytes memory data, uint256 index) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 36), mul(index, 32)))
        }
    }
}
