// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What `InferenceShim` uses of Foundry's cheatcodes
interface ScriptVm {
    /// @notice Sets the code of an account.
    function etch(address target, bytes calldata code) external;

    /// @notice Lets an account use cheatcodes.
    function allowCheatcodes(address account) external;

    /// @notice Sends a JSON-RPC request to the chain that the script runs against.
    function rpc(string calldata method, string calldata params) external returns (bytes memory data);

    /// @notice Bytes as hexadecimal text.
    function toString(bytes calldata value) external pure returns (string memory text);

    /// @notice An address as hexadecimal text.
    function toString(address value) external pure returns (string memory text);
}

/// @title The inference precompile inside `forge script` and `forge test --fork-url`
/// @notice Foundry runs a script in its own EVM, which has no inference precompile. This contract stands in its place there
/// and asks the chain by `eth_call`, so a script sees the real result. Call `InferenceShims.etch()` first, and let forge
/// broadcast with `--skip-simulation`: its second run forgets the shim, and the chain itself estimates the gas.
/// @dev The chain answers from its latest block: models that the script itself publishes are not known yet. An inference
/// that fails makes the script fail with the chain's message instead of the precompile's error.
contract InferenceShim {
    ScriptVm internal constant VM = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    fallback(bytes calldata input) external returns (bytes memory) {
        string memory params = string.concat(
            "[{\"from\":\"",
            VM.toString(msg.sender),
            "\",\"to\":\"",
            VM.toString(Predeploys.INFERENCE),
            "\",\"data\":\"",
            VM.toString(input),
            "\"},\"latest\"]"
        );
        return VM.rpc("eth_call", params);
    }
}

/// @title Puts the shim where the precompile is
library InferenceShims {
    ScriptVm internal constant VM = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Call it once at the beginning of a script or of a test's setup, outside any broadcast.
    function etch() internal {
        VM.etch(Predeploys.INFERENCE, type(InferenceShim).runtimeCode);
        VM.allowCheatcodes(Predeploys.INFERENCE);
    }
}
