// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-8004's registry of validations, with the ABI of the published 2.0.0 contracts
/// @notice An agent's owner asks a named validator; that one answers, as often as it likes, from 0 (failed) to 100 (passed).
interface IValidationRegistry {
    event ValidationRequest(
        address indexed validatorAddress, uint256 indexed agentId, string requestURI, bytes32 indexed requestHash
    );
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    /// @notice Neither owner nor operator of this agent.
    error NotAuthorized(address caller);
    /// @notice No validator, or this request was made before.
    error BadRequest(bytes32 requestHash);
    /// @notice No such request.
    error UnknownRequest(bytes32 requestHash);
    /// @notice Another validator was asked.
    error NotValidator(address caller);
    /// @notice Above 100.
    error BadResponse(uint8 response);

    /// @notice The registry of agents.
    function getIdentityRegistry() external view returns (address);

    /// @notice Asks a validator. Owner and operators of the agent only.
    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external;

    /// @notice Answers, again and again if need be. The validator that was asked only.
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external;

    /// @notice Who was asked, about which agent, and the last answer.
    function getValidationStatus(bytes32 requestHash)
        external
        view
        returns (
            address validatorAddress,
            uint256 agentId,
            uint8 response,
            bytes32 responseHash,
            string memory tag,
            uint256 lastUpdate
        );

    /// @notice Count and average of the answers by these validators (none: by all) and with this tag (empty: any).
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 avgResponse);

    /// @notice An agent's requests.
    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory requestHashes);

    /// @notice A validator's requests.
    function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory requestHashes);

    /// @notice Version of the ABI.
    function getVersion() external pure returns (string memory);
}
