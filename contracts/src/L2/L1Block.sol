// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What L2 knows about its L1 origin
/// @dev The numbers that change most often share the first word. The layout is consensus: nodes read fees, pause and
/// engines from it.
contract L1Block is IL1Block {
    /// @inheritdoc IL1Block
    address public constant DEPOSITOR_ACCOUNT = Predeploys.DEPOSITOR_ACCOUNT;

    /// @inheritdoc IL1Block
    string public constant version = "2.0.0";

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
    uint32 public baseFeeScalar;

    /// @inheritdoc IL1Block
    uint32 public blobBaseFeeScalar;

    /// @inheritdoc IL1Block
    uint32 public operatorFeeScalar;

    /// @inheritdoc IL1Block
    uint64 public operatorFeeConstant;

    /// @inheritdoc IL1Block
    uint64 public gasLimit;

    /// @inheritdoc IL1Block
    uint32 public eip1559Denominator;

    /// @inheritdoc IL1Block
    uint32 public eip1559Elasticity;

    /// @inheritdoc IL1Block
    address public unsafeBlockSigner;

    /// @inheritdoc IL1Block
    uint64 public inferencePausedUntilMs;

    /// @inheritdoc IL1Block
    mapping(uint32 engine => uint64) public engineTimestampMs;

    /// @inheritdoc IL1Block
    mapping(bytes32 name => Feature) public features;

    modifier onlyDepositor() {
        if (msg.sender != DEPOSITOR_ACCOUNT) revert NotDepositor(msg.sender);
        _;
    }

    /// @inheritdoc IL1Block
    function setL1BlockValues(L1Values calldata values) external onlyDepositor {
        number = values.number;
        timestamp = values.timestamp;
        sequenceNumber = values.sequenceNumber;
        timestampMs = values.timestampMs;
        basefee = values.basefee;
        blobBaseFee = values.blobBaseFee;
        hash = values.hash;
        batcherHash = values.batcherHash;
        forced = values.forced;
        baseFeeScalar = values.baseFeeScalar;
        blobBaseFeeScalar = values.blobBaseFeeScalar;
        operatorFeeScalar = values.operatorFeeScalar;
        operatorFeeConstant = values.operatorFeeConstant;
        gasLimit = values.gasLimit;
        eip1559Denominator = values.eip1559Denominator;
        eip1559Elasticity = values.eip1559Elasticity;
    }

    /// @inheritdoc IL1Block
    function setUnsafeBlockSigner(address signer) external onlyDepositor {
        unsafeBlockSigner = signer;
    }

    /// @inheritdoc IL1Block
    function setEngine(uint32 engine, uint64 timestampMs_) external onlyDepositor {
        engineTimestampMs[engine] = timestampMs_;
    }

    /// @inheritdoc IL1Block
    function setInferencePause(uint64 untilMs) external onlyDepositor {
        inferencePausedUntilMs = untilMs;
    }

    /// @inheritdoc IL1Block
    function setFeature(bytes32 name, bool enabled, uint64 timestampMs_) external onlyDepositor {
        // Until the new switch, what held so far goes on to hold.
        features[name] = Feature(isFeatureEnabled(name), enabled, timestampMs_);
    }

    /// @inheritdoc IL1Block
    function isFeatureEnabled(bytes32 name) public view returns (bool) {
        Feature storage feature = features[name];
        return timestampMs < feature.timestampMs ? feature.before : feature.enabled;
    }
}
