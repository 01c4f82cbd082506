// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allowance, AssetTerms, IAgentPolicy, ModelTerms, Terms} from "../../interfaces/agents/IAgentPolicy.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {Privileged} from "./Privileged.sol";

/// @title Whether terms make sense, and whether they permit no more than others
library TermsCheck {
    uint256 internal constant MAX_ASSETS = 8;
    uint256 internal constant MAX_ALLOWANCES = 16;
    uint256 internal constant MAX_LIST = 16;
    uint32 internal constant MAX_DELAY = 90 days;
    uint256 private constant PROBE_GAS = 50_000;
    address private constant ERC1820 = 0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24;

    /// @notice Reverts with `BadTerms` or `UnsupportedToken` where a field is out of range.
    function valid(Terms memory terms) internal view {
        if (terms.delay > MAX_DELAY) revert IAgentPolicy.BadTerms("delay");
        if (terms.maxActions > 32) revert IAgentPolicy.BadTerms("maxActions");
        if (terms.drawdownBps > 10_000) revert IAgentPolicy.BadTerms("drawdownBps");
        if (terms.allowances.length > MAX_ALLOWANCES) revert IAgentPolicy.BadTerms("allowances");
        if (terms.assets.length > MAX_ASSETS) revert IAgentPolicy.BadTerms("assets");
        if (terms.models.length > MAX_LIST) revert IAgentPolicy.BadTerms("models");
        if (terms.strategies.length > MAX_LIST) revert IAgentPolicy.BadTerms("strategies");
        if (terms.operators.length > MAX_LIST) revert IAgentPolicy.BadTerms("operators");
        if (terms.guardians.length > MAX_LIST) revert IAgentPolicy.BadTerms("guardians");
        if (terms.keys.length > MAX_LIST) revert IAgentPolicy.BadTerms("keys");
        uint256 count = terms.allowances.length;
        if (
            terms.rateLimit > count || terms.lossLimit > count || terms.gasLimit > count || terms.royaltyLimit > count
                || terms.feeLimit > count
        ) revert IAgentPolicy.BadTerms("limits");
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                if (terms.allowances[i].id == terms.allowances[j].id) revert IAgentPolicy.BadTerms("id");
            }
        }
        for (uint256 i = 0; i < terms.assets.length; ++i) {
            if (terms.assets[i].allowance > count) revert IAgentPolicy.BadTerms("asset allowance");
            for (uint256 j = 0; j < i; ++j) {
                if (terms.assets[i].token == terms.assets[j].token) revert IAgentPolicy.BadTerms("asset twice");
            }
            if (terms.assets[i].token != address(0)) _checkToken(terms.assets[i].token);
        }
        for (uint256 i = 0; i < terms.models.length; ++i) {
            if (terms.models[i].bounds.length > MAX_LIST) revert IAgentPolicy.BadTerms("bounds");
        }
    }

    /// @notice Reverts with `NotTighter` for the first field in which `next` permits more than `old`. Lists may only lose
    /// entries, in order; allowances keep their places.
    function tighter(Terms memory old, Terms memory next) internal pure {
        if (next.delay < old.delay) revert IAgentPolicy.NotTighter("delay");
        if (next.expiry > old.expiry) revert IAgentPolicy.NotTighter("expiry");
        if (next.hourMask & ~old.hourMask != 0) revert IAgentPolicy.NotTighter("hourMask");
        if (next.maxActions > old.maxActions) revert IAgentPolicy.NotTighter("maxActions");
        if (next.actionGas > old.actionGas) revert IAgentPolicy.NotTighter("actionGas");
        if (next.runGas > old.runGas) revert IAgentPolicy.NotTighter("runGas");
        if (next.drawdownBps > old.drawdownBps) revert IAgentPolicy.NotTighter("drawdownBps");
        if (next.approvalAbove > old.approvalAbove) revert IAgentPolicy.NotTighter("approvalAbove");
        if (
            next.rateLimit != old.rateLimit || next.lossLimit != old.lossLimit || next.gasLimit != old.gasLimit
                || next.royaltyLimit != old.royaltyLimit || next.feeLimit != old.feeLimit
        ) revert IAgentPolicy.NotTighter("limits");
        _allowancesTighter(old.allowances, next.allowances);
        _assetsTighter(old.assets, next.assets);
        _modelsTighter(old.models, next.models);
        _listTighter(old.strategies, next.strategies, "strategies");
        _listTighter(old.operators, next.operators, "operators");
        _listTighter(old.keys, next.keys, "keys");
        // A guardian only stops the agent: none may be lost.
        _listTighter(next.guardians, old.guardians, "guardians");
    }

    function _allowancesTighter(Allowance[] memory old, Allowance[] memory next) private pure {
        if (old.length != next.length) revert IAgentPolicy.NotTighter("allowances");
        for (uint256 i = 0; i < old.length; ++i) {
            Allowance memory a = old[i];
            Allowance memory b = next[i];
            // A bucket may appear where there was none, with the stream likewise; neither may vanish. The rate of the refill is
            // capacity / window, so both count.
            bool bucket = a.window == 0 || (b.window >= a.window && b.capacity <= a.capacity);
            bool stream = a.start == 0 || (b.start >= a.start && b.initial <= a.initial && b.perSecond <= a.perSecond);
            if (a.id != b.id || b.life > a.life || !bucket || !stream) revert IAgentPolicy.NotTighter("allowances");
        }
    }

    /// @dev An asset keeps its valuer and stays: without it, its outflow would not be measured.
    function _assetsTighter(AssetTerms[] memory old, AssetTerms[] memory next) private pure {
        if (old.length != next.length) revert IAgentPolicy.NotTighter("assets");
        for (uint256 i = 0; i < old.length; ++i) {
            if (
                next[i].token != old[i].token || next[i].valuer != old[i].valuer
                    || next[i].allowance != old[i].allowance || next[i].perAction > old[i].perAction
            ) revert IAgentPolicy.NotTighter("assets");
        }
    }

    function _modelsTighter(ModelTerms[] memory old, ModelTerms[] memory next) private pure {
        uint256 cursor = 0;
        for (uint256 i = 0; i < next.length; ++i) {
            bytes32 wanted = keccak256(abi.encode(next[i]));
            while (cursor < old.length && keccak256(abi.encode(old[cursor])) != wanted) ++cursor;
            if (cursor++ >= old.length) revert IAgentPolicy.NotTighter("models");
        }
    }

    /// @dev `next` is `old` with entries left out.
    function _listTighter(address[] memory old, address[] memory next, bytes32 field) private pure {
        uint256 cursor = 0;
        for (uint256 i = 0; i < next.length; ++i) {
            while (cursor < old.length && old[cursor] != next[i]) ++cursor;
            if (cursor++ >= old.length) revert IAgentPolicy.NotTighter(field);
        }
    }

    /// @dev Known signs of tokens that rebase or call their holders. A sign that is missing proves nothing: who lists a token
    /// knows it.
    function _checkToken(address token) private view {
        if (token.code.length == 0 || Privileged.isTarget(token)) {
            revert IAgentPolicy.UnsupportedToken(token);
        }
        bytes[5] memory signs = [
            abi.encodeWithSignature("granularity()"),
            abi.encodeWithSignature("sharesOf(address)", address(1)),
            abi.encodeWithSignature("scaledBalanceOf(address)", address(1)),
            abi.encodeWithSignature("rebasingCreditsPerToken()"),
            abi.encodeWithSignature("scaledTotalSupply()")
        ];
        for (uint256 i = 0; i < signs.length; ++i) {
            (bool answers,) = BoundedCall.tryWord(token, PROBE_GAS, signs[i]);
            if (answers) revert IAgentPolicy.UnsupportedToken(token);
        }
        if (ERC1820.code.length != 0) {
            (bool ok, uint256 implementer) = BoundedCall.tryWord(
                ERC1820,
                PROBE_GAS,
                abi.encodeWithSignature("getInterfaceImplementer(address,bytes32)", token, keccak256("ERC777Token"))
            );
            if (ok && implementer != 0) revert IAgentPolicy.UnsupportedToken(token);
        }
    }
}
