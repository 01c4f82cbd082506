// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {BLS} from "../libraries/BLS.sol";
import {Votes} from "../libraries/Votes.sol";

/// @title Bonded verifiers
/// @dev Without a proxy: stakes answer to this code and to nobody's upgrade.
contract VerifierRegistry is IVerifierRegistry {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @dev A reporter gets one part in this. Little, so that a liar can't save its stake by reporting itself.
    uint256 internal constant REPORTER_SHARE = 20;
    address internal constant BURNT = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IVerifierRegistry
    string public constant version = "1.0.0";
    /// @inheritdoc IVerifierRegistry
    uint256 public constant MAX_ACTIVE = 64;

    /// @inheritdoc IVerifierRegistry
    uint256 public immutable l2ChainId;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable minStake;
    /// @inheritdoc IVerifierRegistry
    uint256 public immutable exitDelay;
    IAnchorStateRegistry internal immutable _anchors;

    /// @inheritdoc IVerifierRegistry
    uint256 public activeCount;
    Verifier[] private _verifiers;
    mapping(uint32 index => Checkpoints.Trace208) private _weights;
    Checkpoints.Trace208 private _total;
    mapping(bytes32 keyHash => bool) private _taken;
    /// @inheritdoc IVerifierRegistry
    mapping(address owner => uint256) public credit;

    /// @param l2ChainId_ Chain id of the L2.
    /// @param minStake_ Least stake, wei.
    /// @param exitDelay_ How long a stake stays; longer than claim window and resolve window together.
    /// @param anchors Tells which claims are real.
    constructor(uint256 l2ChainId_, uint256 minStake_, uint256 exitDelay_, IAnchorStateRegistry anchors) {
        l2ChainId = l2ChainId_;
        minStake = minStake_;
        exitDelay = exitDelay_;
        _anchors = anchors;
    }

    /// @inheritdoc IVerifierRegistry
    function register(bytes calldata key, bytes calldata possession) external payable returns (uint32 index) {
        if (activeCount >= MAX_ACTIVE) revert SetFull(MAX_ACTIVE);
        return _register(key, possession);
    }

    /// @inheritdoc IVerifierRegistry
    function registerInPlaceOf(uint32 displaced, bytes calldata key, bytes calldata possession)
        external
        payable
        returns (uint32 index)
    {
        if (activeCount < MAX_ACTIVE) revert SetNotFull();
        Verifier storage smaller = _known(displaced);
        if (!_isActive(smaller) || smaller.stake > msg.value / 2) revert NotDisplaceable(displaced);
        _leave(displaced, smaller);
        return _register(key, possession);
    }

    /// @inheritdoc IVerifierRegistry
    function addStake(uint32 index) external payable {
        Verifier storage one = _known(index);
        if (!_isActive(one)) revert NotActive(index);
        one.stake += msg.value;
        _setWeight(index, one.stake);
        emit StakeAdded(index, one.stake);
    }

    /// @inheritdoc IVerifierRegistry
    function startExit(uint32 index) external {
        Verifier storage one = _owned(index);
        if (!_isActive(one)) revert NotActive(index);
        _leave(index, one);
    }

    /// @inheritdoc IVerifierRegistry
    function withdraw(uint32 index) external {
        Verifier storage one = _owned(index);
        if (one.slashed) revert NotActive(index);
        if (one.exitAt == 0 || block.timestamp < one.exitAt) revert StakeLocked(index, one.exitAt);
        uint256 amount = one.stake;
        if (amount == 0) revert NotActive(index);
        one.stake = 0;
        emit Withdrawn(index, amount);
        _pay(one.owner, amount);
    }

    /// @inheritdoc IVerifierRegistry
    function slash(uint32 index, Evidence calldata first, Evidence calldata second) external {
        Verifier storage one = _known(index);
        uint256 stake = one.stake;
        if (one.slashed || stake == 0) revert NotActive(index);
        if (!_contradict(first.vote, second.vote)) revert NoContradiction();
        if (!_signed(index, first) || !_signed(index, second)) revert NotSigned(index);

        if (_isActive(one)) {
            --activeCount;
            _setWeight(index, 0);
        }
        one.slashed = true;
        one.stake = 0;
        uint256 share = stake / REPORTER_SHARE;
        credit[msg.sender] += share;
        emit Slashed(index, msg.sender, share, stake - share);
        _pay(BURNT, stake - share);
    }

    /// @inheritdoc IVerifierRegistry
    function reward(uint32[] calldata indices, uint48 time) external payable {
        uint256[] memory weights = new uint256[](indices.length);
        uint256 sum = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            weights[i] = weightAt(indices[i], time);
            sum += weights[i];
        }
        if (sum == 0) revert NoWeight();
        uint256 left = msg.value;
        for (uint256 i = 0; i < indices.length; ++i) {
            // Each gets its part of what is left: the last one gets what rounding left over.
            uint256 part = weights[i] == 0 ? 0 : left * weights[i] / sum;
            left -= part;
            sum -= weights[i];
            credit[_verifiers[indices[i]].owner] += part;
        }
        emit Rewarded(indices, msg.value);
    }

    /// @inheritdoc IVerifierRegistry
    function claimCredit(address owner) external {
        uint256 amount = credit[owner];
        if (amount == 0) revert NoCredit(owner);
        credit[owner] = 0;
        emit CreditClaimed(owner, amount);
        _pay(owner, amount);
    }

    /// @inheritdoc IVerifierRegistry
    function verifierCount() external view returns (uint256) {
        return _verifiers.length;
    }

    /// @inheritdoc IVerifierRegistry
    function verifier(uint32 index) external view returns (Verifier memory) {
        return _known(index);
    }

    /// @inheritdoc IVerifierRegistry
    function totalAt(uint48 time) external view returns (uint256) {
        return _total.upperLookupRecent(time);
    }

    /// @inheritdoc IVerifierRegistry
    function possessionMessage(address owner, bytes calldata key) external view returns (bytes memory) {
        return Votes.possession(address(this), owner, key);
    }

    /// @inheritdoc IVerifierRegistry
    function voteMessage(Votes.Vote calldata vote) external view returns (bytes memory) {
        return Votes.message(address(this), l2ChainId, vote);
    }

    /// @inheritdoc IVerifierRegistry
    function weightAt(uint32 index, uint48 time) public view returns (uint256) {
        return _weights[index].upperLookupRecent(time);
    }

    function _register(bytes calldata key, bytes calldata possession) private returns (uint32 index) {
        if (msg.value < minStake) revert StakeTooSmall(msg.value, minStake);
        bytes32 keyHash = keccak256(key);
        if (_taken[keyHash]) revert KeyTaken(key);
        bytes memory message = Votes.possession(address(this), msg.sender, key);
        if (!BLS.verify(key, message, possession, Votes.POSSESSION_DOMAIN)) revert NoPossession();
        _taken[keyHash] = true;
        index = _verifiers.length.toUint32();
        _verifiers.push(Verifier(msg.sender, 0, false, msg.value, key));
        ++activeCount;
        _setWeight(index, msg.value);
        emit Registered(index, msg.sender, key, msg.value);
    }

    function _leave(uint32 index, Verifier storage one) private {
        one.exitAt = (block.timestamp + exitDelay).toUint64();
        --activeCount;
        _setWeight(index, 0);
        emit ExitStarted(index, one.exitAt);
    }

    function _setWeight(uint32 index, uint256 weight) private {
        uint48 time = uint48(block.timestamp);
        (uint208 before, uint208 current) = _weights[index].push(time, weight.toUint208());
        _total.push(time, _total.latest() - before + current);
    }

    function _pay(address to, uint256 amount) private {
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert TransferFailed(to, amount);
    }

    function _contradict(Votes.Vote calldata first, Votes.Vote calldata second) private view returns (bool) {
        if (first.l2BlockNumber != second.l2BlockNumber || first.root == second.root) return false;
        if (first.l1Head == second.l1Head) return true;
        if (first.root == bytes32(0) || second.root == bytes32(0)) return false;
        return _namesClaim(first) && _namesClaim(second);
    }

    /// @dev Whether the vote's L1 head is that of a claim on this chain, and so canonical.
    function _namesClaim(Votes.Vote calldata vote) private view returns (bool) {
        if (vote.game.code.length == 0) return false;
        IOutputGame game = IOutputGame(vote.game);
        return _anchors.isGameRegistered(game) && game.l1Head() == vote.l1Head;
    }

    /// @dev Keys have proofs of possession, so a valid sum means that each of the signers signed.
    function _signed(uint32 index, Evidence calldata evidence) private view returns (bool) {
        bytes memory key = new bytes(BLS.G1_BYTES);
        bool among = false;
        uint32[] calldata signers = evidence.signers;
        for (uint256 i = 0; i < signers.length; ++i) {
            if (i > 0 && signers[i] <= signers[i - 1]) revert SignersNotAscending();
            if (signers[i] == index) among = true;
            key = BLS.add(key, _known(signers[i]).key);
        }
        bytes memory message = Votes.message(address(this), l2ChainId, evidence.vote);
        return among && BLS.verify(key, message, evidence.signature, Votes.VOTE_DOMAIN);
    }

    function _isActive(Verifier storage one) private view returns (bool) {
        return one.exitAt == 0 && !one.slashed;
    }

    function _known(uint32 index) private view returns (Verifier storage) {
        if (index >= _verifiers.length) revert UnknownVerifier(index);
        return _verifiers[index];
    }

    function _owned(uint32 index) private view returns (Verifier storage one) {
        one = _known(index);
        if (msg.sender != one.owner) revert NotOwner(msg.sender, one.owner);
    }
}
