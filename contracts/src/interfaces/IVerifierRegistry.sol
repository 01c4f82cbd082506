// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "../libraries/Votes.sol";

/// @title Bonded verifiers: keys, stakes, weights over time, slashing
/// @notice A verifier is known by its index, which is never used again. Weights are kept with their history, so a claim is
/// judged by those who were verifiers when it was made. A stake stays slashable for `exitDelay` after its owner leaves.
interface IVerifierRegistry {
    /// @param owner Who registered it and gets its stake and rewards.
    /// @param exitAt L1 time from which the stake can be withdrawn; 0 while it is active.
    /// @param slashed Whether it lied.
    /// @param stake Wei.
    /// @param key Public key, 128 bytes, see `BLS`.
    struct Verifier {
        address owner;
        uint64 exitAt;
        bool slashed;
        uint256 stake;
        bytes key;
    }

    /// @notice A vote with its signature, which may be that of several: what a quorum signed together convicts each of them.
    /// @param vote What was signed.
    /// @param signers Whose signatures the signature is the sum of, rising.
    /// @param signature That sum.
    struct Evidence {
        Votes.Vote vote;
        uint32[] signers;
        bytes signature;
    }

    /// @notice A verifier joined.
    event Registered(uint32 indexed index, address indexed owner, bytes key, uint256 stake);
    /// @notice A stake grew.
    event StakeAdded(uint32 indexed index, uint256 stake);
    /// @notice A verifier leaves; its stake is free at `exitAt`, L1 seconds.
    event ExitStarted(uint32 indexed index, uint256 exitAt);
    /// @notice A stake went back to its owner.
    event Withdrawn(uint32 indexed index, uint256 amount);
    /// @notice A verifier signed two roots; part of its stake went to the reporter, the rest was burnt.
    event Slashed(uint32 indexed index, address indexed reporter, uint256 reward, uint256 burnt);
    /// @notice Verifiers earned something.
    event Rewarded(uint32[] indices, uint256 amount);
    /// @notice A reward was paid out.
    event CreditClaimed(address indexed owner, uint256 amount);

    /// @notice The stake is at least `minimum`.
    error StakeTooSmall(uint256 given, uint256 minimum);
    /// @notice The key is in use, or was.
    error KeyTaken(bytes key);
    /// @notice The signature doesn't show that the sender has this key.
    error NoPossession();
    /// @notice There are `maximum` verifiers: name one with at most half of your stake to take its place.
    error SetFull(uint256 maximum);
    /// @notice The named verifier is not active, or has more than half of the new stake.
    error NotDisplaceable(uint32 index);
    /// @notice There is room: nobody has to leave.
    error SetNotFull();
    /// @notice No verifier has this index.
    error UnknownVerifier(uint32 index);
    /// @notice Only the verifier's owner may do this.
    error NotOwner(address caller, address owner);
    /// @notice The verifier has left or was slashed.
    error NotActive(uint32 index);
    /// @notice The stake is free at `exitAt`; 0 when the verifier has not left.
    error StakeLocked(uint32 index, uint256 exitAt);
    /// @notice The two votes don't contradict each other.
    error NoContradiction();
    /// @notice Signers rise from one to the next.
    error SignersNotAscending();
    /// @notice One of the votes is not this verifier's.
    error NotSigned(uint32 index);
    /// @notice None of these had any weight.
    error NoWeight();
    /// @notice Nothing is owed to this account.
    error NoCredit(address owner);
    /// @notice The account refused its money.
    error TransferFailed(address to, uint256 amount);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice Chain id of the L2.
    function l2ChainId() external view returns (uint256);
    /// @notice Least stake, wei.
    function minStake() external view returns (uint256);
    /// @notice How long a stake stays after its owner left, seconds: longer than a claim can take.
    function exitDelay() external view returns (uint256);
    /// @notice Most active verifiers, so that a quorum's signature can always be checked.
    function MAX_ACTIVE() external view returns (uint256);
    /// @notice How many are active.
    function activeCount() external view returns (uint256);
    /// @notice How many ever registered; indices lie below.
    function verifierCount() external view returns (uint256);
    /// @notice A verifier.
    function verifier(uint32 index) external view returns (Verifier memory);
    /// @notice A verifier's weight at an L1 time.
    function weightAt(uint32 index, uint48 time) external view returns (uint256);
    /// @notice All verifiers' weight at an L1 time.
    function totalAt(uint48 time) external view returns (uint256);
    /// @notice What an account can claim, wei.
    function credit(address owner) external view returns (uint256);
    /// @notice What `register` wants signed, with the proof-of-possession domain.
    function possessionMessage(address owner, bytes calldata key) external view returns (bytes memory);
    /// @notice What a vote's signature covers.
    function voteMessage(Votes.Vote calldata vote) external view returns (bytes memory);

    /// @notice Joins with `msg.value` as stake.
    /// @param key Public key.
    /// @param possession The key's signature over `possessionMessage`.
    function register(bytes calldata key, bytes calldata possession) external payable returns (uint32 index);
    /// @notice Joins a full set in the place of a verifier with at most half of the new stake, which then leaves.
    function registerInPlaceOf(uint32 displaced, bytes calldata key, bytes calldata possession)
        external
        payable
        returns (uint32 index);
    /// @notice Adds `msg.value` to a stake.
    function addStake(uint32 index) external payable;
    /// @notice Leaves: no weight in later claims, stake free after the delay.
    function startExit(uint32 index) external;
    /// @notice Pays a stake back to the owner who left.
    function withdraw(uint32 index) external;
    /// @notice Slashes a verifier that signed two different roots for one L2 block. Two L1 heads excuse it only as far as L1
    /// may have been reorganised between: not when both are heads of claims on this chain, unless one vote says that
    /// the block doesn't follow from its head.
    function slash(uint32 index, Evidence calldata first, Evidence calldata second) external;
    /// @notice Splits `msg.value` among verifiers by their weight at an L1 time; anyone may be generous.
    function reward(uint32[] calldata indices, uint48 time) external payable;
    /// @notice Pays out what is owed to an account; anyone.
    function claimCredit(address owner) external;
}
