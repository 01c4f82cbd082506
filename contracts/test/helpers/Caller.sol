// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../src/interfaces/IInference.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";

/// @title Calls the inference precompile in every way that the EVM knows
/// @notice For tests of the node: one transaction runs a list of steps and returns what each saw.
contract Caller {
    /// @dev Call..CallCode: that opcode, from this frame. Nested: CALL from an inner frame that returns. Reverted: CALL
    /// from an inner frame that reverts afterwards.
    enum Kind {
        Call,
        Static,
        Delegate,
        CallCode,
        Nested,
        Reverted
    }

    struct Step {
        Kind kind;
        uint256 value;
        bytes data;
    }

    struct Result {
        bool success;
        bytes data;
    }

    struct Observation {
        address caller;
        bytes32 model;
        bytes32 inputHash;
        bytes32 outputHash;
        IInference.Tensor[] outputs;
    }

    /// @notice The inner frame of a reverted step; carries what the call returned.
    error Undone(bool success, bytes data);

    event Ran(uint256 steps, uint256 observedCount);

    receive() external payable {}

    /// @notice Runs the steps in order. A step that fails does not stop the others. A Reverted step reports no success
    /// and `Undone` with what its call returned.
    function run(Step[] calldata steps) external payable returns (Result[] memory results, uint256 observedCount) {
        results = new Result[](steps.length);
        for (uint256 i = 0; i < steps.length; ++i) {
            results[i] = _step(steps[i]);
        }
        observedCount = IInference(Predeploys.INFERENCE).observedCount();
        emit Ran(steps.length, observedCount);
    }

    /// @notice Runs the steps and then reverts the whole transaction.
    function runAndRevert(Step[] calldata steps) external payable {
        for (uint256 i = 0; i < steps.length; ++i) {
            _step(steps[i]);
        }
        revert("reverted as asked");
    }

    /// @notice Runs the steps, then reads the whole list of what this transaction inferred.
    function runAndObserve(Step[] calldata steps) external payable returns (Observation[] memory list) {
        for (uint256 i = 0; i < steps.length; ++i) {
            _step(steps[i]);
        }
        IInference inference = IInference(Predeploys.INFERENCE);
        list = new Observation[](inference.observedCount());
        for (uint256 i = 0; i < list.length; ++i) {
            (list[i].caller, list[i].model, list[i].inputHash, list[i].outputHash, list[i].outputs) =
                inference.observed(i);
        }
    }

    /// @notice An inner frame that calls the precompile.
    function inner(bytes calldata data, bool undo) external payable returns (bool success, bytes memory returned) {
        (success, returned) = Predeploys.INFERENCE.call{value: msg.value}(data);
        if (undo) revert Undone(success, returned);
    }

    function _step(Step calldata step) private returns (Result memory result) {
        address target = Predeploys.INFERENCE;
        if (step.kind == Kind.Call) {
            (result.success, result.data) = target.call{value: step.value}(step.data);
        } else if (step.kind == Kind.Static) {
            (result.success, result.data) = target.staticcall(step.data);
        } else if (step.kind == Kind.Delegate) {
            (result.success, result.data) = target.delegatecall(step.data);
        } else if (step.kind == Kind.CallCode) {
            (result.success, result.data) = _callcode(target, step.value, step.data);
        } else {
            bytes memory call = abi.encodeCall(this.inner, (step.data, step.kind == Kind.Reverted));
            (result.success, result.data) = address(this).call{value: step.value}(call);
            if (result.success) (result.success, result.data) = abi.decode(result.data, (bool, bytes));
        }
    }

    function _callcode(address target, uint256 value, bytes memory data)
        private
        returns (bool success, bytes memory returned)
    {
        assembly ("memory-safe") {
            success := callcode(gas(), target, value, add(data, 32), mload(data), 0, 0)
            returned := mload(0x40)
            mstore(returned, returndatasize())
            returndatacopy(add(returned, 32), 0, returndatasize())
            mstore(0x40, and(add(add(returned, returndatasize()), 63), not(31)))
        }
    }
}
