// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ModelMerkle} from "../src/libraries/ModelMerkle.sol";
import {ReferenceTree} from "./helpers/ReferenceTree.sol";
import {Test} from "./helpers/Test.sol";

contract ModelMerkleTest is Test {
    /// @dev Fills the memory that `chunkRoot` works in first: memory behind the free pointer need not be zero.
    function rootInDirtyMemory(bytes calldata data, uint256 width) external pure returns (bytes32) {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 4096) { i := add(i, 32) } { mstore(add(mload(0x40), i), not(0)) }
        }
        return ModelMerkle.chunkRoot(data, width);
    }

    function testFuzz_chunkRoot_dirtyMemory_matchesReference(uint256 length) public view {
        bytes memory data = ReferenceTree.pattern(1 + length % ModelMerkle.CHUNK_BYTES);
        bytes32 found = this.rootInDirtyMemory(data, ModelMerkle.chunkWidth(data.length));
        vm.assertEq(found, ReferenceTree.root(data));
    }

    function test_chunkCount_atTheEdges() public pure {
        vm.assertEq(ModelMerkle.chunkCount(0), 0);
        vm.assertEq(ModelMerkle.chunkCount(1), 1);
        vm.assertEq(ModelMerkle.chunkCount(32_768), 1);
        vm.assertEq(ModelMerkle.chunkCount(32_769), 2);
        vm.assertEq(ModelMerkle.chunkCount(4 << 20), 128);
    }
}
