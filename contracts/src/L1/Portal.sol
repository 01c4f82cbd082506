// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "../interfaces/IDisputeGameFactory.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {IPortal} from "../interfaces/IPortal.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {GameStatus} from "../libraries/GameTypes.sol";
import {Withdrawals} from "../libraries/Withdrawals.sol";
import {ResourceMetering} from "./ResourceMetering.sol";

/// @title Deposits and withdrawals
/// @dev Stands behind a proxy whose admin the owner's timelock controls. Ether leaves only in `_finalize`.
contract Portal is ResourceMetering, Initializable {
    /// @dev L2 gas of ether that is sent here without a call.
    uint64 internal constant RECEIVE_GAS_LIMIT = 100_000;
    /// @dev Most calldata of a deposit.
    uint256 internal constant MAX_CALLDATA = 120_000;
    /// @dev `l2Sender` outside of a withdrawal.
    address internal constant NO_SENDER = 0x000000000000000000000000000000000000dEaD;
    /// @dev What this contract's code needs around a withdrawal's call.
    uint256 internal constant CALL_OVERHEAD = 50_000;
    /// @dev An EIP-7702 delegation: this prefix, then an address.
    bytes3 internal constant DELEGATION_PREFIX = 0xef0100;

    /// @inheritdoc IPortal
    string public constant version = "4.0.0";

    /// @inheritdoc IPortal
    uint256 public immutable proofMaturityDelaySeconds;

    /// @inheritdoc IPortal
    ISystemConfig public systemConfig;
    /// @inheritdoc IPortal
    IAnchorStateRegistry public anchorStateRegistry;
    /// @inheritdoc IPortal
    mapping(bytes32 withdrawalHash => bool) public finalizedWithdrawals;
    /// @inheritdoc IPortal
    mapping(bytes32 withdrawalHash => mapping(address submitter => ProvenWithdrawal)) public provenWithdrawals;
    /// @inheritdoc IPortal
    mapping(bytes32 withdrawalHash => address[]) public proofSubmitters;

    address private transient _l2Sender;

    /// @param proofMaturityDelaySeconds_ Least age of a proof.
    constructor(uint256 proofMaturityDelaySeconds_) {
        proofMaturityDelaySeconds = proofMaturityDelaySeconds_;
        _disableInitializers();
    }

    /// @notice Sets the contracts that this one asks, once.
    function initialize(ISystemConfig systemConfig_, IAnchorStateRegistry anchorStateRegistry_) external initializer {
        systemConfig = systemConfig_;
        anchorStateRegistry = anchorStateRegistry_;
        params = ResourceParams(systemConfig_.resourceConfig().minimumBaseFee, 0, uint64(block.number));
    }

    /// @notice Plain ether goes to the sender's address on L2.
    receive() external payable {
        depositTransaction(msg.sender, msg.value, RECEIVE_GAS_LIMIT, false, "");
    }

    /// @inheritdoc IPortal
    function donateETH() external payable {}

    /// @inheritdoc IPortal
    function proveWithdrawalTransaction(
        Withdrawals.Transaction calldata tx_,
        uint256 disputeGameIndex,
        Withdrawals.OutputRootProof calldata outputRootProof,
        bytes[] calldata withdrawalProof
    ) external {
        _checkNotPaused();
        if (tx_.target == address(this)) revert OptimismPortal_BadTarget();
        (,, IOutputGame game) = disputeGameFactory().gameAtIndex(disputeGameIndex);
        _checkProvable(game);
        if (game.rootClaim() != Withdrawals.outputRoot(outputRootProof)) {
            revert OptimismPortal_InvalidOutputRootProof();
        }
        bytes32 withdrawalHash = Withdrawals.hash(tx_);
        if (!Withdrawals.isSent(withdrawalHash, outputRootProof.messagePasserStorageRoot, withdrawalProof)) {
            revert OptimismPortal_InvalidMerkleProof();
        }

        ProvenWithdrawal storage proven = provenWithdrawals[withdrawalHash][msg.sender];
        // A second proof by the same submitter replaces the first and starts its age anew.
        if (proven.timestamp == 0) proofSubmitters[withdrawalHash].push(msg.sender);
        proven.disputeGameProxy = game;
        proven.timestamp = uint64(block.timestamp);
        emit WithdrawalProven(withdrawalHash, tx_.sender, tx_.target);
        emit WithdrawalProvenExtension1(withdrawalHash, msg.sender);
    }

    /// @inheritdoc IPortal
    function finalizeWithdrawalTransaction(Withdrawals.Transaction calldata tx_) external {
        _finalize(tx_, msg.sender);
    }

    /// @inheritdoc IPortal
    function finalizeWithdrawalTransactionExternalProof(Withdrawals.Transaction calldata tx_, address proofSubmitter)
        external
    {
        _finalize(tx_, proofSubmitter);
    }

    /// @inheritdoc IPortal
    function numProofSubmitters(bytes32 withdrawalHash) external view returns (uint256) {
        return proofSubmitters[withdrawalHash].length;
    }

    /// @inheritdoc IPortal
    function l2Sender() external view returns (address) {
        return _l2Sender == address(0) ? NO_SENDER : _l2Sender;
    }

    /// @inheritdoc IPortal
    function guardian() external view returns (address) {
        return systemConfig.guardian();
    }

    /// @inheritdoc IPortal
    function respectedGameType() external view returns (uint32) {
        return anchorStateRegistry.respectedGameType();
    }

    /// @inheritdoc IPortal
    function respectedGameTypeUpdatedAt() external view returns (uint64) {
        return anchorStateRegistry.retirementTimestamp();
    }

    /// @inheritdoc IPortal
    function disputeGameFinalityDelaySeconds() external view returns (uint256) {
        return anchorStateRegistry.disputeGameFinalityDelaySeconds();
    }

    /// @inheritdoc IPortal
    function disputeGameBlacklist(IOutputGame game) external view returns (bool) {
        return anchorStateRegistry.disputeGameBlacklist(game);
    }

    /// @inheritdoc IPortal
    function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes memory data)
        public
        payable
        metered(gasLimit)
    {
        if (isCreation && to != address(0)) revert OptimismPortal_BadTarget();
        if (data.length > MAX_CALLDATA) revert OptimismPortal_CalldataTooLarge();
        if (gasLimit < minimumGasLimit(uint64(data.length))) revert OptimismPortal_GasLimitTooLow();
        address from = _hasKey(msg.sender) ? msg.sender : AddressAlias.toL2(msg.sender);
        bytes memory opaqueData = abi.encodePacked(msg.value, value, gasLimit, isCreation, data);
        emit TransactionDeposited(from, to, 0, opaqueData);
    }

    /// @inheritdoc IPortal
    function disputeGameFactory() public view returns (IDisputeGameFactory) {
        return anchorStateRegistry.disputeGameFactory();
    }

    /// @inheritdoc IPortal
    function paused() public view returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IPortal
    function checkWithdrawal(bytes32 withdrawalHash, address proofSubmitter) public view {
        ProvenWithdrawal memory proven = provenWithdrawals[withdrawalHash][proofSubmitter];
        if (finalizedWithdrawals[withdrawalHash]) revert OptimismPortal_AlreadyFinalized();
        if (proven.timestamp == 0) revert OptimismPortal_Unproven();
        if (proven.timestamp <= proven.disputeGameProxy.createdAt()) revert OptimismPortal_InvalidProofTimestamp();
        if (block.timestamp - proven.timestamp <= proofMaturityDelaySeconds) revert OptimismPortal_ProofNotOldEnough();
        if (!anchorStateRegistry.isGameClaimValid(proven.disputeGameProxy)) revert OptimismPortal_InvalidRootClaim();
    }

    /// @inheritdoc IPortal
    /// @dev EIP-7623's floor on L2: 40 gas for a nonzero byte.
    function minimumGasLimit(uint64 byteCount) public pure returns (uint64) {
        return byteCount * 40 + 21_000;
    }

    function _finalize(Withdrawals.Transaction calldata tx_, address proofSubmitter) private {
        _checkNotPaused();
        if (_l2Sender != address(0)) revert OptimismPortal_NoReentrancy();
        if (tx_.target == address(this)) revert OptimismPortal_BadTarget();
        bytes32 withdrawalHash = Withdrawals.hash(tx_);
        checkWithdrawal(withdrawalHash, proofSubmitter);
        finalizedWithdrawals[withdrawalHash] = true;

        _l2Sender = tx_.sender;
        // A call gets at most 63/64 of what is left.
        if (gasleft() * 63 < (tx_.gasLimit + CALL_OVERHEAD) * 64) revert OptimismPortal_NotEnoughGas();
        (bool success, bytes memory reason) = tx_.target.call{value: tx_.value}(tx_.data);
        _l2Sender = address(0);
        if (!success) revert WithdrawalFailed(tx_.target, reason);
        emit WithdrawalFinalized(withdrawalHash, true);
    }

    function _checkProvable(IOutputGame game) private view {
        if (!anchorStateRegistry.isGameProper(game)) revert OptimismPortal_ImproperDisputeGame();
        if (
            !anchorStateRegistry.isGameRespected(game) || game.status() == GameStatus.CHALLENGER_WINS
                || block.timestamp <= game.createdAt()
        ) revert OptimismPortal_InvalidDisputeGame();
    }

    function _checkNotPaused() private view {
        if (paused()) revert OptimismPortal_CallPaused();
    }

    /// @dev Whether the account has a private key, so that nobody else can have its address on L2.
    function _hasKey(address account) private view returns (bool) {
        if (account == tx.origin) return true;
        return account.code.length == 23 && bytes3(account.code) == DELEGATION_PREFIX;
    }

    function _resourceConfig() internal view override returns (ISystemConfig.ResourceConfig memory) {
        return systemConfig.resourceConfig();
    }
}
