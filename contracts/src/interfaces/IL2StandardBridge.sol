// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStandardBridge} from "./IStandardBridge.sol";

/// @title The bridge's side on L2
/// @notice What can't be delivered here (a receiver that refuses ether, a token that is no counterpart) goes back to its
/// sender on L1 as a withdrawal.
interface IL2StandardBridge is IStandardBridge {
    /// @notice A delivery failed and goes back to `from` on L1.
    event Returned(
        address indexed localToken, address indexed remoteToken, address indexed from, address to, uint256 amount
    );
}
