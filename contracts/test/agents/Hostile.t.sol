// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579Execution, IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {IAgentAccountFactory} from "../../src/interfaces/agents/IAgentAccountFactory.sol";
import {Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Action, Approval} from "../../src/interfaces/agents/IStrategy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Vm} from "../helpers/Test.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {MovingValuer, Venue} from "./helpers/Mocks.sol";
import {Reference} from "./helpers/Reference.sol";

/// @dev Strategies whose author is also the counterparty and owns the venue. What they take is held against B, which a reference
/// computes from the terms; refusals are counted in the logs.
contract HostileTest is AgentTest {
    uint256 private _start;
    uint256 private _equity;

    function setUp() public override {
        super.setUp();
        _start = _now();
        _equity = _value(account);
        _assertExecuted(_swap(1, 1));
    }

    /// @dev Besides: a valuer that the agent may set.
    function _rules() internal view override returns (Rule[] memory rules) {
        rules = new Rule[](4);
        (rules[0], rules[1], rules[2]) = (super._rules()[0], super._rules()[1], super._rules()[2]);
        rules[3] = _rule(address(assetValuer), MovingValuer.set.selector, 10_000);
    }

    function _value(address of_) private view returns (uint256) {
        return cash.balanceOf(of_) + asset.balanceOf(of_);
    }

    function _lost() private view returns (uint256) {
        return _equity - _value(account);
    }

    function _bound() private view returns (uint256) {
        return Reference.maximalLoss(_terms(), _equity, _now() - _start);
    }

    /// @dev Runs actions and returns how many were executed and refused, by the logs.
    function _logged(Action[] memory actions) private returns (uint256 executed, uint256 refused) {
        uint256 booking = _book(MODEL, actions);
        vm.recordLogs();
        vm.prank(OPERATOR);
        (uint256 said, uint256 denied) = RUNNER.run(booking);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(RUNNER)) continue;
            bytes32 kind = logs[i].topics[0];
            if (kind == IAgentRunner.ActionExecuted.selector) ++executed;
            if (kind == IAgentRunner.ActionRefused.selector || kind == IAgentRunner.ActionFailed.selector) ++refused;
        }
        vm.assertEq(said, executed);
        vm.assertEq(denied, refused);
    }

    function _single(Action memory action) private pure returns (Action[] memory actions) {
        actions = new Action[](1);
        actions[0] = action;
    }

    /// One of the attacks, chosen and sized by the seed.
    function _attack(uint256 seed) private returns (Action[] memory actions) {
        uint256 kind = seed % 8;
        seed /= 8;
        uint256 amount = seed % 100e18;
        actions = new Action[](1 + seed / 2 % 6);
        venue.play(Venue.Trick(kind == 5 ? seed % 6 : 0), 1);
        for (uint256 i = 0; i < actions.length; ++i) {
            uint256 rest = RUNNER.left(account, 3);
            if (kind == 0) actions[i] = _pay(PAYEE, rest / (i + 1) + seed % 3);
            else if (kind == 1) actions[i] = _swap(amount, amount * 99 / 100);
            else if (kind == 2) actions[i] = _swap(rest * 100 % 90e18, rest * 99 % 90e18);
            else if (kind == 3) actions[i] = _pay(PAYEE, amount / actions.length);
            else if (kind == 4) actions[i] = _pay(PAYEE, rest / actions.length);
            else if (kind == 5) actions[i] = _swap(amount / 2, amount / 2);
            else if (kind == 6) actions[i] = _swap(rest, rest * 99 / 100);
            else actions[i] = _pay(PAYEE, 1 + rest / 7);
        }
        if (kind == 7) cash.mint(account, seed % 5e18); // a donation, which is not the account's loss to make up for
    }

    /// Random sequences of attacks at random times, window edges among them: none takes more than B, and every action leaves a record.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_search_neverExceedsB(uint256 seed) public {
        uint256 given = 0;
        for (uint256 i = 0; i < 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 before = _value(account);
            Action[] memory actions = _attack(seed >> 16);
            given += _value(account) - before;
            (uint256 executed, uint256 refused) = _logged(actions);
            vm.assertEq(executed + refused, actions.length);
            vm.assertTrue(_equity + given <= _value(account) + _bound());
            uint256 edge = seed % 5;
            vm.warp(_now() + (edge == 0 ? 1 days : edge == 1 ? 1 days - 1 : edge == 2 ? 1 : seed % 6 hours));
        }
    }

    /// B is tight: who takes what is left every half hour gets more than 99 % of it.
    function test_patientAgent_reachesB() public {
        for (uint256 i = 0; i < 96; ++i) {
            uint256 rest = RUNNER.left(account, 3);
            (uint256 executed,) = _logged(_single(_pay(PAYEE, rest)));
            vm.assertEq(executed, 1);
            vm.warp(_now() + 30 minutes);
        }
        vm.assertTrue(_lost() <= _bound());
        vm.assertTrue(_lost() * 100 >= _bound() * 98);
    }

    /// Where the drawdown is what binds, it is reached, and not passed.
    function test_drawdown_bindsWhereTheLossBudgetDoesNot() public {
        Terms memory terms = _terms();
        terms.allowances[2].capacity = type(uint96).max;
        terms.allowances[0].capacity = type(uint96).max;
        terms.allowances[1].capacity = 1000;
        terms.assets[0].perAction = type(uint128).max;
        terms.approvalAbove = type(uint128).max;
        terms.drawdownBps = 2_500;
        vm.prank(owner);
        POLICY.propose(account, terms, _rules());
        vm.warp(_now() + 1 days);
        vm.prank(owner);
        POLICY.enact(account, terms, _rules());
        uint256 equity = _value(account);
        uint256 bound = Reference.maximalLoss(terms, equity, 0);
        vm.assertEq(bound, equity / 4);
        uint256 step = equity / 16;
        for (uint256 i = 0; i < 8; ++i) {
            _logged(_single(_pay(PAYEE, step)));
        }
        uint256 lost = equity - _value(account);
        vm.assertTrue(lost <= bound && lost * 10 >= bound * 9);
        _assertRefused(_pay(PAYEE, bound - lost + 1e6), "drawdown");
    }

    /// Many small trades around an edge of the window get no more than one large one.
    function test_windowEdges_giveNothing() public {
        for (uint256 day = 0; day < 3; ++day) {
            Action[] memory actions = new Action[](12);
            for (uint256 i = 0; i < 12; ++i) {
                actions[i] = _pay(PAYEE, LOSS_CAP / 12);
            }
            _logged(actions);
            vm.warp(_start + (day + 1) * 1 days - 1);
            _logged(actions);
            vm.warp(_now() + 2);
            _logged(actions);
            vm.assertTrue(_lost() <= _bound());
        }
    }

    /// The prices are read once, before any action: an author who also moves the price gets nothing by it within the run.
    function test_priceMovedWithinTheRun_changesNothing() public {
        (, uint256 before) = RUNNER.accountOf(account);
        Action[] memory actions = new Action[](2);
        actions[0] = _action(address(assetValuer), abi.encodeCall(MovingValuer.set, (10e18)));
        // Worth enough by the new price, a tenth by the one that counts.
        actions[1] = _swap(10e18, 1e18);
        (uint256 executed, uint256 refused) = _logged(actions);
        vm.assertEq(executed, 1);
        vm.assertEq(refused, 1);
        (, uint256 mark) = RUNNER.accountOf(account);
        vm.assertEq(mark, before);
    }

    /// A donation before a run and its withdrawal by the venue after it: the mark stays, so no drawdown is made out of nothing.
    function test_donationAroundARun_leavesTheMark() public {
        (, uint256 before) = RUNNER.accountOf(account);
        cash.mint(account, 5_000e18);
        _assertExecuted(_swap(1e18, 1e18));
        cash.seize(account, address(venue), 5_000e18);
        _assertExecuted(_swap(1e18, 1e18));
        (, uint256 mark) = RUNNER.accountOf(account);
        vm.assertEq(mark, before);
    }

    /// The venue knows when the run comes and moves its price against it: at most the slippage of the rule goes.
    function test_sandwich_takesTheSlippageAtMost() public {
        uint256 before = _value(account);
        (uint256 executed,) = _logged(_single(_swap(80e18, 79.2e18)));
        vm.assertEq(executed, 1);
        vm.assertEq(before - _value(account), 0.8e18);
        _assertRefused(_swap(10e18, 9.9e18 - 1), "price");
    }

    /// Neither the runner's inner entry nor the account's takes orders from a venue or a strategy's author.
    function test_forgedCaller_getsNowhere() public {
        bytes memory transfer =
            abi.encodePacked(address(cash), uint256(0), abi.encodeCall(IERC20.transfer, (PAYEE, 1e18)));
        vm.prank(address(venue), owner);
        vm.expectRevert();
        IERC7579Execution(account).executeFromExecutor(0, transfer);
        vm.prank(address(strategy), owner);
        vm.expectRevert();
        IERC7579Execution(account).execute(0, transfer);
        uint256 booking = _book(_pay(PAYEE, 1e18));
        vm.prank(PAYEE, owner);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, PAYEE));
        RUNNER.run(booking);
        vm.prank(address(venue), Predeploys.SCHEDULER);
        vm.expectRevert(abi.encodeWithSelector(IAgentRunner.NotPermitted.selector, address(venue)));
        RUNNER.charge(account, "fee", 1);
    }

    /// A rule that was listed before its target became a module does not reach the module.
    function test_targetThatBecomesAModule_isRefused() public {
        _assertExecuted(_swap(1e18, 1e18));
        vm.mockCall(
            account, abi.encodeCall(IERC7579ModuleConfig.isModuleInstalled, (2, address(venue), "")), abi.encode(true)
        );
        _assertRefused(_swap(1e18, 1e18), "module");
    }

    /// What was learnt of one function in a run does not carry over to another, whatever lies between them.
    function test_knownFunctions_areKeptApart() public {
        Action[] memory actions = new Action[](6);
        actions[0] = _pay(PAYEE, 1e18);
        actions[1] = _swap(1e18, 1e18);
        actions[2] = _pay(OPERATOR, 1e18); // another recipient than the condition's
        actions[3] = _action(address(cash), abi.encodeWithSignature("burn(uint256)", 1e18));
        actions[4] = _swap(1e18, 0.5e18);
        actions[5] = _action(address(cash), hex"a9059c");
        (uint256 executed, uint256 refused) = _logged(actions);
        vm.assertEq(executed, 2);
        vm.assertEq(refused, 4);
        vm.assertEq(cash.balanceOf(OPERATOR), 0);
    }

    /// Two agents of one author in one block: each takes from its own owner, and together no more than both bounds.
    function test_colludingAgents_haveTwoBounds() public {
        address first = account;
        account =
            IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, "second", _terms(), _rules());
        cash.mint(account, 1000e18);
        asset.mint(account, 1000e18);
        for (uint256 i = 0; i < 4; ++i) {
            _logged(_single(_pay(first, LOSS_CAP / 2)));
            (first, account) = (account, first);
            _logged(_single(_pay(PAYEE, LOSS_CAP / 2)));
        }
        uint256 lost = 4_000e18 - _value(first) - _value(account);
        vm.assertTrue(lost <= 2 * _bound());
    }

    /// Approvals beyond the call, to others, or of undeclared tokens: none survives.
    function test_approvals_doNotOutliveTheCall() public {
        Action memory action = _swap(1e18, 1e18);
        action.approvals[0].amount = type(uint256).max;
        _assertExecuted(action);
        vm.assertEq(cash.allowance(account, address(venue)), 0);
        action.approvals = new Approval[](5);
        _assertRefused(action, "approvals");
        action.approvals = new Approval[](1);
        action.approvals[0] = Approval(address(venue), 1);
        _assertRefused(action, "approval");
    }
}
