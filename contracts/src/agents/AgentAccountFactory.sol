// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IAgentAccount} from "../interfaces/agents/IAgentAccount.sol";
import {IAgentAccountFactory} from "../interfaces/agents/IAgentAccountFactory.sol";
import {Rule, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title Makes accounts for agents at addresses known before
contract AgentAccountFactory is IAgentAccountFactory {
    /// @inheritdoc IAgentAccountFactory
    function createAccount(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
        external
        returns (address account)
    {
        bytes memory policy = abi.encode(owner, terms, rules);
        account = _addressOf(owner, salt, policy);
        if (account.code.length != 0) return account;
        Clones.cloneDeterministicWithImmutableArgs(
            Predeploys.AGENT_ACCOUNT, abi.encodePacked(owner), _salt(salt, policy)
        );
        IAgentAccount(account).initialize(policy);
        emit AccountCreated(account, owner, salt);
    }

    /// @inheritdoc IAgentAccountFactory
    function addressOf(address owner, bytes32 salt, Terms calldata terms, Rule[] calldata rules)
        external
        view
        returns (address account)
    {
        return _addressOf(owner, salt, abi.encode(owner, terms, rules));
    }

    function _addressOf(address owner, bytes32 salt, bytes memory policy) private view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(
            Predeploys.AGENT_ACCOUNT, abi.encodePacked(owner), _salt(salt, policy)
        );
    }

    function _salt(bytes32 salt, bytes memory policy) private pure returns (bytes32) {
        return keccak256(abi.encode(salt, keccak256(policy)));
    }
}
