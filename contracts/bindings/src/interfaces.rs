//! `sol!` types of the contracts' interfaces. Their documentation stands in the Solidity sources under
//! `contracts/src/interfaces`.

#![allow(missing_docs)]

use alloy_sol_types::sol;

sol! {
    /// The inference precompile.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IInference {
        struct Tensor {
            uint8 dtype;
            uint32[] shape;
            bytes data;
        }

        function infer(bytes32 model, Tensor[] calldata inputs) external returns (Tensor[] memory outputs);
        function inferFixed(bytes32 model, uint256 outputIndex, int256[] calldata input, uint8 decimals)
            external
            returns (int256[] memory output);
        function inferenceGas(bytes32 model) external view returns (uint256);
        function observedCount() external view returns (uint256);
        function observed(uint256 i)
            external
            view
            returns (address caller, bytes32 model, bytes32 inputHash, bytes32 outputHash, Tensor[] memory outputs);

        error UnknownModel(bytes32 model);
        error ModelNotActive(bytes32 model);
        error InferencePaused(uint64 untilMs);
        error InputCount(uint256 expected, uint256 given);
        error InputType(uint256 index, uint8 expected, uint8 given);
        error InputShape(uint256 index, uint32[] expected, uint32[] given);
        error InputLength(uint256 index, uint256 expected, uint256 given);
        error NotRepresentable(uint256 index);
    }
}

sol! {
    /// The part of the precompile that only ModelRegistry may call.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IModelValidator {
        function validateModel(bytes32 model)
            external
            returns (uint32 engine, uint64 warmGas, uint64 coldGas, uint32 length);

        error NotModelRegistry(address caller);
        error InvalidModel(bytes32 model, string reason);
    }
}

sol! {
    /// Models: publication in chunks, activation, status.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IModelRegistry {
        enum Status { Unknown, Uploading, Complete, Pending, Active }

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

        struct Royalty {
            address payee;
            uint16 bps;
            uint16 nextBps;
            uint64 from;
        }

        event Begun(bytes32 indexed id, address indexed owner, uint32 length, bytes32 root);
        event Chunk(bytes32 indexed id, uint32 indexed index, bytes data);
        event Activated(
            bytes32 indexed id, uint64 activationBlock, uint32 engine, uint32 length, uint64 warmGas, uint64 coldGas
        );
        event RoyaltySet(bytes32 indexed id, address indexed payee, uint16 bps, uint64 from);
        event Deprecated(bytes32 indexed id, uint64 from, string notice);

        error LengthOutOfRange(uint32 length, uint32 maximum);
        error IdMismatch(bytes32 id, bytes32 computed);
        error AlreadyBegun(bytes32 id);
        error UnknownModel(bytes32 id);
        error ChunkOutOfRange(bytes32 id, uint32 index, uint32 count);
        error ChunkPresent(bytes32 id, uint32 index);
        error ChunkLength(bytes32 id, uint32 index, uint256 expected, uint256 given);
        error ChunkMismatch(bytes32 id, uint32 index);
        error ChunksMissing(bytes32 id, uint32 missing);
        error ChunksTooRecent(bytes32 id, uint64 lastChunkBlock);
        error AlreadyActivated(bytes32 id);
        error ValidatorDisagrees(bytes32 id, uint32 expected, uint32 given);
        error NotOwner(bytes32 id, address caller);
        error RoyaltyTooHigh(uint16 bps, uint16 maximum);
        error NoticeTooShort(uint64 from, uint64 earliest);

        function MAX_ROYALTY_BPS() external view returns (uint16);
        function NOTICE() external view returns (uint64);
        function setRoyalty(bytes32 id, uint16 bps, address payee) external;
        function deprecate(bytes32 id, uint64 from, string calldata notice) external;
        function royaltyOf(bytes32 id) external view returns (address payee, uint16 bps);
        function royaltyTerms(bytes32 id) external view returns (Royalty memory);
        function deprecatedFrom(bytes32 id) external view returns (uint64);
        function MAX_MODEL_BYTES() external view returns (uint32);
        function CHUNK_BYTES() external view returns (uint32);
        function begin(bytes32 id, uint32 length, bytes32 root) external;
        function putChunk(bytes32 id, uint32 index, bytes calldata data, bytes32[] calldata proof) external;
        function activate(bytes32 id) external;
        function status(bytes32 id) external view returns (Status);
        function getModel(bytes32 id) external view returns (Model memory);
        function ownerOf(bytes32 id) external view returns (address);
        function chunkCount(bytes32 id) external view returns (uint32);
        function hasChunk(bytes32 id, uint32 index) external view returns (bool);
        function missingChunks(bytes32 id, uint32 from) external view returns (uint32[] memory indices);
        function modelCount() external view returns (uint256);
        function modelAt(uint256 i) external view returns (bytes32);
        function modelId(uint32 length, bytes32 root) external pure returns (bytes32);
    }
}

