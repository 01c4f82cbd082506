// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Operators of conditions, numbered as in Zodiac Roles
/// @dev `Bitmask`, `Custom` and `ArraySubset` are not taken over: `IActionPolicy` and `ICaveatEnforcer` serve for them.
library Operators {
    uint8 internal constant PASS = 0;
    uint8 internal constant AND = 1;
    uint8 internal constant OR = 2;
    uint8 internal constant NOR = 3;
    uint8 internal constant MATCHES = 5;
    uint8 internal constant ARRAY_SOME = 6;
    uint8 internal constant ARRAY_EVERY = 7;
    uint8 internal constant EQUAL_TO_AVATAR = 15;
    /// @dev Of dynamic data, the hash.
    uint8 internal constant EQUAL_TO = 16;
    uint8 internal constant GREATER_THAN = 17;
    uint8 internal constant LESS_THAN = 18;
    uint8 internal constant SIGNED_GREATER_THAN = 19;
    uint8 internal constant SIGNED_LESS_THAN = 20;
    /// @dev Not in Zodiac Roles: relates an argument to the model's output. compValue: abi.encode(uint256 tensor,
    /// uint256 element, uint256 scale, uint256 toleranceBps).
    uint8 internal constant OUTPUT_WITHIN = 24;
    /// @dev compValue of these three: position in the terms' allowances, from 1.
    uint8 internal constant WITHIN_ALLOWANCE = 28;
    uint8 internal constant ETHER_WITHIN_ALLOWANCE = 29;
    uint8 internal constant CALL_WITHIN_ALLOWANCE = 30;
}
