//! `sol!` types of the library contract that proves an inference on L1. Documentation stands in
//! `contracts/src/interfaces/IInferenceProof.sol`.

#![allow(missing_docs)]

use alloy_sol_types::sol;

sol! {
    /// Checks a proof from an output root down to one inference.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IInferenceProof {
        struct Record {
            uint32 transactionIndex;
            uint32 callIndex;
            address caller;
            bytes32 model;
            bytes32 inputHash;
            bytes32 outputHash;
            uint64 gas;
            bool isStatic;
            bool reverted;
        }

        struct OutputRootProof {
            bytes32 version;
            bytes32 stateRoot;
            bytes32 messagePasserStorageRoot;
            bytes32 latestBlockhash;
        }

        struct Proof {
            OutputRootProof output;
            bytes claimedHeader;
            bytes header;
            bytes[] accountProof;
            bytes[] storageProof;
            bytes32 recordsRoot;
            uint32 recordsCount;
            Record record;
            uint256 index;
            bytes32[] branch;
        }

        function version() external view returns (string memory);
        function verify(address anchors, address game, Proof calldata proof) external view returns (uint256 l2Block);
        function verifyAgainst(bytes32 outputRoot, Proof calldata proof) external pure returns (uint256 l2Block);

        error ClaimNotValid(address game);
        error OutputMismatch(bytes32 expected, bytes32 computed);
        error HeaderMismatch(bytes32 expected, bytes32 computed);
        error BlockOutOfReach(uint256 number, uint256 claimed);
        error RequestMismatch(bytes32 expected, bytes32 computed);
        error IndexOutOfRange(uint256 index, uint256 count);
        error RecordMismatch();

        // Of the libraries that it uses.
        error FieldNotPresentInBlockHeader(uint8);
        error RLPInvalidEncoding();
        error TrieProofTraversalError(uint8 err);
    }
}
