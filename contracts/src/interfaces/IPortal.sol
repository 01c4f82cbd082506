// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Withdrawals} from "../libraries/Withdrawals.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "./IDisputeGameFactory.sol";
import {IOutputGame} from "./IOutputGame.sol";
import {ISystemConfig} from "./ISystemConfig.sol";

/// @title The way in and out: deposits, and withdrawals that are proved and finalised
/// @notice ABI, event encoding and errors are those of the OP Stack's OptimismPortal from version 4 on, so that its tools
/// work. One difference in behaviour: a withdrawal whose call fails reverts and can be finalised again later, where
/// OptimismPortal would call it final and keep its ether.
interface IPortal {
    /// @notice The market for deposits' gas.
    /// @param prevBaseFee Wei per L2 gas in the last L1 block with deposits.
    /// @param prevBoughtGas L2 gas sold in that block.
    /// @param prevBlockNum That block's number.
    struct ResourceParams {
        uint128 prevBaseFee;
        uint64 prevBoughtGas;
        uint64 prevBlockNum;
    }

    /// @param disputeGameProxy The claim against which it was proved.
    /// @param timestamp L1 time of the proof.
    struct ProvenWithdrawal {
        IOutputGame disputeGameProxy;
        uint64 timestamp;
    }

    /// @notice A transaction for L2.
    /// @param from Its sender there: an L1 contract's address is aliased.
    /// @param to Its target; meaningless for a creation.
    /// @param version Of `opaqueData`: 0 is mint ‖ value ‖ gas limit (8 bytes) ‖ is creation (1 byte) ‖ calldata.
    event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);

    /// @notice A withdrawal was proved.
    event WithdrawalProven(bytes32 indexed withdrawalHash, address indexed from, address indexed to);

    /// @notice A withdrawal was proved, by whom.
    event WithdrawalProvenExtension1(bytes32 indexed withdrawalHash, address indexed proofSubmitter);

    /// @notice A withdrawal was carried out.
    /// @param success Always true.
    event WithdrawalFinalized(bytes32 indexed withdrawalHash, bool success);

    /// @notice The deposits of this L1 block have `left` of their L2 gas left.
    error DepositsFull(uint64 amount, uint256 left);
    /// @notice A creation has no target; this contract is no target of a withdrawal.
    error OptimismPortal_BadTarget();
    /// @notice More calldata than an L2 batch should have to carry.
    error OptimismPortal_CalldataTooLarge();
    /// @notice Less gas than the calldata costs on L2.
    error OptimismPortal_GasLimitTooLow();
    /// @notice Withdrawals are paused.
    error OptimismPortal_CallPaused();
    /// @notice Withdrawn already.
    error OptimismPortal_AlreadyFinalized();
    /// @notice Nobody, or not this submitter, proved this withdrawal.
    error OptimismPortal_Unproven();
    /// @notice The claim is not one that withdrawals can be proved against.
    error OptimismPortal_ImproperDisputeGame();
    /// @notice The claim is of a kind that withdrawals don't follow.
    error OptimismPortal_InvalidDisputeGame();
    /// @notice The preimage is not the claim's.
    error OptimismPortal_InvalidOutputRootProof();
    /// @notice The storage proof doesn't show this withdrawal.
    error OptimismPortal_InvalidMerkleProof();
    /// @notice The proof is not younger than the claim.
    error OptimismPortal_InvalidProofTimestamp();
    /// @notice The proof has to age.
    error OptimismPortal_ProofNotOldEnough();
    /// @notice The claim has not won, or not long enough ago.
    error OptimismPortal_InvalidRootClaim();
    /// @notice A withdrawal's call finalises another withdrawal.
    error OptimismPortal_NoReentrancy();
    /// @notice Less gas than the withdrawal asks for.
    error OptimismPortal_NotEnoughGas();
    /// @notice The withdrawal's call failed with `reason`; it can be tried again.
    error WithdrawalFailed(address target, bytes reason);

    /// @notice Semantic version of the OptimismPortal whose ABI this is.
    function version() external view returns (string memory);
    /// @notice Keys, limits and pauses.
    function systemConfig() external view returns (ISystemConfig);
    /// @notice Which claims count.
    function anchorStateRegistry() external view returns (IAnchorStateRegistry);
    /// @notice Where claims are made.
    function disputeGameFactory() external view returns (IDisputeGameFactory);
    /// @notice Who may pause.
    function guardian() external view returns (address);
    /// @notice Whether withdrawals are paused.
    function paused() external view returns (bool);
    /// @notice The kind of claim that withdrawals follow.
    function respectedGameType() external view returns (uint32);
    /// @notice The claims made up to this L1 time count no more.
    function respectedGameTypeUpdatedAt() external view returns (uint64);
    /// @notice Least age of a proof, seconds.
    function proofMaturityDelaySeconds() external view returns (uint256);
    /// @notice Least time since a claim won, seconds.
    function disputeGameFinalityDelaySeconds() external view returns (uint256);
    /// @notice Whether a claim was struck out.
    function disputeGameBlacklist(IOutputGame game) external view returns (bool);
    /// @notice The market for deposits' gas.
    function params() external view returns (uint128 prevBaseFee, uint64 prevBoughtGas, uint64 prevBlockNum);
    /// @notice Least gas limit of a deposit with so many bytes of calldata.
    function minimumGasLimit(uint64 byteCount) external pure returns (uint64);
    /// @notice During a withdrawal's call its sender on L2, else 0x…dEaD.
    function l2Sender() external view returns (address);
    /// @notice Whether a withdrawal was carried out.
    function finalizedWithdrawals(bytes32 withdrawalHash) external view returns (bool);
    /// @notice One submitter's proof of a withdrawal.
    function provenWithdrawals(bytes32 withdrawalHash, address proofSubmitter)
        external
        view
        returns (IOutputGame disputeGameProxy, uint64 timestamp);
    /// @notice Who proved a withdrawal, in order.
    function proofSubmitters(bytes32 withdrawalHash, uint256 index) external view returns (address);
    /// @notice How many did.
    function numProofSubmitters(bytes32 withdrawalHash) external view returns (uint256);
    /// @notice Reverts with the reason why this withdrawal can't be finalised by this proof now.
    function checkWithdrawal(bytes32 withdrawalHash, address proofSubmitter) external view;

    /// @notice Adds ether without a deposit.
    function donateETH() external payable;

    /// @notice Sends a transaction to L2; it is there within a bounded number of L1 blocks whatever the sequencer does.
    /// @param to Target on L2; zero for a creation.
    /// @param value Wei of the call on L2, from the sender's balance there after the mint of `msg.value`.
    /// @param gasLimit Gas on L2.
    /// @param isCreation Whether the calldata is creation code.
    /// @param data Calldata.
    function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes calldata data)
        external
        payable;

    /// @notice Proves that L2 sent this withdrawal.
    /// @param tx The withdrawal.
    /// @param disputeGameIndex Position of the claim in the factory's list.
    /// @param outputRootProof The claimed root's preimage.
    /// @param withdrawalProof Nodes from the message passer's storage root to the withdrawal's slot.
    function proveWithdrawalTransaction(
        Withdrawals.Transaction calldata tx,
        uint256 disputeGameIndex,
        Withdrawals.OutputRootProof calldata outputRootProof,
        bytes[] calldata withdrawalProof
    ) external;

    /// @notice Carries out a withdrawal that the caller has proved.
    function finalizeWithdrawalTransaction(Withdrawals.Transaction calldata tx) external;

    /// @notice Carries out a withdrawal that somebody has proved.
    function finalizeWithdrawalTransactionExternalProof(Withdrawals.Transaction calldata tx, address proofSubmitter)
        external;
}
