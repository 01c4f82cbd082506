// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFeeVault} from "../interfaces/IFeeVault.sol";

/// @title Where fees collect until they are paid out
/// @dev The code of SequencerFeeVault, BaseFeeVault and L1FeeVault. Fees arrive as balance, without a call.
contract FeeVault is IFeeVault {
    /// @inheritdoc IFeeVault
    string public constant version = "1.0.0";

    /// @inheritdoc IFeeVault
    /// @dev Slot 0, written by genesis and by nothing else.
    address public recipient;

    /// @inheritdoc IFeeVault
    uint256 public totalProcessed;

    /// @notice Anyone may add to the fees.
    receive() external payable {}

    /// @inheritdoc IFeeVault
    function withdraw() external returns (uint256 value) {
        address to = recipient;
        if (to == address(0)) revert RecipientNotSet();
        value = address(this).balance;
        totalProcessed += value;
        emit Withdrawn(to, value, msg.sender);
        (bool paid,) = to.call{value: value}("");
        if (!paid) revert TransferFailed(to, value);
    }
}
