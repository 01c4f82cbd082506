// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL2ToL1MessagePasser} from "../interfaces/IL2ToL1MessagePasser.sol";

/// @title Withdrawals and messages to L1
/// @dev L1 proves `sentMessages` at slot 0 against the output root; this contract's storage root stands in each header.
contract L2ToL1MessagePasser is IL2ToL1MessagePasser {
    /// @dev Gas on L1 for ether that is sent here without a call.
    uint256 internal constant RECEIVE_GAS_LIMIT = 100_000;

    /// @inheritdoc IL2ToL1MessagePasser
    uint16 public constant MESSAGE_VERSION = 1;

    /// @inheritdoc IL2ToL1MessagePasser
    string public constant version = "1.0.0";

    /// @inheritdoc IL2ToL1MessagePasser
    mapping(bytes32 withdrawalHash => bool) public sentMessages;

    uint240 private _nextNonce;

    /// @notice Plain ether goes to the sender's address on L1.
    receive() external payable {
        _send(msg.sender, RECEIVE_GAS_LIMIT, "");
    }

    /// @inheritdoc IL2ToL1MessagePasser
    function initiateWithdrawal(address target, uint256 gasLimit, bytes calldata data) external payable {
        _send(target, gasLimit, data);
    }

    /// @inheritdoc IL2ToL1MessagePasser
    function messageNonce() public view returns (uint256) {
        return uint256(MESSAGE_VERSION) << 240 | _nextNonce;
    }

    function _send(address target, uint256 gasLimit, bytes memory data) private {
        uint256 nonce = messageNonce();
        bytes32 withdrawalHash = keccak256(abi.encode(nonce, msg.sender, target, msg.value, gasLimit, data));
        sentMessages[withdrawalHash] = true;
        ++_nextNonce;
        emit MessagePassed(nonce, msg.sender, target, msg.value, gasLimit, data, withdrawalHash);
    }
}
