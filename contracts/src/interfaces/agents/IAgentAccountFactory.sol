// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rule, Terms} from "./IAgentPolicy.sol";

/// @title Makes accounts for agents at addresses known before
interface IAgentAccountFactory {
    event AccountCreated(address indexed account, address indexed owner, bytes32 salt);

    /// @notice The account of this owner, policy and salt; made where it is not there yet. Anyone may call: the address
    /// commits to everything.
    function createAccount(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
        external
        returns (address account);

    /// @notice Where `createAccount` puts it.
    function addressOf(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
        external
        view
        returns (address account);
}
