// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";
import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IInferenceProof} from "../interfaces/IInferenceProof.sol";
import {IOutputGame} from "../interfaces/IOutputGame.sol";
import {ModelMerkle} from "../libraries/ModelMerkle.sol";
import {Withdrawals} from "../libraries/Withdrawals.sol";

/// @title Proves on L1 what a model said on L2
/// @dev Holds nothing and can be called by anyone: one deployment serves every contract on L1.
contract InferenceProof is IInferenceProof {
    using BlockHeader for Memory.Slice[];
    using RLP for *;

    /// @dev EIP-2935's contract, and how many blocks it remembers.
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 internal constant HISTORY_BLOCKS = 8191;
    /// @dev EIP-7685's type of the request that carries a block's records.
    bytes1 internal constant REQUEST_TYPE = 0xa1;

    /// @inheritdoc IInferenceProof
    string public constant version = "1.0.0";

    /// @inheritdoc IInferenceProof
    function verify(IAnchorStateRegistry anchors, IOutputGame game, Proof calldata proof)
        external
        view
        returns (uint256 l2Block)
    {
        if (!anchors.isGameClaimValid(game)) revert ClaimNotValid(game);
        return verifyAgainst(game.rootClaim(), proof);
    }

    /// @inheritdoc IInferenceProof
    function verifyAgainst(bytes32 outputRoot, Proof calldata proof) public pure returns (uint256 l2Block) {
        bytes32 computed = Withdrawals.outputRoot(proof.output);
        if (computed != outputRoot) revert OutputMismatch(outputRoot, computed);
        Memory.Slice[] memory header = _header(proof.claimedHeader, proof.output.latestBlockhash);
        if (proof.header.length != 0) {
            bytes32 olderHash;
            (olderHash, l2Block) = _olderHash(header, proof);
            header = _header(proof.header, olderHash);
        }
        l2Block = header.getNumber();
        _checkRequest(header.getRequestsHash(), proof.recordsRoot, proof.recordsCount);
        _checkRecord(proof);
    }

    /// @dev The hash that the claimed state has for the older block's number. The older header's own number chooses the slot,
    /// so a header of another number can't match.
    function _olderHash(Memory.Slice[] memory claimed, Proof calldata proof)
        private
        pure
        returns (bytes32 hash, uint256 number)
    {
        uint256 latest = claimed.getNumber();
        number = proof.header.decodeList().getNumber();
        if (number >= latest || latest - number > HISTORY_BLOCKS) revert BlockOutOfReach(number, latest);
        bytes memory key = abi.encodePacked(keccak256(abi.encodePacked(HISTORY)));
        bytes memory account = TrieProof.traverse(claimed.getStateRoot(), key, proof.accountProof);
        // Nonce, balance, storage root, code hash.
        bytes32 storageRoot = account.decodeList()[2].readBytes32();
        key = abi.encodePacked(keccak256(abi.encode(number % HISTORY_BLOCKS)));
        hash = TrieProof.traverse(storageRoot, key, proof.storageProof).decodeBytes32();
    }

    function _header(bytes calldata rlp, bytes32 expected) private pure returns (Memory.Slice[] memory) {
        bytes32 computed = keccak256(rlp);
        if (computed != expected) revert HeaderMismatch(expected, computed);
        return bytes(rlp).decodeList();
    }

    /// @dev EIP-7685: the hash of the hashes of all requests, here of one: type, root, count.
    function _checkRequest(bytes32 expected, bytes32 root, uint32 count) private pure {
        bytes32 request = sha256(abi.encodePacked(REQUEST_TYPE, root, count));
        bytes32 computed = sha256(abi.encodePacked(request));
        if (computed != expected) revert RequestMismatch(expected, computed);
    }

    function _checkRecord(Proof calldata proof) private pure {
        uint256 count = proof.recordsCount;
        if (proof.index >= count) revert IndexOutOfRange(proof.index, count);
        // A padding leaf is no record, and a node never passes for a leaf: the depth is fixed and prefixes differ.
        if (proof.branch.length != ModelMerkle.log2Ceil(count)) revert RecordMismatch();
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0x00), _encode(proof.record)));
        if (ModelMerkle.climb(leaf, proof.index, proof.branch) != proof.recordsRoot) revert RecordMismatch();
    }

    /// @dev Fields in order, integers big-endian, then one byte of flags.
    function _encode(Record calldata record) private pure returns (bytes memory) {
        uint8 flags = (record.isStatic ? 1 : 0) | (record.reverted ? 2 : 0);
        return abi.encodePacked(
            record.transactionIndex,
            record.callIndex,
            record.caller,
            record.model,
            record.inputHash,
            record.outputHash,
            record.gas,
            flags
        );
    }
}
