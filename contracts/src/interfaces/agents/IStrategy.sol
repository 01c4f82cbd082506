// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../IInference.sol";

/// @notice An ERC-20 approval for one action's target, granted before the call and reset after it.
/// @param token A declared asset of the policy.
/// @param amount In the token's smallest units.
struct Approval {
    address token;
    uint256 amount;
}

/// @notice One call that an agent wants its account to make.
/// @param target The contract to call; it is also the spender of the approvals.
/// @param value Wei that go along.
/// @param gas What the call may use, the account's own overhead included.
/// @param data Calldata.
/// @param approvals Granted to `target` for the time of the call.
struct Action {
    address target;
    uint256 value;
    uint256 gas;
    bytes data;
    Approval[] approvals;
}

/// @title A strategy: what a model is asked, and what follows from its answer
/// @notice The runner calls both functions by STATICCALL and lets the account run the inference between them. The chain
/// proves which model ran on which inputs; that the actions follow from its answer, only where a rule of the policy relates
/// an argument to an output.
interface IStrategy {
    /// @notice The model to ask and its inputs, in the model's own order.
    /// @param context What the owner booked.
    function features(bytes calldata context) external view returns (bytes32 model, IInference.Tensor[] memory inputs);

    /// @notice What to do, given the model's answer.
    /// @param context What the owner booked.
    /// @param outputs The model's outputs, in its own order.
    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        view
        returns (Action[] memory actions);
}
