// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IActionPolicy} from "../../src/interfaces/agents/IActionPolicy.sol";
import {IAgentAccountFactory} from "../../src/interfaces/agents/IAgentAccountFactory.sol";
import {AssetTerms, Condition, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Action, Approval} from "../../src/interfaces/agents/IStrategy.sol";
import {IValuer} from "../../src/interfaces/agents/IValuer.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Token, Venue} from "./helpers/Mocks.sol";

/// @dev A token that can be told to fail to approve, to keep an approval, or to move nothing; and a payee that gives back.
contract OddToken is ERC20("Odd", "O") {
    enum Odd {
        None,
        Deaf,
        Sticky,
        Silent
    }

    Odd private _odd;

    function set(Odd odd) external {
        _odd = odd;
    }

    function approve(address spender, uint256 amount) public override returns (bool) {
        require(_odd != Odd.Deaf, "deaf");
        if (_odd == Odd.Sticky && amount == 0) return true;
        return super.approve(spender, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _odd == Odd.Silent || super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return _odd == Odd.Silent || super.transferFrom(from, to, amount);
    }

    /// @dev As long as a transfer, and none.
    function note(address, uint256) external {}

    function note(address, address, uint256) external {}

    function giveBack() external payable {
        (bool ok,) = msg.sender.call{value: msg.value}("");
        require(ok, "kept");
    }
}

/// @dev Permits what it was told to expect; or reverts with the word that permits.
contract AskedPolicy is IActionPolicy {
    bytes32 private _expected;

    function expect(bytes32 expected) external {
        _expected = expected;
    }

    function checkAction(bytes32 id, address account, address target, uint256 value, bytes calldata data)
        external
        view
        returns (uint256)
    {
        if (_expected == 0) {
            assembly {
                mstore(0, 0)
                revert(0, 32)
            }
        }
        return keccak256(abi.encode(id, account, target, value, data)) == _expected ? 0 : 1;
    }
}

/// @dev What an action moves, what that is worth and what is left, to the unit.
contract MeasuresTest is AgentTest {
    OddToken private odd;

    function setUp() public override {
        odd = OddToken(vm.deployCode("Measures.t.sol:OddToken"));
        super.setUp();
    }

    /// @dev Cash, the odd token and ether, all at a price of one; nothing that binds but 90 units per action.
    function _terms() internal view override returns (Terms memory terms) {
        terms = super._terms();
        terms.assets = new AssetTerms[](3);
        terms.assets[0] = AssetTerms(address(cash), address(cashValuer), 90e18, 1);
        terms.assets[1] = AssetTerms(address(odd), address(assetValuer), 90e18, 0);
        terms.assets[2] = AssetTerms(address(0), address(assetValuer), 1 ether, 0);
    }

    function _rules() internal view override returns (Rule[] memory rules) {
        rules = new Rule[](8);
        (rules[0], rules[1], rules[2]) = (super._rules()[0], super._rules()[1], super._rules()[2]);
        rules[3] = _rule(address(odd), IERC20.transfer.selector, 10_000);
        rules[4] = _rule(address(odd), IERC20.transferFrom.selector, 10_000);
        rules[5] = _rule(address(odd), bytes4(keccak256("note(address,uint256)")), 10_000);
        rules[6] = _rule(address(odd), bytes4(keccak256("note(address,address,uint256)")), 10_000);
        rules[7] = _rule(address(odd), OddToken.giveBack.selector, 10_000);
        rules[7].sendsValue = true;
    }

    function _assertRefusedBy(Action memory action, bytes32 wanted, uint256 margin) private {
        (bytes32 rule, uint256 by) = _try(action);
        vm.assertEq(rule, wanted);
        vm.assertEq(by, margin);
    }

    /// @dev A run that only decides.
    function _look() private returns (bytes32 rule, uint256 margin) {
        return _run(_book(MODEL, new Action[](0)));
    }

    function _odd(string memory signature, address first, uint256 amount) private view returns (Action memory) {
        return _action(address(odd), abi.encodeWithSignature(signature, first, amount));
    }

    function _odd(string memory signature, address first, address second, uint256 amount)
        private
        view
        returns (Action memory)
    {
        return _action(address(odd), abi.encodeWithSignature(signature, first, second, amount));
    }

    /// What an action says that it sends counts, where nothing is seen to leave.
    function test_outflow_isAtLeastWhatTheActionNames() public {
        odd.set(OddToken.Odd.Silent);
        uint256 more = 90e18 + 1;
        _assertRefusedBy(_odd("transfer(address,uint256)", PAYEE, more), "perAction", 1);
        _assertRefusedBy(_odd("transferFrom(address,address,uint256)", account, PAYEE, more), "perAction", 1);
        _assertExecuted(_odd("transferFrom(address,address,uint256)", PAYEE, account, more));
        _assertExecuted(_odd("note(address,uint256)", account, more));
        _assertExecuted(_odd("note(address,address,uint256)", account, account, more));
        vm.deal(account, 3 ether);
        Action memory action = _action(address(odd), abi.encodeCall(OddToken.giveBack, ()));
        action.value = 1 ether + 1;
        _assertRefusedBy(action, "perAction", 1);
    }

    function test_outflow_ofMoreThanIsCounted() public {
        Terms memory terms = _terms();
        terms.assets[1].perAction = type(uint128).max;
        account = _create(terms, _rules());
        odd.set(OddToken.Odd.Silent);
        _assertRefusedBy(_odd("transfer(address,uint256)", PAYEE, 1 << 120), "amount", 1);
        (bytes32 rule,) = _try(_odd("transfer(address,uint256)", PAYEE, (1 << 120) - 1));
        vm.assertEq(rule, "loss");
    }

    function test_balance_upTo120Bits() public {
        cash.mint(account, type(uint120).max - 1000e18);
        (bytes32 rule, uint256 margin) = _look();
        vm.assertEq(rule, 0);
        cash.mint(account, 1);
        (rule, margin) = _look();
        vm.assertEq(rule, "balance");
        vm.assertEq(margin, 0);
        account = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, "2", _terms(), _rules());
        vm.deal(account, 1 << 120);
        (rule, margin) = _look();
        vm.assertEq(rule, "balance");
        vm.assertEq(margin, 2);
        // More than can be counted, within an action.
        account = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY).createAccount(owner, "3", _terms(), _rules());
        cash.mint(account, 10);
        Action memory action =
            _action(address(venue), abi.encodeCall(Venue.swap, (cash, cash, 1, uint256(type(uint120).max))));
        action.approvals = new Approval[](1);
        action.approvals[0] = Approval(address(cash), 1);
        _assertRefusedBy(action, "balance", 0);
    }

    function test_price_from1To128Bits() public {
        bytes memory call = abi.encodeCall(IValuer.price, ());
        uint256[4] memory prices = [uint256(1), type(uint128).max, 0, uint256(1) << 128];
        for (uint256 i = 0; i < prices.length; ++i) {
            vm.mockCall(address(cashValuer), call, abi.encode(prices[i]));
            (bytes32 rule, uint256 margin) = _look();
            vm.assertEq(rule, i < 2 ? bytes32(0) : bytes32("price"));
            vm.assertEq(margin, 0);
        }
    }

    function test_counted_followsWhatMoves() public {
        _assertExecuted(_pay(PAYEE, 10e18));
        vm.assertEq(RUNNER.countedOf(account, address(cash)), 990e18);
        Action memory action = _action(address(venue), abi.encodeCall(Venue.swap, (cash, cash, 3, 10)));
        action.approvals = new Approval[](1);
        action.approvals[0] = Approval(address(cash), 3);
        _assertExecuted(action);
        vm.assertEq(RUNNER.countedOf(account, address(cash)), 990e18 + 7);
        cash.mint(account, 5);
        _assertExecuted(_pay(PAYEE, 7));
        // Who gave five more is not known to the account until its owner settles.
        vm.assertEq(RUNNER.countedOf(account, address(cash)), 990e18);
        vm.assertEq(cash.balanceOf(account), 990e18 + 5);
    }

    function test_ownerApproval_saysHowMuchIsAboveTheThreshold() public {
        Terms memory terms = _terms();
        terms.allowances[2].capacity = 90e18;
        account = _create(terms, _rules());
        _assertExecuted(_pay(PAYEE, 80e18));
        vm.warp(_now() + 1 days);
        _assertRefusedBy(_pay(PAYEE, 80e18 + 3), "ownerApproval", 3);
    }

    /// @dev An account with so many units of cash, and nothing else.
    function _with(uint256 units, uint16 drawdownBps) private {
        Terms memory terms = _terms();
        terms.drawdownBps = drawdownBps;
        account = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY)
            .createAccount(owner, bytes32(units), terms, _rules());
        cash.mint(account, units);
        _look();
    }

    function test_drawdown_roundsAgainstTheAgent() public {
        _with(3, 5_000);
        _assertExecuted(_pay(PAYEE, 1));
        _assertRefusedBy(_pay(PAYEE, 1), "drawdown", 1);
        _with(3, 0);
        cashValuer.set(1.34e18);
        _look();
        // Three units at 4/3 are worth four, of which nothing may go.
        _assertRefusedBy(_pay(PAYEE, 1), "drawdown", 2);
    }

    function test_units_roundAgainstTheAgent() public {
        _with(10, 5_000);
        cashValuer.set(0.35e18);
        vm.prank(account);
        cash.transfer(PAYEE, 4);
        _look();
        (uint256 units,) = RUNNER.accountOf(account);
        vm.assertEq(units, 7); // of 3 remain 2: 10 * 2 / 3
        cash.mint(account, 5);
        vm.prank(owner);
        RUNNER.settle(account);
        (units,) = RUNNER.accountOf(account);
        vm.assertEq(units, 11); // 2 become 3: 7 * 3 / 2
    }

    /// Without units, or without worth, an account starts anew.
    function test_units_startAnew() public {
        cashValuer.set(0.5e18);
        _with(1, 5_000);
        (uint256 units, uint256 mark) = RUNNER.accountOf(account);
        vm.assertEq(units, 0);
        cashValuer.set(4e18);
        _look();
        (units, mark) = RUNNER.accountOf(account);
        vm.assertEq(units, 4);
        vm.assertEq(mark, 1e18);
        cashValuer.set(0.05e18);
        (bytes32 rule,) = _look();
        vm.assertEq(rule, 0);
        (units,) = RUNNER.accountOf(account);
        vm.assertEq(units, 0);
    }

    function _take(uint256 approvals) private view returns (Action memory action) {
        action = _action(address(venue), abi.encodeCall(Venue.take, ()));
        action.approvals = new Approval[](approvals);
        for (uint256 i = 0; i < approvals; ++i) {
            action.approvals[i] = Approval(address(cash), 7);
        }
    }

    function test_approvals_fourOfDeclaredTokens() public {
        _assertExecuted(_take(4));
        _assertRefusedBy(_take(5), "approvals", 5);
        Action memory action = _take(2);
        action.approvals[1].token = address(new Token());
        _assertRefusedBy(action, "approval", 1);
        // Ether is declared, and is nothing that could be approved.
        action.approvals[1].token = address(0);
        _assertRefusedBy(action, "approval", 1);
        action.approvals[1].token = address(odd);
        _assertExecuted(action);
        odd.set(OddToken.Odd.Deaf);
        _assertRefusedBy(action, "approval", 1);
        odd.set(OddToken.Odd.Sticky);
        _assertRefusedBy(action, "approval", 7);
    }

    function test_actionPolicy_isToldWhatIsAsked() public {
        AskedPolicy policy = new AskedPolicy();
        Rule[] memory rules = _rules();
        rules[1].actionPolicy = address(policy);
        account = _create(_terms(), rules);
        Action memory action = _pay(PAYEE, 1);
        // It reverts with a word that would permit.
        _assertRefusedBy(action, "actionPolicy", 0);
        bytes32 id = keccak256(abi.encode(account, uint32(0), address(cash), IERC20.transfer.selector));
        policy.expect(keccak256(abi.encode(id, account, address(cash), 0, action.data)));
        _assertExecuted(action);
        _assertRefusedBy(_pay(PAYEE, 2), "actionPolicy", 1);
    }

    /// @dev Payments to PAYEE whose amount is within the allowance at a position.
    function _limited(uint256 position) private {
        Rule[] memory rules = _rules();
        rules[1].conditions = new Condition[](3);
        (rules[1].conditions[0], rules[1].conditions[1]) = (_recipient(PAYEE)[0], _recipient(PAYEE)[1]);
        rules[1].conditions[2] = _node(0, 1, 28, abi.encode(position));
        account = _create(_terms(), rules);
    }

    function test_allowanceOfACondition_isSpent() public {
        _limited(4);
        _assertExecuted(_pay(PAYEE, 1 ether - 3));
        vm.assertEq(RUNNER.left(account, 4), 3);
        _assertRefusedBy(_pay(PAYEE, 4), "arguments", 0);
        _assertExecuted(_pay(PAYEE, 3));
        vm.assertEq(RUNNER.left(account, 1), WINDOW_CAP - 1 ether);
        _limited(2);
        uint256 before = RUNNER.left(account, 2);
        _assertExecuted(_pay(PAYEE, 5));
        vm.assertEq(RUNNER.left(account, 2), before - 6); // and one for the rate
        _limited(0);
        _assertRefusedBy(_pay(PAYEE, 1), "allowance", 0);
        _limited(5);
        _assertRefusedBy(_pay(PAYEE, 1), "allowance", 5);
    }

    function test_withoutLimits_nothingIsCounted() public {
        Terms memory terms = _terms();
        (terms.rateLimit, terms.lossLimit) = (0, 0);
        terms.assets[0].allowance = 0;
        account = _create(terms, _rules());
        _assertExecuted(_pay(PAYEE, 1e18));
        for (uint256 i = 1; i <= 4; ++i) {
            vm.assertEq(RUNNER.left(account, i), terms.allowances[i - 1].capacity);
        }
    }
}
