// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {InferenceProof} from "../src/L1/InferenceProof.sol";
import {IInferenceProof} from "../src/interfaces/IInferenceProof.sol";
import {OutputGame} from "../src/dispute/OutputGame.sol";
import {Withdrawals} from "../src/libraries/Withdrawals.sol";
import {L1System} from "./helpers/L1System.sol";
import {MiniTrie} from "./helpers/MiniTrie.sol";

contract InferenceProofTest is L1System {
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    InferenceProof internal prover;

    function setUp() public {
        prover = new InferenceProof();
    }

    /// @dev A record as node/primitives/src/inference.rs pins its bytes.
    function _record(uint256 seed) internal pure returns (IInferenceProof.Record memory) {
        return IInferenceProof.Record({
            transactionIndex: uint32(seed),
            callIndex: uint32(seed >> 8),
            caller: address(uint160(uint256(keccak256(abi.encode(seed, 1))))),
            model: keccak256(abi.encode(seed, 2)),
            inputHash: keccak256(abi.encode(seed, 3)),
            outputHash: keccak256(abi.encode(seed, 4)),
            gas: uint64(seed * 7),
            isStatic: seed & 1 == 1,
            reverted: seed & 2 == 2
        });
    }

    function _leaf(IInferenceProof.Record memory r) internal pure returns (bytes32) {
        uint8 flags = (r.isStatic ? 1 : 0) + (r.reverted ? 2 : 0);
        bytes memory head = abi.encodePacked(r.transactionIndex, r.callIndex, r.caller, r.model);
        return keccak256(abi.encodePacked(uint8(0), head, r.inputHash, r.outputHash, r.gas, flags));
    }

    /// @dev Root and branch of a tree over `count` records, padded with zero words.
    function _tree(uint256 count, uint256 index) internal pure returns (bytes32 root, bytes32[] memory branch) {
        uint256 width = 1;
        uint256 depth = 0;
        while (width < count) (width, depth) = (width * 2, depth + 1);
        bytes32[] memory level = new bytes32[](width);
        for (uint256 i = 0; i < count; ++i) {
            level[i] = _leaf(_record(i));
        }
        branch = new bytes32[](depth);
        for (uint256 d = 0; d < depth; ++d) {
            branch[d] = level[(index >> d) ^ 1];
            for (uint256 i = 0; i < width >> (d + 1); ++i) {
                level[i] = keccak256(abi.encodePacked(uint8(1), level[2 * i], level[2 * i + 1]));
            }
        }
        root = level[0];
    }

    function _header(bytes32 stateRoot, uint256 number, bytes32 requestsHash) internal pure returns (bytes memory) {
        bytes[] memory fields = new bytes[](21);
        for (uint256 i = 0; i < 21; ++i) {
            fields[i] = RLP.encode(abi.encodePacked(keccak256(abi.encode("field", i))));
        }
        fields[3] = RLP.encode(abi.encodePacked(stateRoot));
        fields[8] = RLP.encode(number);
        fields[20] = RLP.encode(abi.encodePacked(requestsHash));
        return RLP.encode(fields);
    }

    function _requestsHash(bytes32 root, uint256 count) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(sha256(abi.encodePacked(uint8(0xa1), root, uint32(count)))));
    }

    /// @dev A state in which EIP-2935's contract has the hash of block `number` among two others.
    function _stateWith(bytes32 hash, uint256 number)
        internal
        pure
        returns (bytes32 stateRoot, bytes[] memory accountProof, bytes[] memory storageProof)
    {
        MiniTrie.Items memory items = MiniTrie.Items(new bytes32[](3), new bytes[](3));
        for (uint256 i = 0; i < 3; ++i) {
            items.keys[i] = keccak256(abi.encode((number + i) % 8191));
            items.values[i] = RLP.encode(uint256(i == 0 ? hash : keccak256(abi.encode(i))));
        }
        bytes32 storageRoot;
        (storageRoot, storageProof) = MiniTrie.prove(items, 0);
        bytes[] memory account = new bytes[](4);
        account[0] = RLP.encode(uint256(1));
        account[1] = RLP.encode(uint256(0));
        account[2] = RLP.encode(abi.encodePacked(storageRoot));
        account[3] = RLP.encode(abi.encodePacked(keccak256("code")));
        items.keys[0] = keccak256(abi.encodePacked(HISTORY));
        items.values[0] = RLP.encode(account);
        (stateRoot, accountProof) = MiniTrie.prove(items, 0);
    }

    function _proof(uint256 count, uint256 index, uint256 claimed, uint256 older)
        internal
        pure
        returns (bytes32 root, IInferenceProof.Proof memory proof)
    {
        (proof.recordsRoot, proof.branch) = _tree(count, index);
        proof.recordsCount = uint32(count);
        proof.record = _record(index);
        proof.index = index;
        bytes32 requests = _requestsHash(proof.recordsRoot, count);
        if (older != claimed) {
            proof.header = _header(keccak256("older state"), older, requests);
            (proof.output.stateRoot, proof.accountProof, proof.storageProof) =
                _stateWith(keccak256(proof.header), older);
            requests = keccak256("others");
        }
        proof.claimedHeader = _header(proof.output.stateRoot, claimed, requests);
        proof.output.latestBlockhash = keccak256(proof.claimedHeader);
        root = Withdrawals.outputRoot(proof.output);
    }

    function test_inTheClaimedBlock() public view {
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(5, 4, 100, 100);
        vm.assertEq(prover.verifyAgainst(root, proof), 100);
    }

    function testFuzz_older(uint8 count, uint8 index, uint64 claimed, uint16 back) public view {
        count = count % 20 + 1;
        index %= count;
        uint256 distance = uint256(back) % 8191 + 1;
        uint256 latest = uint256(claimed) + distance;
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(count, index, latest, claimed);
        vm.assertEq(prover.verifyAgainst(root, proof), claimed);
    }

    function test_outOfReach_reverts() public {
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(1, 0, 9000, 9000 - 8192);
        vm.expectRevert(abi.encodeWithSelector(IInferenceProof.BlockOutOfReach.selector, 808, 9000));
        prover.verifyAgainst(root, proof);
        // The slot 8191 blocks on is the same: a block after the claimed one must not pass for it.
        (root, proof) = _proof(1, 0, 100, 101);
        vm.expectRevert(abi.encodeWithSelector(IInferenceProof.BlockOutOfReach.selector, 101, 100));
        prover.verifyAgainst(root, proof);
    }

    /// @dev Each part, changed alone, breaks the proof.
    function test_changed_reverts() public {
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(5, 2, 100, 60);
        prover.verifyAgainst(root, proof);
        vm.expectPartialRevert(IInferenceProof.OutputMismatch.selector);
        prover.verifyAgainst(keccak256("other"), proof);

        proof.claimedHeader[40] ^= 0x01;
        vm.expectPartialRevert(IInferenceProof.HeaderMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.claimedHeader[40] ^= 0x01;

        proof.header[40] ^= 0x01;
        vm.expectPartialRevert(IInferenceProof.HeaderMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.header[40] ^= 0x01;

        proof.recordsCount = 6;
        vm.expectPartialRevert(IInferenceProof.RequestMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.recordsCount = 5;

        proof.record.outputHash = keccak256("lie");
        vm.expectRevert(IInferenceProof.RecordMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.record = _record(2);

        proof.record.reverted = !proof.record.reverted;
        vm.expectRevert(IInferenceProof.RecordMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.record = _record(2);

        proof.index = 5;
        vm.expectRevert(abi.encodeWithSelector(IInferenceProof.IndexOutOfRange.selector, 5, 5));
        prover.verifyAgainst(root, proof);
        proof.index = 3;
        vm.expectRevert(IInferenceProof.RecordMismatch.selector);
        prover.verifyAgainst(root, proof);
        proof.index = 2;

        proof.branch = new bytes32[](2);
        vm.expectRevert(IInferenceProof.RecordMismatch.selector);
        prover.verifyAgainst(root, proof);
    }

    /// @dev An honest older header under the wrong slot: the storage proof has another block's hash.
    function test_otherSlot_reverts() public {
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(1, 0, 100, 60);
        proof.storageProof[proof.storageProof.length - 1][4] ^= 0x01;
        vm.expectRevert();
        prover.verifyAgainst(root, proof);
    }

    function test_verify_onlyFinalClaims() public {
        _deploySystem();
        (bytes32 root, IInferenceProof.Proof memory proof) = _proof(3, 1, 100, 60);
        OutputGame game = _claim(root, 100);
        vm.expectRevert(abi.encodeWithSelector(IInferenceProof.ClaimNotValid.selector, game));
        prover.verify(anchors, game, proof);
        vm.warp(vm.getBlockTimestamp() + CLAIM_WINDOW + 1);
        game.resolve();
        vm.warp(vm.getBlockTimestamp() + FINALITY_DELAY + 1);
        vm.assertEq(prover.verify(anchors, game, proof), 60);
        vm.snapshotGasLastCall("praxis", "InferenceProof.verify of an older block");
    }
}
