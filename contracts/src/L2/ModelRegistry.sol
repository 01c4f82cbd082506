// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IModelValidator} from "../interfaces/IModelValidator.sol";
import {ModelMerkle} from "../libraries/ModelMerkle.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title Models: publication in chunks, activation, status
/// @dev Nodes read `_models` from storage at slot 0 and `_royalties` at slot 3 before each inference: their places, the packing of
/// `Model`'s first word and that of `Royalty` are consensus, pinned by the snapshot of the storage layout.
contract ModelRegistry is IModelRegistry {
    /// @inheritdoc IModelRegistry
    uint32 public constant MAX_MODEL_BYTES = 32 * 1024 * 1024;

    /// @inheritdoc IModelRegistry
    uint32 public constant CHUNK_BYTES = uint32(ModelMerkle.CHUNK_BYTES);

    /// @inheritdoc IModelRegistry
    uint16 public constant MAX_ROYALTY_BPS = 2_000;

    /// @inheritdoc IModelRegistry
    uint64 public constant NOTICE = 7 days;

    mapping(bytes32 id => Model) private _models;
    bytes32[] private _activated;
    /// @dev Bit i of word w is set when chunk 256 w + i of the model is there.
    mapping(bytes32 id => mapping(uint256 word => uint256)) private _chunks;
    mapping(bytes32 id => Royalty) private _royalties;
    mapping(bytes32 id => uint64) private _deprecatedFrom;

    /// @inheritdoc IModelRegistry
    function begin(bytes32 id, uint32 length, bytes32 root) external {
        if (length == 0 || length > MAX_MODEL_BYTES) revert LengthOutOfRange(length, MAX_MODEL_BYTES);
        bytes32 computed = ModelMerkle.modelId(length, root);
        if (computed != id) revert IdMismatch(id, computed);
        Model storage model = _models[id];
        if (model.length != 0) revert AlreadyBegun(id);
        model.length = length;
        model.owner = msg.sender;
        model.root = root;
        emit Begun(id, msg.sender, length, root);
    }

    /// @inheritdoc IModelRegistry
    function putChunk(bytes32 id, uint32 index, bytes calldata data, bytes32[] calldata proof) external {
        Model storage model = _known(id);
        uint256 length = model.length;
        uint256 count = ModelMerkle.chunkCount(length);
        if (index >= count) revert ChunkOutOfRange(id, index, uint32(count));
        uint256 bitmap = _chunks[id][index >> 8];
        if (bitmap >> (index & 0xff) & 1 != 0) revert ChunkPresent(id, index);
        uint256 expected = ModelMerkle.chunkLength(length, index);
        if (data.length != expected) revert ChunkLength(id, index, expected, data.length);
        if (proof.length != ModelMerkle.log2Ceil(count)) revert ChunkMismatch(id, index);
        bytes32 subtree = ModelMerkle.chunkRoot(data, ModelMerkle.chunkWidth(length));
        if (ModelMerkle.climb(subtree, index, proof) != model.root) revert ChunkMismatch(id, index);

        _chunks[id][index >> 8] = bitmap | uint256(1) << (index & 0xff);
        model.chunksPresent += 1;
        model.lastChunkBlock = uint64(block.number);
        emit Chunk(id, index, data);
    }

    /// @inheritdoc IModelRegistry
    function activate(bytes32 id) external {
        Model storage model = _known(id);
        if (model.activationBlock != 0) revert AlreadyActivated(id);
        uint32 length = model.length;
        uint32 missing = uint32(ModelMerkle.chunkCount(length)) - model.chunksPresent;
        if (missing != 0) revert ChunksMissing(id, missing);
        uint64 lastChunkBlock = model.lastChunkBlock;
        if (lastChunkBlock >= block.number) revert ChunksTooRecent(id, lastChunkBlock);

        (uint32 engine, uint64 warmGas, uint64 coldGas, uint32 validated) =
            IModelValidator(Predeploys.INFERENCE).validateModel(id);
        if (validated != length) revert ValidatorDisagrees(id, length, validated);
        uint64 activationBlock = uint64(block.number);
        model.activationBlock = activationBlock;
        model.warmGas = warmGas;
        model.coldGas = coldGas;
        model.engine = engine;
        _activated.push(id);
        emit Activated(id, activationBlock, engine, length, warmGas, coldGas);
    }

    /// @inheritdoc IModelRegistry
    function setRoyalty(bytes32 id, uint16 bps, address payee) external {
        Model storage model = _owned(id);
        if (bps > MAX_ROYALTY_BPS) revert RoyaltyTooHigh(bps, MAX_ROYALTY_BPS);
        Royalty storage royalty = _royalties[id];
        uint16 before = _royaltyNow(royalty);
        // Nobody relies on a model that cannot be called yet.
        bool waits = bps > before && model.activationBlock != 0;
        uint64 from = waits ? uint64(block.timestamp) + NOTICE : uint64(block.timestamp);
        (royalty.payee, royalty.bps, royalty.nextBps, royalty.from) = (payee, waits ? before : bps, bps, from);
        emit RoyaltySet(id, payee, bps, from);
    }

    /// @inheritdoc IModelRegistry
    function deprecate(bytes32 id, uint64 from, string calldata notice) external {
        _owned(id);
        uint64 earliest = uint64(block.timestamp) + NOTICE;
        if (from < earliest) revert NoticeTooShort(from, earliest);
        _deprecatedFrom[id] = from;
        emit Deprecated(id, from, notice);
    }

    /// @inheritdoc IModelRegistry
    function royaltyOf(bytes32 id) external view returns (address payee, uint16 bps) {
        Royalty storage royalty = _royalties[id];
        return (royalty.payee, _royaltyNow(royalty));
    }

    /// @inheritdoc IModelRegistry
    function royaltyTerms(bytes32 id) external view returns (Royalty memory) {
        return _royalties[id];
    }

    /// @inheritdoc IModelRegistry
    function deprecatedFrom(bytes32 id) external view returns (uint64) {
        return _deprecatedFrom[id];
    }

    /// @inheritdoc IModelRegistry
    function status(bytes32 id) external view returns (Status) {
        Model storage model = _models[id];
        uint256 length = model.length;
        if (length == 0) return Status.Unknown;
        uint256 activationBlock = model.activationBlock;
        if (activationBlock != 0) return activationBlock < block.number ? Status.Active : Status.Pending;
        return model.chunksPresent == ModelMerkle.chunkCount(length) ? Status.Complete : Status.Uploading;
    }

    /// @inheritdoc IModelRegistry
    function getModel(bytes32 id) external view returns (Model memory) {
        return _models[id];
    }

    /// @inheritdoc IModelRegistry
    function ownerOf(bytes32 id) external view returns (address) {
        return _models[id].owner;
    }

    /// @inheritdoc IModelRegistry
    function chunkCount(bytes32 id) external view returns (uint32) {
        return uint32(ModelMerkle.chunkCount(_models[id].length));
    }

    /// @inheritdoc IModelRegistry
    function hasChunk(bytes32 id, uint32 index) external view returns (bool) {
        return _chunks[id][index >> 8] >> (index & 0xff) & 1 != 0;
    }

    /// @inheritdoc IModelRegistry
    function missingChunks(bytes32 id, uint32 from) external view returns (uint32[] memory indices) {
        uint32 count = uint32(ModelMerkle.chunkCount(_known(id).length));
        indices = new uint32[](from < count ? count - from : 0);
        uint256 found = 0;
        uint256 bitmap = 0;
        for (uint32 index = from; index < count; ++index) {
            if (index == from || index & 0xff == 0) bitmap = _chunks[id][index >> 8];
            if (bitmap >> (index & 0xff) & 1 == 0) indices[found++] = index;
        }
        assembly ("memory-safe") {
            mstore(indices, found)
        }
    }

    /// @inheritdoc IModelRegistry
    function modelCount() external view returns (uint256) {
        return _activated.length;
    }

    /// @inheritdoc IModelRegistry
    function modelAt(uint256 i) external view returns (bytes32) {
        return _activated[i];
    }

    /// @inheritdoc IModelRegistry
    function modelId(uint32 length, bytes32 root) external pure returns (bytes32) {
        return ModelMerkle.modelId(length, root);
    }

    /// @dev A model of the caller.
    function _owned(bytes32 id) private view returns (Model storage model) {
        model = _known(id);
        if (model.owner != msg.sender) revert NotOwner(id, msg.sender);
    }

    function _royaltyNow(Royalty storage royalty) private view returns (uint16) {
        return block.timestamp < royalty.from ? royalty.bps : royalty.nextBps;
    }

    /// @dev A model that has been begun.
    function _known(bytes32 id) private view returns (Model storage model) {
        model = _models[id];
        if (model.length == 0) revert UnknownModel(id);
    }
}
