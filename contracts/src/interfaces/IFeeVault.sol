// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Where fees collect until they are paid out
/// @notice The recipient is fixed in genesis. Anyone may trigger a payout; it always goes to the recipient, on L2.
interface IFeeVault {
    /// @notice The vault paid out.
    event Withdrawn(address indexed recipient, uint256 value, address indexed caller);

    /// @notice Genesis named no recipient: the vault only collects.
    error RecipientNotSet();

    /// @notice The recipient refused the payment.
    error TransferFailed(address recipient, uint256 value);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Who is paid.
    function recipient() external view returns (address);

    /// @notice Wei paid out so far.
    function totalProcessed() external view returns (uint256);

    /// @notice Pays the whole balance to the recipient.
    /// @return value Wei paid.
    function withdraw() external returns (uint256 value);
}