sol! {
    /// What L2 knows about its L1 origin; set by the first deposit of each block.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IL1Block {
        #[derive(Default)]
        struct L1Values {
            uint64 number;
            uint64 timestamp;
            uint256 basefee;
            uint256 blobBaseFee;
            bytes32 hash;
            uint64 sequenceNumber;
            bytes32 batcherHash;
            uint64 timestampMs;
            bool forced;
            uint32 baseFeeScalar;
            uint32 blobBaseFeeScalar;
            uint32 operatorFeeScalar;
            uint64 operatorFeeConstant;
            uint64 gasLimit;
            uint32 eip1559Denominator;
            uint32 eip1559Elasticity;
        }

        error NotDepositor(address caller);

        function setL1BlockValues(L1Values calldata values) external;
        function setUnsafeBlockSigner(address signer) external;
        function setEngine(uint32 engine, uint64 timestampMs) external;
        function setInferencePause(uint64 untilMs) external;
        function setFeature(bytes32 name, bool enabled, uint64 timestampMs) external;
        function DEPOSITOR_ACCOUNT() external view returns (address);
        function version() external view returns (string memory);
        function number() external view returns (uint64);
        function timestamp() external view returns (uint64);
        function basefee() external view returns (uint256);
        function blobBaseFee() external view returns (uint256);
        function hash() external view returns (bytes32);
        function sequenceNumber() external view returns (uint64);
        function batcherHash() external view returns (bytes32);
        function timestampMs() external view returns (uint64);
        function forced() external view returns (bool);
        function baseFeeScalar() external view returns (uint32);
        function blobBaseFeeScalar() external view returns (uint32);
        function operatorFeeScalar() external view returns (uint32);
        function operatorFeeConstant() external view returns (uint64);
        function gasLimit() external view returns (uint64);
        function eip1559Denominator() external view returns (uint32);
        function eip1559Elasticity() external view returns (uint32);
        function unsafeBlockSigner() external view returns (address);
        function inferencePausedUntilMs() external view returns (uint64);
        function engineTimestampMs(uint32 engine) external view returns (uint64);
        function features(bytes32 name) external view returns (bool before, bool enabled, uint64 timestampMs);
        function isFeatureEnabled(bytes32 name) external view returns (bool);
    }
}

sol! {
    /// Withdrawals and messages to L1, with OP's ABI and storage.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IL2ToL1MessagePasser {
        event MessagePassed(
            uint256 indexed nonce,
            address indexed sender,
            address indexed target,
            uint256 value,
            uint256 gasLimit,
            bytes data,
            bytes32 withdrawalHash
        );

        function MESSAGE_VERSION() external view returns (uint16);
        function version() external view returns (string memory);
        function sentMessages(bytes32 withdrawalHash) external view returns (bool);
        function messageNonce() external view returns (uint256);
        function initiateWithdrawal(address target, uint256 gasLimit, bytes calldata data) external payable;
    }
}

sol! {
    /// What a transaction costs beyond its L2 gas, with OP's ABI.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IGasPriceOracle {
        function version() external view returns (string memory);
        function DECIMALS() external view returns (uint256);
        function decimals() external view returns (uint256);
        function gasPrice() external view returns (uint256);
        function baseFee() external view returns (uint256);
        function l1BaseFee() external view returns (uint256);
        function blobBaseFee() external view returns (uint256);
        function baseFeeScalar() external view returns (uint32);
        function blobBaseFeeScalar() external view returns (uint32);
        function overhead() external view returns (uint256);
        function scalar() external view returns (uint256);
        function isEcotone() external view returns (bool);
        function isFjord() external view returns (bool);
        function isIsthmus() external view returns (bool);
        function isJovian() external view returns (bool);
        function getL1Fee(bytes calldata data) external view returns (uint256);
        function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256);
        function getL1GasUsed(bytes calldata data) external view returns (uint256);
        function getOperatorFee(uint256 gasUsed) external view returns (uint256);
    }
}

