// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/RuleChecks.sol" as RuleChecksUnit;
import {ConditionTree} from "../../src/agents/libraries/ConditionTree.sol";
import {TensorReader} from "../../src/agents/libraries/TensorReader.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {Condition} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {IRuleChecks, Query} from "../../src/interfaces/agents/IRuleChecks.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
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
    function notes(bytes[] calldata texts) external;
    function steps(uint256[2][] calldata steps) external;
}

contract ConditionsTest is Test {
    uint8 private constant STATIC = 1;
    uint8 private constant DYNAMIC = 2;
    uint8 private constant TUPLE = 3;
    uint8 private constant ARRAY = 4;
    uint8 private constant CALLDATA = 5;
    address private constant AVATAR = address(0xa7a7a7);
    uint8 private constant ABI_ENCODED = 6;
    IRuleChecks private constant CHECKS = IRuleChecks(Predeploys.RULE_CHECKS);
    Condition[] private tree;
    uint256[] private rests;

    function setUp() public {
        vm.etch(Predeploys.RULE_CHECKS, vm.getDeployedCode("RuleChecks.sol:RuleChecks"));
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
        try CHECKS.checkConditions(_query(data)) {
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
        vm.assertEq(CHECKS.checkConditions(_query(_plain(address(4), 6)))[0], 10);
    }

    function test_etherAndCallAllowances() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 29, abi.encode(1));
        _add(0, STATIC, 30, abi.encode(2));
        rests.push(5);
        rests.push(1);
        uint256[] memory amounts = CHECKS.checkConditions(_query(_plain(address(0), 0)));
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
        CHECKS.checkConditions(_query(data));
        data = abi.encodePacked(ITarget.note.selector, uint256(32), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("calldata"), type(uint256).max));
        CHECKS.checkConditions(_query(data));
    }

    function test_longArray_isRefused() public {
        _add(0, CALLDATA, 5, "");
        _add(0, ARRAY, 7, "");
        _add(1, STATIC, 0, "");
        bytes memory data = abi.encodePacked(ITarget.note.selector, uint256(32), uint256(129), new bytes(129 * 32));
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("array"), 1));
        CHECKS.checkConditions(_query(data));
    }

    function test_outputWithin_relatesAnArgumentToTheModel() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, STATIC, 24, abi.encode(0, 1, 1000, 100));
        IInference.Tensor[] memory outputs = new IInference.Tensor[](1);
        outputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f0000003f"); // 1, 0.5
        Query memory query = _query(_plain(address(1), 505));
        query.outputs = abi.encode(outputs);
        CHECKS.checkConditions(query);
        query.data = _plain(address(1), 495);
        CHECKS.checkConditions(query);
        bytes memory refused = abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("arguments"), 0);
        query.data = _plain(address(1), 506);
        vm.expectRevert(refused);
        CHECKS.checkConditions(query);
        query.data = _plain(address(1), 494);
        vm.expectRevert(refused);
        CHECKS.checkConditions(query);
        query.outputs = "";
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, bytes32("output"), 0));
        CHECKS.checkConditions(query);
    }

    function _expect(bytes32 rule, uint256 margin, Query memory query) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.Refused.selector, rule, margin));
        CHECKS.checkConditions(query);
    }

    /// A choice between two whole descriptions of the calldata.
    function test_root_mayBranch() public {
        _add(0, 0, 2, "");
        _add(0, CALLDATA, 5, "");
        _add(0, CALLDATA, 5, "");
        _add(1, STATIC, 16, abi.encode(1));
        _add(2, STATIC, 0, "");
        _add(2, STATIC, 16, abi.encode(7));
        vm.assertTrue(_holds(_plain(address(1), 1)) && _holds(_plain(address(2), 7)) && !_holds(_plain(address(2), 8)));
    }

    /// Calldata inside of bytes: its block starts after the length.
    function test_abiEncoded_looksInside() public {
        _add(0, CALLDATA, 5, "");
        _add(0, ABI_ENCODED, 5, "");
        _add(1, STATIC, 16, abi.encode(3));
        _add(1, DYNAMIC, 16, abi.encode(keccak256("inner")));
        vm.assertTrue(_holds(abi.encodeCall(ITarget.note, (abi.encode(3, "inner")))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.note, (abi.encode(4, "inner")))));
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.note, (abi.encode(3, "outer")))));
    }

    function test_arrays_ofDynamicElements_andOfTuples() public {
        _add(0, CALLDATA, 5, "");
        _add(0, ARRAY, 7, "");
        _add(1, 0, 3, "");
        _add(2, DYNAMIC, 16, abi.encode(keccak256("bad")));
        bytes[] memory texts = new bytes[](3);
        (texts[0], texts[1], texts[2]) = ("one", "two", "three");
        vm.assertTrue(_holds(abi.encodeCall(ITarget.notes, (texts))));
        texts[2] = "bad";
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.notes, (texts))));
        delete tree;
        _add(0, CALLDATA, 5, "");
        _add(0, ARRAY, 7, "");
        _add(1, TUPLE, 5, "");
        _add(2, STATIC, 18, abi.encode(10));
        _add(2, STATIC, 17, abi.encode(10));
        uint256[2][] memory steps = new uint256[2][](3);
        (steps[0], steps[1], steps[2]) = ([uint256(1), 11], [uint256(2), 12], [uint256(3), 13]);
        vm.assertTrue(_holds(abi.encodeCall(ITarget.steps, (steps))));
        steps[2] = [uint256(3), 10];
        vm.assertTrue(!_holds(abi.encodeCall(ITarget.steps, (steps))));
    }

    function test_array_ofAsManyAsAreLookedAt() public {
        _add(0, CALLDATA, 5, "");
        _add(0, ARRAY, 7, "");
        _add(1, STATIC, 18, abi.encode(1));
        vm.assertTrue(_holds(abi.encodePacked(ITarget.note.selector, uint256(32), uint256(128), new bytes(128 * 32))));
    }

    /// An allowance that is used up still permits nothing more.
    function test_allowance_usedUp_permitsZero() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 28, abi.encode(1));
        _add(0, STATIC, 28, abi.encode(1));
        rests.push(10);
        vm.assertTrue(_holds(_plain(address(10), 0)) && !_holds(_plain(address(10), 1)));
    }

    function test_allowance_thatIsNotListed_isRefused() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 30, abi.encode(0));
        rests.push(10);
        _expect("allowance", 0, _query(_plain(address(1), 1)));
        tree[1].compValue = abi.encode(2);
        _expect("allowance", 2, _query(_plain(address(1), 1)));
    }

    /// What the policy would not list holds nothing.
    function test_unknownOperator_holdsNothing() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 22, abi.encode(1));
        _expect("arguments", 0, _query(_plain(address(1), 1)));
    }

    function test_shortCalldata_isRefused() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, STATIC, 18, abi.encode(1));
        _expect("calldata", 36, _query(abi.encodePacked(ITarget.plain.selector, uint256(0))));
        tree.pop();
        tree[1].operator = 18;
        tree[1].compValue = abi.encode(1);
        _expect("calldata", 4, _query(abi.encodePacked(ITarget.plain.selector)));
    }

    /// Bytes to the calldata's last one are read; one more than there are is refused, under a Nor too.
    function test_bytes_upToTheEnd() public {
        _add(0, CALLDATA, 5, "");
        _add(0, 0, 3, "");
        _add(1, DYNAMIC, 16, abi.encode(keccak256("bad")));
        bytes memory text = abi.encode(uint256(1));
        CHECKS.checkConditions(_query(abi.encodePacked(ITarget.note.selector, uint256(32), uint256(32), text)));
        _expect("calldata", 33, _query(abi.encodePacked(ITarget.note.selector, uint256(32), uint256(33), text)));
        _expect("calldata", 40, _query(abi.encodePacked(ITarget.note.selector, uint256(36))));
    }

    function _near(bytes memory data, uint256 scale, uint256 amount) private view returns (Query memory query) {
        IInference.Tensor[] memory outputs = new IInference.Tensor[](1);
        outputs[0] = IInference.Tensor(1, new uint32[](1), data);
        query = _query(_plain(address(1), amount));
        query.tree[2].compValue = abi.encode(0, 0, scale, 10_000);
        query.outputs = abi.encode(outputs);
    }

    function test_outputWithin_atItsEdges() public {
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(0, STATIC, 24, abi.encode(0, 0, 0, 0));
        CHECKS.checkConditions(_near(hex"00000000", 1e18, 0)); // nothing relates to nothing
        _expect("arguments", 0, _near(hex"000080bf", 1e18, 0)); // -1
        _expect("arguments", 0, _near(hex"0000803f", 1e18, type(uint256).max));
        _expect("arguments", 0, _near(hex"caf24971", type(uint96).max, 1e18)); // 10^30
        Query memory query = _near(hex"0000803f", 1e18, 1);
        query.tree[2].compValue = abi.encode(1, 0, 1e18, 0);
        _expect("output", 1, query);
        query.tree[2].compValue = abi.encode(0, type(uint256).max, 1e18, 0);
        vm.expectRevert(abi.encodeWithSelector(TensorReader.NotRepresentable.selector, type(uint256).max));
        CHECKS.checkConditions(query);
    }
}
