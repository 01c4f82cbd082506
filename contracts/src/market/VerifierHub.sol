// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../interfaces/IInference.sol";
import {IValidationRegistry} from "../interfaces/market/IValidationRegistry.sol";
import {IVerifierHub, Replay} from "../interfaces/market/IVerifierHub.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title Bonded verifiers who replay what agents did
contract VerifierHub is IVerifierHub {
    uint256 private constant NOTICE = 14 days;
    uint256 private constant LEAST_BOND = 0.1 ether;

    struct Bond {
        uint128 amount;
        uint128 readyAt;
    }

    struct Posted {
        address verifier;
        bool refuted;
        Replay replay;
    }

    struct Count {
        uint128 replays;
        uint128 passed;
    }

    mapping(address verifier => Bond) private _bonds;
    mapping(bytes32 requestHash => Posted[]) private _posted;
    mapping(bytes32 requestHash => Count) private _counts;

    /// @inheritdoc IVerifierHub
    function join() external payable {
        // casting is safe: there is less ether than 2^128
        _bonds[msg.sender].amount += uint128(msg.value);
        emit Joined(msg.sender, _bonds[msg.sender].amount);
    }

    /// @inheritdoc IVerifierHub
    function leave() external {
        // casting is safe: seconds
        _bonds[msg.sender].readyAt = uint128(block.timestamp + NOTICE);
        emit Leaving(msg.sender, block.timestamp + NOTICE);
    }

    /// @inheritdoc IVerifierHub
    function takeBond(address payable to) external returns (uint256 amount) {
        Bond memory held = _bonds[msg.sender];
        if (held.readyAt == 0) revert NotBonded(msg.sender);
        if (block.timestamp < held.readyAt) revert TooEarly(held.readyAt);
        delete _bonds[msg.sender];
        emit Left(msg.sender, to, held.amount);
        _send(to, held.amount);
        return held.amount;
    }

    /// @inheritdoc IVerifierHub
    function post(bytes32 requestHash, Replay calldata replay, string calldata uri) external returns (uint256 index) {
        Bond memory held = _bonds[msg.sender];
        if (held.amount < LEAST_BOND || held.readyAt != 0) revert NotBonded(msg.sender);
        index = _posted[requestHash].length;
        _posted[requestHash].push(Posted(msg.sender, false, replay));
        Count storage count = _counts[requestHash];
        ++count.replays;
        if (replay.passed) ++count.passed;
        emit Replayed(requestHash, msg.sender, index, replay, uri);
        _answer(requestHash, count, uri);
    }

    /// @inheritdoc IVerifierHub
    function refute(bytes32 requestHash, uint256 index, IInference.Tensor[] calldata inputs) external {
        if (index >= _posted[requestHash].length) revert UnknownReplay(requestHash, index);
        Posted storage posted = _posted[requestHash][index];
        uint256 amount = _bonds[posted.verifier].amount;
        if (posted.refuted || amount == 0) revert NotBonded(posted.verifier);
        bytes32 given = keccak256(abi.encode(inputs));
        if (given != posted.replay.inputHash) revert WrongInputs(given);
        IInference.Tensor[] memory outputs = IInference(Predeploys.INFERENCE).infer(posted.replay.model, inputs);
        if (keccak256(abi.encode(outputs)) == posted.replay.outputHash) revert NotRefuted();
        posted.refuted = true;
        _bonds[posted.verifier].amount = 0;
        Count storage count = _counts[requestHash];
        --count.replays;
        if (posted.replay.passed) --count.passed;
        emit Refuted(requestHash, posted.verifier, index, msg.sender);
        _answer(requestHash, count, "");
        _send(payable(address(0)), amount - amount / 2);
        _send(payable(msg.sender), amount / 2);
    }

    /// @inheritdoc IVerifierHub
    function replayOf(bytes32 requestHash, uint256 index)
        external
        view
        returns (address verifier, bool refuted, Replay memory replay)
    {
        if (index >= _posted[requestHash].length) revert UnknownReplay(requestHash, index);
        Posted memory posted = _posted[requestHash][index];
        return (posted.verifier, posted.refuted, posted.replay);
    }

    /// @inheritdoc IVerifierHub
    function countOf(bytes32 requestHash) external view returns (uint256 replays, uint256 passed) {
        return (_counts[requestHash].replays, _counts[requestHash].passed);
    }

    /// @inheritdoc IVerifierHub
    function bondOf(address verifier) external view returns (uint256 amount, uint256 readyAt) {
        return (_bonds[verifier].amount, _bonds[verifier].readyAt);
    }

    /// @dev Reverts where the hub was not asked.
    function _answer(bytes32 requestHash, Count memory count, string memory uri) private {
        // casting is safe: a percentage, rounded down: one failed replay of many never reads as all passed
        uint8 response = count.replays == 0 ? 0 : uint8(100 * uint256(count.passed) / count.replays);
        bytes32 hash = keccak256(abi.encode(count.replays, count.passed));
        IValidationRegistry(Predeploys.VALIDATION_REGISTRY)
            .validationResponse(requestHash, response, uri, hash, "replay");
    }

    function _send(address payable to, uint256 amount) private {
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert NotSent(to);
    }
}
