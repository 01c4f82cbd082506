// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What L1 decides about the L2: keys, limits, fees, rules, pauses
/// @notice Derivation reads `ConfigUpdate` and nothing else of this contract, from the receipts of the L1 origin.
/// @dev Two roles change it. The owner, a timelock, changes rules. The operator rotates keys and sets fees, which can't wait
/// for days. The guardian can only pause, for a bounded time.
interface ISystemConfig {
    /// @notice What a `ConfigUpdate` is about. Its `data` is the ABI encoding of what stands behind each name. The first
    /// eight have the OP Stack's numbers.
    /// @param Batcher bytes32 batcherHash: the batcher's address, left-padded.
    /// @param FeeScalars uint256 zero, uint256 scalar: version 1, then blob base fee scalar and base fee scalar, both uint32.
    /// @param GasLimit uint64 gasLimit
    /// @param UnsafeBlockSigner address signer
    /// @param Eip1559Params uint256 denominator << 32 | elasticity
    /// @param OperatorFeeParams uint256 scalar << 64 | constant
    /// @param MinBaseFee Never sent.
    /// @param DaFootprintGasScalar Never sent.
    /// @param Engine uint32 version, uint64 timestampMs: the L2 time from which models of that version may be activated.
    /// @param InferencePause uint64 untilMs: in blocks before that L2 time no model runs; 0 ends a pause.
    /// @param Feature bytes32 name, bool enabled, uint64 timestampMs: a rule that switches at that L2 time.
    enum UpdateType {
        Batcher,
        FeeScalars,
        GasLimit,
        UnsafeBlockSigner,
        Eip1559Params,
        OperatorFeeParams,
        MinBaseFee,
        DaFootprintGasScalar,
        Engine,
        InferencePause,
        Feature
    }

    /// @notice The market for the gas of deposits, per L1 block.
    /// @param maxResourceLimit Most L2 gas that the deposits of one L1 block buy.
    /// @param elasticityMultiplier The target is the limit divided by this.
    /// @param baseFeeMaxChangeDenominator The fee changes by at most one part in this per block.
    /// @param minimumBaseFee Wei per L2 gas, at least.
    /// @param systemTxMaxGas L2 gas that stays free for the L1 attributes.
    /// @param maximumBaseFee Wei per L2 gas, at most.
    struct ResourceConfig {
        uint32 maxResourceLimit;
        uint8 elasticityMultiplier;
        uint8 baseFeeMaxChangeDenominator;
        uint32 minimumBaseFee;
        uint32 systemTxMaxGas;
        uint128 maximumBaseFee;
    }

    /// @param owner The timelock.
    /// @param operator Rotates keys, sets fees.
    /// @param guardian Pauses.
    /// @param l2ChainId Chain id of the L2.
    /// @param batcher The batcher's address.
    /// @param unsafeBlockSigner Whose signature unsafe blocks carry.
    /// @param gasLimit Gas limit of an L2 block.
    /// @param eip1559Denominator Of the L2's base fee.
    /// @param eip1559Elasticity Of the L2's base fee.
    /// @param basefeeScalar Of the L1 fee, in millionths.
    /// @param blobbasefeeScalar Of the L1 fee, in millionths.
    /// @param pauseSeconds How long a pause lasts at most.
    /// @param pauseCooldownSeconds How long after a pause's full length the next one may begin.
    /// @param resources The market for the gas of deposits.
    struct Settings {
        address owner;
        address operator;
        address guardian;
        uint256 l2ChainId;
        address batcher;
        address unsafeBlockSigner;
        uint64 gasLimit;
        uint32 eip1559Denominator;
        uint32 eip1559Elasticity;
        uint32 basefeeScalar;
        uint32 blobbasefeeScalar;
        uint32 pauseSeconds;
        uint32 pauseCooldownSeconds;
        ResourceConfig resources;
    }

    /// @notice Something changed that derivation reads.
    /// @param version Always 0.
    event ConfigUpdate(uint256 indexed version, UpdateType indexed updateType, bytes data);

    /// @notice The market for deposits' gas changed.
    event ResourceConfigSet(ResourceConfig resources);

    /// @notice A role went to another account.
    event OperatorSet(address operator);

    /// @notice A role went to another account.
    event GuardianSet(address guardian);

    /// @notice Withdrawals stand still until `until`, L1 seconds.
    event Paused(address indexed by, uint256 until);

    /// @notice Withdrawals go on.
    event Unpaused(address indexed by);

    /// @notice Only `expected` may do this.
    error NotAllowed(address caller, address expected);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice The gas limit is between `minimum` (four times what deposits may take) and `maximum`.
    error GasLimitOutOfRange(uint64 gasLimit, uint64 minimum, uint64 maximum);

    /// @notice Denominator and elasticity are at least 1.
    error InvalidEip1559Params(uint32 denominator, uint32 elasticity);

