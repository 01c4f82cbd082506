// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOutputOracle} from "../src/interfaces/IOutputOracle.sol";
import {OutputOracle} from "../src/L1/OutputOracle.sol";
import {Test} from "./helpers/Test.sol";

contract OutputOracleTest is Test {
    address internal constant PROPOSER = address(0xBEEF);
    bytes32 internal constant ROOT = keccak256("output");
    bytes32 internal constant L1_HASH = keccak256("l1 block");
    OutputOracle internal oracle;

    function setUp() public {
        oracle = new OutputOracle(PROPOSER, 77001, 10);
        vm.roll(1000);
        vm.warp(5000);
        vm.setBlockhash(990, L1_HASH);
    }

    function _propose(bytes32 root, uint256 number) internal returns (uint256) {
        vm.prank(PROPOSER);
        return oracle.propose(root, number, L1_HASH, 990);
    }

    function test_propose_recordsAndEmits() public {
        vm.expectEmit(address(oracle));
        emit IOutputOracle.OutputProposed(0, 10, ROOT, 1000, 5000);
        vm.assertEq(_propose(ROOT, 10), 0);
        vm.assertEq(_propose(bytes32(uint256(2)), 35), 1);

        vm.assertEq(oracle.outputCount(), 2);
        IOutputOracle.Output memory output = oracle.getOutput(0);
        vm.assertEq(output.outputRoot, ROOT);
        vm.assertEq(output.l2BlockNumber, 10);
        vm.assertEq(output.l1BlockNumber, 1000);
        vm.assertEq(output.timestamp, 5000);
        vm.assertEq(oracle.latestBlockNumber(), 35);
        vm.assertEq(oracle.nextBlockNumber(), 45);
    }

    function testFuzz_propose_notProposer_reverts(address caller) public {
        vm.assume(caller != PROPOSER);
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.NotProposer.selector, caller));
        vm.prank(caller);
        oracle.propose(ROOT, 10, L1_HASH, 990);
    }

    function test_propose_zeroRoot_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.ZeroOutputRoot.selector));
        _propose(bytes32(0), 10);
    }

    function test_propose_tooEarly_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.BlockTooEarly.selector, 9, 10));
        _propose(ROOT, 9);
        _propose(ROOT, 20);
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.BlockTooEarly.selector, 20, 30));
        _propose(ROOT, 20);
    }

    function test_propose_blockNumberTooGreat_reverts() public {
        uint256 number = uint256(type(uint64).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.BlockOutOfRange.selector, number));
        _propose(ROOT, number);
    }

    function test_propose_reorgedL1Block_reverts() public {
        bytes32 other = keccak256("another branch");
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.L1BlockMismatch.selector, 990, other, L1_HASH));
        vm.prank(PROPOSER);
        oracle.propose(ROOT, 10, other, 990);
    }

    /// BLOCKHASH gives zero for blocks that are too old or not yet there: naming zero must not pass for a match.
    function test_propose_unreachableL1Block_reverts() public {
        uint256[3] memory numbers = [uint256(743), 1000, 1001];
        for (uint256 i = 0; i < numbers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IOutputOracle.L1BlockMismatch.selector, numbers[i], bytes32(0), bytes32(0))
            );
            vm.prank(PROPOSER);
            oracle.propose(ROOT, 10, bytes32(0), numbers[i]);
        }
    }

    function test_getOutput_pastTheEnd_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.UnknownOutput.selector, 0, 0));
        oracle.getOutput(0);
    }

    function test_constructor_zeroProposer_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IOutputOracle.ZeroProposer.selector));
        new OutputOracle(address(0), 1, 1);
    }

    function test_constructor_intervalOutOfRange_reverts() public {
        uint256[2] memory intervals = [uint256(0), 8001];
        for (uint256 i = 0; i < intervals.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOutputOracle.IntervalOutOfRange.selector, intervals[i], 8000));
            new OutputOracle(PROPOSER, 1, intervals[i]);
        }
    }
}
