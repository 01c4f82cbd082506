// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-8004's registry of agents, with the ABI of the published 2.0.0 contracts
/// @notice Each agent is an ERC-721 token; ids start at 0. Metadata under the key `agentWallet` is reserved: it names the address that
/// is paid, proves that address's consent, and is cleared when the agent is transferred.
interface IIdentityRegistry {
    struct MetadataEntry {
        string metadataKey;
        bytes metadataValue;
    }

    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
    event MetadataSet(
        uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue
    );
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);

    /// @notice Neither owner nor operator of this agent.
    error NotAuthorized(address caller);
    /// @notice This key is set by `setAgentWallet` alone.
    error ReservedKey();
    /// @notice The deadline is past, or more than 5 minutes away.
    error BadDeadline(uint256 deadline);
    /// @notice The wallet did not sign this.
    error BadWalletSignature(address wallet);

    /// @notice Registers an agent of the caller.
    function register() external returns (uint256 agentId);

    /// @notice Registers an agent of the caller, described at a URI.
    function register(string calldata agentURI) external returns (uint256 agentId);

    /// @notice Registers an agent of the caller, with metadata.
    function register(string calldata agentURI, MetadataEntry[] calldata metadata) external returns (uint256 agentId);

    /// @notice Points the agent to another description. Owner and operators only.
    function setAgentURI(uint256 agentId, string calldata newURI) external;

    /// @notice A value by its key, empty where there is none.
    function getMetadata(uint256 agentId, string calldata metadataKey) external view returns (bytes memory);

    /// @notice Sets a value. Owner and operators only.
    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) external;

    /// @notice The address that is paid; the owner's until it is set, zero after a transfer.
    function getAgentWallet(uint256 agentId) external view returns (address);

    /// @notice Sets the address that is paid. Owner and operators only.
    /// @param deadline At most 5 minutes away, seconds.
    /// @param signature Of the new wallet, EIP-712 or ERC-1271, over
    /// `AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)`.
    function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes calldata signature) external;

    /// @notice Clears the address that is paid. Owner and operators only.
    function unsetAgentWallet(uint256 agentId) external;

    /// @notice Whether somebody acts for this agent. Reverts where there is no such agent.
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);

    /// @notice Version of the ABI.
    function getVersion() external pure returns (string memory);
}