    /// @notice The market's numbers contradict each other: zero divisors, minimum above maximum, a limit that the
    /// elasticity doesn't divide, or more than a quarter of an L2 block.
    error InvalidResourceConfig();

    /// @notice A pause lasts 1 second to `maximum`, and the next one waits at least as long.
    error PauseOutOfRange(uint32 pauseSeconds, uint32 pauseCooldownSeconds, uint32 maximum);

    /// @notice The next pause may begin at `earliest`, L1 seconds.
    error PauseTooSoon(uint256 earliest);

    /// @notice Nothing is paused.
    error NotPaused();

    /// @notice Rules switch at `earliestMs` or later, and what has switched stays.
    error SwitchTooSoon(uint64 timestampMs, uint256 earliestMs);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice The timelock that changes rules.
    function owner() external view returns (address);

    /// @notice Who rotates keys and sets fees.
    function operator() external view returns (address);

    /// @notice Who may pause.
    function guardian() external view returns (address);

    /// @notice Chain id of the L2.
    function l2ChainId() external view returns (uint256);

    /// @notice The batcher's address, left-padded.
    function batcherHash() external view returns (bytes32);

    /// @notice Whose signature unsafe blocks carry.
    function unsafeBlockSigner() external view returns (address);

    /// @notice Gas limit of an L2 block.
    function gasLimit() external view returns (uint64);

    /// @notice Denominator of the L2's base fee.
    function eip1559Denominator() external view returns (uint32);

    /// @notice Elasticity of the L2's base fee.
    function eip1559Elasticity() external view returns (uint32);

    /// @notice Scalar of the L1 base fee, in millionths.
    function basefeeScalar() external view returns (uint32);

    /// @notice Scalar of the L1 blob base fee, in millionths.
    function blobbasefeeScalar() external view returns (uint32);

    /// @notice Scalar of the operator's fee, of a unit of gas, in hundreds of wei.
    function operatorFeeScalar() external view returns (uint32);

    /// @notice Constant of the operator's fee, wei per transaction.
    function operatorFeeConstant() external view returns (uint64);

    /// @notice The market for deposits' gas.
    function resourceConfig() external view returns (ResourceConfig memory);

    /// @notice The L2 time in milliseconds from which an engine version is live; 0 when none is set.
    function engineTimestampMs(uint32 engine) external view returns (uint64);

    /// @notice Whether a feature is switched, and the L2 time of its last switch.
    function features(bytes32 name) external view returns (bool enabled, uint64 timestampMs);

    /// @notice Whether withdrawals stand still.
    function paused() external view returns (bool);

    /// @notice The L1 time at which the latest pause ends.
    function pausedUntil() external view returns (uint64);

    /// @notice The L1 time from which the guardian may pause again.
    function nextPauseAt() external view returns (uint64);

    /// @notice The L2 time, in milliseconds, before which no model runs.
    function inferencePausedUntilMs() external view returns (uint64);

    /// @notice Sets everything, once.
    function initialize(Settings calldata settings) external;

    /// @notice Changes the batcher's key; operator.
    function setBatcher(address batcher) external;

    /// @notice Changes the key that signs unsafe blocks; operator.
    function setUnsafeBlockSigner(address signer) external;

    /// @notice Changes the L1 fee; operator.
    function setFeeScalars(uint32 basefeeScalar, uint32 blobbasefeeScalar) external;

    /// @notice Changes the operator's fee; operator.
    function setOperatorFee(uint32 scalar, uint64 constantWei) external;

    /// @notice Changes the gas limit; owner.
    function setGasLimit(uint64 gasLimit) external;

    /// @notice Changes the L2's base fee rule; owner.
    function setEip1559Params(uint32 denominator, uint32 elasticity) external;

    /// @notice Changes the market for deposits' gas; owner.
    function setResourceConfig(ResourceConfig calldata resources) external;

    /// @notice Makes an engine version live from an L2 time on, at least a day ahead; owner.
    function setEngine(uint32 engine, uint64 timestampMs) external;

    /// @notice Switches a rule at an L2 time, at least a day ahead; owner.
    function setFeature(bytes32 name, bool enabled, uint64 timestampMs) external;

    /// @notice Hands over a role; owner.
    function setOperator(address operator) external;

    /// @notice Hands over a role; owner.
    function setGuardian(address guardian) external;

    /// @notice Stops withdrawals for the pause's length; guardian. Claims stay contestable, deposits go on.
    function pause() external;

    /// @notice Ends the pause; guardian or owner. The cooldown stays as it was.
    function unpause() external;

    /// @notice Stops inference, and nothing else, for the pause's length; guardian.
    function pauseInference() external;

    /// @notice Ends the pause of inference; guardian or owner.
    function unpauseInference() external;
}
