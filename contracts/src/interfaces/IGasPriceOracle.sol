// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What a transaction costs beyond its L2 gas
/// @notice The ABI that wallets and SDKs of the OP Stack call. In this version the chain charges no L1 data fee and no
/// operator fee: the functions that price them return 0, which is what a transaction pays.
interface IGasPriceOracle {
    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Decimals of the scalars.
    function DECIMALS() external view returns (uint256);

    /// @notice Decimals of the scalars.
    function decimals() external view returns (uint256);

    /// @notice The L2 base fee, wei.
    function gasPrice() external view returns (uint256);

    /// @notice The L2 base fee, wei.
    function baseFee() external view returns (uint256);

    /// @notice The L1 origin's base fee, wei.
    function l1BaseFee() external view returns (uint256);

    /// @notice The L1 origin's blob base fee, wei.
    function blobBaseFee() external view returns (uint256);

    /// @notice Weight of the L1 base fee: 0.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Weight of the blob base fee: 0.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Gas added to each transaction's data for the L1 fee: 0.
    function overhead() external view returns (uint256);

    /// @notice The L1 fee's scalar: 0.
    function scalar() external view returns (uint256);

    /// @notice Whether the L1 fee follows the OP Stack's Ecotone formula: no.
    function isEcotone() external view returns (bool);

    /// @notice Whether the L1 fee follows the OP Stack's Fjord formula: no.
    function isFjord() external view returns (bool);

    /// @notice Whether an operator fee follows the OP Stack's Isthmus formula: no.
    function isIsthmus() external view returns (bool);

    /// @notice Whether an operator fee follows the OP Stack's Jovian formula: no.
    function isJovian() external view returns (bool);

    /// @notice The L1 data fee of a transaction, wei: 0.
    function getL1Fee(bytes calldata data) external view returns (uint256);

    /// @notice The most that the L1 data fee of a transaction of this size could be, wei: 0.
    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256);

    /// @notice The L1 gas that a transaction is charged for: 0.
    function getL1GasUsed(bytes calldata data) external view returns (uint256);

    /// @notice The operator fee of a transaction that uses this much gas, wei: 0.
    function getOperatorFee(uint256 gasUsed) external view returns (uint256);
}
