// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {IAgentPolicy, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {Action} from "../interfaces/agents/IStrategy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Allowances} from "./libraries/Allowances.sol";
import {Blob} from "./libraries/Blob.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {Encoded} from "./libraries/Encoded.sol";

/// @title What was used up of the allowances, and what the runner's two parts share
/// @dev The first storage of both parts: `Enforcer` runs in the runner's storage.
abstract contract Limits {
    /// @dev Gas for each call to a token, an enforcer or an action policy.
    uint256 internal constant HOOK_GAS = 200_000;
    IAgentPolicy internal constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);

    mapping(address account => mapping(uint32 epoch => mapping(uint32 id => Allowances.Usage))) internal _usage;

    /// @dev Position 0 names no allowance.
    function _spend(IAgentRunner.Frame memory frame, Terms memory terms, uint8 position, uint256 amount, bytes32 rule)
        internal
    {
        if (position == 0 || amount == 0) return;
        Allowances.Usage storage usage = _usage[frame.account][frame.epoch][terms.allowances[position - 1].id];
        uint256 over = Allowances.spend(usage, terms.allowances[position - 1], amount);
        if (over != 0) revert IAgentRunner.Refused(rule, over);
    }

    /// @dev The epoch and terms in force; reverts where there are none.
    function _terms(address account) internal view returns (uint32 epoch, Terms memory terms) {
        address blob;
        (epoch,, blob) = POLICY.stateOf(account);
        if (blob == address(0)) revert IAgentRunner.Refused("revoked", 0);
        terms = Encoded.terms(Blob.load(blob))[0];
    }

    function _actionHash(address account, uint32 epoch, Action memory action) internal pure returns (bytes32) {
        return keccak256(abi.encode(account, epoch, action));
    }

    /// @dev Lets the account make one call. At most `most` bytes of the answer are copied.
    function _execute(address account, uint256 gas_, address target, uint256 value, bytes memory data, uint256 most)
        internal
        returns (bool ok, bytes memory answer)
    {
        return BoundedCall.tryCall(account, gas_, most, _executeCall(target, value, data));
    }

    /// @dev abi.encodeCall(executeFromExecutor, (bytes32(0), abi.encodePacked(target, value, data))): one call, which reverts
    /// where it fails.
    function _executeCall(address target, uint256 value, bytes memory data)
        private
        pure
        returns (bytes memory encoded)
    {
        uint256 length = 52 + data.length;
        encoded = new bytes(100 + (length + 31) / 32 * 32);
        bytes4 selector = IERC7579Execution.executeFromExecutor.selector;
        assembly ("memory-safe") {
            let at := add(encoded, 32)
            mstore(at, selector)
            mstore(add(at, 36), 64)
            mstore(add(at, 68), length)
            mstore(add(at, 100), shl(96, target))
            mstore(add(at, 120), value)
            mcopy(add(at, 152), add(data, 32), mload(data))
        }
    }

    /// @dev A call with this much gas must get all of it: else the caller could make a check fail by sending little.
    function _keep(uint256 gas_) internal view {
        uint256 needed = (gas_ + 1) * 64 / 63 + 10_000;
        if (gasleft() < needed) revert IAgentRunner.NeedGas(needed);
    }
}
