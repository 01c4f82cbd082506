// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {IModelValidator} from "../src/interfaces/IModelValidator.sol";
import {ModelRegistry} from "../src/L2/ModelRegistry.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {ReferenceTree} from "./helpers/ReferenceTree.sol";
import {Test} from "./helpers/Test.sol";

/// @dev What the tests of the registry share.
abstract contract RegistryTest is Test {
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);

    ModelRegistry internal registry;

    function setUp() public virtual {
        registry = new ModelRegistry();
        vm.roll(100);
    }

    function _begin(bytes memory data) internal returns (bytes32 id) {
        id = ReferenceTree.id(data);
        vm.prank(ALICE);
        registry.begin(id, uint32(data.length), ReferenceTree.root(data));
    }

    function _put(bytes memory data, uint32 index) internal {
        registry.putChunk(
            ReferenceTree.id(data), index, ReferenceTree.chunk(data, index), ReferenceTree.proof(data, index)
        );
    }

    function _assertStatus(bytes32 id, IModelRegistry.Status expected) internal view {
        vm.assertEq(uint256(registry.status(id)), uint256(expected));
    }
}

contract ModelRegistryBeginTest is RegistryTest {
    function test_begin_storesAndEmits() public {
        bytes memory data = ReferenceTree.pattern(40_000);
        bytes32 id = ReferenceTree.id(data);
        bytes32 root = ReferenceTree.root(data);
        _assertStatus(id, IModelRegistry.Status.Unknown);
        vm.expectEmit(address(registry));
        emit IModelRegistry.Begun(id, ALICE, 40_000, root);
        vm.prank(ALICE);
        registry.begin(id, 40_000, root);

        IModelRegistry.Model memory model = registry.getModel(id);
        vm.assertEq(model.length, 40_000);
        vm.assertEq(model.root, root);
        vm.assertEq(registry.ownerOf(id), ALICE);
        vm.assertEq(registry.chunkCount(id), 2);
        _assertStatus(id, IModelRegistry.Status.Uploading);
    }

    function test_begin_secondTime_reverts() public {
        bytes memory data = ReferenceTree.pattern(100);
        bytes32 id = _begin(data);
        bytes32 root = ReferenceTree.root(data);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyBegun.selector, id));
        vm.prank(BOB);
        registry.begin(id, 100, root);
    }

    function test_begin_empty_reverts() public {
        bytes32 id = registry.modelId(0, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.LengthOutOfRange.selector, 0, 32 << 20));
        registry.begin(id, 0, bytes32(0));
    }

    function test_begin_tooLong_reverts() public {
        uint32 length = (32 << 20) + 1;
        bytes32 id = registry.modelId(length, bytes32(uint256(1)));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.LengthOutOfRange.selector, length, 32 << 20));
        registry.begin(id, length, bytes32(uint256(1)));
    }

    function test_begin_greatestLength_succeeds() public {
        bytes32 id = registry.modelId(32 << 20, bytes32(uint256(1)));
        registry.begin(id, 32 << 20, bytes32(uint256(1)));
        vm.assertEq(registry.chunkCount(id), 1024);
        uint32[] memory missing = registry.missingChunks(id, 120);
        vm.assertEq(missing.length, 904);
        vm.assertEq(missing[903], 1023);
    }

    /// A stranger can't block an id by beginning it with a length that its chunks don't have.
    function test_begin_otherLength_reverts() public {
        bytes memory data = ReferenceTree.pattern(1000);
        bytes32 id = ReferenceTree.id(data);
        bytes32 root = ReferenceTree.root(data);
        bytes32 computed = registry.modelId(1001, root);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.IdMismatch.selector, id, computed));
        registry.begin(id, 1001, root);
    }
}

