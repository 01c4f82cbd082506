// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What a transaction costs beyond its L2 gas
/// @notice The ABI that wallets and SDKs of the OP Stack call. Fees have the shape of the OP Stack's Fjord and Jovian; the
/// numbers of the regression are this chain's own. A transaction counts without its signature, so the answer for a
/// transaction that is not signed yet is exactly what it pays, as long as the prices stay.
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

    /// @notice Weight of the L1 base fee, millionths.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Weight of the blob base fee, millionths.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Gas added to each transaction's data before Ecotone: 0.
    function overhead() external view returns (uint256);

    /// @notice The L1 fee's scalar before Ecotone: 0.
    function scalar() external view returns (uint256);

    /// @notice Whether the L1 fee counts blobs: yes.
    function isEcotone() external view returns (bool);

    /// @notice Whether the L1 fee estimates the compressed size: yes.
    function isFjord() external view returns (bool);

    /// @notice Whether there is an operator fee: yes.
    function isIsthmus() external view returns (bool);

    /// @notice Whether the operator fee follows Jovian's formula: yes.
    function isJovian() external view returns (bool);

    /// @notice The L1 fee of a transaction, wei.
    /// @param data The transaction as it is signed: its EIP-2718 encoding without the signature.
    function getL1Fee(bytes calldata data) external view returns (uint256);

    /// @notice The most that the L1 fee of a transaction of this size could be, wei.
    /// @param unsignedTxSize Bytes of the transaction without its signature.
    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256);

    /// @notice The estimated size in a batch, as gas of calldata at 16 a byte.
    /// @param data As for `getL1Fee`.
    function getL1GasUsed(bytes calldata data) external view returns (uint256);

    /// @notice The operator fee of a transaction that uses this much gas, wei.
    function getOperatorFee(uint256 gasUsed) external view returns (uint256);
}
