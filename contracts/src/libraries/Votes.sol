// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What verifiers sign
library Votes {
    /// @dev Of signatures over votes: the suite of RFC 9380 and the proof-of-possession scheme, as Ethereum's consensus layer
    /// has it. The message itself says that it belongs to Praxis.
    bytes internal constant VOTE_DOMAIN = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    /// @dev Of proofs of possession.
    bytes internal constant POSSESSION_DOMAIN = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

    bytes32 private constant VOTE_TAG = keccak256("praxis verifier vote v1");
    bytes32 private constant POSSESSION_TAG = keccak256("praxis verifier key v1");

    /// @notice A verifier's word on one L2 block.
    /// @param game The claim that it was asked about.
    /// @param l2BlockNumber The L2 block.
    /// @param root The output root that it computed; zero when the block doesn't follow from the L1 head.
    /// @param l1Head The L1 block up to which it derived.
    struct Vote {
        address game;
        uint256 l2BlockNumber;
        bytes32 root;
        bytes32 l1Head;
    }

    /// @dev The 32 bytes that are signed for a vote.
    function message(address registry, uint256 l2ChainId, Vote memory vote) internal view returns (bytes memory) {
        bytes32 hash = keccak256(
            abi.encode(
                VOTE_TAG, block.chainid, registry, l2ChainId, vote.game, vote.l2BlockNumber, vote.root, vote.l1Head
            )
        );
        return abi.encodePacked(hash);
    }

    /// @dev The 32 bytes that are signed to prove possession of a key. They name the owner, so nobody else can use the proof.
    function possession(address registry, address owner, bytes memory key) internal view returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(POSSESSION_TAG, block.chainid, registry, owner, key)));
    }
}