contract ModelRegistryPutChunkTest is RegistryTest {
    function test_putChunk_emitsAndMarks() public {
        bytes memory data = ReferenceTree.pattern(70_000);
        bytes32 id = _begin(data);
        bytes memory part = ReferenceTree.chunk(data, 2);
        vm.expectEmit(address(registry));
        emit IModelRegistry.Chunk(id, 2, part);
        vm.prank(BOB);
        registry.putChunk(id, 2, part, ReferenceTree.proof(data, 2));

        vm.assertTrue(registry.hasChunk(id, 2));
        vm.assertTrue(!registry.hasChunk(id, 0));
        IModelRegistry.Model memory model = registry.getModel(id);
        vm.assertEq(model.chunksPresent, 1);
        vm.assertEq(model.lastChunkBlock, 100);
        uint32[] memory missing = registry.missingChunks(id, 0);
        vm.assertEq(missing.length, 2);
        vm.assertEq(missing[0], 0);
        vm.assertEq(missing[1], 1);
        vm.assertEq(registry.missingChunks(id, 2).length, 0);
        vm.assertEq(registry.missingChunks(id, type(uint32).max).length, 0);
    }

    function test_putChunk_beyondTheFirstWord_marksItsOwnBit() public {
        // Chunk 256 of 257 stands in the second word of the bitmap. Its siblings are made up: nobody has to know the
        // other chunks for this one to be checked.
        uint32 length = 256 * 32_768 + 32_768;
        bytes memory part = ReferenceTree.pattern(32_768);
        bytes32 root = ReferenceTree.root(part);
        bytes32[] memory siblings = new bytes32[](9);
        for (uint256 level = 0; level < 9; ++level) {
            siblings[level] = keccak256(abi.encode(level));
            bytes32 left = 256 >> level & 1 == 0 ? root : siblings[level];
            bytes32 right = 256 >> level & 1 == 0 ? siblings[level] : root;
            root = keccak256(abi.encodePacked(bytes1(0x01), left, right));
        }
        bytes32 id = registry.modelId(length, root);
        registry.begin(id, length, root);
        registry.putChunk(id, 256, part, siblings);
        vm.assertTrue(registry.hasChunk(id, 256));
        vm.assertTrue(!registry.hasChunk(id, 0));
        vm.assertEq(registry.missingChunks(id, 0).length, 256);
        vm.assertEq(registry.missingChunks(id, 255).length, 1);
        vm.assertEq(registry.missingChunks(id, 256).length, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkPresent.selector, id, 256));
        registry.putChunk(id, 256, part, siblings);
    }

    function test_putChunk_unknownModel_reverts() public {
        bytes memory data = ReferenceTree.pattern(10);
        bytes32 id = ReferenceTree.id(data);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, id));
        registry.putChunk(id, 0, data, new bytes32[](0));
    }

    function test_missingChunks_unknownModel_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("?")));
        registry.missingChunks("?", 0);
    }

    function test_putChunk_pastTheEnd_reverts() public {
        bytes memory data = ReferenceTree.pattern(40_000);
        bytes32 id = _begin(data);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkOutOfRange.selector, id, 2, 2));
        registry.putChunk(id, 2, data, new bytes32[](1));
    }

    function test_putChunk_twice_reverts() public {
        bytes memory data = ReferenceTree.pattern(40_000);
        bytes32 id = _begin(data);
        _put(data, 1);
        bytes memory part = ReferenceTree.chunk(data, 1);
        bytes32[] memory proof = ReferenceTree.proof(data, 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkPresent.selector, id, 1));
        registry.putChunk(id, 1, part, proof);
    }

    function test_putChunk_otherLength_reverts() public {
        bytes memory data = ReferenceTree.pattern(40_000);
        bytes32 id = _begin(data);
        bytes32[] memory proof = ReferenceTree.proof(data, 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkLength.selector, id, 1, 7232, 7233));
        registry.putChunk(id, 1, new bytes(7233), proof);
    }

    function test_putChunk_otherProofLength_reverts() public {
        bytes memory data = ReferenceTree.pattern(40_000);
        bytes32 id = _begin(data);
        bytes memory part = ReferenceTree.chunk(data, 0);
        bytes32[] memory longer = new bytes32[](2);
        longer[0] = ReferenceTree.proof(data, 0)[0];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkMismatch.selector, id, 0));
            registry.putChunk(id, 0, part, i == 0 ? new bytes32[](0) : longer);
        }
    }

    /// Two full chunks of the same length, each offered in the other's place.
    function test_putChunk_otherPosition_reverts() public {
        bytes memory data = ReferenceTree.pattern(65_536);
        bytes32 id = _begin(data);
        bytes memory part = ReferenceTree.chunk(data, 1);
        bytes32[] memory proof = ReferenceTree.proof(data, 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkMismatch.selector, id, 0));
        registry.putChunk(id, 0, part, proof);
        registry.putChunk(id, 1, part, proof);
    }

    /// Calldata that follows the chunk must not leak into the padding of its last leaf.
    function test_putChunk_partialLeafBeforeProof_succeeds() public {
        bytes memory data = ReferenceTree.pattern(32_768 + 1);
        bytes32 id = _begin(data);
        _put(data, 0);
        _put(data, 1);
        _assertStatus(id, IModelRegistry.Status.Complete);
    }

    /// The ids that praxis-model gives to the same bytes: tests of the bindings read the same file.
    function test_putChunk_pinnedIds_succeed() public {
        string memory json = vm.readFile("./test/vectors/model_ids.json");
        uint256[] memory lengths = vm.parseJsonUintArray(json, ".lengths");
        bytes32[] memory ids = vm.parseJsonBytes32Array(json, ".ids");
        vm.assertTrue(lengths.length >= 8 && lengths.length == ids.length);
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory data = ReferenceTree.pattern(lengths[i]);
            vm.assertEq(_begin(data), ids[i]);
            uint32 count = registry.chunkCount(ids[i]);
            for (uint32 index = 0; index < count; ++index) {
                _put(data, index);
            }
            _assertStatus(ids[i], IModelRegistry.Status.Complete);
        }
    }

    /// Every length and every chunk: what the reference tree gives is taken, and one flipped bit is not.
    function testFuzz_putChunk_matchesReference(uint256 length, uint256 seed, uint256 flip) public {
        bytes memory data = ReferenceTree.pattern(1 + length % 140_000);
        data[seed % data.length] ^= bytes1(uint8(seed >> 248));
        bytes32 id = _begin(data);
        uint32 index = uint32(seed % registry.chunkCount(id));
        bytes memory part = ReferenceTree.chunk(data, index);
        bytes32[] memory proof = ReferenceTree.proof(data, index);

        uint256 bit = flip % (8 * part.length);
        part[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkMismatch.selector, id, index));
        registry.putChunk(id, index, part, proof);
        part[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        if (proof.length != 0) {
            uint256 sibling = flip % proof.length;
            bytes32 mask = bytes32(uint256(1) << (flip % 256));
            proof[sibling] ^= mask;
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunkMismatch.selector, id, index));
            registry.putChunk(id, index, part, proof);
            proof[sibling] ^= mask;
        }
        registry.putChunk(id, index, part, proof);
        vm.assertTrue(registry.hasChunk(id, index));
    }
}

