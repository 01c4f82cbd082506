// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Condition, OutputBound} from "./IAgentPolicy.sol";
import {IAgentRunner} from "./IAgentRunner.sol";
import {Action} from "./IStrategy.sol";

/// @notice A question about one action's arguments.
/// @param tree Well-formed, as a listed rule has it.
/// @param data Calldata with its selector.
/// @param avatar The account.
/// @param value Wei that go along.
/// @param outputs ABI encoding of the model's `Tensor[]`; empty: no model ran.
/// @param rests Per allowance of the terms: what may still be spent.
/// @param amounts Per allowance: what the conditions that hold spend. Zeros when asked.
struct Query {
    Condition[] tree;
    bytes data;
    address avatar;
    uint256 value;
    bytes outputs;
    uint256[] rests;
    uint256[] amounts;
}

/// @title What refuses: one action under all rules, and the rules that need nothing but what they are given
/// @notice A separate contract because a contract's code has a limit.
interface IRuleChecks {
    /// @notice Performs one action and returns the balances after it, and the counted parts of them. Reverts with `Refused`,
    /// `CallFailed` or `NeedGas`, and then nothing has happened. The runner alone opens this, by DELEGATECALL; a plain call
    /// reverts with `OnlySelf`.
    function act(IAgentRunner.Frame calldata frame, bytes calldata outputs, Action calldata action)
        external
        returns (uint256[] memory balances, uint256[] memory counted);

    /// @notice What the conditions spend, per allowance. Reverts with `IAgentRunner.Refused` where they do not hold.
    function checkConditions(Query calldata query) external pure returns (uint256[] memory amounts);

    /// @notice Reverts with `IAgentRunner.Refused` where an output lies outside a bound or is no number.
    function checkOutputs(OutputBound[] calldata bounds, bytes calldata outputs) external pure;

    /// @notice Whether this target or function is refused whatever a policy lists.
    function isPrivileged(address target, bytes4 selector) external pure returns (bool);
}
