// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Where fees collect until they are paid out
/// @notice The OP Stack's ABI. Anyone may trigger a payout; it always goes to the recipient, on L1 or on L2. Genesis sets
/// recipient, network and least amount; the owner of the proxies' admin, which is the L1 timelock's alias, may change them.
interface IFeeVault {
    /// @notice Where the recipient is paid.
    enum WithdrawalNetwork {
        L1,
        L2
    }

    /// @notice The vault paid out.
    event Withdrawal(uint256 value, address to, address from);

    /// @notice The same, with the network.
    event Withdrawal(uint256 value, address to, address from, WithdrawalNetwork withdrawalNetwork);

    /// @notice Somebody else is paid from now on.
    event RecipientUpdated(address oldRecipient, address newRecipient);

    /// @notice The recipient is paid elsewhere from now on.
    event WithdrawalNetworkUpdated(WithdrawalNetwork oldWithdrawalNetwork, WithdrawalNetwork newWithdrawalNetwork);

    /// @notice Payouts have another least amount from now on.
    event MinWithdrawalAmountUpdated(uint256 oldWithdrawalAmount, uint256 newWithdrawalAmount);

    /// @notice Genesis named no recipient: the vault only collects.
    error RecipientNotSet();

    /// @notice Less is there than a payout must have.
    error BelowMinimum(uint256 balance, uint256 minimum);

    /// @notice The recipient refused the payment.
    error TransferFailed(address recipient, uint256 value);

    /// @notice Only the owner of the proxies' admin may do this.
    error NotOwner(address caller);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Who is paid.
    function recipient() external view returns (address);

    /// @notice Who is paid; the OP Stack's older name.
    function RECIPIENT() external view returns (address);

    /// @notice Where.
    function withdrawalNetwork() external view returns (WithdrawalNetwork);

    /// @notice Where; the OP Stack's older name.
    function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork);

    /// @notice The least that is paid out, wei.
    function minWithdrawalAmount() external view returns (uint256);

    /// @notice The least that is paid out, wei; the OP Stack's older name.
    function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256);

    /// @notice Wei paid out so far.
    function totalProcessed() external view returns (uint256);

    /// @notice Pays the whole balance to the recipient. On L1 it arrives as a withdrawal that is proved and finalised.
    /// @return value Wei paid.
    function withdraw() external returns (uint256 value);

    /// @notice Names another recipient.
    function setRecipient(address newRecipient) external;

    /// @notice Says where the recipient is paid.
    function setWithdrawalNetwork(WithdrawalNetwork newWithdrawalNetwork) external;

    /// @notice Sets the least that is paid out, wei.
    function setMinWithdrawalAmount(uint256 newMinWithdrawalAmount) external;
}