contract ModelRegistryActivateTest is RegistryTest {
    bytes internal data;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        data = ReferenceTree.pattern(600);
        id = _begin(data);
    }

    function _validator(uint32 length) internal {
        vm.mockCall(
            Predeploys.INFERENCE,
            abi.encodeCall(IModelValidator.validateModel, (id)),
            abi.encode(uint32(7), uint64(1000), uint64(2000), length)
        );
    }

    function test_activate_opensFromTheNextBlock() public {
        _put(data, 0);
        _assertStatus(id, IModelRegistry.Status.Complete);
        vm.roll(101);
        _validator(600);
        vm.expectEmit(address(registry));
        emit IModelRegistry.Activated(id, 101, 7, 600, 1000, 2000);
        vm.prank(BOB);
        registry.activate(id);

        _assertStatus(id, IModelRegistry.Status.Pending);
        vm.roll(102);
        _assertStatus(id, IModelRegistry.Status.Active);
        vm.assertEq(registry.modelCount(), 1);
        vm.assertEq(registry.modelAt(0), id);
        vm.assertEq(registry.ownerOf(id), ALICE);
    }

    /// The word that every node reads before an inference, bit for bit.
    function test_activate_packsTheFirstWord() public {
        _put(data, 0);
        vm.roll(101);
        _validator(600);
        registry.activate(id);
        bytes32 slot = keccak256(abi.encode(id, uint256(0)));
        uint256 expected =
            uint256(101) | uint256(1000) << 64 | uint256(2000) << 128 | uint256(7) << 192 | uint256(600) << 224;
        vm.assertEq(uint256(vm.load(address(registry), slot)), expected);
    }

    function test_activate_unknownModel_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, bytes32("?")));
        registry.activate("?");
    }

    function test_activate_missingChunk_reverts() public {
        _validator(600);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunksMissing.selector, id, 1));
        registry.activate(id);
    }

    function test_activate_inTheBlockOfTheLastChunk_reverts() public {
        _put(data, 0);
        _validator(600);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ChunksTooRecent.selector, id, 100));
        registry.activate(id);
    }

    function test_activate_twice_reverts() public {
        _put(data, 0);
        vm.roll(101);
        _validator(600);
        registry.activate(id);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyActivated.selector, id));
        registry.activate(id);
    }

    function test_activate_validatorOfAnotherLength_reverts() public {
        _put(data, 0);
        vm.roll(101);
        _validator(601);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ValidatorDisagrees.selector, id, 600, 601));
        registry.activate(id);
    }

    function test_activate_invalidModel_reverts() public {
        _put(data, 0);
        vm.roll(101);
        bytes memory reason = abi.encodeWithSelector(IModelValidator.InvalidModel.selector, id, "not a Plan");
        vm.mockCallRevert(Predeploys.INFERENCE, abi.encodeCall(IModelValidator.validateModel, (id)), reason);
        vm.expectRevert(reason);
        registry.activate(id);
        _assertStatus(id, IModelRegistry.Status.Complete);
    }
}

