// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import "../../../src/L2/L1Block.sol" as L1BlockUnit;
import "../../../src/agents/AgentAccount.sol" as AgentAccountUnit;
import "../../../src/agents/AgentAccountFactory.sol" as AgentAccountFactoryUnit;
import "../../../src/agents/AgentPolicy.sol" as AgentPolicyUnit;
import {AgentRunner} from "../../../src/agents/AgentRunner.sol";
import "../../../src/agents/AgentValidator.sol" as AgentValidatorUnit;
import "../../../src/agents/RuleChecks.sol" as RuleChecksUnit;
import "../../../src/agents/StrategyRegistry.sol" as StrategyRegistryUnit;
import {
    Allowance,
    AssetTerms,
    Caveat,
    Condition,
    IAgentPolicy,
    ModelTerms,
    OutputBound,
    Rule,
    Terms
} from "../../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentAccountFactory} from "../../../src/interfaces/agents/IAgentAccountFactory.sol";
import {IAgentRunner} from "../../../src/interfaces/agents/IAgentRunner.sol";
import {Action, Approval} from "../../../src/interfaces/agents/IStrategy.sol";
import {IStrategyRegistry, Read} from "../../../src/interfaces/agents/IStrategyRegistry.sol";
import {Predeploys} from "../../../src/libraries/Predeploys.sol";
import {Test, Vm} from "../../helpers/Test.sol";
import {InferenceStandIn, MovingValuer, ScriptedStrategy, Token, Venue} from "./Mocks.sol";

