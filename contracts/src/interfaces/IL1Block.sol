// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What L2 knows about its L1 origin
/// @notice Set by the first transaction of every L2 block, a deposit from `DEPOSITOR_ACCOUNT`. It emits no event: the
/// deposit itself is the record, once per block.
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
    }

    /// @notice Only the depositor account sets the values.
    error NotDepositor(address caller);

    /// @notice Sets all values; depositor account only.
    function setL1BlockValues(L1Values calldata values) external;

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

    /// @notice Weight of the L1 base fee in the L1 data fee: 0, this version charges none.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Weight of the blob base fee in the L1 data fee: 0, this version charges none.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Weight of the gas used in the operator fee: 0, this version charges none.
    function operatorFeeScalar() external view returns (uint32);

    /// @notice Constant part of the operator fee: 0, this version charges none.
    function operatorFeeConstant() external view returns (uint64);
}
