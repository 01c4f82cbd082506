// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/RuleChecks.sol" as RuleChecksUnit;
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {OutputBound} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {IRuleChecks} from "../../src/interfaces/agents/IRuleChecks.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev Elements of tensors as the deployed checks read them: the margin by which a bound is missed tells the value.
contract TensorReaderTest is Test {
    IRuleChecks private constant CHECKS = IRuleChecks(Predeploys.RULE_CHECKS);
    int128 private constant LOW = type(int128).min;
    int128 private constant HIGH = type(int128).max;

    function setUp() public {
        vm.etch(Predeploys.RULE_CHECKS, vm.getDeployedCode("RuleChecks.sol:RuleChecks"));
    }

    function _check(uint8 dtype, bytes memory data, uint32 element, int128 low, int128 high) private pure {
        OutputBound[] memory bounds = new OutputBound[](1);
        bounds[0] = OutputBound(0, element, low, high);
        IInference.Tensor[] memory outputs = new IInference.Tensor[](1);
        outputs[0] = IInference.Tensor(dtype, new uint32[](0), data);
        CHECKS.checkOutputs(bounds, abi.encode(outputs));
    }

    /// @dev Calls from outside, so that a revert can be caught.
    function check(uint8 dtype, bytes calldata data, uint32 element, int128 low, int128 high) external pure {
        _check(dtype, data, element, low, high);
    }

    /// @dev By how much the element misses the bounds.
    function _margin(uint8 dtype, bytes memory data, uint32 element, int128 low, int128 high)
        private
        view
        returns (uint256 margin)
    {
        try this.check(dtype, data, element, low, high) {}
        catch (bytes memory reason) {
            assembly {
                margin := mload(add(reason, 68))
            }
            vm.assertEq(reason, abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("output"), margin));
        }
    }

    function _assertReads(uint8 dtype, bytes memory data, uint32 element, int256 value) private view {
        vm.assertEq(_margin(dtype, data, element, LOW, 0), value > 0 ? uint256(value) : 0);
        vm.assertEq(_margin(dtype, data, element, 0, HIGH), value < 0 ? uint256(-value) : 0);
    }

    function test_floats() public view {
        bytes memory data = hex"0000803f000020c0cdcccc3d0100803f00000000010000000000804b";
        _assertReads(1, data, 0, 1e18);
        _assertReads(1, data, 1, -2.5e18);
        _assertReads(1, data, 2, 100000001490116119);
        _assertReads(1, data, 3, 1000000119209289550); // the next after 1, truncated
        _assertReads(1, data, 4, 0);
        _assertReads(1, data, 5, 0); // the least subnormal
        _assertReads(1, data, 6, 16777216e18); // 2^24
        // The largest of all, beyond what a bound can name.
        vm.assertEq(_margin(1, hex"ffff7f7f", 0, LOW, 0), ((uint256(1) << 24) - 1 << 104) * 1e18);
    }

    function test_doubles() public view {
        bytes memory data = hex"000000000000f83f9a9999999999b93f000000000000304300000000000014c0";
        _assertReads(11, data, 0, 1.5e18);
        _assertReads(11, data, 1, 100000000000000005);
        _assertReads(11, data, 2, 4503599627370496e18); // 2^52
        _assertReads(11, data, 3, -5e18);
        // 3 * 2^126, the largest power of two that is read.
        vm.assertEq(_margin(11, hex"000000000000e847", 0, LOW, 0), (uint256(3) << 126) * 1e18);
    }

    /// Each integer type: a small number, and one whose highest bit is set.
    function test_integers() public view {
        uint8[9] memory dtypes = [2, 3, 4, 5, 6, 7, 9, 12, 13];
        uint8[9] memory sizes = [1, 1, 2, 2, 4, 8, 1, 4, 8];
        for (uint256 i = 0; i < dtypes.length; ++i) {
            uint256 bits = 8 * uint256(sizes[i]);
            bool signed = dtypes[i] == 3 || (dtypes[i] >= 5 && dtypes[i] <= 7);
            bytes memory data = new bytes(2 * sizes[i]);
            for (uint256 k = 0; k < sizes[i]; ++k) {
                data[k] = bytes1(uint8(sizes[i] - k)); // 1, 2, … from the highest byte down
                data[sizes[i] + k] = bytes1(uint8(0x80 + k));
            }
            uint256 small = 0;
            uint256 large = 0;
            for (uint256 k = 0; k < sizes[i]; ++k) {
                small = 256 * small + k + 1;
                large = 256 * large + 0x80 + sizes[i] - 1 - k;
            }
            _assertReads(dtypes[i], data, 0, int256(small) * 1e18);
            int256 second = signed ? int256(large) - int256(1 << bits) : int256(large);
            _assertReads(dtypes[i], data, 1, second * 1e18);
        }
    }

    function test_bounds_areInclusive() public view {
        bytes memory half = hex"0000003f";
        vm.assertEq(_margin(1, half, 0, 0.5e18, 0.5e18), 0);
        vm.assertEq(_margin(1, half, 0, 0.5e18 + 3, HIGH), 3);
        vm.assertEq(_margin(1, half, 0, LOW, 0.5e18 - 3), 3);
    }

    function test_whatIsNoNumber_reverts() public {
        bytes[4] memory bad = [bytes(hex"0000807f"), hex"000080ff", hex"0100807f", hex"ffffff"];
        for (uint256 i = 0; i < bad.length; ++i) {
            _expectNone(1, bad[i], 0);
        }
        _expectNone(11, hex"000000000000f07f", 0);
        _expectNone(11, hex"000000000000f047", 0); // 2^128
        _expectNone(11, hex"000000000000107f", 0); // about 10^305
        uint8[5] memory unknown = [0, 8, 10, 14, 255];
        for (uint256 i = 0; i < unknown.length; ++i) {
            _expectNone(unknown[i], hex"0000000000000000", 0);
        }
        uint8[5] memory dtypes = [1, 2, 4, 7, 11];
        for (uint256 i = 0; i < dtypes.length; ++i) {
            _expectNone(dtypes[i], hex"0000000000000000", 8);
            _expectNone(dtypes[i], hex"0000000000000000", type(uint32).max);
        }
    }

    function _expectNone(uint8 dtype, bytes memory data, uint32 element) private {
        vm.expectRevert(abi.encodeWithSelector(TensorReader.NotRepresentable.selector, element));
        this.check(dtype, data, element, 0, 0);
    }

    function test_tensorThatIsNotThere_isRefused() public {
        OutputBound[] memory bounds = new OutputBound[](2);
        bounds[1].tensor = 1;
        IInference.Tensor[] memory outputs = new IInference.Tensor[](1);
        outputs[0] = IInference.Tensor(1, new uint32[](0), hex"00000000");
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("output"), 1));
        CHECKS.checkOutputs(bounds, abi.encode(outputs));
    }
}
