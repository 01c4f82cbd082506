// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A contract that a strategy reads.
/// @param target Its address.
/// @param codeHash EXTCODEHASH at registration; a proxy's implementation may change without it.
struct Read {
    address target;
    bytes32 codeHash;
}

/// @title Strategies whose code was checked
/// @notice Anyone registers a strategy. Its code holds no SSTORE, DELEGATECALL, CALLCODE or SELFDESTRUCT and is no EIP-7702
/// delegation, so what was registered is what runs. The bytes are walked as the EVM does, jumping over PUSH data; data
/// that a compiler appends counts as code, so leave metadata out (`cbor_metadata = false`).
interface IStrategyRegistry {
    event StrategyRegistered(address indexed strategy, bytes32 indexed codeHash, Read[] reads);

    /// @notice The strategy has no code, or delegates it (EIP-7702).
    error NoOwnCode(address strategy);
    /// @notice This opcode at this position is not allowed.
    error ForbiddenOpcode(uint256 position, uint8 opcode);
    /// @notice The declared hash is not that of the contract's code now.
    error CodeHashDiffers(address target, bytes32 declared, bytes32 found);
    /// @notice Registered already, or more than 8 reads.
    error BadRegistration(address strategy);

    /// @notice Checks and remembers a strategy, with what it declares to read.
    function register(address strategy, Read[] calldata reads) external;

    /// @notice Whether the strategy is registered and neither its code nor that of a declared read has changed.
    function isIntact(address strategy) external view returns (bool);

    /// @notice What the strategy declared.
    function readsOf(address strategy) external view returns (bytes32 codeHash, Read[] memory reads);
}
