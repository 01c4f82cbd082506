// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AssetTerms, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {IL1Block} from "../interfaces/IL1Block.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Limits} from "./Limits.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {Valuation} from "./libraries/Valuation.sol";

/// @title Units of an account and the highest value that one of them had
/// @notice What the owner takes out or puts in moves units and leaves the value per unit. What nobody announced (a transfer
/// from outside) is not counted until the owner settles, so a donation lifts no mark.
abstract contract Ledger is Limits, IAgentRunner {
    struct Account {
        uint128 units;
        uint128 mark;
    }

    /// @dev The account's units and mark, in a run.
    struct Position {
        uint256 units;
        uint256 mark;
    }

    uint256 internal constant ONE = 1e18;

    mapping(address account => Account) private _accounts;
    mapping(address account => mapping(address token => uint256)) private _counted;

    /// @notice Units, and the highest value per unit with 18 decimals.
    function accountOf(address account) external view returns (uint256 units, uint256 mark) {
        return (_accounts[account].units, _accounts[account].mark);
    }

    /// @notice How much of a token is counted: put in by the owner, or earned in runs.
    function countedOf(address account, address token) external view returns (uint256) {
        return _counted[account][token];
    }

    /// @dev Fills the frame's prices, balances, counted parts and floor, and the position.
    function _read(Frame memory frame, Position memory position, Terms memory terms)
        internal
        view
        returns (bytes32 rule, uint256 margin)
    {
        uint256 count = terms.assets.length;
        (frame.prices, frame.balances) = (new uint256[](count), new uint256[](count));
        frame.counted = new uint256[](count);
        (position.units, position.mark) = (_accounts[frame.account].units, _accounts[frame.account].mark);
        uint256[] memory before = new uint256[](count);
        bool priced = false;
        for (uint256 i = 0; i < count; ++i) {
            AssetTerms memory asset = terms.assets[i];
            bool ok;
            _keep(2 * Valuation.READ_GAS);
            (ok, frame.balances[i]) = Valuation.tryBalance(frame.account, asset.token);
            if (!ok) return ("balance", i);
            (ok, frame.prices[i]) = Valuation.tryPrice(asset.valuer);
            if (!ok) return ("price", i);
            priced = priced || asset.valuer != address(0);
            before[i] = _counted[frame.account][asset.token];
            frame.counted[i] = before[i] < frame.balances[i] ? before[i] : frame.balances[i];
        }
        if (priced && _forced()) return ("forced", 0);
        _moveUnits(frame, position, Valuation.equity(before, frame.prices));
        if (terms.drawdownBps < 10_000) {
            frame.floor = Valuation.drawdownFloor(position.units, position.mark, terms.drawdownBps);
        }
    }

    /// @dev Less than was counted: the owner took it out, at the same value per unit. An account without units starts with all
    /// that it holds.
    function _moveUnits(Frame memory frame, Position memory position, uint256 before) private pure {
        if (position.units == 0 || before == 0) {
            frame.counted = frame.balances;
            (position.units, position.mark) = (Valuation.equity(frame.counted, frame.prices), ONE);
            return;
        }
        uint256 equity = Valuation.equity(frame.counted, frame.prices);
        // Rounded up: more units make a higher floor.
        position.units = Math.mulDiv(position.units, equity, before, Math.Rounding.Ceil);
    }

    /// @dev Writes what `_read` and the actions left in the frame.
    function _write(Frame memory frame, Position memory position, Terms memory terms) internal {
        if (position.units != 0) {
            uint256 perUnit = Math.mulDiv(Valuation.equity(frame.counted, frame.prices), ONE, position.units);
            if (perUnit > position.mark) position.mark = perUnit;
        }
        // casting is safe: capped. A mark at the cap can only be too low for values per unit beyond 10^20.
        uint128 units = position.units > type(uint128).max ? type(uint128).max : uint128(position.units);
        uint128 mark = position.mark > type(uint128).max ? type(uint128).max : uint128(position.mark);
        _accounts[frame.account] = Account(units, mark);
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            address token = terms.assets[i].token;
            if (_counted[frame.account][token] != frame.counted[i]) _counted[frame.account][token] = frame.counted[i];
        }
    }

    /// @dev The owner's word that what is there was put in.
    function _settle(address account) internal {
        Frame memory frame;
        frame.account = account;
        Position memory position;
        Terms memory terms;
        (frame.epoch, terms) = _terms(account);
        (bytes32 rule, uint256 margin) = _read(frame, position, terms);
        if (rule != 0) revert Refused(rule, margin);
        uint256 before = Valuation.equity(frame.counted, frame.prices);
        uint256 equity = Valuation.equity(frame.balances, frame.prices);
        frame.counted = frame.balances;
        if (before != 0) position.units = Math.mulDiv(position.units, equity, before, Math.Rounding.Ceil);
        _write(frame, position, terms);
        emit Settled(account, position.units, position.mark);
    }

    /// @dev In a block that no batch covers, prices stand still while L1 deposits trade.
    function _forced() private view returns (bool) {
        (bool ok, uint256 forced) =
            BoundedCall.tryWord(Predeploys.L1_BLOCK, 50_000, abi.encodeCall(IL1Block.forced, ()));
        return !ok || forced != 0;
    }
}
