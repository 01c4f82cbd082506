// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "../interfaces/IDisputeGameFactory.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {GameStatus} from "../libraries/GameTypes.sol";

/// @title Which claims count
contract AnchorStateRegistry is IAnchorStateRegistry, Initializable {
    /// @inheritdoc IAnchorStateRegistry
    string public constant version = "1.0.0";

    /// @inheritdoc IAnchorStateRegistry
    uint256 public immutable disputeGameFinalityDelaySeconds;

    /// @inheritdoc IAnchorStateRegistry
    ISystemConfig public systemConfig;
    /// @inheritdoc IAnchorStateRegistry
    uint32 public respectedGameType;
    /// @inheritdoc IAnchorStateRegistry
    uint64 public retirementTimestamp;
    /// @inheritdoc IAnchorStateRegistry
    IDisputeGameFactory public disputeGameFactory;
    /// @inheritdoc IAnchorStateRegistry
    IOutputGame public anchorGame;
    bytes32 private _startingRoot;
    uint256 private _startingBlock;
    /// @inheritdoc IAnchorStateRegistry
    mapping(IOutputGame game => bool) public disputeGameBlacklist;

    modifier onlyOwner() {
        address owner = systemConfig.owner();
        if (msg.sender != owner) revert NotAllowed(msg.sender, owner);
        _;
    }

    /// @param finalityDelaySeconds Least time since a claim won.
    constructor(uint256 finalityDelaySeconds) {
        disputeGameFinalityDelaySeconds = finalityDelaySeconds;
        _disableInitializers();
    }

    /// @notice Sets what this contract begins with, once.
    /// @param startingRoot Output root of `startingBlock`, usually genesis.
    function initialize(
        ISystemConfig systemConfig_,
        IDisputeGameFactory factory,
        bytes32 startingRoot,
        uint256 startingBlock,
        uint32 gameType
    ) external initializer {
        systemConfig = systemConfig_;
        disputeGameFactory = factory;
        _startingRoot = startingRoot;
        _startingBlock = startingBlock;
        respectedGameType = gameType;
        emit RespectedGameTypeSet(gameType);
    }

    /// @inheritdoc IAnchorStateRegistry
    function setAnchorState(IOutputGame game) external {
        (, uint256 anchorBlock) = getAnchorRoot();
        if (!isGameClaimValid(game) || game.l2BlockNumber() <= anchorBlock) revert InvalidAnchorGame();
        anchorGame = game;
        emit AnchorUpdated(game);
    }

    /// @inheritdoc IAnchorStateRegistry
    function setRespectedGameType(uint32 gameType) external onlyOwner {
        respectedGameType = gameType;
        emit RespectedGameTypeSet(gameType);
    }

    /// @inheritdoc IAnchorStateRegistry
    function updateRetirementTimestamp() external onlyOwner {
        retirementTimestamp = uint64(block.timestamp);
        emit RetirementTimestampSet(block.timestamp);
    }

    /// @inheritdoc IAnchorStateRegistry
    function blacklistDisputeGame(IOutputGame game) external onlyOwner {
        disputeGameBlacklist[game] = true;
        emit DisputeGameBlacklisted(game);
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameBlacklisted(IOutputGame game) external view returns (bool) {
        return disputeGameBlacklist[game];
    }

    /// @inheritdoc IAnchorStateRegistry
    function getAnchorRoot() public view returns (bytes32 root, uint256 l2BlockNumber) {
        IOutputGame game = anchorGame;
        // An anchor that was struck out must not keep later claims from being made.
        if (address(game) == address(0) || disputeGameBlacklist[game]) return (_startingRoot, _startingBlock);
        return (game.rootClaim(), game.l2BlockNumber());
    }

    /// @inheritdoc IAnchorStateRegistry
    function paused() public view returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameRegistered(IOutputGame game) public view returns (bool) {
        (uint32 gameType, bytes32 rootClaim, bytes memory extraData) = game.gameData();
        (IOutputGame registered,) = disputeGameFactory.games(gameType, rootClaim, extraData);
        return address(registered) == address(game) && address(game.anchorStateRegistry()) == address(this);
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameRespected(IOutputGame game) public view returns (bool) {
        return game.wasRespectedGameTypeWhenCreated();
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameRetired(IOutputGame game) public view returns (bool) {
        return game.createdAt() <= retirementTimestamp;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameResolved(IOutputGame game) public view returns (bool) {
        return game.resolvedAt() != 0 && game.status() != GameStatus.IN_PROGRESS;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameProper(IOutputGame game) public view returns (bool) {
        return isGameRegistered(game) && !disputeGameBlacklist[game] && !isGameRetired(game) && !paused();
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameFinalized(IOutputGame game) public view returns (bool) {
        return isGameResolved(game) && block.timestamp - game.resolvedAt() > disputeGameFinalityDelaySeconds;
    }

    /// @inheritdoc IAnchorStateRegistry
    function isGameClaimValid(IOutputGame game) public view returns (bool) {
        return isGameProper(game) && isGameRespected(game) && isGameFinalized(game)
            && game.status() == GameStatus.DEFENDER_WINS;
    }
}
