// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../src/interfaces/IInference.sol";
import {Tensors} from "../src/libraries/Tensors.sol";
import {Test} from "./helpers/Test.sol";

contract TensorsTest is Test {
    function test_toFloat_knownValues() external pure {
        vm.assertEq(uint256(Tensors.toFloat(0)), 0);
        vm.assertEq(uint256(Tensors.toFloat(1e18)), 0x3f800000);
        vm.assertEq(uint256(Tensors.toFloat(-2.5e18)), 0xc0200000);
        vm.assertEq(uint256(Tensors.toFloat(0.1e18)), 0x3dcccccd);
        vm.assertEq(uint256(Tensors.toFloat(1)), 0x219392ef); // 1e-18
        vm.assertEq(uint256(Tensors.toFloat(3.14159274e18)), 0x40490fdb);
        // 2^24 + 1 and 2^24 + 3 lie between floats: to the even one.
        vm.assertEq(uint256(Tensors.toFloat(16_777_217e18)), 0x4b800000);
        vm.assertEq(uint256(Tensors.toFloat(16_777_219e18)), 0x4b800002);
        // Rounds up into the next power of two.
        vm.assertEq(uint256(Tensors.toFloat(0.99999999e18)), 0x3f800000);
    }

    function test_fromFloat_knownValues() external pure {
        vm.assertEq(Tensors.fromFloat(0x3f800000), 1e18);
        vm.assertEq(Tensors.fromFloat(0xc0200000), -2.5e18);
        vm.assertEq(Tensors.fromFloat(0x80000000), 0);
        vm.assertEq(Tensors.fromFloat(0x00000001), 0);
        vm.assertEq(Tensors.fromFloat(0x7f7fffff), int256(0xffffff) * 1e18 << 104);
    }

    function test_fromFloat_infinity_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(Tensors.NotFinite.selector, uint32(0x7f800000)));
        this.decode(0x7f800000);
    }

    function test_toFloat_tooLarge_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(Tensors.TooLarge.selector, int256(-1 << 128)));
        this.encode(-1 << 128);
    }

    /// @dev The nearest of 24 bits is within 2^-24 of the value, and the last digit is cut off.
    function testFuzz_thereAndBack(int128 value) external pure {
        int256 back = Tensors.fromFloat(Tensors.toFloat(value));
        int256 distance = back > value ? back - value : value - back;
        int256 magnitude = value < 0 ? -int256(value) : int256(value);
        vm.assertTrue(distance <= (magnitude >> 24) + 1);
    }

    function test_row_isLittleEndian() external view {
        int256[] memory values = new int256[](2);
        (values[0], values[1]) = (1e18, -2.5e18);
        IInference.Tensor memory tensor = Tensors.row(values);
        vm.assertEq(tensor.data, hex"0000803f000020c0");
        vm.assertEq(uint256(tensor.shape[1]), 2);
        vm.assertEq(this.element(tensor, 1), -2.5e18);
    }

    function test_element_outside_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(Tensors.NoFloat.selector, 1));
        this.element(Tensors.row(new int256[](1)), 1);
    }

    function element(IInference.Tensor calldata tensor, uint256 position) external pure returns (int256) {
        return Tensors.element(tensor, position);
    }

    function decode(uint32 bits) external pure returns (int256) {
        return Tensors.fromFloat(bits);
    }

    function encode(int256 value) external pure returns (uint32) {
        return Tensors.toFloat(value);
    }
}
