// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BLS} from "../src/libraries/BLS.sol";
import {Votes} from "../src/libraries/Votes.sol";
import {Signer} from "./helpers/Signer.sol";
import {Test} from "./helpers/Test.sol";

/// @dev Numbers by @noble/curves 1.9: an implementation that shares nothing with the precompiles.
contract BLSTest is Test {
    uint256 internal constant SECRET = 0x1234567890abcdef;

    function verify(bytes memory key, bytes memory message, bytes memory signature) external view returns (bool) {
        return BLS.verify(key, message, signature, Votes.VOTE_DOMAIN);
    }

    /// @dev RFC 9380, appendix J.10.1, message "abc".
    function test_hashToG2_asTheRfc() public view {
        bytes memory expected = hex"0000000000000000000000000000000002c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6"
            hex"00000000000000000000000000000000139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd8"
            hex"000000000000000000000000000000001787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244aeb197642555a0645fb87bf7466b2ba48"
            hex"0000000000000000000000000000000000aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e1ce70dd94a733534f106d4cec0eddd16";
        vm.assertEq(BLS.hashToG2("abc", "QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_"), expected);
    }

    function test_signature_asNoble() public view {
        bytes memory key = hex"0000000000000000000000000000000006108816a69a1dc709dc6fdb084e9d5431414b46e7b56772260a6c695663cfc66ce0afee43b1a5dd51241a3478386521"
            hex"0000000000000000000000000000000005272868b6134f52eabee815b639e195794d1181810ec67fee6e7ee02491dd8dc1ee8931d1d76f8139c648f2dddcbdf7";
        bytes memory signature = hex"000000000000000000000000000000000dba2cac49095b3c9353c4f6f5288d062b183f7fd7c9e5290b71b0148a3611ddddbba692cbc5ca7217c9c6b4895303bb"
            hex"0000000000000000000000000000000012cbd203c27217f9ff4f4d58306db4d0eeffc114e8e54781736e2a0dfbec3361a4c29b01c397ddd14240c33a68358123"
            hex"0000000000000000000000000000000016e6f946a313c944fe775092d410e965b78cdbe4337abed798407ebd38b522aea44e8c8698ad027001e47fec817e6826"
            hex"0000000000000000000000000000000016b13fba1f7c86d1f2e7588eca4309ddb70352d783ff109840e7d58a10c179d990ea94bddfcb0d2d46b8fa7fa7bc5171";
        vm.assertEq(Signer.publicKey(SECRET), key);
        vm.assertEq(Signer.sign(SECRET, "praxis", Votes.VOTE_DOMAIN), signature);
        vm.assertTrue(BLS.verify(key, "praxis", signature, Votes.VOTE_DOMAIN));
        vm.assertFalse(BLS.verify(key, "praxiS", signature, Votes.VOTE_DOMAIN));
        vm.assertFalse(BLS.verify(key, "praxis", signature, Votes.POSSESSION_DOMAIN));
    }

    function test_verify_infiniteKey_isFalse() public view {
        // The point at infinity as key and as signature would satisfy the pairing for every message.
        vm.assertFalse(BLS.verify(new bytes(128), "praxis", new bytes(256), Votes.VOTE_DOMAIN));
        vm.assertFalse(BLS.verify(Signer.publicKey(SECRET), "praxis", new bytes(256), Votes.VOTE_DOMAIN));
    }

    function test_verify_notAPoint_reverts() public {
        bytes memory key = Signer.publicKey(SECRET);
        bytes memory signature = Signer.sign(SECRET, "praxis", Votes.VOTE_DOMAIN);
        key[127] ^= 0x01;
        vm.expectRevert(BLS.InvalidPoint.selector);
        this.verify(key, "praxis", signature);
        vm.expectRevert(abi.encodeWithSelector(BLS.InvalidLength.selector, 128, 2));
        this.verify("no", "praxis", signature);
        vm.expectRevert(abi.encodeWithSelector(BLS.InvalidLength.selector, 256, 2));
        this.verify(key, "praxis", "no");
    }

    /// @dev A point on the curve but outside the subgroup of prime order: x = 4 gives one on G1's curve.
    function test_verify_outsideSubgroup_reverts() public {
        bytes memory key = abi.encodePacked(
            bytes32(0),
            uint256(4),
            hex"000000000000000000000000000000000a989badd40d6212b33cffc3f3763e9b",
            hex"c760f988c9926b26da9dd85e928483446346b8ed00e1de5d5ea93e354abe706c"
        );
        bytes memory signature = Signer.sign(SECRET, "praxis", Votes.VOTE_DOMAIN);
        vm.assertEq(BLS.add(key, new bytes(128)), key);
        vm.expectRevert(BLS.InvalidPoint.selector);
        this.verify(key, "praxis", signature);
    }

    function testFuzz_aggregate_verifies(uint64 first, uint64 second, bytes memory message) public view {
        vm.assume(first != 0 && second != 0);
        bytes memory key = BLS.add(Signer.publicKey(first), Signer.publicKey(second));
        bytes memory signature =
            Signer.add(Signer.sign(first, message, Votes.VOTE_DOMAIN), Signer.sign(second, message, Votes.VOTE_DOMAIN));
        vm.assertTrue(BLS.verify(key, message, signature, Votes.VOTE_DOMAIN));
        vm.assertFalse(BLS.verify(Signer.publicKey(first), message, signature, Votes.VOTE_DOMAIN));
    }
}