/// @dev A model that is active, so a higher royalty has to wait.
contract ModelRegistryRoyaltyTest is RegistryTest {
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        vm.warp(1_000_000);
        bytes memory data = ReferenceTree.pattern(100);
        id = _begin(data);
        _put(data, 0);
        vm.roll(101);
        vm.etch(Predeploys.INFERENCE, hex"00");
        vm.mockCall(
            Predeploys.INFERENCE,
            abi.encodeCall(IModelValidator.validateModel, (id)),
            abi.encode(uint32(1), uint64(10), uint64(20), uint32(100))
        );
    }

    function _set(uint16 bps, address payee) private {
        vm.prank(ALICE);
        registry.setRoyalty(id, bps, payee);
    }

    function _assertRoyalty(address payee, uint16 bps) private view {
        (address to, uint16 found) = registry.royaltyOf(id);
        vm.assertEq(to, payee);
        vm.assertEq(uint256(found), bps);
    }

    function test_setRoyalty_beforeActivationHoldsAtOnce() public {
        vm.expectEmit(address(registry));
        emit IModelRegistry.RoyaltySet(id, BOB, 2_000, 1_000_000);
        _set(2_000, BOB);
        _assertRoyalty(BOB, 2_000);
    }

    function test_setRoyalty_raisedWaitsAndLoweredDoesNot() public {
        registry.activate(id);
        _set(500, BOB);
        _assertRoyalty(BOB, 0);
        vm.warp(1_000_000 + registry.NOTICE() - 1);
        _assertRoyalty(BOB, 0);
        vm.warp(1_000_000 + registry.NOTICE());
        _assertRoyalty(BOB, 500);
        _set(900, ALICE);
        _assertRoyalty(ALICE, 500);
        _set(200, ALICE);
        _assertRoyalty(ALICE, 200);
        vm.warp(1_000_000 + 10 * registry.NOTICE());
        _assertRoyalty(ALICE, 200);
    }

    /// @dev What was announced and lowered again before its time never held.
    function test_setRoyalty_announcedTwiceCountsFromTheSecondTime() public {
        registry.activate(id);
        _set(500, BOB);
        vm.warp(1_000_000 + registry.NOTICE() - 1);
        _set(600, BOB);
        vm.warp(1_000_000 + registry.NOTICE());
        _assertRoyalty(BOB, 0);
        vm.warp(1_000_000 + 2 * registry.NOTICE() - 1);
        _assertRoyalty(BOB, 600);
    }

    function test_setRoyalty_tooHigh_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.RoyaltyTooHigh.selector, 2_001, 2_000));
        _set(2_001, BOB);
    }

    function test_setRoyalty_byAnother_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotOwner.selector, id, BOB));
        vm.prank(BOB);
        registry.setRoyalty(id, 1, BOB);
    }

    function test_deprecate_isToldAheadAndTakesNothing() public {
        registry.activate(id);
        vm.startPrank(ALICE);
        uint64 earliest = 1_000_000 + registry.NOTICE();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NoticeTooShort.selector, earliest - 1, earliest));
        registry.deprecate(id, earliest - 1, "");
        vm.expectEmit(address(registry));
        emit IModelRegistry.Deprecated(id, earliest, "use another");
        registry.deprecate(id, earliest, "use another");
        vm.stopPrank();
        vm.assertEq(uint256(registry.deprecatedFrom(id)), earliest);
        vm.warp(earliest);
        vm.roll(102);
        _assertStatus(id, IModelRegistry.Status.Active);
    }
}
