// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOutputGame} from "./IOutputGame.sol";

/// @title Where claims are made and found
/// @notice ABI of the OP Stack's DisputeGameFactory. Anyone claims who pays the bond.
interface IDisputeGameFactory {
    /// @param index Position in the list.
    /// @param metadata Game type (4 bytes), L1 time of creation (8 bytes), address (20 bytes).
    /// @param timestamp L1 time of creation.
    /// @param rootClaim The claimed output root.
    /// @param extraData What the kind of claim adds to it.
    struct GameSearchResult {
        uint256 index;
        bytes32 metadata;
        uint64 timestamp;
        bytes32 rootClaim;
        bytes extraData;
    }

    /// @notice A claim was made.
    event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim);
    /// @notice Later claims of this kind are copies of another contract.
    event ImplementationSet(address indexed impl, uint32 indexed gameType);
    /// @notice Later claims of this kind cost another bond, wei.
    event InitBondUpdated(uint32 indexed gameType, uint256 indexed newBond);

    /// @notice The contract has another owner.
    event OwnershipTransferred(address indexed owner);

    /// @notice An owner is needed.
    error ZeroOwner();
    /// @notice Only `expected` may do this.
    error NotAllowed(address caller, address expected);
    /// @notice There are no claims of this kind.
    error NoImplementation(uint32 gameType);
    /// @notice The bond is paid exactly.
    error IncorrectBondAmount();
    /// @notice The same claim, on the same L1 head, was made.
    error GameAlreadyExists(bytes32 uuid);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice The timelock that sets implementations and bonds.
    function owner() external view returns (address);
    /// @notice The contract whose copies the claims of a kind are.
    function gameImpls(uint32 gameType) external view returns (IOutputGame);
    /// @notice What a claim of a kind costs, wei.
    function initBonds(uint32 gameType) external view returns (uint256);
    /// @notice How many claims there are.
    function gameCount() external view returns (uint256);
    /// @notice A claim by its position.
    function gameAtIndex(uint256 index) external view returns (uint32 gameType, uint64 timestamp, IOutputGame proxy);
    /// @notice A claim by what it says; zero when it was not made.
    function games(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
        external
        view
        returns (IOutputGame proxy, uint64 timestamp);
    /// @notice A claim's key.
    function getGameUUID(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) external pure returns (bytes32);
    /// @notice At most `n` claims of a kind, from position `start` down.
    function findLatestGames(uint32 gameType, uint256 start, uint256 n)
        external
        view
        returns (GameSearchResult[] memory);

    /// @notice Makes a claim, for a bond of exactly `initBonds(gameType)`.
    function create(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
        external
        payable
        returns (IOutputGame proxy);
    /// @notice Changes what later claims of a kind are; owner.
    function setImplementation(uint32 gameType, IOutputGame impl) external;
    /// @notice Changes what later claims of a kind cost; owner.
    function setInitBond(uint32 gameType, uint256 initBond) external;
    /// @notice Hands the contract over: a deployer sets the first implementation, then gives it to the timelock; owner.
    function transferOwnership(address newOwner) external;
}
