// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/AgentPolicy.sol" as AgentPolicyUnit;
import {Condition, IAgentPolicy, ParameterType, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev Which trees of conditions the policy lists. A table that says so in other words than the code is held against it for every
/// operator, kind of parameter, length of the value and shape of the children.
contract ConditionTreeTest is Test {
    IAgentPolicy private constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    address private constant ACCOUNT = address(0xacc0);
    uint8 private constant NONE = 0;
    uint8 private constant STATIC = 1;
    uint8 private constant DYNAMIC = 2;
    uint8 private constant TUPLE = 3;
    uint8 private constant ARRAY = 4;
    uint8 private constant CALLDATA = 5;
    uint8 private constant ABI_ENCODED = 6;
    Condition[] private tree;

    error Differs(uint8 operator, uint8 kind, uint256 length, uint256 shape);

    function setUp() public {
        vm.etch(Predeploys.AGENT_POLICY, vm.getDeployedCode("AgentPolicy.sol:AgentPolicy"));
        Terms memory terms;
        vm.prank(Predeploys.AGENT_RUNNER);
        POLICY.install(ACCOUNT, abi.encode(address(this), terms, new Rule[](0)));
    }

    function _add(uint8 parent, uint8 kind, uint8 operator, bytes memory value) private {
        tree.push(Condition(parent, ParameterType(kind), operator, value));
    }

    function _propose(Condition[] memory nodes) private {
        Terms memory terms;
        Rule[] memory rules = new Rule[](1);
        (rules[0].target, rules[0].selector, rules[0].conditions) = (address(0x7a46e7), 0x12345678, nodes);
        POLICY.propose(ACCOUNT, terms, rules);
    }

    /// @dev Lists the tree, and starts another.
    function _good() private {
        _propose(tree);
        delete tree;
    }

    function _bad(uint256 node) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadCondition.selector, node));
        _propose(tree);
        delete tree;
    }

    /// @dev Node 1 below the calldata, with children by `shape`: none, one, two alike, two unlike.
    function _shaped(uint8 operator, uint8 kind, uint256 length, uint256 shape)
        private
        pure
        returns (Condition[] memory nodes)
    {
        nodes = new Condition[](shape < 3 ? 2 + shape : 4);
        nodes[0] = Condition(0, ParameterType.Calldata, 5, "");
        nodes[1] = Condition(0, ParameterType(kind), operator, new bytes(length));
        for (uint256 i = 2; i < nodes.length; ++i) {
            nodes[i] = Condition(1, i == 3 && shape == 3 ? ParameterType.Dynamic : ParameterType.Static, 0, "");
        }
    }

    /// @dev The table: kinds as a mask of bits, the value's length, and how many children.
    function _fits(uint8 operator, uint8 kind, uint256 length, uint256 shape) private pure returns (bool) {
        bool leaf = shape == 0;
        if (operator == 0 && kind == TUPLE) return length == 0 && !leaf;
        if (operator == 0) return _among(kind, 0x76) && length == 0 && leaf;
        if (operator >= 1 && operator <= 3) return kind == NONE && length == 0 && (shape == 1 || shape == 2);
        if (operator == 5) return _among(kind, 0x68) && length == 0 && !leaf;
        if (operator == 6 || operator == 7) return kind == ARRAY && length == 0 && shape == 1;
        if (operator == 15) return kind == STATIC && length == 0 && leaf;
        if (operator == 16) return _among(kind, 0x06) && length == 32 && leaf;
        if (operator >= 17 && operator <= 20) return kind == STATIC && length == 32 && leaf;
        if (operator == 24) return kind == STATIC && length == 128 && leaf;
        if (operator == 28) return kind == STATIC && length == 32 && leaf;
        if (operator == 29 || operator == 30) return _among(kind, 0x76) && length == 32 && leaf;
        return false;
    }

    function _among(uint8 kind, uint8 mask) private pure returns (bool) {
        return (mask >> kind) & 1 == 1;
    }

    /// @dev A call of its own, so that memory does not grow from one operator to the next.
    function compare(uint8 operator) external {
        uint256[3] memory lengths = [uint256(0), 32, 128];
        for (uint8 kind = 0; kind < 7; ++kind) {
            for (uint256 i = 0; i < 12; ++i) {
                (uint256 length, uint256 shape) = (lengths[i % 3], i / 3);
                bool listed = true;
                try this.propose(_shaped(operator, kind, length, shape)) {}
                catch (bytes memory reason) {
                    vm.assertEq(reason, abi.encodeWithSelector(IAgentPolicy.BadCondition.selector, 1));
                    listed = false;
                }
                if (listed != _fits(operator, kind, length, shape)) revert Differs(operator, kind, length, shape);
            }
        }
    }

    function propose(Condition[] calldata nodes) external {
        _propose(nodes);
    }

    function test_everyOperator_listsWhatTheTableSays() public {
        for (uint8 operator = 0; operator < 33; ++operator) {
            this.compare(operator);
        }
    }

    function test_links_pointBackwards() public {
        _add(0, CALLDATA, 5, "");
        _add(2, STATIC, 16, abi.encode(1));
        _bad(0);
        _add(0, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _add(2, STATIC, 0, "");
        _bad(2);
        _add(1, CALLDATA, 5, "");
        _add(0, STATIC, 0, "");
        _bad(0);
    }

    function test_root_describesTheCalldata() public {
        _add(0, STATIC, 16, abi.encode(1));
        _bad(0);
        _add(0, TUPLE, 5, "");
        _add(0, STATIC, 0, "");
        _bad(0);
        _add(0, NONE, 2, "");
        _add(0, CALLDATA, 5, "");
        _add(0, CALLDATA, 5, "");
        _add(1, STATIC, 16, abi.encode(1));
        _add(2, STATIC, 16, abi.encode(2));
        _good();
        _good(); // none at all
    }

    /// Branches describe one layout, however deep it stands.
    function test_branches_areAlike() public {
        for (uint8 kind = STATIC; kind <= DYNAMIC; ++kind) {
            _add(0, CALLDATA, 5, "");
            _add(0, NONE, 1, "");
            _add(1, NONE, 2, "");
            _add(1, kind, 0, "");
            _add(2, STATIC, 0, "");
            if (kind == STATIC) _good();
            else _bad(1);
        }
    }

    function test_nodes_atMost64() public {
        _add(0, CALLDATA, 5, "");
        for (uint256 i = 1; i < 64; ++i) {
            _add(0, STATIC, 0, "");
        }
        Condition[] memory most = tree;
        _good();
        Condition[] memory more = new Condition[](65);
        for (uint256 i = 0; i < 65; ++i) {
            more[i] = most[i < 64 ? i : 63];
        }
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadCondition.selector, 64));
        _propose(more);
    }

    function test_outputWithin_boundsItsNumbers() public {
        for (uint256 i = 0; i < 5; ++i) {
            uint256[4] memory value = [uint256(255), type(uint32).max, type(uint96).max, 10_000];
            if (i < 4) ++value[i];
            _add(0, CALLDATA, 5, "");
            _add(0, STATIC, 24, abi.encode(value));
            if (i == 4) _good();
            else _bad(1);
        }
    }
}
