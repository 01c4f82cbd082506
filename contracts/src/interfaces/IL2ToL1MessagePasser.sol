// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Withdrawals and messages to L1
/// @notice ABI, storage and withdrawal hash are those of the OP Stack's contract of this name. Ether sent with a message
/// stays here for good: this contract's balance is all that was ever withdrawn.
interface IL2ToL1MessagePasser {
    /// @notice A message to L1 was sent.
    /// @param nonce Unique, with the message version in its top two bytes.
    /// @param sender Who sent it on L2.
    /// @param target Who is called on L1.
    /// @param value Ether for the target, wei.
    /// @param gasLimit Least gas of the call on L1.
    /// @param data Calldata of the call on L1.
    /// @param withdrawalHash Key in `sentMessages`, keccak256 of the ABI-encoded fields above.
    event MessagePassed(
        uint256 indexed nonce,
        address indexed sender,
        address indexed target,
        uint256 value,
        uint256 gasLimit,
        bytes data,
        bytes32 withdrawalHash
    );

    /// @notice The message version in nonces.
    function MESSAGE_VERSION() external view returns (uint16);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Whether a message with this hash has been sent.
    function sentMessages(bytes32 withdrawalHash) external view returns (bool);

    /// @notice The next message's nonce, with the version.
    function messageNonce() external view returns (uint256);

    /// @notice Sends a message to L1, and the call's ether with it.
    function initiateWithdrawal(address target, uint256 gasLimit, bytes calldata data) external payable;
}
