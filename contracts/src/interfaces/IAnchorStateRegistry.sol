// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputeGameFactory} from "./IDisputeGameFactory.sol";
import {IOutputGame} from "./IOutputGame.sol";
import {ISystemConfig} from "./ISystemConfig.sol";

/// @title Which claims count
/// @notice ABI of the OP Stack's AnchorStateRegistry, as far as its tools use it. Only the timelock strikes out claims: were
/// it the guardian, a guardian could hold withdrawals for ever. What needs speed is the guardian's pause, which lasts long
/// enough for the timelock to act.
interface IAnchorStateRegistry {
    /// @notice The latest claim that counts is now another one.
    event AnchorUpdated(IOutputGame indexed game);
    /// @notice Withdrawals follow another kind of claim.
    event RespectedGameTypeSet(uint32 gameType);
    /// @notice Claims made until then count no more.
    event RetirementTimestampSet(uint256 timestamp);
    /// @notice A claim was struck out.
    event DisputeGameBlacklisted(IOutputGame indexed game);

    /// @notice Only `expected` may do this.
    error NotAllowed(address caller, address expected);
    /// @notice The claim has not won, doesn't count, or is older than the anchor.
    error InvalidAnchorGame();

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice Keys, limits and pauses.
    function systemConfig() external view returns (ISystemConfig);
    /// @notice Where claims are made.
    function disputeGameFactory() external view returns (IDisputeGameFactory);
    /// @notice Least time since a claim won, seconds.
    function disputeGameFinalityDelaySeconds() external view returns (uint256);
    /// @notice The kind of claim that withdrawals follow.
    function respectedGameType() external view returns (uint32);
    /// @notice Claims made until this L1 time count no more.
    function retirementTimestamp() external view returns (uint64);
    /// @notice Whether a claim was struck out.
    function disputeGameBlacklist(IOutputGame game) external view returns (bool);
    /// @notice The latest claim that counts; zero before there is one.
    function anchorGame() external view returns (IOutputGame);
    /// @notice The latest root that counts and its L2 block; at first genesis.
    function getAnchorRoot() external view returns (bytes32 root, uint256 l2BlockNumber);
    /// @notice Whether withdrawals are paused.
    function paused() external view returns (bool);
    /// @notice Whether the factory made this claim for this registry.
    function isGameRegistered(IOutputGame game) external view returns (bool);
    /// @notice Whether the claim was of the kind that counted when it was made.
    function isGameRespected(IOutputGame game) external view returns (bool);
    /// @notice Whether the claim was struck out.
    function isGameBlacklisted(IOutputGame game) external view returns (bool);
    /// @notice Whether the claim was made before the retirement time.
    function isGameRetired(IOutputGame game) external view returns (bool);
    /// @notice Whether the claim has ended.
    function isGameResolved(IOutputGame game) external view returns (bool);
    /// @notice Registered, neither struck out nor retired, and no pause.
    function isGameProper(IOutputGame game) external view returns (bool);
    /// @notice Ended, and the finality delay over.
    function isGameFinalized(IOutputGame game) external view returns (bool);
    /// @notice All of that, and the claim won: its root is the L2's.
    function isGameClaimValid(IOutputGame game) external view returns (bool);

    /// @notice Makes a valid claim of a later block the anchor; anyone.
    function setAnchorState(IOutputGame game) external;
    /// @notice Changes the kind of claim that withdrawals follow; owner.
    function setRespectedGameType(uint32 gameType) external;
    /// @notice Retires all claims made until now; owner.
    function updateRetirementTimestamp() external;
    /// @notice Strikes out a claim; owner.
    function blacklistDisputeGame(IOutputGame game) external;
}
