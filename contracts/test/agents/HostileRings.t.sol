// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentAccountFactory} from "../../src/interfaces/agents/IAgentAccountFactory.sol";
import {Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Action, IStrategy} from "../../src/interfaces/agents/IStrategy.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {IStrategyRegistry, Read} from "../../src/interfaces/agents/IStrategyRegistry.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Reference} from "./helpers/Reference.sol";

/// @dev An operator that is also a venue: one agent's action starts another agent's run.
contract Relay {
    function relay(uint256 booking) external {
        IAgentRunner(Predeploys.AGENT_RUNNER).run(booking);
    }
}

/// @dev Uses up whatever gas it gets: in `features` or in `decide`, as its context says.
contract BurningStrategy is IStrategy {
    function features(bytes calldata context) external pure returns (bytes32 model, IInference.Tensor[] memory inputs) {
        if (abi.decode(context, (bool))) while (true) {}
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f");
        model = keccak256("model");
    }

    function decide(bytes calldata, IInference.Tensor[] calldata) external pure returns (Action[] memory actions) {
        while (true) {}
        actions = new Action[](0);
    }
}

/// @dev Attacks by more than one agent in one transaction, by dust, and by burning gas.
contract HostileRingsTest is AgentTest {
    Relay private relay;
    address private second;
    uint256 private _start;

    function setUp() public override {
        relay = Relay(vm.deployCode("HostileRings.t.sol:Relay"));
        super.setUp();
        _start = _now();
        Terms memory terms = _terms();
        terms.operators = _one(address(relay));
        Rule[] memory rules = new Rule[](1);
        rules[0] = _rule(address(cash), cash.transfer.selector, 10_000);
        second = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, "second", terms, rules);
        cash.mint(second, 1000e18);
    }

    function _rules() internal view override returns (Rule[] memory rules) {
        rules = new Rule[](4);
        (rules[0], rules[1], rules[2]) = (super._rules()[0], super._rules()[1], super._rules()[2]);
        rules[3] = _rule(address(relay), Relay.relay.selector, 10_000);
    }

    function _bookSecond(uint256 amount) private returns (uint256) {
        Action[] memory actions = new Action[](1);
        actions[0] = _pay(account, amount);
        bytes[] memory contexts = new bytes[](1);
        contexts[0] = abi.encode(MODEL, actions);
        vm.prank(owner);
        return RUNNER.book(second, address(strategy), contexts);
    }

    function _chained(uint256 booking) private view returns (Action memory action) {
        action = _action(address(relay), abi.encodeCall(Relay.relay, (booking)));
    }

    /// The second agent's run inside of the first one's action keeps its own books: it is refused what it may not, and its money
    /// restores none of the first one's limits.
    function test_runInsideOfAnothersAction_countsForBoth() public {
        vm.warp(_now() + 1);
        uint256 rest = RUNNER.left(account, 3);
        uint256 booking = _bookSecond(LOSS_CAP);
        Terms memory wide = _terms();
        wide.actionGas = 5_000_000;
        vm.prank(owner);
        POLICY.propose(account, wide, _rules());
        vm.warp(_now() + 1 days);
        vm.prank(owner);
        POLICY.enact(account, wide, _rules());
        Action memory action = _chained(booking);
        action.gas = 4_000_000;
        _assertExecuted(action);
        vm.assertEq(cash.balanceOf(account), 1000e18 + LOSS_CAP);
        vm.assertEq(RUNNER.left(second, 3), 0);
        vm.assertEq(RUNNER.left(account, 3), rest);
        // Again: the second agent has lost what it may lose. Its refusal is no error of the first one's action.
        uint256 own = _book(action);
        vm.prank(OPERATOR);
        (uint256 executed, uint256 refused) = RUNNER.run(own);
        vm.assertEq(executed, 1);
        vm.assertEq(refused, 0);
        vm.assertEq(cash.balanceOf(account), 1000e18 + LOSS_CAP);
        // The first one's limit is what it was, whatever came in.
        _assertExecuted(_pay(PAYEE, LOSS_CAP));
        _assertRefused(_pay(PAYEE, 1e18), "loss");
    }

    /// A ring: the first agent starts the second one's run, which tries to start the first one's again.
    function test_ring_isLockedOut() public {
        uint256 own = _book(_pay(PAYEE, 1e18));
        // The relay is no operator of the first account, and that account has its run already.
        (bytes32 rule,) = _try(_chained(own));
        vm.assertEq(rule, "failed");
        vm.assertEq(cash.balanceOf(PAYEE), 0);
    }

    /// Trades of a few smallest units at prices that round them away: each counts for at least one.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_dust_roundsAgainstTheAgent(uint256 seed) public {
        uint256 price = 1 + seed % 2e18;
        cashValuer.set(price);
        assetValuer.set(price);
        uint256 dust = 1 + seed / 2e18 % 3;
        Action[] memory actions = new Action[](16);
        for (uint256 i = 0; i < actions.length; ++i) {
            actions[i] = _swap(dust, 0);
        }
        uint256 booking = _book(MODEL, actions);
        vm.prank(OPERATOR);
        (uint256 executed,) = RUNNER.run(booking);
        vm.assertEq(executed, 0);
        // Bought at one unit less each time: what is lost is in the books.
        uint256 before = RUNNER.left(account, 3);
        for (uint256 i = 0; i < actions.length; ++i) {
            actions[i] = _pay(PAYEE, dust);
        }
        booking = _book(MODEL, actions);
        vm.prank(OPERATOR);
        (executed,) = RUNNER.run(booking);
        vm.assertEq(executed, actions.length);
        uint256 booked = before - RUNNER.left(account, 3);
        vm.assertTrue(booked * 1e18 >= executed * dust * price);
        vm.assertTrue(booked >= executed);
    }

    /// A strategy that burns its gas costs what the run was given, and moves nothing.
    function test_burningStrategy_revertsAndMovesNothing() public {
        address burning = vm.deployCode("HostileRings.t.sol:BurningStrategy");
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(burning, new Read[](0));
        Terms memory terms = _terms();
        terms.strategies = _one(burning);
        account = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, "burns", terms, _rules());
        cash.mint(account, 1000e18);
        for (uint256 i = 0; i < 2; ++i) {
            bytes[] memory contexts = new bytes[](1);
            contexts[0] = abi.encode(i == 0);
            vm.prank(owner);
            uint256 booking = RUNNER.book(account, burning, contexts);
            vm.prank(OPERATOR);
            vm.expectPartialRevert(IAgentRunner.NeedGas.selector);
            RUNNER.run{gas: 3_000_000}(booking);
            vm.assertEq(cash.balanceOf(account), 1000e18);
            vm.assertEq(RUNNER.left(account, 3), LOSS_CAP);
        }
    }

    /// Two agents of one author in one transaction: together they lose no more than both bounds.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_ring_neverExceedsBothBounds(uint256 seed) public {
        uint256 given = 3_000e18; // 1,000 each of cash, and the first one's asset
        for (uint256 i = 0; i < 6; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 booking = _bookSecond(seed % 60e18);
            Action[] memory actions = new Action[](3);
            actions[0] = _pay(PAYEE, seed / 7 % 60e18);
            actions[1] = _chained(booking);
            actions[2] = _pay(PAYEE, seed / 11 % 60e18);
            uint256 own = _book(MODEL, actions);
            vm.prank(OPERATOR);
            RUNNER.run(own);
            vm.warp(_now() + seed % 1 days);
            uint256 left = cash.balanceOf(account) + asset.balanceOf(account) + cash.balanceOf(second);
            uint256 bound = Reference.maximalLoss(_terms(), 2_000e18, _now() - _start);
            vm.assertTrue(given - left <= 2 * bound);
        }
    }
}
