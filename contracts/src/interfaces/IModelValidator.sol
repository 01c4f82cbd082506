// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The part of the inference precompile that only ModelRegistry may call
interface IModelValidator {
    /// @notice Someone other than ModelRegistry asked.
    error NotModelRegistry(address caller);

    /// @notice The bytes are not a Plan that this engine runs.
    error InvalidModel(bytes32 model, string reason);

    /// @notice Decodes and checks the published bytes of a model, charging gas by their length.
    /// @return engine The engine version that the model is written for.
    /// @return warmGas Gas of a run whose leaves are warm.
    /// @return coldGas Gas that a transaction's first call pays on top.
    /// @return length The model's bytes.
    function validateModel(bytes32 model)
        external
        returns (uint32 engine, uint64 warmGas, uint64 coldGas, uint32 length);
}
