// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The inference precompile
/// @notice Runs an ONNX model inside a transaction. It stands at 0x00000000000000000000000000000000000000A1 and computes
/// the same bits on every node. It works in STATICCALL, in `eth_call` and in `eth_estimateGas`, with the real result each
/// time. DELEGATECALL, CALLCODE and a call with value revert.
interface IInference {
    /// @param dtype ONNX TensorProto.DataType: 1 float32, 11 float64, 2 uint8, 3 int8, 4 uint16, 5 int16, 6 int32,
    /// 7 int64, 9 bool, 12 uint32, 13 uint64.
    /// @param shape Dimensions, outermost first.
    /// @param data Elements in row-major order, little-endian, packed.
    struct Tensor {
        uint8 dtype;
        uint32[] shape;
        bytes data;
    }

    /// @notice No such model has been published.
    error UnknownModel(bytes32 model);

    /// @notice The model is not complete, not activated, or was activated in this block.
    error ModelNotActive(bytes32 model);

    /// @notice The guardian on L1 has paused inference: no model runs in blocks before that L2 time, milliseconds.
    error InferencePaused(uint64 untilMs);

    /// @notice The model takes another number of inputs; for `inferFixed` also: it has no such output.
    error InputCount(uint256 expected, uint256 given);

    /// @notice An input's element type is not the model's.
    error InputType(uint256 index, uint8 expected, uint8 given);

    /// @notice An input's shape is not the model's.
    error InputShape(uint256 index, uint32[] expected, uint32[] given);

    /// @notice An input's data has another length than its shape and type say: bytes for `infer`, elements for
    /// `inferFixed`.
    error InputLength(uint256 index, uint256 expected, uint256 given);

    /// @notice An element has no fixed-point form: NaN, or a value outside int256.
    error NotRepresentable(uint256 index);

    /// @notice Runs a model. Inputs and outputs stand in the model's own order. A batch-1 model takes B rows as B
    /// inferences and pays B times: the leading dimension of each input is then B.
    function infer(bytes32 model, Tensor[] calldata inputs) external returns (Tensor[] memory outputs);

    /// @notice The same in fixed point, for float models: all inputs concatenated in the model's order, one output
    /// chosen. value = mantissa / 10^decimals, decimals <= 77. In: to the nearest float, ties to even. Out: to the
    /// nearest integer, ties to even; NaN or a value outside int256 reverts.
    function inferFixed(bytes32 model, uint256 outputIndex, int256[] calldata input, uint8 decimals)
        external
        returns (int256[] memory output);

    /// @notice The gas that a cold call of this model costs beyond the call itself.
    function inferenceGas(bytes32 model) external view returns (uint256);

    /// @notice How many inferences this transaction has completed so far; reverted frames vanish from it.
    function observedCount() external view returns (uint256);

    /// @notice The i-th inference that this transaction has completed.
    function observed(uint256 i)
        external
        view
        returns (address caller, bytes32 model, bytes32 inputHash, bytes32 outputHash, Tensor[] memory outputs);
}
