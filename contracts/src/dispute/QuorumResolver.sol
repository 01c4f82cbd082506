// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {IQuorumResolver} from "../interfaces/IQuorumResolver.sol";
import {IResolver} from "../interfaces/IResolver.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {BLS} from "../libraries/BLS.sol";
import {Outcome, Verdict} from "../libraries/GameTypes.sol";
import {Votes} from "../libraries/Votes.sol";

/// @title The first resolver: a quorum of bonded verifiers
/// @dev The bond doubles when no quorum comes, so that contesting true claims to delay withdrawals grows dear; it stops
/// growing at `maxDoublings`, so that nobody can make contesting a false claim unaffordable.
contract QuorumResolver is IQuorumResolver {
    /// @inheritdoc IQuorumResolver
    string public constant version = "1.0.0";

    /// @inheritdoc IQuorumResolver
    IVerifierRegistry public immutable registry;
    /// @inheritdoc IQuorumResolver
    uint256 public immutable baseBond;
    /// @inheritdoc IQuorumResolver
    uint256 public immutable maxDoublings;
    /// @inheritdoc IQuorumResolver
    uint256 public immutable attestationReward;
    /// @inheritdoc IQuorumResolver
    uint256 public immutable attestationInterval;
    IAnchorStateRegistry internal immutable _anchors;

    /// @inheritdoc IQuorumResolver
    uint256 public voidsInARow;
    /// @inheritdoc IQuorumResolver
    uint256 public pot;
    uint256 private _nextPaidBlock;
    mapping(IOutputGame game => Decision) private _decisions;
    /// @inheritdoc IQuorumResolver
    mapping(IOutputGame game => bool) public attested;

    /// @param registry_ Keys and stakes.
    /// @param anchors Tells which claims are real.
    /// @param baseBond_ What contesting costs at first, wei.
    /// @param maxDoublings_ How often that may double.
    /// @param attestationReward_ What an attestation earns its signers, wei.
    /// @param attestationInterval_ Least distance between L2 blocks whose attestations are paid for.
    constructor(
        IVerifierRegistry registry_,
        IAnchorStateRegistry anchors,
        uint256 baseBond_,
        uint256 maxDoublings_,
        uint256 attestationReward_,
        uint256 attestationInterval_
    ) {
        registry = registry_;
        _anchors = anchors;
        baseBond = baseBond_;
        maxDoublings = maxDoublings_;
        attestationReward = attestationReward_;
        attestationInterval = attestationInterval_;
    }

    /// @inheritdoc IQuorumResolver
    function decide(IOutputGame game, bytes32 root, uint32[] calldata signers, bytes calldata signature) external {
        _checkOurs(game);
        uint256 deadline = game.resolutionDeadline();
        if (deadline == 0 || block.timestamp > deadline) revert NotOpen(game);
        if (_decisions[game].verdict != Verdict.None) revert AlreadyDecided(game);
        (uint256 weight, uint256 total) = _checkQuorum(game, root, signers, signature);
        Verdict said = root == game.rootClaim() ? Verdict.Upheld : Verdict.Rejected;
        _decisions[game] = Decision(said, root, signers);
        emit Decided(game, said, root, weight, total);
    }

    /// @inheritdoc IQuorumResolver
    function attest(IOutputGame game, uint32[] calldata signers, bytes calldata signature) external {
        _checkOurs(game);
        if (attested[game]) revert AlreadyDecided(game);
        bytes32 root = game.rootClaim();
        (uint256 weight, uint256 total) = _checkQuorum(game, root, signers, signature);
        attested[game] = true;
        uint256 l2Block = game.l2BlockNumber();
        emit Attested(game, l2Block, root, weight, total);
        if (l2Block >= _nextPaidBlock && pot >= attestationReward && attestationReward != 0) {
            _nextPaidBlock = l2Block + attestationInterval;
            pot -= attestationReward;
            registry.reward{value: attestationReward}(signers, _snapshot(game));
        }
    }

    /// @inheritdoc IQuorumResolver
    function fillPot() external payable {
        pot += msg.value;
        emit PotFilled(msg.sender, pot);
    }

    /// @inheritdoc IResolver
    function settled(Outcome outcome) external payable {
        IOutputGame game = IOutputGame(msg.sender);
        _checkOurs(game);
        voidsInARow = outcome == Outcome.Void ? voidsInARow + 1 : 0;
        emit ContestBondSet(contestBond());
        if (msg.value != 0) registry.reward{value: msg.value}(_decisions[game].signers, _snapshot(game));
    }

    /// @inheritdoc IQuorumResolver
    function decision(IOutputGame game) external view returns (Decision memory) {
        return _decisions[game];
    }

    /// @inheritdoc IResolver
    function verdict(IOutputGame game) external view returns (Verdict) {
        return _decisions[game].verdict;
    }

    /// @inheritdoc IResolver
    function contestBond() public view returns (uint256) {
        return baseBond << Math.min(voidsInARow, maxDoublings);
    }

    function _checkQuorum(IOutputGame game, bytes32 root, uint32[] calldata signers, bytes calldata signature)
        private
        view
        returns (uint256 weight, uint256 total)
    {
        uint48 time = _snapshot(game);
        bytes memory key = new bytes(BLS.G1_BYTES);
        for (uint256 i = 0; i < signers.length; ++i) {
            if (i > 0 && signers[i] <= signers[i - 1]) revert SignersNotAscending();
            IVerifierRegistry.Verifier memory one = registry.verifier(signers[i]);
            if (one.slashed) revert SignerSlashed(signers[i]);
            uint256 own = registry.weightAt(signers[i], time);
            // Else anybody could swell a quorum's list with keys that left, until a claim is too dear to resolve.
            if (own == 0) revert SignerWithoutWeight(signers[i]);
            weight += own;
            key = BLS.add(key, one.key);
        }
        total = registry.totalAt(time);
        if (weight * 3 <= total * 2) revert NoQuorum(weight, total);
        Votes.Vote memory vote = Votes.Vote(address(game), game.l2BlockNumber(), root, game.l1Head());
        bytes memory message = registry.voteMessage(vote);
        if (!BLS.verify(key, message, signature, Votes.VOTE_DOMAIN)) revert BadSignature();
    }

    function _checkOurs(IOutputGame game) private view {
        if (!_anchors.isGameRegistered(game) || address(game.resolver()) != address(this)) revert NotOurClaim(game);
    }

    /// @dev The last second before the claim: nobody can join having seen it.
    function _snapshot(IOutputGame game) private view returns (uint48) {
        return uint48(game.createdAt() - 1);
    }
}
