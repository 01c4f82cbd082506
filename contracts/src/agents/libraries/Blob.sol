// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Bytes kept as the code of a contract: cheaper to read than storage from three words on
library Blob {
    /// @dev Creation code: returns everything after itself. The first byte of what it returns is STOP.
    bytes private constant CREATION = hex"600b380380600b5f395ff300";

    /// @notice More bytes than a contract's code holds.
    error BlobTooLarge(uint256 length);

    /// @notice Stores up to 24,575 bytes.
    function store(bytes memory data) internal returns (address blob) {
        if (data.length > 24575) revert BlobTooLarge(data.length);
        bytes memory code = bytes.concat(CREATION, data);
        assembly ("memory-safe") {
            blob := create(0, add(code, 32), mload(code))
        }
        if (blob == address(0)) revert BlobTooLarge(data.length);
    }

    /// @notice What `store` was given.
    function load(address blob) internal view returns (bytes memory data) {
        uint256 length = blob.code.length - 1;
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(0x40, and(add(add(data, 63), length), not(31)))
            mstore(data, length)
            extcodecopy(blob, add(data, 32), 1, length)
        }
    }
}
