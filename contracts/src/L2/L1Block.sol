// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What L2 knows about its L1 origin
/// @dev The four numbers that change most often share the first word.
contract L1Block is IL1Block {
    /// @inheritdoc IL1Block
    address public constant DEPOSITOR_ACCOUNT = Predeploys.DEPOSITOR_ACCOUNT;

    /// @inheritdoc IL1Block
    string public constant version = "1.0.0";

    /// @inheritdoc IL1Block
    uint32 public constant baseFeeScalar = 0;

    /// @inheritdoc IL1Block
    uint32 public constant blobBaseFeeScalar = 0;

    /// @inheritdoc IL1Block
    uint32 public constant operatorFeeScalar = 0;

    /// @inheritdoc IL1Block
    uint64 public constant operatorFeeConstant = 0;

    /// @inheritdoc IL1Block
    uint64 public number;

    /// @inheritdoc IL1Block
    uint64 public timestamp;

    /// @inheritdoc IL1Block
    uint64 public sequenceNumber;

    /// @inheritdoc IL1Block
    uint64 public timestampMs;

    /// @inheritdoc IL1Block
    uint256 public basefee;

    /// @inheritdoc IL1Block
    uint256 public blobBaseFee;

    /// @inheritdoc IL1Block
    bytes32 public hash;

    /// @inheritdoc IL1Block
    bytes32 public batcherHash;

    /// @inheritdoc IL1Block
    bool public forced;

    /// @inheritdoc IL1Block
    function setL1BlockValues(L1Values calldata values) external {
        if (msg.sender != DEPOSITOR_ACCOUNT) revert NotDepositor(msg.sender);
        number = values.number;
        timestamp = values.timestamp;
        sequenceNumber = values.sequenceNumber;
        timestampMs = values.timestampMs;
        basefee = values.basefee;
        blobBaseFee = values.blobBaseFee;
        hash = values.hash;
        batcherHash = values.batcherHash;
        forced = values.forced;
    }
}
