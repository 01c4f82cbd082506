// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentityRegistry} from "../interfaces/market/IIdentityRegistry.sol";
import {IValidationRegistry} from "../interfaces/market/IValidationRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title ERC-8004's registry of validations
contract ValidationRegistry is IValidationRegistry {
    struct Validation {
        address validator;
        uint8 response;
        bool answered;
        uint64 updatedAt;
        uint256 agentId;
        bytes32 responseHash;
        string tag;
    }

    mapping(bytes32 requestHash => Validation) private _validations;
    mapping(uint256 agentId => bytes32[]) private _ofAgent;
    mapping(address validator => bytes32[]) private _ofValidator;

    /// @inheritdoc IValidationRegistry
    function getIdentityRegistry() external pure returns (address) {
        return Predeploys.ERC8004_IDENTITY;
    }

    /// @inheritdoc IValidationRegistry
    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external {
        Validation storage validation = _validations[requestHash];
        if (validatorAddress == address(0) || validation.validator != address(0)) revert BadRequest(requestHash);
        if (!IIdentityRegistry(Predeploys.ERC8004_IDENTITY).isAuthorizedOrOwner(msg.sender, agentId)) {
            revert NotAuthorized(msg.sender);
        }
        (validation.validator, validation.agentId) = (validatorAddress, agentId);
        // casting is safe: seconds
        validation.updatedAt = uint64(block.timestamp);
        _ofAgent[agentId].push(requestHash);
        _ofValidator[validatorAddress].push(requestHash);
        emit ValidationRequest(validatorAddress, agentId, requestURI, requestHash);
    }

    /// @inheritdoc IValidationRegistry
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external {
        Validation storage validation = _known(requestHash);
        if (msg.sender != validation.validator) revert NotValidator(msg.sender);
        if (response > 100) revert BadResponse(response);
        (validation.response, validation.answered, validation.responseHash) = (response, true, responseHash);
        // casting is safe: seconds
        validation.updatedAt = uint64(block.timestamp);
        validation.tag = tag;
        emit ValidationResponse(msg.sender, validation.agentId, requestHash, response, responseURI, responseHash, tag);
    }

    /// @inheritdoc IValidationRegistry
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
        )
    {
        Validation memory v = _known(requestHash);
        return (v.validator, v.agentId, v.response, v.responseHash, v.tag, v.updatedAt);
    }

    /// @inheritdoc IValidationRegistry
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 avgResponse)
    {
        bytes32[] memory requests = _ofAgent[agentId];
        uint256 sum = 0;
        for (uint256 i = 0; i < requests.length; ++i) {
            Validation storage v = _validations[requests[i]];
            if (!v.answered || !_among(v.validator, validatorAddresses)) continue;
            if (bytes(tag).length != 0 && keccak256(bytes(tag)) != keccak256(bytes(v.tag))) continue;
            sum += v.response;
            ++count;
        }
        // casting is safe: an average of numbers up to 100
        if (count != 0) avgResponse = uint8(sum / count);
    }

    /// @inheritdoc IValidationRegistry
    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory) {
        return _ofAgent[agentId];
    }

    /// @inheritdoc IValidationRegistry
    function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory) {
        return _ofValidator[validatorAddress];
    }

    /// @inheritdoc IValidationRegistry
    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    function _known(bytes32 requestHash) private view returns (Validation storage validation) {
        validation = _validations[requestHash];
        if (validation.validator == address(0)) revert UnknownRequest(requestHash);
    }

    function _among(address validator, address[] calldata list) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == validator) return true;
        }
        return list.length == 0;
    }
}
