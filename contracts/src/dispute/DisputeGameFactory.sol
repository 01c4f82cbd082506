// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IDisputeGameFactory} from "../interfaces/IDisputeGameFactory.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";

/// @title Where claims are made and found
/// @dev Stands behind a proxy whose admin the owner's timelock controls.
contract DisputeGameFactory is IDisputeGameFactory, Initializable {
    /// @inheritdoc IDisputeGameFactory
    string public constant version = "1.0.0";

    /// @inheritdoc IDisputeGameFactory
    address public owner;
    /// @inheritdoc IDisputeGameFactory
    mapping(uint32 gameType => IOutputGame) public gameImpls;
    /// @inheritdoc IDisputeGameFactory
    mapping(uint32 gameType => uint256) public initBonds;
    /// @dev Claims, packed as in `GameSearchResult.metadata`.
    mapping(bytes32 uuid => bytes32) private _gameIds;
    bytes32[] private _list;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotAllowed(msg.sender, owner);
        _;
    }

    constructor() {
        _disableInitializers();
    }

    /// @notice Sets the owner, once.
    function initialize(address owner_) external initializer {
        _setOwner(owner_);
    }

    /// @inheritdoc IDisputeGameFactory
    function create(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
        external
        payable
        returns (IOutputGame proxy)
    {
        address impl = address(gameImpls[gameType]);
        if (impl == address(0)) revert NoImplementation(gameType);
        if (msg.value != initBonds[gameType]) revert IncorrectBondAmount();
        bytes32 uuid = getGameUUID(gameType, rootClaim, extraData);
        if (_gameIds[uuid] != bytes32(0)) revert GameAlreadyExists(uuid);

        bytes memory arguments = abi.encodePacked(msg.sender, rootClaim, extraData);
        proxy = IOutputGame(Clones.cloneWithImmutableArgs(impl, arguments));
        bytes32 id = bytes32(uint256(gameType) << 224 | block.timestamp << 160 | uint160(address(proxy)));
        _gameIds[uuid] = id;
        _list.push(id);
        proxy.initialize{value: msg.value}();
        emit DisputeGameCreated(address(proxy), gameType, rootClaim);
    }

    /// @inheritdoc IDisputeGameFactory
    function setImplementation(uint32 gameType, IOutputGame impl) external onlyOwner {
        gameImpls[gameType] = impl;
        emit ImplementationSet(address(impl), gameType);
    }

    /// @inheritdoc IDisputeGameFactory
    function setInitBond(uint32 gameType, uint256 initBond) external onlyOwner {
        initBonds[gameType] = initBond;
        emit InitBondUpdated(gameType, initBond);
    }

    /// @inheritdoc IDisputeGameFactory
    function transferOwnership(address newOwner) external onlyOwner {
        _setOwner(newOwner);
    }

    /// @inheritdoc IDisputeGameFactory
    function gameCount() external view returns (uint256) {
        return _list.length;
    }

    /// @inheritdoc IDisputeGameFactory
    function gameAtIndex(uint256 index) external view returns (uint32 gameType, uint64 timestamp, IOutputGame proxy) {
        return _unpack(_list[index]);
    }

    /// @inheritdoc IDisputeGameFactory
    function games(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
        external
        view
        returns (IOutputGame proxy, uint64 timestamp)
    {
        (, timestamp, proxy) = _unpack(_gameIds[getGameUUID(gameType, rootClaim, extraData)]);
    }

    /// @inheritdoc IDisputeGameFactory
    function findLatestGames(uint32 gameType, uint256 start, uint256 n)
        external
        view
        returns (GameSearchResult[] memory found)
    {
        if (n == 0 || start >= _list.length) return found;
        // Not more than there are: the caller's number must not choose how much memory this takes.
        uint256 limit = n <= start ? n : start + 1;
        found = new GameSearchResult[](limit);
        uint256 count = 0;
        for (uint256 i = start + 1; i > 0 && count < limit; --i) {
            bytes32 id = _list[i - 1];
            (uint32 kind, uint64 timestamp, IOutputGame proxy) = _unpack(id);
            if (kind != gameType) continue;
            found[count++] = GameSearchResult(i - 1, id, timestamp, proxy.rootClaim(), proxy.extraData());
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    /// @inheritdoc IDisputeGameFactory
    function getGameUUID(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) public pure returns (bytes32) {
        return keccak256(abi.encode(gameType, rootClaim, extraData));
    }

    function _setOwner(address owner_) private {
        if (owner_ == address(0)) revert ZeroOwner();
        owner = owner_;
        emit OwnershipTransferred(owner_);
    }

    function _unpack(bytes32 id) private pure returns (uint32 gameType, uint64 timestamp, IOutputGame proxy) {
        gameType = uint32(uint256(id) >> 224);
        timestamp = uint64(uint256(id) >> 160);
        proxy = IOutputGame(address(uint160(uint256(id))));
    }
}
