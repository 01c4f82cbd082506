// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Fixed addresses on L2
library Predeploys {
    /// @dev The inference precompile.
    address internal constant INFERENCE = 0x00000000000000000000000000000000000000A1;

    /// @dev Models.
    address internal constant MODEL_REGISTRY = 0x5000000000000000000000000000000000000001;

    /// @dev The L1 origin's values.
    address internal constant L1_BLOCK = 0x4200000000000000000000000000000000000015;

    /// @dev Withdrawals and messages to L1.
    address internal constant L2_TO_L1_MESSAGE_PASSER = 0x4200000000000000000000000000000000000016;

    /// @dev Sender of the L1 attributes deposit.
    address internal constant DEPOSITOR_ACCOUNT = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;
}
