// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What L2 knows about its L1 origin
/// @notice Set by the first transaction of every L2 block, a deposit from `DEPOSITOR_ACCOUNT`. It emits no event: the
/// deposit itself is the record, once per block. What changes rarely (engines, features, pauses, the signer of unsafe
/// blocks) comes by deposits of its own, each from a `ConfigUpdate` of `SystemConfig` on L1, in the first L2 block of the
/// L1 block that holds it.
interface IL1Block {
    /// @param number L1 block number of the origin.
    /// @param timestamp The origin's timestamp, seconds.
    /// @param basefee The origin's base fee, wei.
    /// @param blobBaseFee The origin's blob base fee, wei.
    /// @param hash The origin's block hash.
    /// @param sequenceNumber How many L2 blocks with the same origin came before this one.
    /// @param batcherHash The batcher's address, left-padded.
    /// @param timestampMs The time of this L2 block, milliseconds.
    /// @param forced Whether no batch covers this L2 block.
    /// @param baseFeeScalar Weight of the L1 base fee in the L1 data fee, millionths.
    /// @param blobBaseFeeScalar Weight of the blob base fee in the L1 data fee, millionths.
    /// @param operatorFeeScalar Operator fee of a unit of gas, in hundreds of wei.
    /// @param operatorFeeConstant Constant part of the operator fee, wei per transaction.
    /// @param gasLimit The configured gas limit of this L2 block. Its header may have more, see the header's rule in the
    /// derivation's specification.
    /// @param eip1559Denominator Of the base fee of the next L2 block.
    /// @param eip1559Elasticity Of the base fee of the next L2 block.
    struct L1Values {
        uint64 number;
        uint64 timestamp;
        uint256 basefee;
        uint256 blobBaseFee;
        bytes32 hash;
        uint64 sequenceNumber;
        bytes32 batcherHash;
        uint64 timestampMs;
        bool forced;
        uint32 baseFeeScalar;
        uint32 blobBaseFeeScalar;
        uint32 operatorFeeScalar;
        uint64 operatorFeeConstant;
        uint64 gasLimit;
        uint32 eip1559Denominator;
        uint32 eip1559Elasticity;
    }

    /// @param before Whether it is on before `timestampMs`.
    /// @param enabled Whether it is on from `timestampMs` on.
    /// @param timestampMs The L2 time of its last switch, milliseconds.
    struct Feature {
        bool before;
        bool enabled;
        uint64 timestampMs;
    }

    /// @notice Only the depositor account sets the values.
    error NotDepositor(address caller);

    /// @notice Sets all values; depositor account only.
    function setL1BlockValues(L1Values calldata values) external;

    /// @notice Names the key whose signature unsafe blocks carry; depositor account only.
    function setUnsafeBlockSigner(address signer) external;

    /// @notice Sets the L2 time from which models of an engine version may be activated; depositor account only.
    function setEngine(uint32 engine, uint64 timestampMs) external;

    /// @notice Sets the L2 time before which no model runs; depositor account only.
    function setInferencePause(uint64 untilMs) external;

    /// @notice Switches a rule at an L2 time; depositor account only.
    function setFeature(bytes32 name, bool enabled, uint64 timestampMs) external;

    /// @notice The account that sets the values.
    function DEPOSITOR_ACCOUNT() external view returns (address);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice L1 block number of the origin.
    function number() external view returns (uint64);

    /// @notice The origin's timestamp, seconds.
    function timestamp() external view returns (uint64);

    /// @notice The origin's base fee, wei.
    function basefee() external view returns (uint256);

    /// @notice The origin's blob base fee, wei.
    function blobBaseFee() external view returns (uint256);

    /// @notice The origin's block hash.
    function hash() external view returns (bytes32);

    /// @notice How many L2 blocks with the same origin came before this one.
    function sequenceNumber() external view returns (uint64);

    /// @notice The batcher's address, left-padded.
    function batcherHash() external view returns (bytes32);

    /// @notice The time of this L2 block, milliseconds.
    function timestampMs() external view returns (uint64);

    /// @notice Whether no batch covers this L2 block: its transactions are L1 deposits and scheduled calls alone.
    function forced() external view returns (bool);

    /// @notice Weight of the L1 base fee in the L1 data fee, millionths.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Weight of the blob base fee in the L1 data fee, millionths.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Operator fee of a unit of gas, in hundreds of wei.
    function operatorFeeScalar() external view returns (uint32);

    /// @notice Constant part of the operator fee, wei per transaction.
    function operatorFeeConstant() external view returns (uint64);

    /// @notice The configured gas limit of this L2 block.
    function gasLimit() external view returns (uint64);

    /// @notice Denominator of the base fee of the next L2 block.
    function eip1559Denominator() external view returns (uint32);

    /// @notice Elasticity of the base fee of the next L2 block.
    function eip1559Elasticity() external view returns (uint32);

    /// @notice Whose signature unsafe blocks carry; zero while L1 has named nobody since genesis.
    function unsafeBlockSigner() external view returns (address);

    /// @notice In blocks before this L2 time, milliseconds, no model runs.
    function inferencePausedUntilMs() external view returns (uint64);

    /// @notice The L2 time in milliseconds from which an engine version is live, as L1 has set it; 0 where it hasn't.
    function engineTimestampMs(uint32 engine) external view returns (uint64);

    /// @notice The last switch of a rule.
    function features(bytes32 name) external view returns (bool before, bool enabled, uint64 timestampMs);

    /// @notice Whether a rule is on in this L2 block.
    function isFeatureEnabled(bytes32 name) external view returns (bool);
}
