// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RuleChecks} from "../../src/agents/RuleChecks.sol";
import {ConditionTree} from "../../src/agents/libraries/ConditionTree.sol";
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {Condition, IAgentPolicy} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Query} from "../../src/interfaces/agents/IRuleChecks.sol";
import {Test} from "../helpers/Test.sol";

interface ITarget {
    struct Order {
        address token;
        uint256 amount;
        bytes note;
    }

    function plain(address to, uint256 amount) external;
    function path(uint256 amount, address[] calldata path, address to) external;
    function order(Order calldata order) external;
    function pairs(uint256[2] calldata pair, uint256 last) external;
    function note(bytes calldata text) external;
}

contract ConditionsTest is Test {
    uint8 private constant STATIC = 1;
    uint8 private constant DYNAMIC = 2;
    uint8 private constant TUPLE = 3;
    uint8 private constant ARRAY = 4;
    uint8 private constant CALLDATA = 5;
    address private constant AVATAR = address(0xa7a7a7);
    RuleChecks private checks;
    Condition[] private tree;
    uint256[] private rests;

    function setUp() public {
        checks = new RuleChecks();
    }

    function _add(uint8 parent, uint8 kind, uint8 operator, bytes memory value) private {
        Condition memory condition;
        assembly {
            mstore(add(condition, 32), kind)
        }
        (condition.parent, condition.operator, condition.compValue) = (parent, operator, value);
        tree.push(condition);
    }

    function _query(bytes memory data) private view returns (Query memory) {
        return Query(tree, data, AVATAR, 5, "", rests, new uint256[](rests.length));
    }

    function _holds(bytes memory data) private view returns (bool) {
        ConditionTree.check(tree);
        try checks.checkConditions(_query(data)) {
            return true;
        } catch (bytes memory reason) {
            vm.assertEq(reason, abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("arguments"), 0));
            return false;
        }
    }

    function _plain(address to, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeCall(ITarget.plain, (to, amount));
    }

    function test_comparisons() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 15, "");
        _add(0, 0, 1, "");
        _add(2, STATIC, 17, abi.encode(10));
        _add(2, STATIC, 18, abi.encode(20));
        vm.assertTrue(_holds(_plain(AVATAR, 11)) && _holds(_plain(AVATAR, 19)));
        vm.assertTrue(!_holds(_plain(AVATAR, 10)) && !_holds(_plain(AVATAR, 20)) && !_holds(_plain(address(1), 15)));
    }

    function test_signedComparisons() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, 0, 1, "");
        _add(2, STATIC, 19, abi.encode(int256(-3)));
        _add(2, STATIC, 20, abi.encode(int256(2)));
        vm.assertTrue(_holds(_plain(AVATAR, uint256(int256(-2)))) && _holds(_plain(AVATAR, 1)));
        vm.assertTrue(!_holds(_plain(AVATAR, uint256(int256(-3)))) && !_holds(_plain(AVATAR, 2)));
    }

    function test_orAndNor() public {
        _add(0, CALLDATA, 5, "");
        _add(0, 0, 2, "");
        _add(0, 0, 3, "");
        _add(1, STATIC, 16, abi.encode(address(1)));
        _add(1, STATIC, 16, abi.encode(address(2)));
        _add(2, STATIC, 16, abi.encode(7));
        _add(2, STATIC, 16, abi.encode(8));
        vm.assertTrue(_holds(_plain(address(1), 1)) && _holds(_plain(address(2), 9)));
        vm.assertTrue(
            !_holds(_plain(address(3), 1)) && !_holds(_plain(address(1), 7)) && !_holds(_plain(address(2), 8))
        );
    }

    function test_arrayEveryAndSome_behindAStaticParameter() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, 0, 1, "");
        _add(0, STATIC, 15, "");
        _add(2, ARRAY, 7, "");
        _add(2, ARRAY, 6, "");
        _add(4, STATIC, 18, abi.encode(100));
        _add(5, STATIC, 16, abi.encode(9));
        address[] memory path = new address[](3);
        (path[0], path[1], path[2]) = (address(8), address(9), address(10));
        vm.assertTrue(_holds(abi.encodeCall(ITarget.path, (1, path, AVATAR))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.path, (1, path, address(1)))));
        path[1] = address(8);
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.path, (1, path, AVATAR))));
        (path[1], path[2]) = (address(9), address(100));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.path, (1, path, AVATAR))));
    }

    function test_dynamicTupleAndBytes() public {
        _add(0, CALLDATA, 5, "");
        _add(0, TUPLE, 5, "");
        _add(1, STATIC, 16, abi.encode(address(3)));
        _add(1, STATIC, 0, "");
        _add(1, DYNAMIC, 16, abi.encode(keccak256("hello")));
        vm.assertTrue(_holds(abi.encodeCall(ITarget.order, (ITarget.Order(address(3), 1, "hello")))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.order, (ITarget.Order(address(3), 1, "hellp")))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.order, (ITarget.Order(address(4), 1, "hello")))));
    }

    function test_staticTuple_shiftsWhatFollows() public {
        _add(0, CALLDATA, 5, "");
        _add(0, TUPLE, 0, "");
        _add(0, STATIC, 16, abi.encode(33));
        _add(1, STATIC, 0, "");
        _add(1, STATIC, 0, "");
        vm.assertTrue(_holds(abi.encodeCall(ITarget.pairs, ([uint256(1), 2], 33))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.pairs, ([uint256(33), 33], 3))));
    }

    function test_sharedAllowance_countsBothUses_andNotOfFailedBranches() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 28, abi.encode(1));
        _add(0, 0, 2, "");
        _add(2, 0, 1, "");
        _add(2, STATIC, 28, abi.encode(1));
        _add(3, STATIC, 28, abi.encode(1));
        _add(3, STATIC, 16, abi.encode(999));
        rests.push(10);
        vm.assertTrue(
            _holds(_plain(address(4), 6)) && !_holds(_plain(address(4), 7)) && !_holds(_plain(address(11), 0))
        );
        vm.assertEq(checks.checkConditions(_query(_plain(address(4), 6)))[0], 10);
    }

    function test_etherAndCallAllowances() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 29, abi.encode(1));
        _add(0, STATIC, 30, abi.encode(2));
        rests.push(5);
        rests.push(1);
        uint256[] memory amounts = checks.checkConditions(_query(_plain(address(0), 0)));
        vm.assertEq(amounts[0], 5);
        vm.assertEq(amounts[1], 1);
        rests[0] = 4;
        vm.assertTrue(!_holds(_plain(address(0), 0)));
    }

    function test_offsetOutOfCalldata_refusesEvenUnderNor() public {
        _add(0, CALLDATA, 5, "");
        _add(0, 0, 3, "");
        _add(1, DYNAMIC, 16, abi.encode(keccak256("bad")));
        vm.assertTrue(_holds(abi.encodeCall(ITarget.note, ("good"))) && !_holds(abi.encodeCall(ITarget.note, ("bad"))));
        bytes memory data = abi.encodePacked(ITarget.note.selector, uint256(64));
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("calldata"), 64));
        checks.checkConditions(_query(data));
        data = abi.encodePacked(ITarget.note.selector, uint256(32), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("calldata"), type(uint256).max));
        checks.checkConditions(_query(data));
    }

    function test_longArray_isRefused() public {
        _add(0, CALLDATA, 5, "");
        _add(0, ARRAY, 7, "");
        _add(1, STATIC, 0, "");
        bytes memory data = abi.encodePacked(ITarget.note.selector, uint256(32), uint256(129), new bytes(129 * 32));
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("array"), 1));
        checks.checkConditions(_query(data));
    }

    function test_outputWithin_relatesAnArgumentToTheModel() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, STATIC, 24, abi.encode(0, 1, 1000, 100));
        IInference.Tensor[] memory outputs = new IInference.Tensor[](1);
        outputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f0000003f"); // 1, 0.5
        Query memory query = _query(_plain(address(1), 505));
        query.outputs = abi.encode(outputs);
        checks.checkConditions(query);
        query.data = _plain(address(1), 495);
        checks.checkConditions(query);
        bytes memory refused = abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("arguments"), 0);
        query.data = _plain(address(1), 506);
        vm.expectRevert(refused);
        checks.checkConditions(query);
        query.data = _plain(address(1), 494);
        vm.expectRevert(refused);
        checks.checkConditions(query);
        query.outputs = "";
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("output"), 0));
        checks.checkConditions(query);
    }

    /// @dev Calls from outside, so that expectRevert sees it.
    function checkTree(Condition[] calldata nodes) external pure {
        ConditionTree.check(nodes);
    }

    function _expectBad(uint256 node) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadCondition.selector, node));
        this.checkTree(tree);
        delete tree;
    }

    function test_malformedTrees_revert() public {
        _add(0, STATIC, 16, abi.encode(1));
        _expectBad(0);
        _add(0, CALLDATA, 5, "");
        _add(2, STATIC, 16, abi.encode(1));
        _expectBad(0);
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 22, abi.encode(1));
        _expectBad(1);
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 16, hex"01");
        _expectBad(1);
        _add(0, CALLDATA, 5, "");
        _add(0, 0, 1, "");
        _add(1, STATIC, 0, "");
        _add(1, DYNAMIC, 0, "");
        _expectBad(1);
        _add(0, CALLDATA, 5, "");
        _add(0, TUPLE, 0, "");
        _expectBad(1);
    }

    function test_tensorReader_knownValues() public pure {
        IInference.Tensor memory tensor;
        (tensor.dtype, tensor.data) = (1, hex"0000803f000020c0cdcccc3d");
        vm.assertEq(TensorReader.fixedPoint(tensor, 0), 1e18);
        vm.assertEq(TensorReader.fixedPoint(tensor, 1), -2.5e18);
        vm.assertEq(TensorReader.fixedPoint(tensor, 2), 100000001490116119);
        (tensor.dtype, tensor.data) = (11, hex"000000000000f83f9a9999999999b93f");
        vm.assertEq(TensorReader.fixedPoint(tensor, 0), 1.5e18);
        vm.assertEq(TensorReader.fixedPoint(tensor, 1), 100000000000000005);
        (tensor.dtype, tensor.data) = (7, hex"ffffffffffffffff0200000000000000");
        vm.assertEq(TensorReader.fixedPoint(tensor, 0), -1e18);
        vm.assertEq(TensorReader.fixedPoint(tensor, 1), 2e18);
        (tensor.dtype, tensor.data) = (2, hex"ff");
        vm.assertEq(TensorReader.fixedPoint(tensor, 0), 255e18);
        (tensor.dtype, tensor.data) = (3, hex"ff");
        vm.assertEq(TensorReader.fixedPoint(tensor, 0), -1e18);
    }

    function read(IInference.Tensor calldata tensor, uint256 element) external pure returns (int256) {
        return TensorReader.fixedPoint(tensor, element);
    }

    function test_tensorReader_whatIsNoNumber_reverts() public {
        bytes[4] memory bad = [bytes(hex"0000807f"), hex"000080ff", hex"0100807f", hex"ffffff"];
        for (uint256 i = 0; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(TensorReader.NotRepresentable.selector, 0));
            this.read(IInference.Tensor(1, new uint32[](0), bad[i]), 0);
        }
        vm.expectRevert(abi.encodeWithSelector(TensorReader.NotRepresentable.selector, 0));
        this.read(IInference.Tensor(8, new uint32[](0), hex"00"), 0);
    }
}
