// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";

/// @title Withdrawals and output roots, as L1 hashes and proves them
/// @dev Definitions of the OP Stack's specification (withdrawals; L2 output root, version 0).
library Withdrawals {
    /// @dev Slot of `sentMessages` in L2ToL1MessagePasser.
    uint256 internal constant SENT_MESSAGES_SLOT = 0;

    /// @notice A message from L2, as L2ToL1MessagePasser sent it.
    /// @param nonce Unique, with the message version in its top two bytes.
    /// @param sender Who sent it on L2.
    /// @param target Who is called on L1.
    /// @param value Ether for the target, wei.
    /// @param gasLimit Least gas of the call on L1.
    /// @param data Calldata of the call on L1.
    struct Transaction {
        uint256 nonce;
        address sender;
        address target;
        uint256 value;
        uint256 gasLimit;
        bytes data;
    }

    /// @notice What an output root commits to.
    /// @param version Always zero.
    /// @param stateRoot State root of the L2 block.
    /// @param messagePasserStorageRoot Storage root of L2ToL1MessagePasser after the block.
    /// @param latestBlockhash Hash of the block.
    struct OutputRootProof {
        bytes32 version;
        bytes32 stateRoot;
        bytes32 messagePasserStorageRoot;
        bytes32 latestBlockhash;
    }

    /// @dev The key under which L2 remembers a withdrawal and L1 finalises it.
    function hash(Transaction memory tx_) internal pure returns (bytes32) {
        return keccak256(abi.encode(tx_.nonce, tx_.sender, tx_.target, tx_.value, tx_.gasLimit, tx_.data));
    }

    /// @dev The output root with this preimage.
    function outputRoot(OutputRootProof memory proof) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(proof.version, proof.stateRoot, proof.messagePasserStorageRoot, proof.latestBlockhash));
    }

    /// @dev Whether `sentMessages[withdrawalHash]` is true under this storage root.
    function isSent(bytes32 withdrawalHash, bytes32 storageRoot, bytes[] memory proof) internal pure returns (bool) {
        bytes32 slot = keccak256(abi.encode(withdrawalHash, SENT_MESSAGES_SLOT));
        // The trie holds the RLP of the word without leading zeros: of `true`, the byte 0x01 itself.
        return TrieProof.verify(hex"01", storageRoot, abi.encodePacked(keccak256(abi.encode(slot))), proof);
    }
}
