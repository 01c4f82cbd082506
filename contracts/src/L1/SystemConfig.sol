// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";

/// @title What L1 decides about the L2
/// @dev Stands behind a proxy whose admin the owner's timelock controls.
contract SystemConfig is ISystemConfig, Initializable {
    /// @dev Deposits get at most this part of an L2 block.
    uint64 internal constant DEPOSIT_SHARE = 4;
    /// @dev Far above what a block can be executed in; keeps a slip of the owner from stopping the chain.
    uint64 internal constant MAX_GAS_LIMIT = 200_000_000;
    /// @dev A guardian that turns hostile holds withdrawals at most this long in twice the time.
    uint32 internal constant MAX_PAUSE_SECONDS = 14 days;
    /// @dev Every node must learn of a switch before it happens.
    uint256 internal constant SWITCH_NOTICE_SECONDS = 1 days;

    /// @inheritdoc ISystemConfig
    string public constant version = "1.0.0";

    /// @inheritdoc ISystemConfig
    address public owner;
    /// @inheritdoc ISystemConfig
    uint64 public gasLimit;
    /// @inheritdoc ISystemConfig
    uint32 public eip1559Denominator;
    /// @inheritdoc ISystemConfig
    address public operator;
    /// @inheritdoc ISystemConfig
    uint32 public eip1559Elasticity;
    /// @inheritdoc ISystemConfig
    uint32 public basefeeScalar;
    /// @inheritdoc ISystemConfig
    uint32 public blobbasefeeScalar;
    /// @inheritdoc ISystemConfig
    address public guardian;
    /// @inheritdoc ISystemConfig
    uint32 public operatorFeeScalar;
    /// @inheritdoc ISystemConfig
    uint64 public operatorFeeConstant;
    /// @inheritdoc ISystemConfig
    bytes32 public batcherHash;
    /// @inheritdoc ISystemConfig
    address public unsafeBlockSigner;
    uint32 private _pauseSeconds;
    uint32 private _pauseCooldownSeconds;
    /// @inheritdoc ISystemConfig
    uint64 public pausedUntil;
    /// @inheritdoc ISystemConfig
    uint64 public nextPauseAt;
    /// @inheritdoc ISystemConfig
    uint64 public inferencePausedUntilMs;
    uint64 private _nextInferencePauseAt;
    /// @inheritdoc ISystemConfig
    uint256 public l2ChainId;
    ResourceConfig private _resources;
    /// @inheritdoc ISystemConfig
    mapping(uint32 engine => uint64) public engineTimestampMs;
    mapping(bytes32 name => Switch) private _features;

    struct Switch {
        bool enabled;
        uint64 timestampMs;
    }

    modifier onlyOwner() {
        _only(owner);
        _;
    }

    modifier onlyOperator() {
        _only(operator);
        _;
    }

    modifier onlyGuardian() {
        _only(guardian);
        _;
    }

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc ISystemConfig
    function initialize(Settings calldata settings) external initializer {
        if (settings.owner == address(0)) revert ZeroAddress();
        _checkPause(settings.pauseSeconds, settings.pauseCooldownSeconds);
        owner = settings.owner;
        _setOperator(settings.operator);
        _setGuardian(settings.guardian);
        l2ChainId = settings.l2ChainId;
        _pauseSeconds = settings.pauseSeconds;
        _pauseCooldownSeconds = settings.pauseCooldownSeconds;
        // The limit first: the resources are checked against it.
        gasLimit = settings.gasLimit;
        _setResourceConfig(settings.resources);
        _setGasLimit(settings.gasLimit);
        _setBatcher(settings.batcher);
        _setUnsafeBlockSigner(settings.unsafeBlockSigner);
        _setEip1559Params(settings.eip1559Denominator, settings.eip1559Elasticity);
        _setFeeScalars(settings.basefeeScalar, settings.blobbasefeeScalar);
    }

    /// @inheritdoc ISystemConfig
    function setBatcher(address batcher) external onlyOperator {
        _setBatcher(batcher);
    }

    /// @inheritdoc ISystemConfig
    function setUnsafeBlockSigner(address signer) external onlyOperator {
        _setUnsafeBlockSigner(signer);
    }

    /// @inheritdoc ISystemConfig
    function setFeeScalars(uint32 basefeeScalar_, uint32 blobbasefeeScalar_) external onlyOperator {
        _setFeeScalars(basefeeScalar_, blobbasefeeScalar_);
    }

    /// @inheritdoc ISystemConfig
    function setOperatorFee(uint32 scalar, uint64 constantWei) external onlyOperator {
        operatorFeeScalar = scalar;
        operatorFeeConstant = constantWei;
        _updated(UpdateType.OperatorFeeParams, abi.encode(uint256(scalar) << 64 | constantWei));
    }

    /// @inheritdoc ISystemConfig
    function setGasLimit(uint64 gasLimit_) external onlyOwner {
        _setGasLimit(gasLimit_);
    }

    /// @inheritdoc ISystemConfig
    function setEip1559Params(uint32 denominator, uint32 elasticity) external onlyOwner {
        _setEip1559Params(denominator, elasticity);
    }

    /// @inheritdoc ISystemConfig
    function setResourceConfig(ResourceConfig calldata resources) external onlyOwner {
        _setResourceConfig(resources);
    }

    /// @inheritdoc ISystemConfig
    function setEngine(uint32 engine, uint64 timestampMs) external onlyOwner {
        _checkSwitch(engineTimestampMs[engine], timestampMs);
        engineTimestampMs[engine] = timestampMs;
        _updated(UpdateType.Engine, abi.encode(engine, timestampMs));
    }

    /// @inheritdoc ISystemConfig
    function setFeature(bytes32 name, bool enabled, uint64 timestampMs) external onlyOwner {
        // Unlike an engine, a feature may be switched back; so a past switch doesn't bind.
        _checkSwitch(0, timestampMs);
        _features[name] = Switch(enabled, timestampMs);
        _updated(UpdateType.Feature, abi.encode(name, enabled, timestampMs));
    }

    /// @inheritdoc ISystemConfig
    function setOperator(address operator_) external onlyOwner {
        _setOperator(operator_);
    }

    /// @inheritdoc ISystemConfig
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc ISystemConfig
    function pause() external onlyGuardian {
        (pausedUntil, nextPauseAt) = _nextPause(nextPauseAt);
        emit Paused(msg.sender, pausedUntil);
    }

    /// @inheritdoc ISystemConfig
    function unpause() external {
        if (msg.sender != owner) _only(guardian);
        if (!paused()) revert NotPaused();
        pausedUntil = 0;
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc ISystemConfig
    function pauseInference() external onlyGuardian {
        uint64 until;
        (until, _nextInferencePauseAt) = _nextPause(_nextInferencePauseAt);
        inferencePausedUntilMs = until * 1000;
        _updated(UpdateType.InferencePause, abi.encode(until * 1000));
    }

    /// @inheritdoc ISystemConfig
    function unpauseInference() external {
        if (msg.sender != owner) _only(guardian);
        if (inferencePausedUntilMs <= block.timestamp * 1000) revert NotPaused();
        inferencePausedUntilMs = 0;
        _updated(UpdateType.InferencePause, abi.encode(uint64(0)));
    }

    /// @inheritdoc ISystemConfig
    function features(bytes32 name) external view returns (bool enabled, uint64 timestampMs) {
        Switch storage feature = _features[name];
        return (feature.enabled, feature.timestampMs);
    }

    /// @inheritdoc ISystemConfig
    function resourceConfig() external view returns (ResourceConfig memory) {
        return _resources;
    }

    /// @inheritdoc ISystemConfig
    function paused() public view returns (bool) {
        return block.timestamp < pausedUntil;
    }

    function _setOperator(address operator_) private {
        if (operator_ == address(0)) revert ZeroAddress();
        operator = operator_;
        emit OperatorSet(operator_);
    }

    function _setGuardian(address guardian_) private {
        if (guardian_ == address(0)) revert ZeroAddress();
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    function _setBatcher(address batcher) private {
        if (batcher == address(0)) revert ZeroAddress();
        batcherHash = bytes32(uint256(uint160(batcher)));
        _updated(UpdateType.Batcher, abi.encode(batcherHash));
    }

    function _setUnsafeBlockSigner(address signer) private {
        if (signer == address(0)) revert ZeroAddress();
        unsafeBlockSigner = signer;
        _updated(UpdateType.UnsafeBlockSigner, abi.encode(signer));
    }

    function _setFeeScalars(uint32 basefeeScalar_, uint32 blobbasefeeScalar_) private {
        basefeeScalar = basefeeScalar_;
        blobbasefeeScalar = blobbasefeeScalar_;
        uint256 scalar = uint256(1) << 248 | uint256(blobbasefeeScalar_) << 32 | basefeeScalar_;
        _updated(UpdateType.FeeScalars, abi.encode(uint256(0), scalar));
    }

    function _setGasLimit(uint64 gasLimit_) private {
        uint64 minimum = DEPOSIT_SHARE * (uint64(_resources.maxResourceLimit) + _resources.systemTxMaxGas);
        if (gasLimit_ < minimum || gasLimit_ > MAX_GAS_LIMIT) {
            revert GasLimitOutOfRange(gasLimit_, minimum, MAX_GAS_LIMIT);
        }
        gasLimit = gasLimit_;
        _updated(UpdateType.GasLimit, abi.encode(gasLimit_));
    }

    function _setEip1559Params(uint32 denominator, uint32 elasticity) private {
        if (denominator == 0 || elasticity == 0) revert InvalidEip1559Params(denominator, elasticity);
        eip1559Denominator = denominator;
        eip1559Elasticity = elasticity;
        _updated(UpdateType.Eip1559Params, abi.encode(uint256(denominator) << 32 | elasticity));
    }

    function _setResourceConfig(ResourceConfig calldata resources) private {
        // A denominator of 1 would let the fee fall to zero in one step.
        if (
            resources.elasticityMultiplier == 0 || resources.baseFeeMaxChangeDenominator < 2
                || resources.maxResourceLimit == 0 || resources.maxResourceLimit % resources.elasticityMultiplier != 0
                || resources.minimumBaseFee > resources.maximumBaseFee
                || DEPOSIT_SHARE * (uint64(resources.maxResourceLimit) + resources.systemTxMaxGas) > gasLimit
        ) revert InvalidResourceConfig();
        _resources = resources;
        emit ResourceConfigSet(resources);
    }

    function _updated(UpdateType updateType, bytes memory data) private {
        emit ConfigUpdate(0, updateType, data);
    }

    function _nextPause(uint64 earliest) private view returns (uint64 until, uint64 next) {
        if (block.timestamp < earliest) revert PauseTooSoon(earliest);
        until = uint64(block.timestamp) + _pauseSeconds;
        next = until + _pauseCooldownSeconds;
    }

    function _checkSwitch(uint64 current, uint64 timestampMs) private view {
        uint256 earliest = (block.timestamp + SWITCH_NOTICE_SECONDS) * 1000;
        bool live = current != 0 && current <= block.timestamp * 1000;
        if (live || timestampMs < earliest) revert SwitchTooSoon(timestampMs, earliest);
    }

    function _checkPause(uint32 length, uint32 cooldown) private pure {
        if (length == 0 || length > MAX_PAUSE_SECONDS || cooldown < length) {
            revert PauseOutOfRange(length, cooldown, MAX_PAUSE_SECONDS);
        }
    }

    function _only(address expected) private view {
        if (msg.sender != expected) revert NotAllowed(msg.sender, expected);
    }
}
