// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GasPriceOracle} from "../src/L2/GasPriceOracle.sol";
import {L1Block} from "../src/L2/L1Block.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract GasPriceOracleTest is Test {
    GasPriceOracle internal oracle;

    /// @dev Where L1Block keeps what is read here; the bindings pin it to the snapshot of the layout.
    function _prices(uint256 l1BaseFee, uint256 blobBaseFee, uint32 scalar, uint32 blobScalar) internal {
        vm.store(Predeploys.L1_BLOCK, bytes32(uint256(1)), bytes32(l1BaseFee));
        vm.store(Predeploys.L1_BLOCK, bytes32(uint256(2)), bytes32(blobBaseFee));
        uint256 operator = uint256(3) << 72 | uint256(11) << 104;
        bytes32 word = bytes32(uint256(scalar) << 8 | uint256(blobScalar) << 40 | operator);
        vm.store(Predeploys.L1_BLOCK, bytes32(uint256(5)), word);
    }

    function setUp() public {
        oracle = new GasPriceOracle();
        vm.etch(Predeploys.L1_BLOCK, address(new L1Block()).code);
        _prices(30 gwei, 7, 5000, 1e6);
    }

    function test_prices_comeFromTheBlockAndItsOrigin() public {
        vm.fee(13);
        vm.assertEq(oracle.l1BaseFee(), 30 gwei);
        vm.assertEq(oracle.blobBaseFee(), 7);
        vm.assertEq(oracle.baseFeeScalar(), 5000);
        vm.assertEq(oracle.blobBaseFeeScalar(), 1e6);
        vm.assertEq(oracle.baseFee(), 13);
        vm.assertEq(oracle.gasPrice(), 13);
        vm.assertTrue(oracle.isEcotone() && oracle.isFjord() && oracle.isIsthmus() && oracle.isJovian());
    }

    function test_getL1Fee_byHand() public view {
        // At the floor, each byte costs 30 gwei * 16 * 0.005 and 7 wei.
        uint256 bytesAtFloor = oracle.getL1GasUsed("short") / 16;
        vm.assertEq(oracle.getL1Fee("short"), bytesAtFloor * (2.4 gwei + 7));
    }

    function test_getOperatorFee_isJovians() public view {
        vm.assertEq(oracle.getOperatorFee(21_000), 21_000 * 300 + 11);
    }

    function testFuzz_getL1Fee_isWithinItsBound(bytes calldata data, uint64 l1BaseFee, uint64 blobBaseFee) public {
        _prices(l1BaseFee, blobBaseFee, 7, 1e6);
        vm.assertLe(oracle.getL1Fee(data), oracle.getL1FeeUpperBound(data.length));
    }
}