/// @dev Code comes from the compiled artifacts: `type(…).runtimeCode` would compile it again into each test contract.
/// A chain with the agents' contracts, one account of OWNER with two assets, and a policy that permits a swap and a payment.
abstract contract AgentTest is Test {
    AgentRunner internal constant RUNNER = AgentRunner(Predeploys.AGENT_RUNNER);
    IAgentPolicy internal constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    bytes32 internal constant MODEL = keccak256("model");
    uint256 internal constant OWNER_KEY = 0xa11ce;
    uint256 internal constant AGENT_KEY = 0xb0b;
    address internal constant PAYEE = address(0xbeef0001);
    address internal constant OPERATOR = address(0xbeef0002);
    address internal constant GUARDIAN = address(0xbeef0003);
    uint96 internal constant WINDOW_CAP = 100e18;
    uint96 internal constant LOSS_CAP = 50e18;

    address internal owner;
    address internal account;
    Token internal cash;
    Token internal asset;
    MovingValuer internal cashValuer;
    MovingValuer internal assetValuer;
    Venue internal venue;
    ScriptedStrategy internal strategy;
    InferenceStandIn internal inference;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        owner = vm.addr(OWNER_KEY);
        _deploy();
        (cash, asset) = (Token(_mock("Token")), Token(_mock("Token")));
        (cashValuer, assetValuer) = (MovingValuer(_mock("MovingValuer")), MovingValuer(_mock("MovingValuer")));
        venue = Venue(payable(_mock("Venue")));
        strategy = ScriptedStrategy(_mock("ScriptedStrategy"));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(strategy), new Read[](0));
        account = _create(_terms(), _rules());
    }

    function _mock(string memory name) internal returns (address) {
        return vm.deployCode(string.concat("Mocks.sol:", name));
    }

    function _deploy() private {
        vm.etch(Predeploys.AGENT_RUNNER, vm.getDeployedCode("AgentRunner.sol:AgentRunner"));
        vm.etch(Predeploys.AGENT_POLICY, vm.getDeployedCode("AgentPolicy.sol:AgentPolicy"));
        vm.etch(Predeploys.AGENT_ACCOUNT, vm.deployCode("AgentAccount.sol:AgentAccount").code);
        vm.etch(Predeploys.AGENT_ACCOUNT_FACTORY, vm.getDeployedCode("AgentAccountFactory.sol:AgentAccountFactory"));
        vm.etch(Predeploys.AGENT_VALIDATOR, vm.getDeployedCode("AgentValidator.sol:AgentValidator"));
        vm.etch(Predeploys.STRATEGY_REGISTRY, vm.getDeployedCode("StrategyRegistry.sol:StrategyRegistry"));
        vm.etch(Predeploys.RULE_CHECKS, vm.getDeployedCode("RuleChecks.sol:RuleChecks"));
        vm.etch(Predeploys.L1_BLOCK, vm.getDeployedCode("L1Block.sol:L1Block"));
        vm.etch(Predeploys.INFERENCE, vm.getDeployedCode("Mocks.sol:InferenceStandIn"));
        inference = InferenceStandIn(Predeploys.INFERENCE);
        inference.answer(hex"0000003f"); // 0.5
    }

    function _create(Terms memory terms, Rule[] memory rules) internal returns (address made) {
        made = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, 0, terms, rules);
        cash.mint(made, 1000e18);
        asset.mint(made, 1000e18);
    }

    function _terms() internal view virtual returns (Terms memory terms) {
        terms.delay = 1 days;
        terms.expiry = uint40(_now() + 365 days);
        terms.hourMask = type(uint24).max;
        terms.maxActions = 32;
        terms.actionGas = 500_000;
        terms.runGas = 10_000_000;
        terms.drawdownBps = 5_000;
        terms.approvalAbove = 80e18;
        (terms.rateLimit, terms.lossLimit, terms.gasLimit) = (2, 3, 4);
        terms.allowances = new Allowance[](4);
        terms.allowances[0] = _bucket(1, WINDOW_CAP, 1 days);
        terms.allowances[1] = _bucket(2, 40, 1 hours);
        terms.allowances[2] = _bucket(3, LOSS_CAP, 1 days);
        terms.allowances[3] = _bucket(4, 1 ether, 1 days);
        terms.assets = new AssetTerms[](2);
        terms.assets[0] = AssetTerms(address(cash), address(cashValuer), 90e18, 1);
        terms.assets[1] = AssetTerms(address(asset), address(assetValuer), 90e18, 0);
        terms.models = new ModelTerms[](1);
        terms.models[0] = ModelTerms(MODEL, new OutputBound[](1));
        terms.models[0].bounds[0] = OutputBound(0, 0, 0, 1e18);
        terms.strategies = _one(address(strategy));
        terms.operators = _one(OPERATOR);
        terms.guardians = _one(GUARDIAN);
        terms.keys = _one(vm.addr(AGENT_KEY));
    }

    function _rules() internal view virtual returns (Rule[] memory rules) {
        rules = new Rule[](3);
        rules[0] = _rule(address(venue), Venue.swap.selector, 100);
        rules[1] = _rule(address(cash), IERC20.transfer.selector, 10_000);
        rules[1].conditions = _recipient(PAYEE);
        rules[2] = _rule(address(venue), Venue.take.selector, 10_000);
    }

    function _bucket(uint32 id, uint96 capacity, uint32 window) internal pure returns (Allowance memory) {
        return Allowance(id, capacity, window, type(uint120).max, 0, 0, 0);
    }

    function _rule(address target, bytes4 selector, uint16 slippageBps) internal pure returns (Rule memory rule) {
        (rule.target, rule.selector, rule.slippageBps) = (target, selector, slippageBps);
    }

    function _node(uint8 parent, uint8 kind, uint8 operator, bytes memory value)
        internal
        pure
        returns (Condition memory condition)
    {
        condition.parent = parent;
        assembly {
            mstore(add(condition, 32), kind)
        }
        (condition.operator, condition.compValue) = (operator, value);
    }

    function _recipient(address payee) internal pure returns (Condition[] memory tree) {
        tree = new Condition[](2);
        tree[0] = _node(0, 5, 5, "");
        tree[1] = _node(0, 1, 16, abi.encode(payee));
    }

    function _one(address entry) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = entry;
    }

    function _action(address target, bytes memory data) internal pure returns (Action memory action) {
        (action.target, action.gas, action.data) = (target, 400_000, data);
    }

    function _swap(uint256 amountIn, uint256 amountOut) internal view returns (Action memory action) {
        action = _action(address(venue), abi.encodeCall(Venue.swap, (cash, asset, amountIn, amountOut)));
        action.approvals = new Approval[](1);
        action.approvals[0] = Approval(address(cash), amountIn);
    }

    function _pay(address to, uint256 amount) internal view returns (Action memory) {
        return _action(address(cash), abi.encodeCall(IERC20.transfer, (to, amount)));
    }

    function _book(bytes32 model, Action[] memory actions) internal returns (uint256) {
        bytes[] memory contexts = new bytes[](1);
        contexts[0] = abi.encode(model, actions);
        vm.prank(owner);
        return RUNNER.book(account, address(strategy), contexts);
    }

    function _book(Action memory action) internal returns (uint256) {
        Action[] memory actions = new Action[](1);
        actions[0] = action;
        return _book(MODEL, actions);
    }

    /// @dev Books and runs one action; says why it was refused, zero where it was executed.
    function _try(Action memory action) internal returns (bytes32 rule, uint256 margin) {
        return _run(_book(action));
    }

    function _run(uint256 booking) internal returns (bytes32 rule, uint256 margin) {
        vm.recordLogs();
        vm.prank(OPERATOR);
        RUNNER.run(booking);
        return _reason();
    }

    /// @dev Rule and margin of the last refusal in the recorded logs.
    function _reason() internal returns (bytes32 rule, uint256 margin) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(RUNNER)) continue;
            if (logs[i].topics[0] == IAgentRunner.ActionRefused.selector) {
                rule = logs[i].topics[3];
                (, margin,) = abi.decode(logs[i].data, (uint256, uint256, Action));
            } else if (logs[i].topics[0] == IAgentRunner.RunRefused.selector) {
                rule = logs[i].topics[3];
                margin = abi.decode(logs[i].data, (uint256));
            } else if (logs[i].topics[0] == IAgentRunner.ActionFailed.selector) {
                rule = "failed";
            }
        }
    }

    function _assertRefused(Action memory action, bytes32 wanted) internal {
        (bytes32 rule,) = _try(action);
        vm.assertEq(rule, wanted);
    }

    function _assertExecuted(Action memory action) internal {
        (bytes32 rule,) = _try(action);
        vm.assertEq(rule, bytes32(0));
    }
}
