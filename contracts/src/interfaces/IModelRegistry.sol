// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Models: publication in chunks, activation, status
/// @notice A model is a Plan, a file of at most 4 MiB, known by its id:
/// - a leaf is keccak256(0x00 || 512 bytes), the file's last leaf padded with zero bytes;
/// - leaves are padded with bytes32(0) to a power of two; a node is keccak256(0x01 || left || right);
/// - id = keccak256("praxis model v1" || uint64 length, big-endian || root).
/// A chunk is 64 consecutive leaves, 32,768 bytes; the last one may be shorter. `begin` names length and root, `putChunk`
/// brings the bytes in any order and from anyone, and `activate` has the precompile check the whole. Contracts may call
/// the model from the next block on. Chunk bytes stand in the logs only; nodes keep them from there.
interface IModelRegistry {
    /// @notice Unknown: never begun. Uploading: chunks are missing. Complete: all chunks are there. Pending: activated in
    /// this block. Active: callable.
    enum Status {
        Unknown,
        Uploading,
        Complete,
        Pending,
        Active
    }

    /// @dev Nodes read the first word from storage: its fields and their order are consensus.
    /// @param activationBlock Block of `activate`, 0 before; the model is callable in later blocks.
    /// @param warmGas Gas of a run whose leaves are warm.
    /// @param coldGas Gas that a transaction's first call pays on top.
    /// @param engine Engine version under which the model was validated.
    /// @param length The model's bytes; nonzero from `begin` on.
    /// @param owner Who began the model.
    /// @param lastChunkBlock Block of the latest chunk.
    /// @param chunksPresent How many chunks are there.
    /// @param root Merkle root over the model's leaves.
    struct Model {
        uint64 activationBlock;
        uint64 warmGas;
        uint64 coldGas;
        uint32 engine;
        uint32 length;
        address owner;
        uint64 lastChunkBlock;
        uint32 chunksPresent;
        bytes32 root;
    }

    /// @notice Who is paid for a model's inferences, and how much.
    /// @dev Nodes read this word from storage before each inference: its fields and their order are consensus. In a block with
    /// a timestamp below `from` the royalty is `bps`, then `nextBps`.
    /// @param payee Receives the royalty at the end of each transaction; with the zero address there is none.
    /// @param bps The royalty in ten-thousandths of an inference's counted gas, until `from`.
    /// @param nextBps The same from then on.
    /// @param from Seconds since 1970.
    struct Royalty {
        address payee;
        uint16 bps;
        uint16 nextBps;
        uint64 from;
    }

    /// @notice The owner has set a royalty. What is more than before holds from `from` on, all else at once.
    event RoyaltySet(bytes32 indexed id, address indexed payee, uint16 bps, uint64 from);

    /// @notice The owner advises against the model from `from` on. It stays callable for those who use it.
    event Deprecated(bytes32 indexed id, uint64 from, string notice);

    /// @notice Only the model's owner does this.
    error NotOwner(bytes32 id, address caller);

    /// @notice A royalty is at most this many ten-thousandths.
    error RoyaltyTooHigh(uint16 bps, uint16 maximum);

    /// @notice A notice is given before its time.
    error NoticeTooShort(uint64 from, uint64 earliest);

    /// @notice A model's publication has begun.
    event Begun(bytes32 indexed id, address indexed owner, uint32 length, bytes32 root);

    /// @notice A chunk has been checked against the id; nodes keep `data`.
    event Chunk(bytes32 indexed id, uint32 indexed index, bytes data);

    /// @notice The model is valid and may be called from the block after `activationBlock` on.
    event Activated(
        bytes32 indexed id, uint64 activationBlock, uint32 engine, uint32 length, uint64 warmGas, uint64 coldGas
    );

    /// @notice A model has 1 to `maximum` bytes.
    error LengthOutOfRange(uint32 length, uint32 maximum);

    /// @notice Length and root belong to another id.
    error IdMismatch(bytes32 id, bytes32 computed);

    /// @notice The model has been begun before: put the chunks that `missingChunks` names.
    error AlreadyBegun(bytes32 id);

    /// @notice The model has not been begun.
    error UnknownModel(bytes32 id);

    /// @notice The model has `count` chunks.
    error ChunkOutOfRange(bytes32 id, uint32 index, uint32 count);

