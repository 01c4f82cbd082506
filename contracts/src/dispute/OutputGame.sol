// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {IResolver} from "../interfaces/IResolver.sol";
import {GameStatus, Outcome, Verdict} from "../libraries/GameTypes.sol";

/// @title One bonded claim about the L2's state
/// @dev The factory makes clones of this contract, which carry creator, root and extra data behind their code.
contract OutputGame is IOutputGame {
    /// @dev The resolver gets one part in this of the loser's bond; the rest pays the winner.
    uint256 internal constant RESOLVER_SHARE = 4;
    /// @dev Of a void claim's contest, the bond's part that is burnt.
    uint256 internal constant FORFEIT_SHARE = 2;
    address internal constant BURNT = 0x000000000000000000000000000000000000dEaD;
    /// @dev Bytes of the clone's arguments: creator and root, then three words of extra data.
    uint256 internal constant ARGUMENT_BYTES = 20 + 32 + 96;

    /// @inheritdoc IOutputGame
    string public constant version = "1.0.0";

    /// @inheritdoc IOutputGame
    uint32 public immutable gameType;
    /// @inheritdoc IOutputGame
    uint64 public immutable claimWindow;
    /// @inheritdoc IOutputGame
    uint64 public immutable resolveWindow;
    /// @inheritdoc IOutputGame
    uint256 public immutable l2ChainId;
    /// @inheritdoc IOutputGame
    IAnchorStateRegistry public immutable anchorStateRegistry;
    /// @inheritdoc IOutputGame
    IResolver public immutable resolver;

    /// @inheritdoc IOutputGame
    uint64 public createdAt;
    /// @inheritdoc IOutputGame
    uint64 public resolvedAt;
    /// @inheritdoc IOutputGame
    uint64 public contestedAt;
    /// @inheritdoc IOutputGame
    GameStatus public status;
    /// @inheritdoc IOutputGame
    bool public wasRespectedGameTypeWhenCreated;
    /// @inheritdoc IOutputGame
    address public contester;
    /// @inheritdoc IOutputGame
    uint256 public proposerBond;
    /// @inheritdoc IOutputGame
    uint256 public contesterBond;
    /// @inheritdoc IOutputGame
    mapping(address recipient => uint256) public credit;

    /// @param gameType_ The kind of claim.
    /// @param l2ChainId_ Chain id of the L2.
    /// @param claimWindow_ Time to contest, seconds.
    /// @param resolveWindow_ Time for the resolver after a contest, seconds.
    constructor(
        uint32 gameType_,
        uint256 l2ChainId_,
        uint64 claimWindow_,
        uint64 resolveWindow_,
        IAnchorStateRegistry anchorStateRegistry_,
        IResolver resolver_
    ) {
        gameType = gameType_;
        l2ChainId = l2ChainId_;
        claimWindow = claimWindow_;
        resolveWindow = resolveWindow_;
        anchorStateRegistry = anchorStateRegistry_;
        resolver = resolver_;
    }

    /// @inheritdoc IOutputGame
    function initialize() external payable {
        address factory = address(anchorStateRegistry.disputeGameFactory());
        if (msg.sender != factory) revert NotFactory(msg.sender);
        if (createdAt != 0) revert AlreadyInitialized();
        if (_arguments().length != ARGUMENT_BYTES) revert BadExtraData();
        if (rootClaim() == bytes32(0)) revert ZeroOutputRoot();
        (, uint256 anchorBlock) = anchorStateRegistry.getAnchorRoot();
        uint256 l2Block = l2BlockNumber();
        if (l2Block <= anchorBlock || l2Block > type(uint64).max) revert BlockOutOfRange(l2Block, anchorBlock);
        // If a reorg takes that L1 block away, it takes the claim with it.
        bytes32 found = Blockhash.blockHash(l1BlockNumber());
        if (found == bytes32(0) || found != l1Head()) revert L1HeadMismatch(l1BlockNumber(), l1Head(), found);

        createdAt = uint64(block.timestamp);
        wasRespectedGameTypeWhenCreated = anchorStateRegistry.respectedGameType() == gameType;
        proposerBond = msg.value;
        emit Claimed(gameCreator(), rootClaim(), l2Block, l1BlockNumber(), l1Head());
    }

    /// @inheritdoc IOutputGame
    function contest() external payable {
        if (
            createdAt == 0 || status != GameStatus.IN_PROGRESS || contester != address(0)
                || block.timestamp > createdAt + claimWindow
        ) revert NotContestable();
        uint256 required = resolver.contestBond();
        if (msg.value != required) revert IncorrectBond(msg.value, required);
        contester = msg.sender;
        contestedAt = uint64(block.timestamp);
        contesterBond = msg.value;
        emit Contested(msg.sender, msg.value, resolutionDeadline());
    }

    /// @inheritdoc IOutputGame
    function resolve() external returns (GameStatus) {
        if (createdAt == 0 || status != GameStatus.IN_PROGRESS) revert AlreadyResolved();
        if (contester == address(0)) {
            _waitFor(createdAt + claimWindow);
            credit[gameCreator()] += proposerBond;
            return _end(GameStatus.DEFENDER_WINS);
        }
        Verdict verdict = resolver.verdict(this);
        if (verdict == Verdict.Upheld) {
            // A quick verdict must not let the claim win sooner than silence would.
            _waitFor(createdAt + claimWindow);
            return _settle(GameStatus.DEFENDER_WINS, Outcome.Upheld, gameCreator(), proposerBond, contesterBond);
        }
        if (verdict == Verdict.Rejected) {
            return _settle(GameStatus.CHALLENGER_WINS, Outcome.Rejected, contester, contesterBond, proposerBond);
        }
        _waitFor(resolutionDeadline());
        return _void();
    }

    /// @inheritdoc IOutputGame
    function claimCredit(address recipient) external {
        uint256 amount = credit[recipient];
        if (amount == 0) revert NoCredit(recipient);
        credit[recipient] = 0;
        emit CreditClaimed(recipient, amount);
        (bool paid,) = recipient.call{value: amount}("");
        if (!paid) revert TransferFailed(recipient, amount);
    }

    /// @inheritdoc IOutputGame
    function gameData() external view returns (uint32, bytes32, bytes memory) {
        return (gameType, rootClaim(), extraData());
    }

    /// @inheritdoc IOutputGame
    function l2SequenceNumber() external view returns (uint256) {
        return l2BlockNumber();
    }

    /// @inheritdoc IOutputGame
    function extraData() public view returns (bytes memory) {
        return abi.encode(l2BlockNumber(), l1BlockNumber(), l1Head());
    }

    /// @inheritdoc IOutputGame
    function gameCreator() public view returns (address) {
        return address(uint160(uint256(_word(0)) >> 96));
    }

    /// @inheritdoc IOutputGame
    function rootClaim() public view returns (bytes32) {
        return _word(20);
    }

    /// @inheritdoc IOutputGame
    function l2BlockNumber() public view returns (uint256) {
        return uint256(_word(52));
    }

    /// @inheritdoc IOutputGame
    function l1BlockNumber() public view returns (uint256) {
        return uint256(_word(84));
    }

    /// @inheritdoc IOutputGame
    function l1Head() public view returns (bytes32) {
        return _word(116);
    }

    /// @inheritdoc IOutputGame
    function resolutionDeadline() public view returns (uint256) {
        return contestedAt == 0 ? 0 : contestedAt + resolveWindow;
    }

    /// @dev The winner gets both bonds but the resolver's share of the loser's.
    function _settle(GameStatus ended, Outcome outcome, address winner, uint256 own, uint256 lost)
        private
        returns (GameStatus)
    {
        uint256 share = lost / RESOLVER_SHARE;
        credit[winner] += own + lost - share;
        _end(ended);
        resolver.settled{value: share}(outcome);
        return ended;
    }

    function _void() private returns (GameStatus) {
        uint256 burnt = contesterBond / FORFEIT_SHARE;
        credit[gameCreator()] += proposerBond;
        credit[contester] += contesterBond - burnt;
        _end(GameStatus.CHALLENGER_WINS);
        emit Voided(burnt);
        resolver.settled(Outcome.Void);
        (bool paid,) = BURNT.call{value: burnt}("");
        if (!paid) revert TransferFailed(BURNT, burnt);
        return GameStatus.CHALLENGER_WINS;
    }

    function _end(GameStatus ended) private returns (GameStatus) {
        status = ended;
        resolvedAt = uint64(block.timestamp);
        emit Resolved(ended);
        return ended;
    }

    /// @dev Windows include their last second.
    function _waitFor(uint256 lastSecond) private view {
        if (block.timestamp <= lastSecond) revert TooEarly(lastSecond + 1);
    }

    function _arguments() private view returns (bytes memory) {
        return Clones.fetchCloneArgs(address(this));
    }

    function _word(uint256 offset) private view returns (bytes32 word) {
        bytes memory arguments = _arguments();
        assembly ("memory-safe") {
            word := mload(add(add(arguments, 32), offset))
        }
    }
}
