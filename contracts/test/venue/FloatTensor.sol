// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IInference} from "../../src/interfaces/IInference.sol";

/// @title Numbers with 18 decimals as a float32 tensor
library FloatTensor {
    uint8 internal constant FLOAT32 = 1;

    /// @notice A tensor of shape [1, values.length], each value rounded to the nearest float, ties to even.
    function row(int256[] memory values) internal pure returns (IInference.Tensor memory tensor) {
        tensor.dtype = FLOAT32;
        tensor.shape = new uint32[](2);
        // casting is safe: a strategy's few features
        (tensor.shape[0], tensor.shape[1]) = (1, uint32(values.length));
        tensor.data = new bytes(4 * values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            uint256 bits = toBits(values[i]);
            for (uint256 j = 0; j < 4; ++j) {
                tensor.data[4 * i + j] = bytes1(uint8(bits >> 8 * j));
            }
        }
    }

    /// @notice The nearest float32 of value / 10^18, as its bits. |value| below 2^127.
    function toBits(int256 value) internal pure returns (uint256) {
        if (value == 0) return 0;
        uint256 sign = value < 0 ? 1 << 31 : 0;
        // casting is safe: the magnitude
        uint256 scaled = uint256(value < 0 ? -value : value) << 128;
        uint256 quotient = scaled / 1e18;
        // 10^-18 is above 2^-60, so the quotient has at least 69 bits and the lowest stands far below the float's last.
        uint256 drop = Math.log2(quotient) - 23;
        uint256 rest = quotient & ((1 << drop) - 1);
        uint256 significand = quotient >> drop;
        uint256 half = 1 << (drop - 1);
        bool more = rest > half || (rest == half && (scaled % 1e18 != 0 || significand & 1 == 1));
        if (more) ++significand;
        // A carry out of the significand raises the exponent, as addition does by itself.
        return sign + ((drop + 23 + 127 - 128 - 1) << 23) + significand;
    }
}
