// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Who an L1 contract is on L2
/// @dev A contract at the same address on L2 may belong to somebody else, so an L1 contract's deposits come from its address
/// plus a constant (the OP Stack's).
library AddressAlias {
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);

    /// @dev The L2 sender of an L1 contract's deposits.
    function toL2(address l1) internal pure returns (address l2) {
        unchecked {
            return address(uint160(l1) + OFFSET);
        }
    }

    /// @dev The inverse of `toL2`.
    function toL1(address l2) internal pure returns (address l1) {
        unchecked {
            return address(uint160(l2) - OFFSET);
        }
    }
}
