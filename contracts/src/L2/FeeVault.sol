// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IFeeVault} from "../interfaces/IFeeVault.sol";
import {IL2ToL1MessagePasser} from "../interfaces/IL2ToL1MessagePasser.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title Where fees collect until they are paid out
/// @dev The code of SequencerFeeVault, BaseFeeVault, L1FeeVault and OperatorFeeVault. Fees arrive as balance, without a call.
/// Genesis writes the first and the third slot.
contract FeeVault is IFeeVault {
    /// @dev Gas on L1 for the recipient.
    uint256 internal constant WITHDRAWAL_GAS = 400_000;

    /// @inheritdoc IFeeVault
    string public constant version = "2.0.0";

    /// @inheritdoc IFeeVault
    address public recipient;

    /// @inheritdoc IFeeVault
    WithdrawalNetwork public withdrawalNetwork;

    /// @inheritdoc IFeeVault
    uint256 public totalProcessed;

    /// @inheritdoc IFeeVault
    uint256 public minWithdrawalAmount;

    modifier onlyOwner() {
        if (msg.sender != Ownable(Predeploys.PROXY_ADMIN).owner()) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Anyone may add to the fees.
    receive() external payable {}

    /// @inheritdoc IFeeVault
    function withdraw() external returns (uint256 value) {
        address to = recipient;
        WithdrawalNetwork network = withdrawalNetwork;
        if (to == address(0)) revert RecipientNotSet();
        value = address(this).balance;
        if (value < minWithdrawalAmount) revert BelowMinimum(value, minWithdrawalAmount);
        totalProcessed += value;
        emit Withdrawal(value, to, msg.sender);
        emit Withdrawal(value, to, msg.sender, network);
        if (network == WithdrawalNetwork.L1) {
            IL2ToL1MessagePasser(Predeploys.L2_TO_L1_MESSAGE_PASSER).initiateWithdrawal{value: value}(
                to, WITHDRAWAL_GAS, ""
            );
        } else {
            (bool paid,) = to.call{value: value}("");
            if (!paid) revert TransferFailed(to, value);
        }
    }

    /// @inheritdoc IFeeVault
    function setRecipient(address newRecipient) external onlyOwner {
        emit RecipientUpdated(recipient, newRecipient);
        recipient = newRecipient;
    }

    /// @inheritdoc IFeeVault
    function setWithdrawalNetwork(WithdrawalNetwork newWithdrawalNetwork) external onlyOwner {
        emit WithdrawalNetworkUpdated(withdrawalNetwork, newWithdrawalNetwork);
        withdrawalNetwork = newWithdrawalNetwork;
    }

    /// @inheritdoc IFeeVault
    function setMinWithdrawalAmount(uint256 newMinWithdrawalAmount) external onlyOwner {
        emit MinWithdrawalAmountUpdated(minWithdrawalAmount, newMinWithdrawalAmount);
        minWithdrawalAmount = newMinWithdrawalAmount;
    }

    /// @inheritdoc IFeeVault
    function RECIPIENT() external view returns (address) {
        return recipient;
    }

    /// @inheritdoc IFeeVault
    function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork) {
        return withdrawalNetwork;
    }

    /// @inheritdoc IFeeVault
    function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256) {
        return minWithdrawalAmount;
    }
}