sol! {
    /// Where fees collect until they are paid out, with OP's ABI.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IFeeVault {
        enum WithdrawalNetwork { L1, L2 }

        event Withdrawal(uint256 value, address to, address from);
        event Withdrawal(uint256 value, address to, address from, WithdrawalNetwork withdrawalNetwork);
        event RecipientUpdated(address oldRecipient, address newRecipient);
        event WithdrawalNetworkUpdated(
            WithdrawalNetwork oldWithdrawalNetwork, WithdrawalNetwork newWithdrawalNetwork
        );
        event MinWithdrawalAmountUpdated(uint256 oldWithdrawalAmount, uint256 newWithdrawalAmount);

        error RecipientNotSet();
        error BelowMinimum(uint256 balance, uint256 minimum);
        error TransferFailed(address recipient, uint256 value);
        error NotOwner(address caller);

        function version() external view returns (string memory);
        function recipient() external view returns (address);
        function RECIPIENT() external view returns (address);
        function withdrawalNetwork() external view returns (WithdrawalNetwork);
        function WITHDRAWAL_NETWORK() external view returns (WithdrawalNetwork);
        function minWithdrawalAmount() external view returns (uint256);
        function MIN_WITHDRAWAL_AMOUNT() external view returns (uint256);
        function totalProcessed() external view returns (uint256);
        function withdraw() external returns (uint256 value);
        function setRecipient(address newRecipient) external;
        function setWithdrawalNetwork(WithdrawalNetwork newWithdrawalNetwork) external;
        function setMinWithdrawalAmount(uint256 newMinWithdrawalAmount) external;
    }
}

sol! {
    /// Upgrades the contracts behind proxies: OpenZeppelin's ProxyAdmin.
    #[derive(Debug, PartialEq, Eq)]
    interface IProxyAdmin {
        function owner() external view returns (address);
        function upgradeAndCall(address proxy, address implementation, bytes memory data) external payable;
    }
}

sol! {
    /// The demo's strategy: the last 20 prices of two assets in, target weights out, decided by a model.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IRebalanceAgent {
        event Decided(
            bytes32 indexed model, uint256 indexed round, uint256 weight0, uint256 weight1, bytes32 pricesHash
        );

        error PriceOutOfRange(uint256 asset, uint256 index);
        error UnexpectedOutput(int256[] output);

        function model() external view returns (bytes32);
        function rounds() external view returns (uint256);
        function weights() external view returns (uint256 weight0, uint256 weight1);
        function features(uint256[20] calldata prices0, uint256[20] calldata prices1)
            external
            pure
            returns (int256[] memory);
        function decide(uint256[20] calldata prices0, uint256[20] calldata prices1)
            external
            returns (uint256 weight0, uint256 weight1);
    }
}

sol! {
    /// Test contract: calls the precompile in every way that the EVM knows. Source in `contracts/test/helpers`.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface ICaller {
        enum Kind { Call, Static, Delegate, CallCode, Nested, Reverted }

        struct Step {
            Kind kind;
            uint256 value;
            bytes data;
        }

        struct Result {
            bool success;
            bytes data;
        }

        struct ObservedTensor {
            uint8 dtype;
            uint32[] shape;
            bytes data;
        }

        struct Observation {
            address caller;
            bytes32 model;
            bytes32 inputHash;
            bytes32 outputHash;
            ObservedTensor[] outputs;
        }

        event Ran(uint256 steps, uint256 observedCount);

        error Undone(bool success, bytes data);

        function run(Step[] calldata steps)
            external
            payable
            returns (Result[] memory results, uint256 observedCount);
        function runAndRevert(Step[] calldata steps) external payable;
        function runAndObserve(Step[] calldata steps) external payable returns (Observation[] memory list);
        function inner(bytes calldata data, bool undo)
            external
            payable
            returns (bool success, bytes memory returned);
    }
}
