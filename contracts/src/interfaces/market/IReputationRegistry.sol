// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-8004's registry of feedback, with the ABI of the published 2.0.0 contracts
/// @notice Anyone who does not act for an agent may rate it. Feedback is numbered per agent and client, from 1. Who is believed is the
/// reader's choice: `getSummary` wants the clients named. `IAgentMarket.summary` counts hirers who paid.
interface IReputationRegistry {
    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event FeedbackRevoked(uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex);
    event ResponseAppended(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        address indexed responder,
        string responseURI,
        bytes32 responseHash
    );

    /// @notice More than 18 decimals, or a value beyond 10^38.
    error BadValue(int128 value, uint8 valueDecimals);
    /// @notice Who acts for an agent does not rate it.
    error SelfFeedback(address caller);
    /// @notice No feedback of this number.
    error NoFeedback(uint64 feedbackIndex);
    /// @notice Revoked before.
    error AlreadyRevoked(uint64 feedbackIndex);
    /// @notice A response needs a URI.
    error EmptyURI();
    /// @notice Name the clients to count.
    error NoClients();

    /// @notice The registry of agents.
    function getIdentityRegistry() external view returns (address);

    /// @notice Rates an agent: value / 10^valueDecimals. Endpoint, URI and hash are in the event alone.
    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) external;

    /// @notice Takes one's feedback back; it stays readable.
    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external;

    /// @notice Answers feedback; anyone may.
    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external;

    /// @notice Number of a client's last feedback on an agent; 0: none.
    function getLastIndex(uint256 agentId, address clientAddress) external view returns (uint64);

    /// @notice One feedback.
    function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked);

    /// @notice Count and average of what stands, by these clients and with these tags (empty: any). The average is truncated to the
    /// number of decimals that most feedback has; of two equally frequent ones the smaller.
    function getSummary(uint256 agentId, address[] calldata clientAddresses, string calldata tag1, string calldata tag2)
        external
        view
        returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals);

    /// @notice All feedback by these clients (none: by all) and with these tags (empty: any).
    function readAllFeedback(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2,
        bool includeRevoked
    )
        external
        view
        returns (
            address[] memory clients,
            uint64[] memory feedbackIndexes,
            int128[] memory values,
            uint8[] memory valueDecimals,
            string[] memory tag1s,
            string[] memory tag2s,
            bool[] memory revokedStatuses
        );

    /// @notice Responses by these responders (none: by all); client zero: to all; feedback 0: to all of the client's.
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responders
    ) external view returns (uint64 count);

    /// @notice Who has rated an agent.
    function getClients(uint256 agentId) external view returns (address[] memory);

    /// @notice Version of the ABI.
    function getVersion() external pure returns (string memory);
}
