// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title BLS signatures on BLS12-381, by EIP-2537's precompiles
/// @notice Public keys in G1 (128 bytes), signatures in G2 (256 bytes), both in EIP-2537's encoding: coordinates of 48 bytes,
/// each after 16 zero bytes. Messages go to G2 by RFC 9380 (SSWU, random oracle, SHA-256): the scheme of Ethereum's
/// consensus layer and of blst's `min_pk`.
library BLS {
    /// @dev A precompile refused its input: a point not on the curve, not in its subgroup, or a coordinate too large.
    error InvalidPoint();
    /// @dev Not 128 or 256 bytes.
    error InvalidLength(uint256 expected, uint256 given);

    uint256 internal constant G1_BYTES = 128;
    uint256 internal constant G2_BYTES = 256;

    address private constant MODEXP = address(0x05);
    address private constant G1_ADD = address(0x0b);
    address private constant G2_ADD = address(0x0d);
    address private constant PAIRING_CHECK = address(0x0f);
    address private constant MAP_FP2_TO_G2 = address(0x11);

    /// @dev The negative of G1's generator.
    bytes private constant MINUS_G1 = hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";
    /// @dev The base field's prime.
    bytes private constant PRIME =
        hex"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";

    /// @dev Whether `signature` is `key`'s over `message`. False for the point at infinity as a key, which would sign
    /// everything. Reverts when key or signature is no point of its group.
    function verify(bytes memory key, bytes memory message, bytes memory signature, bytes memory domain)
        internal
        view
        returns (bool)
    {
        if (key.length != G1_BYTES) revert InvalidLength(G1_BYTES, key.length);
        if (signature.length != G2_BYTES) revert InvalidLength(G2_BYTES, signature.length);
        if (isInfinity(key)) return false;
        // e(key, H(m)) * e(-g1, signature) = 1. The precompile checks that all four lie in their groups.
        bytes memory input = bytes.concat(key, hashToG2(message, domain), MINUS_G1, signature);
        return uint256(bytes32(_call(PAIRING_CHECK, input, 32))) == 1;
    }

    /// @dev Sum of two points of G1, whose subgroup is not checked.
    function add(bytes memory left, bytes memory right) internal view returns (bytes memory) {
        return _call(G1_ADD, bytes.concat(left, right), G1_BYTES);
    }

    /// @dev Whether this encodes G1's point at infinity.
    function isInfinity(bytes memory key) internal pure returns (bool) {
        return keccak256(key) == keccak256(new bytes(G1_BYTES));
    }

    /// @dev hash_to_curve of RFC 9380 for BLS12381G2_XMD:SHA-256_SSWU_RO_.
    function hashToG2(bytes memory message, bytes memory domain) internal view returns (bytes memory) {
        bytes32[8] memory uniform = _expand(message, domain);
        bytes memory first = bytes.concat(_reduce(uniform[0], uniform[1]), _reduce(uniform[2], uniform[3]));
        bytes memory second = bytes.concat(_reduce(uniform[4], uniform[5]), _reduce(uniform[6], uniform[7]));
        // The precompile clears the cofactor of each point, which comes to the same as clearing it of their sum.
        return _call(
            G2_ADD,
            bytes.concat(_call(MAP_FP2_TO_G2, first, G2_BYTES), _call(MAP_FP2_TO_G2, second, G2_BYTES)),
            G2_BYTES
        );
    }

    /// @dev expand_message_xmd of RFC 9380 with SHA-256, for 256 bytes.
    function _expand(bytes memory message, bytes memory domain) private pure returns (bytes32[8] memory blocks) {
        bytes memory suffix = abi.encodePacked(domain, uint8(domain.length));
        bytes32 first = sha256(abi.encodePacked(bytes32(0), bytes32(0), message, uint16(256), uint8(0), suffix));
        blocks[0] = sha256(abi.encodePacked(first, uint8(1), suffix));
        for (uint8 i = 1; i < 8; ++i) {
            blocks[i] = sha256(abi.encodePacked(first ^ blocks[i - 1], i + 1, suffix));
        }
    }

    /// @dev A 64-byte number modulo the prime, as a field element of 64 bytes.
    function _reduce(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory input = abi.encodePacked(uint256(64), uint256(1), uint256(48), high, low, uint8(1), PRIME);
        return abi.encodePacked(bytes16(0), _call(MODEXP, input, 48));
    }

    function _call(address precompile, bytes memory input, uint256 outputBytes) private view returns (bytes memory) {
        (bool success, bytes memory output) = precompile.staticcall(input);
        if (!success || output.length != outputBytes) revert InvalidPoint();
        return output;
    }
}
