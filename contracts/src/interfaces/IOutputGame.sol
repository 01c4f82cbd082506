// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GameStatus} from "../libraries/GameTypes.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IResolver} from "./IResolver.sol";

/// @title One bonded claim about the L2's state
/// @notice It wins when nobody contests it within `claimWindow`. Contested, it ends as the resolver says; if the resolver says
/// nothing within `resolveWindow`, it is void: it can't be withdrawn against, its maker gets the bond back, and half of the
/// contester's bond is burnt (burnt, not paid to the maker, who may be the contester).
/// The views are those of the OP Stack's dispute games.
interface IOutputGame {
    /// @notice The claim was made. Everything that it says stands here, so whoever reads receipts needs no further calls.
    event Claimed(
        address indexed proposer,
        bytes32 indexed root,
        uint256 indexed l2BlockNumber,
        uint256 l1BlockNumber,
        bytes32 l1Head
    );
    /// @notice Somebody says that the claim is false.
    event Contested(address indexed contester, uint256 bond, uint256 resolutionDeadline);
    /// @notice The claim has ended.
    event Resolved(GameStatus indexed status);
    /// @notice The claim has ended without a verdict.
    event Voided(uint256 burnt);
    /// @notice A bond or a share of one was paid out.
    event CreditClaimed(address indexed recipient, uint256 amount);

    /// @notice Only the factory sets up a claim, once.
    error NotFactory(address caller);
    error AlreadyInitialized();
    /// @notice `extraData` is three words: L2 block, L1 block, L1 block hash.
    error BadExtraData();
    /// @notice An output root is never zero.
    error ZeroOutputRoot();
    /// @notice The claim is about a later block than the anchor's, with a number of at most 64 bits.
    error BlockOutOfRange(uint256 l2BlockNumber, uint256 anchorBlock);
    /// @notice The L1 block is not on this branch, or too old (then `found` is zero).
    error L1HeadMismatch(uint256 l1BlockNumber, bytes32 expected, bytes32 found);
    /// @notice The claim has ended, was contested, or its window is over.
    error NotContestable();
    /// @notice Contesting costs exactly `required`.
    error IncorrectBond(uint256 given, uint256 required);
    /// @notice The claim has ended.
    error AlreadyResolved();
    /// @notice The claim can't end before `earliest`, L1 seconds, unless a verdict comes.
    error TooEarly(uint256 earliest);
    /// @notice Nothing is owed to this account.
    error NoCredit(address recipient);
    /// @notice The account refused its credit.
    error TransferFailed(address recipient, uint256 amount);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice The kind of claim.
    function gameType() external view returns (uint32);
    /// @notice Chain id of the L2.
    function l2ChainId() external view returns (uint256);
    /// @notice Which claims count.
    function anchorStateRegistry() external view returns (IAnchorStateRegistry);
    /// @notice Who judges it when it is contested.
    function resolver() external view returns (IResolver);
    /// @notice Time to contest, seconds.
    function claimWindow() external view returns (uint64);
    /// @notice Time for the resolver after a contest, seconds.
    function resolveWindow() external view returns (uint64);
    /// @notice Who made the claim.
    function gameCreator() external view returns (address);
    /// @notice The claimed output root.
    function rootClaim() external view returns (bytes32);
    /// @notice The L1 block up to which the L2 is to be derived: the claim is false if its L2 block doesn't follow from it.
    function l1Head() external view returns (bytes32);
    /// @notice That L1 block's number.
    function l1BlockNumber() external view returns (uint256);
    /// @notice The claimed L2 block.
    function l2BlockNumber() external view returns (uint256);
    /// @notice The same, under the OP Stack's newer name.
    function l2SequenceNumber() external view returns (uint256);
    /// @notice L2 block, L1 block, L1 block hash.
    function extraData() external view returns (bytes memory);
    /// @notice What names the claim in the factory.
    function gameData() external view returns (uint32 gameType, bytes32 rootClaim, bytes memory extraData);
    /// @notice L1 time of the claim.
    function createdAt() external view returns (uint64);
    /// @notice L1 time of its end; 0 before.
    function resolvedAt() external view returns (uint64);
    /// @notice How it stands. A void claim counts as lost.
    function status() external view returns (GameStatus);
    /// @notice Whether withdrawals followed claims of this kind when it was made.
    function wasRespectedGameTypeWhenCreated() external view returns (bool);
    /// @notice Who contested it; zero when nobody did.
    function contester() external view returns (address);
    /// @notice L1 time of the contest.
    function contestedAt() external view returns (uint64);
    /// @notice The maker's bond, wei.
    function proposerBond() external view returns (uint256);
    /// @notice The contester's bond, wei.
    function contesterBond() external view returns (uint256);
    /// @notice Last L1 second in which a verdict is taken; 0 when nobody contests.
    function resolutionDeadline() external view returns (uint256);
    /// @notice What an account can claim, wei.
    function credit(address recipient) external view returns (uint256);

    /// @notice Sets up a claim; factory only.
    function initialize() external payable;
    /// @notice Says that the claim is false, for a bond of exactly `resolver().contestBond()`.
    function contest() external payable;
    /// @notice Ends the claim; anyone, once its windows allow.
    function resolve() external returns (GameStatus);
    /// @notice Pays out what is owed to an account; anyone.
    function claimCredit(address recipient) external;
}
