// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../../interfaces/IInference.sol";

/// @title One element of a tensor as a number with 18 decimals
library TensorReader {
    int256 private constant ONE = 1e18;

    /// @notice NaN, an infinity, a value beyond 2^187, an unknown type, or an element that is not there.
    error NotRepresentable(uint256 element);

    /// @notice The element, truncated towards zero.
    function fixedPoint(IInference.Tensor memory tensor, uint256 element) internal pure returns (int256) {
        uint8 dtype = tensor.dtype;
        if (dtype == 1) return _float(_word(tensor.data, element, 4), 23, 8, element);
        if (dtype == 11) return _float(_word(tensor.data, element, 8), 52, 11, element);
        uint256 size = _size(dtype);
        if (size == 0) revert NotRepresentable(element);
        uint256 raw = _word(tensor.data, element, size);
        bool signed = dtype == 3 || dtype == 5 || dtype == 6 || dtype == 7;
        // casting is safe: raw has at most 64 bits; sign extension by shifts
        if (!signed) return int256(raw) * ONE;
        uint256 shift = 256 - 8 * size;
        return (int256(raw << shift) >> shift) * ONE;
    }

    /// @dev Bytes per element of the integer types and bool.
    function _size(uint8 dtype) private pure returns (uint256) {
        if (dtype == 2 || dtype == 3 || dtype == 9) return 1;
        if (dtype == 4 || dtype == 5) return 2;
        if (dtype == 6 || dtype == 12) return 4;
        if (dtype == 7 || dtype == 13) return 8;
        return 0;
    }

    function _word(bytes memory data, uint256 element, uint256 size) private pure returns (uint256 word) {
        if (element > type(uint32).max || (element + 1) * size > data.length) revert NotRepresentable(element);
        for (uint256 i = size; i > 0; --i) {
            word = word << 8 | uint8(data[element * size + i - 1]);
        }
    }

    /// @dev IEEE 754: (-1)^sign * significand * 2^(exponent - bias - fraction bits).
    function _float(uint256 raw, uint256 fractionBits, uint256 exponentBits, uint256 element)
        private
        pure
        returns (int256)
    {
        uint256 exponent = (raw >> fractionBits) & ((1 << exponentBits) - 1);
        uint256 significand = raw & ((1 << fractionBits) - 1);
        if (exponent == (1 << exponentBits) - 1) revert NotRepresentable(element);
        if (exponent == 0) exponent = 1;
        else significand |= 1 << fractionBits;
        uint256 offset = (1 << (exponentBits - 1)) - 1 + fractionBits;
        uint256 magnitude = significand * uint256(ONE);
        if (exponent >= offset) {
            if (exponent - offset > 127 - fractionBits) revert NotRepresentable(element);
            magnitude <<= exponent - offset;
        } else {
            magnitude >>= offset - exponent;
        }
        // casting is safe: 2^128 * 1e18 is below 2^188
        return raw >> (fractionBits + exponentBits) == 0 ? int256(magnitude) : -int256(magnitude);
    }
}
