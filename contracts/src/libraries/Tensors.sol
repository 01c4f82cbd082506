// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../interfaces/IInference.sol";

/// @title Tensors of float32 from and to fixed point with 18 decimals
/// @notice What a strategy needs between its numbers and a model's. Rounding is that of `IInference.inferFixed`: to the nearest
/// float, ties to even.
library Tensors {
    /// @dev ONNX TensorProto.DataType.FLOAT.
    uint8 internal constant FLOAT32 = 1;
    uint256 internal constant ONE = 1e18;

    /// @notice The magnitude is 2^128 or more before its 18 decimals.
    error TooLarge(int256 value);
    /// @notice The tensor holds no float32 at this position.
    error NoFloat(uint256 position);
    /// @notice Not a number, or infinite.
    error NotFinite(uint32 bits);

    /// @notice One row: a tensor of shape [1, values.length].
    function row(int256[] memory values) internal pure returns (IInference.Tensor memory tensor) {
        uint32[] memory shape = new uint32[](2);
        // casting is safe: memory does not hold 2^32 values
        (shape[0], shape[1]) = (1, uint32(values.length));
        bytes memory data = new bytes(4 * values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            uint32 bits = toFloat(values[i]);
            for (uint256 j = 0; j < 4; ++j) {
                // casting is meant: one byte, the lowest first
                data[4 * i + j] = bytes1(uint8(bits >> (8 * j)));
            }
        }
        return IInference.Tensor(FLOAT32, shape, data);
    }

    /// @notice The element at `position` of a float32 tensor, with 18 decimals, rounded toward zero.
    function element(IInference.Tensor calldata tensor, uint256 position) internal pure returns (int256) {
        bytes calldata data = tensor.data;
        if (tensor.dtype != FLOAT32 || position >= data.length / 4) revert NoFloat(position);
        uint32 bits = 0;
        for (uint256 j = 0; j < 4; ++j) {
            // casting is safe: at most 24
            bits |= uint32(uint8(data[4 * position + j])) << uint32(8 * j);
        }
        return fromFloat(bits);
    }

    /// @notice value / 10^18 as the bits of the nearest float32.
    function toFloat(int256 value) internal pure returns (uint32) {
        if (value == 0) return 0;
        // casting is safe: checked, and wraps to 2^255 at the one value without a positive
        uint256 magnitude = value < 0 ? uint256(-(value + 1)) + 1 : uint256(value);
        if (magnitude >> 128 != 0) revert TooLarge(value);
        // The quotient has 24 or 25 bits: its length is that of the numerator less that of the denominator, or one more.
        int256 shift = 24 - (int256(_length(magnitude)) - int256(_length(ONE)));
        (uint256 over, uint256 under) =
            shift >= 0 ? (magnitude << uint256(shift), ONE) : (magnitude, ONE << uint256(-shift));
        uint256 quotient = over / under;
        if (quotient >> 24 != 0) {
            (under, shift) = (under << 1, shift - 1);
            quotient = over / under;
        }
        uint256 twice = 2 * (over % under);
        if (twice > under || (twice == under && quotient & 1 == 1)) ++quotient;
        // A mantissa that rounds up to 2^24 carries into the exponent by itself. The least value is 2^-60: no subnormal.
        uint256 bits = (uint256(150 - shift) << 23) + quotient - (1 << 23);
        // casting is safe: 31 bits
        return uint32(value < 0 ? bits | (1 << 31) : bits);
    }

    /// @notice A float32's value with 18 decimals, rounded toward zero.
    function fromFloat(uint32 bits) internal pure returns (int256) {
        uint256 exponent = (bits >> 23) & 0xff;
        if (exponent == 0xff) revert NotFinite(bits);
        uint256 mantissa = bits & 0x7fffff;
        if (exponent == 0) exponent = 1;
        else mantissa |= 1 << 23;
        uint256 scaled = mantissa * ONE;
        scaled = exponent >= 150 ? scaled << (exponent - 150) : scaled >> (150 - exponent);
        // casting is safe: below 2^188
        return bits >> 31 == 0 ? int256(scaled) : -int256(scaled);
    }

    /// @dev Bits without leading zeros.
    function _length(uint256 value) private pure returns (uint256 length) {
        for (uint256 half = 128; half != 0; half >>= 1) {
            if (value >> half != 0) (value, length) = (value >> half, length + half);
        }
        return length + 1;
    }
}
