// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGasPriceOracle} from "../interfaces/IGasPriceOracle.sol";
import {IL1Block} from "../interfaces/IL1Block.sol";
import {FastLZ} from "../libraries/FastLZ.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What a transaction costs beyond its L2 gas
/// @dev Nodes charge by `node/primitives/src/fees`; tests hold the two together bit for bit.
contract GasPriceOracle is IGasPriceOracle {
    /// @dev A byte of the batch, in the unit of sizes.
    uint256 internal constant BYTE = 1e6;
    /// @dev Bytes that a signature counts.
    uint256 internal constant SIGNATURE_BYTES = 68;
    /// @dev From FastLZ's length to bytes in a batch, and the least; `node/primitives/src/fees` says where they come from.
    uint256 internal constant SIZE_PER_FASTLZ_BYTE = 970_000;
    uint256 internal constant SIZE_OFFSET = 92_000_000;
    uint256 internal constant SIZE_FLOOR = 77 * BYTE;
    /// @dev Gas of a byte of calldata.
    uint256 internal constant CALLDATA_GAS = 16;
    /// @dev Wei of a unit of gas per unit of the operator fee's scalar.
    uint256 internal constant OPERATOR_SCALE = 100;

    /// @inheritdoc IGasPriceOracle
    string public constant version = "2.0.0";

    /// @inheritdoc IGasPriceOracle
    uint256 public constant DECIMALS = 6;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant decimals = 6;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant overhead = 0;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant scalar = 0;

    /// @inheritdoc IGasPriceOracle
    bool public constant isEcotone = true;

    /// @inheritdoc IGasPriceOracle
    bool public constant isFjord = true;

    /// @inheritdoc IGasPriceOracle
    bool public constant isIsthmus = true;

    /// @inheritdoc IGasPriceOracle
    bool public constant isJovian = true;

    /// @inheritdoc IGasPriceOracle
    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function l1BaseFee() public view returns (uint256) {
        return IL1Block(Predeploys.L1_BLOCK).basefee();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFee() public view returns (uint256) {
        return IL1Block(Predeploys.L1_BLOCK).blobBaseFee();
    }

    /// @inheritdoc IGasPriceOracle
    function baseFeeScalar() public view returns (uint32) {
        return IL1Block(Predeploys.L1_BLOCK).baseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFeeScalar() public view returns (uint32) {
        return IL1Block(Predeploys.L1_BLOCK).blobBaseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function getL1Fee(bytes calldata data) external view returns (uint256) {
        return _fee(_size(FastLZ.length(data)));
    }

    /// @inheritdoc IGasPriceOracle
    function getL1FeeUpperBound(uint256 unsignedTxSize) external view returns (uint256) {
        // Literals alone: a control byte before each 32.
        return _fee(_size(unsignedTxSize + (unsignedTxSize + 31) / 32));
    }

    /// @inheritdoc IGasPriceOracle
    function getL1GasUsed(bytes calldata data) external pure returns (uint256) {
        return _size(FastLZ.length(data)) * CALLDATA_GAS / BYTE;
    }

    /// @inheritdoc IGasPriceOracle
    function getOperatorFee(uint256 gasUsed) external view returns (uint256) {
        IL1Block l1 = IL1Block(Predeploys.L1_BLOCK);
        return gasUsed * (uint256(l1.operatorFeeScalar()) * OPERATOR_SCALE) + l1.operatorFeeConstant();
    }

    /// @dev Millionths of a byte in a batch.
    function _size(uint256 fastlz) private pure returns (uint256) {
        uint256 size = (fastlz + SIGNATURE_BYTES) * SIZE_PER_FASTLZ_BYTE;
        return size > SIZE_FLOOR + SIZE_OFFSET ? size - SIZE_OFFSET : SIZE_FLOOR;
    }

    function _fee(uint256 size) private view returns (uint256) {
        uint256 price = CALLDATA_GAS * baseFeeScalar() * l1BaseFee() + uint256(blobBaseFeeScalar()) * blobBaseFee();
        return size * price / (BYTE * BYTE);
    }
}
