// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGasPriceOracle} from "../interfaces/IGasPriceOracle.sol";
import {IL1Block} from "../interfaces/IL1Block.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What a transaction costs beyond its L2 gas
contract GasPriceOracle is IGasPriceOracle {
    /// @inheritdoc IGasPriceOracle
    string public constant version = "1.0.0";

    /// @inheritdoc IGasPriceOracle
    uint256 public constant DECIMALS = 6;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant decimals = 6;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant overhead = 0;

    /// @inheritdoc IGasPriceOracle
    uint256 public constant scalar = 0;

    /// @inheritdoc IGasPriceOracle
    bool public constant isEcotone = false;

    /// @inheritdoc IGasPriceOracle
    bool public constant isFjord = false;

    /// @inheritdoc IGasPriceOracle
    bool public constant isIsthmus = false;

    /// @inheritdoc IGasPriceOracle
    bool public constant isJovian = false;

    /// @inheritdoc IGasPriceOracle
    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function l1BaseFee() external view returns (uint256) {
        return IL1Block(Predeploys.L1_BLOCK).basefee();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFee() external view returns (uint256) {
        return IL1Block(Predeploys.L1_BLOCK).blobBaseFee();
    }

    /// @inheritdoc IGasPriceOracle
    function baseFeeScalar() external view returns (uint32) {
        return IL1Block(Predeploys.L1_BLOCK).baseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFeeScalar() external view returns (uint32) {
        return IL1Block(Predeploys.L1_BLOCK).blobBaseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function getL1Fee(bytes calldata) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IGasPriceOracle
    function getL1FeeUpperBound(uint256) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IGasPriceOracle
    function getL1GasUsed(bytes calldata) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IGasPriceOracle
    function getOperatorFee(uint256) external pure returns (uint256) {
        return 0;
    }
}
