// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Caller} from "./helpers/Caller.sol";
import {Test} from "./helpers/Test.sol";

/// @dev Stands in for the precompile: says how it was called.
contract Mirror {
    function observedCount() external pure returns (uint256) {
        return 3;
    }

    receive() external payable {}

    fallback() external payable {
        bytes memory seen = abi.encode(address(this), msg.sender, msg.value, msg.data);
        assembly ("memory-safe") {
            return(add(seen, 32), mload(seen))
        }
    }
}

/// @dev The node's tests rely on this helper, so it is tested itself.
contract CallerTest is Test {
    Caller internal caller;

    function setUp() public {
        caller = new Caller();
        vm.deal(address(this), 100);
        vm.etch(Predeploys.INFERENCE, address(new Mirror()).code);
    }

    function _run(Caller.Kind kind, uint256 value) internal returns (Caller.Result memory) {
        Caller.Step[] memory steps = new Caller.Step[](1);
        steps[0] = Caller.Step(kind, value, hex"010203");
        (Caller.Result[] memory results, uint256 observedCount) = caller.run{value: value}(steps);
        vm.assertEq(observedCount, 3);
        return results[0];
    }

    function _assertSeen(Caller.Result memory result, address self, address sender, uint256 value) internal pure {
        vm.assertTrue(result.success);
        vm.assertEq(result.data, abi.encode(self, sender, value, hex"010203"));
    }

    function test_run_usesEachOpcode() public {
        address target = Predeploys.INFERENCE;
        _assertSeen(_run(Caller.Kind.Call, 5), target, address(caller), 5);
        _assertSeen(_run(Caller.Kind.Static, 0), target, address(caller), 0);
        _assertSeen(_run(Caller.Kind.Delegate, 0), address(caller), address(this), 0);
        _assertSeen(_run(Caller.Kind.CallCode, 0), address(caller), address(caller), 0);
        _assertSeen(_run(Caller.Kind.Nested, 4), target, address(caller), 4);
        vm.assertEq(target.balance, 9);
    }

    function test_run_revertedStep_undoesTheInnerFrame() public {
        Caller.Result memory result = _run(Caller.Kind.Reverted, 4);
        vm.assertTrue(!result.success);
        bytes memory seen = abi.encode(Predeploys.INFERENCE, address(caller), uint256(4), hex"010203");
        vm.assertEq(result.data, abi.encodeWithSelector(Caller.Undone.selector, true, seen));
        vm.assertEq(Predeploys.INFERENCE.balance, 0);
    }

    function test_runAndRevert_always_reverts() public {
        vm.expectRevert(bytes("reverted as asked"));
        caller.runAndRevert(new Caller.Step[](0));
    }
}
