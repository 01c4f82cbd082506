// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentityRegistry} from "../interfaces/market/IIdentityRegistry.sol";
import {IReputationRegistry} from "../interfaces/market/IReputationRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Forwarded} from "./Forwarded.sol";

/// @title ERC-8004's registry of feedback
contract ReputationRegistry is Forwarded, IReputationRegistry {
    struct Feedback {
        int128 value;
        uint8 decimals;
        bool revoked;
        string tag1;
        string tag2;
    }

    struct Filter {
        uint256 agentId;
        bytes32 tag1;
        bytes32 tag2;
        bool withRevoked;
    }

    int128 private constant MAX_VALUE = 1e38;
    uint8 private constant MAX_DECIMALS = 18;
    bytes32 private constant EMPTY = keccak256("");

    mapping(uint256 agentId => mapping(address client => Feedback[])) private _feedback;
    mapping(uint256 agentId => address[]) private _clients;
    mapping(bytes32 feedback => address[]) private _responders;
    mapping(bytes32 feedback => mapping(address responder => uint64)) private _responses;

    /// @inheritdoc IReputationRegistry
    function getIdentityRegistry() external pure returns (address) {
        return Predeploys.ERC8004_IDENTITY;
    }

    /// @inheritdoc IReputationRegistry
    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) external {
        if (valueDecimals > MAX_DECIMALS || value > MAX_VALUE || value < -MAX_VALUE) {
            revert BadValue(value, valueDecimals);
        }
        address client = _msgSender();
        if (IIdentityRegistry(Predeploys.ERC8004_IDENTITY).isAuthorizedOrOwner(client, agentId)) {
            revert SelfFeedback(client);
        }
        Feedback[] storage list = _feedback[agentId][client];
        if (list.length == 0) _clients[agentId].push(client);
        list.push(Feedback(value, valueDecimals, false, tag1, tag2));
        _announce(agentId, client, tag1, tag2, endpoint, feedbackURI, feedbackHash);
    }

    /// @inheritdoc IReputationRegistry
    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external {
        address client = _msgSender();
        Feedback storage feedback = _at(agentId, client, feedbackIndex);
        if (feedback.revoked) revert AlreadyRevoked(feedbackIndex);
        feedback.revoked = true;
        emit FeedbackRevoked(agentId, client, feedbackIndex);
    }

    /// @inheritdoc IReputationRegistry
    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external {
        if (bytes(responseURI).length == 0) revert EmptyURI();
        _at(agentId, clientAddress, feedbackIndex);
        bytes32 id = _id(agentId, clientAddress, feedbackIndex);
        address responder = _msgSender();
        if (_responses[id][responder]++ == 0) _responders[id].push(responder);
        emit ResponseAppended(agentId, clientAddress, feedbackIndex, responder, responseURI, responseHash);
    }

    /// @inheritdoc IReputationRegistry
    function getLastIndex(uint256 agentId, address clientAddress) public view returns (uint64) {
        // casting is safe: nobody gives 2^64 pieces of feedback
        return uint64(_feedback[agentId][clientAddress].length);
    }

    /// @inheritdoc IReputationRegistry
    function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked)
    {
        Feedback memory feedback = _at(agentId, clientAddress, feedbackIndex);
        return (feedback.value, feedback.decimals, feedback.tag1, feedback.tag2, feedback.revoked);
    }

    /// @inheritdoc IReputationRegistry
    function getSummary(uint256 agentId, address[] calldata clientAddresses, string calldata tag1, string calldata tag2)
        external
        view
        returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals)
    {
        if (clientAddresses.length == 0) revert NoClients();
        Filter memory filter = Filter(agentId, keccak256(bytes(tag1)), keccak256(bytes(tag2)), false);
        int256 sum = 0;
        uint64[MAX_DECIMALS + 1] memory frequency;
        for (uint256 i = 0; i < clientAddresses.length; ++i) {
            Feedback[] storage list = _feedback[agentId][clientAddresses[i]];
            for (uint256 k = 0; k < list.length; ++k) {
                if (!_passes(filter, list[k])) continue;
                ++count;
                ++frequency[list[k].decimals];
                sum += int256(list[k].value) * _ten(MAX_DECIMALS - list[k].decimals);
            }
        }
        if (count == 0) return (0, 0, 0);
        for (uint8 d = 1; d <= MAX_DECIMALS; ++d) {
            if (frequency[d] > frequency[summaryValueDecimals]) summaryValueDecimals = d;
        }
        summaryValue = _narrow(sum / int256(uint256(count)) / _ten(MAX_DECIMALS - summaryValueDecimals));
    }

    /// @inheritdoc IReputationRegistry
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
        )
    {
        Filter memory filter = Filter(agentId, keccak256(bytes(tag1)), keccak256(bytes(tag2)), includeRevoked);
        (clients, feedbackIndexes) = _select(filter, _list(clientAddresses, _clients[agentId]));
        uint256 count = clients.length;
        (values, valueDecimals) = (new int128[](count), new uint8[](count));
        (tag1s, tag2s, revokedStatuses) = (new string[](count), new string[](count), new bool[](count));
        for (uint256 i = 0; i < count; ++i) {
            Feedback storage feedback = _feedback[agentId][clients[i]][feedbackIndexes[i] - 1];
            (values[i], valueDecimals[i]) = (feedback.value, feedback.decimals);
            (tag1s[i], tag2s[i], revokedStatuses[i]) = (feedback.tag1, feedback.tag2, feedback.revoked);
        }
    }

    /// @inheritdoc IReputationRegistry
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responders
    ) external view returns (uint64 count) {
        if (clientAddress != address(0)) {
            return _responsesTo(agentId, clientAddress, feedbackIndex, responders);
        }
        address[] memory clients = _clients[agentId];
        for (uint256 i = 0; i < clients.length; ++i) {
            count += _responsesTo(agentId, clients[i], 0, responders);
        }
    }

    /// @inheritdoc IReputationRegistry
    function getClients(uint256 agentId) external view returns (address[] memory) {
        return _clients[agentId];
    }

    /// @inheritdoc IReputationRegistry
    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    function _announce(
        uint256 agentId,
        address client,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) private {
        uint64 index = getLastIndex(agentId, client);
        Feedback storage given = _feedback[agentId][client][index - 1];
        emit NewFeedback(
            agentId, client, index, given.value, given.decimals, tag1, tag1, tag2, endpoint, feedbackURI, feedbackHash
        );
    }

    function _select(Filter memory filter, address[] memory from)
        private
        view
        returns (address[] memory clients, uint64[] memory indexes)
    {
        uint256 most = 0;
        for (uint256 i = 0; i < from.length; ++i) {
            most += _feedback[filter.agentId][from[i]].length;
        }
        (clients, indexes) = (new address[](most), new uint64[](most));
        uint256 count = 0;
        for (uint256 i = 0; i < from.length; ++i) {
            Feedback[] storage list = _feedback[filter.agentId][from[i]];
            for (uint64 k = 0; k < list.length; ++k) {
                if (_passes(filter, list[k])) (clients[count], indexes[count++]) = (from[i], k + 1);
            }
        }
        assembly ("memory-safe") {
            mstore(clients, count)
            mstore(indexes, count)
        }
    }

    function _passes(Filter memory filter, Feedback storage feedback) private view returns (bool) {
        if (feedback.revoked && !filter.withRevoked) return false;
        if (filter.tag1 != EMPTY && filter.tag1 != keccak256(bytes(feedback.tag1))) return false;
        return filter.tag2 == EMPTY || filter.tag2 == keccak256(bytes(feedback.tag2));
    }

    /// @dev Feedback 0: all of the client's.
    function _responsesTo(uint256 agentId, address client, uint64 feedbackIndex, address[] calldata responders)
        private
        view
        returns (uint64 count)
    {
        uint64 last = feedbackIndex == 0 ? getLastIndex(agentId, client) : feedbackIndex;
        for (uint64 index = feedbackIndex == 0 ? 1 : feedbackIndex; index <= last; ++index) {
            bytes32 id = _id(agentId, client, index);
            address[] memory list = _list(responders, _responders[id]);
            for (uint256 i = 0; i < list.length; ++i) {
                count += _responses[id][list[i]];
            }
        }
    }

    /// @dev Those that were named, or all.
    function _list(address[] calldata named, address[] storage all) private view returns (address[] memory) {
        if (named.length != 0) return named;
        return all;
    }

    function _at(uint256 agentId, address client, uint64 index) private view returns (Feedback storage) {
        Feedback[] storage list = _feedback[agentId][client];
        if (index == 0 || index > list.length) revert NoFeedback(index);
        return list[index - 1];
    }

    function _id(uint256 agentId, address client, uint64 index) private pure returns (bytes32) {
        return keccak256(abi.encode(agentId, client, index));
    }

    function _ten(uint256 power) private pure returns (int256) {
        // casting is safe: at most 10^18
        return int256(10 ** power);
    }

    /// @dev Few large values among many with decimals have an average beyond the type: then the nearest.
    function _narrow(int256 value) private pure returns (int128) {
        if (value > type(int128).max) return type(int128).max;
        if (value < type(int128).min) return type(int128).min;
        // casting is safe: just checked
        return int128(value);
    }

    function _forwarder() internal pure override returns (address) {
        return Predeploys.REPUTATION_REGISTRY;
    }
}
