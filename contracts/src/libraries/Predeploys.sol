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

    /// @dev Upgrades the contracts that stand behind proxies.
    address internal constant PROXY_ADMIN = 0x4200000000000000000000000000000000000018;

    /// @dev Collects base fees.
    address internal constant BASE_FEE_VAULT = 0x4200000000000000000000000000000000000019;

    /// @dev Sender of the state transition's own calls, as of EIP-4788's.
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    /// @dev Books calls by time and block.
    address internal constant SCHEDULER = 0x5000000000000000000000000000000000000002;

    /// @dev ERC-8004's registry of agents, where it stands on other chains.
    address internal constant ERC8004_IDENTITY = 0x8004A169FB4a3325136EB29fA0ceB6D2e539a432;

    /// @dev ERC-8004's registry of feedback, where it stands on other chains.
    address internal constant ERC8004_REPUTATION = 0x8004BAa17C55a88189AE136b182e5fdA19dE9b63;

    /// @dev Forwards to `ERC8004_IDENTITY`.
    address internal constant AGENT_REGISTRY = 0x5000000000000000000000000000000000000003;

    /// @dev Forwards to `ERC8004_REPUTATION`.
    address internal constant REPUTATION_REGISTRY = 0x5000000000000000000000000000000000000004;

    /// @dev ERC-8004's registry of validations.
    address internal constant VALIDATION_REGISTRY = 0x5000000000000000000000000000000000000005;

    /// @dev Bonded verifiers of what agents said.
    address internal constant VERIFIER_HUB = 0x5000000000000000000000000000000000000009;

    /// @dev Listings, hiring and payment of agents.
    address internal constant AGENT_MARKET = 0x5000000000000000000000000000000000000006;

    /// @dev Makes accounts for agents.
    address internal constant AGENT_ACCOUNT_FACTORY = 0x5000000000000000000000000000000000000007;

    /// @dev ERC-7579 executor that runs strategies under policies.
    address internal constant AGENT_RUNNER = 0x5000000000000000000000000000000000000008;

    /// @dev What agents may do.
    address internal constant AGENT_POLICY = 0x500000000000000000000000000000000000000a;

    /// @dev The code that agents' accounts share.
    address internal constant AGENT_ACCOUNT = 0x500000000000000000000000000000000000000B;

    /// @dev ERC-7579 validator for agents' off-chain keys.
    address internal constant AGENT_VALIDATOR = 0x500000000000000000000000000000000000000c;

    /// @dev Strategies whose code was checked.
    address internal constant STRATEGY_REGISTRY = 0x500000000000000000000000000000000000000d;

    /// @dev Rules without state.
    address internal constant RULE_CHECKS = 0x500000000000000000000000000000000000000E;

    /// @dev Whether a listed strategy is what was listed.
    address internal constant STRATEGY_CHECKER = 0x500000000000000000000000000000000000000f;

    /// @dev ERC-4337 EntryPoint v0.8.
    address internal constant ENTRY_POINT = 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108;
}