    /// @notice The chunk is there already.
    error ChunkPresent(bytes32 id, uint32 index);

    /// @notice A chunk of another length belongs here.
    error ChunkLength(bytes32 id, uint32 index, uint256 expected, uint256 given);

    /// @notice The chunk with its proof does not hash to the id.
    error ChunkMismatch(bytes32 id, uint32 index);

    /// @notice The model can't be activated: this many chunks are missing.
    error ChunksMissing(bytes32 id, uint32 missing);

    /// @notice The model can be activated from the block after `lastChunkBlock` on: nodes store chunks with their block.
    error ChunksTooRecent(bytes32 id, uint64 lastChunkBlock);

    /// @notice The model has been activated before.
    error AlreadyActivated(bytes32 id);

    /// @notice The validator read a model of another length.
    error ValidatorDisagrees(bytes32 id, uint32 expected, uint32 given);

    /// @notice Most bytes of a model.
    function MAX_MODEL_BYTES() external view returns (uint32);

    /// @notice Bytes of every chunk but a model's last.
    function CHUNK_BYTES() external view returns (uint32);

    /// @notice Begins a model's publication; the caller becomes its owner.
    /// @dev The root makes the length provable here: nobody can block an id by beginning it with a wrong length.
    /// @param id The model's id.
    /// @param length The model's bytes.
    /// @param root Merkle root over the model's leaves.
    function begin(bytes32 id, uint32 length, bytes32 root) external;

    /// @notice Publishes one chunk of a model that has been begun; anyone may. A chunk that is there already reverts
    /// before its bytes are hashed.
    /// @param id The model's id.
    /// @param index The chunk's position.
    /// @param data The chunk's bytes.
    /// @param proof Siblings from the chunk's subtree to the root, the lowest first.
    function putChunk(bytes32 id, uint32 index, bytes calldata data, bytes32[] calldata proof) external;

    /// @notice Has the precompile check a complete model and opens it to calls from the next block on; anyone may.
    function activate(bytes32 id) external;

    /// @notice How far a model has come, seen from this block.
    function status(bytes32 id) external view returns (Status);

    /// @notice All that is stored about a model; zeros for an unknown one.
    function getModel(bytes32 id) external view returns (Model memory);

    /// @notice Who began a model, zero for an unknown one.
    function ownerOf(bytes32 id) external view returns (address);

    /// @notice How many chunks the model has, 0 for an unknown one.
    function chunkCount(bytes32 id) external view returns (uint32);

    /// @notice Whether a chunk is there.
    function hasChunk(bytes32 id, uint32 index) external view returns (bool);

    /// @notice The missing chunks with an index of `from` or more, ascending.
    function missingChunks(bytes32 id, uint32 from) external view returns (uint32[] memory indices);

    /// @notice How many models have been activated.
    function modelCount() external view returns (uint256);

    /// @notice The i-th activated model.
    function modelAt(uint256 i) external view returns (bytes32);

    /// @notice The id of a model with this length and root.
    function modelId(uint32 length, bytes32 root) external pure returns (bytes32);

    /// @notice The most that a royalty may be, in ten-thousandths of an inference's counted gas.
    function MAX_ROYALTY_BPS() external view returns (uint16);

    /// @notice Seconds after which a higher royalty, or a deprecation, holds.
    function NOTICE() external view returns (uint64);

    /// @notice Sets who is paid for the model's inferences, and how much. A higher royalty of an activated model holds after
    /// `NOTICE`, a lower one and another payee at once. Owner only.
    function setRoyalty(bytes32 id, uint16 bps, address payee) external;

    /// @notice Advises against the model. It stays callable: those who pinned it lose nothing. Owner only.
    /// @param from From when on, seconds since 1970; `NOTICE` ahead at least.
    /// @param notice Why, and what to use instead.
    function deprecate(bytes32 id, uint64 from, string calldata notice) external;

    /// @notice The royalty that holds in this block, and whose it is.
    function royaltyOf(bytes32 id) external view returns (address payee, uint16 bps);

    /// @notice The royalty as stored, with what is announced.
    function royaltyTerms(bytes32 id) external view returns (Royalty memory);

    /// @notice From when on the owner advises against the model, seconds since 1970; 0: never.
    function deprecatedFrom(bytes32 id) external view returns (uint64);
}
