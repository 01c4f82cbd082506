// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPortal} from "./IPortal.sol";
import {IStandardBridge} from "./IStandardBridge.sol";

/// @title The bridge's side on L1
/// @notice What can't be delivered here (a receiver that refuses ether, a token that refuses a transfer) is kept for its
/// receiver, who may have it paid elsewhere or sent back to L2.
interface IL1StandardBridge is IStandardBridge {
    /// @notice A delivery failed; it is kept for `to`.
    event Kept(address indexed localToken, address indexed remoteToken, address indexed to, uint256 amount);
    /// @notice What was kept was paid to `recipient`.
    event KeptPaid(
        address indexed localToken,
        address indexed remoteToken,
        address indexed owner,
        address recipient,
        uint256 amount
    );
    /// @notice What was kept went back to L2.
    event KeptReturned(address indexed localToken, address indexed remoteToken, address indexed owner, uint256 amount);

    /// @notice Nothing is kept.
    error NothingKept();
    /// @notice Only whose it is may choose another receiver.
    error NotOwner(address caller, address owner);

    /// @notice Where deposits go in and withdrawals come out.
    function portal() external view returns (IPortal);
    /// @notice What is kept for an account of a pair of tokens; of ether under zero addresses.
    function kept(address localToken, address remoteToken, address owner) external view returns (uint256);
    /// @notice Sets the contracts that this one works with, once.
    function initialize(IPortal portal, address otherBridge) external;
    /// @notice Pays out what is kept: anyone to its owner, the owner to anyone.
    function payKept(address localToken, address remoteToken, address owner, address recipient) external;
    /// @notice Sends what is kept for the caller to an address on L2.
    function returnKept(address localToken, address remoteToken, address l2Recipient, uint32 minGasLimit) external;
}
