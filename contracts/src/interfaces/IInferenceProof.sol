// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Withdrawals} from "../libraries/Withdrawals.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IOutputGame} from "./IOutputGame.sol";

/// @title Proves on L1 what a model said on L2
/// @notice From an output root down to one inference: output preimage, the claimed block's header, EIP-2935's storage in its
/// state, the header of the inference's block, that block's EIP-7685 request, the branch to the record.
interface IInferenceProof {
    /// @notice One completed inference, as the block's header commits to it.
    /// @param transactionIndex Position of the transaction in its block.
    /// @param callIndex How many inferences the transaction had completed before.
    /// @param caller Who the precompile saw.
    /// @param model The model's id.
    /// @param inputHash Hash of the canonical input tensors.
    /// @param outputHash Hash of the canonical output tensors.
    /// @param gas What the precompile charged.
    /// @param isStatic Whether the call came in a static context.
    /// @param reverted Whether an enclosing frame or the transaction reverted: nothing on L2 followed from it.
    struct Record {
        uint32 transactionIndex;
        uint32 callIndex;
        address caller;
        bytes32 model;
        bytes32 inputHash;
        bytes32 outputHash;
        uint64 gas;
        bool isStatic;
        bool reverted;
    }

    /// @param output The claimed root's preimage.
    /// @param claimedHeader RLP of the claimed block's header.
    /// @param header RLP of the header of the inference's block; empty when that is the claimed block itself.
    /// @param accountProof Nodes from the claimed state root to EIP-2935's contract.
    /// @param storageProof Nodes from its storage root to the slot of the inference's block.
    /// @param recordsRoot Merkle root of the block's records, as its request has it.
    /// @param recordsCount How many there are, as its request has it.
    /// @param record The inference.
    /// @param index Its position among the block's records.
    /// @param branch Siblings from the record up.
    struct Proof {
        Withdrawals.OutputRootProof output;
        bytes claimedHeader;
        bytes header;
        bytes[] accountProof;
        bytes[] storageProof;
        bytes32 recordsRoot;
        uint32 recordsCount;
        Record record;
        uint256 index;
        bytes32[] branch;
    }

    /// @notice The claim is not final: its root may be false.
    error ClaimNotValid(IOutputGame game);
    /// @notice The preimage gives another output root.
    error OutputMismatch(bytes32 expected, bytes32 computed);
    /// @notice A header is not the one that the proof reached.
    error HeaderMismatch(bytes32 expected, bytes32 computed);
    /// @notice EIP-2935 holds the 8191 blocks before the claimed one.
    error BlockOutOfReach(uint256 number, uint256 claimed);
    /// @notice The request is not the block's only one.
    error RequestMismatch(bytes32 expected, bytes32 computed);
    /// @notice The block has `count` records.
    error IndexOutOfRange(uint256 index, uint256 count);
    /// @notice The branch is too short or too long, or leads elsewhere.
    error RecordMismatch();

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Checks a proof against a claim that has to be valid and final.
    /// @return l2Block The block of the inference.
    function verify(IAnchorStateRegistry anchors, IOutputGame game, Proof calldata proof)
        external
        view
        returns (uint256 l2Block);

    /// @notice Checks a proof against an output root that the caller trusts.
    /// @return l2Block The block of the inference.
    function verifyAgainst(bytes32 outputRoot, Proof calldata proof) external pure returns (uint256 l2Block);
}
