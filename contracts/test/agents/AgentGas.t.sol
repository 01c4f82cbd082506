// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Execution, IERC7579Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {FeedValuer} from "../../src/agents/valuers/FeedValuer.sol";
import {PairAverage} from "../../src/agents/valuers/PairAverage.sol";
import {AggregatorV3Interface} from "../../src/interfaces/agents/IValuer.sol";
import {Allowance, AssetTerms, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Feed, Pair} from "./Valuers.t.sol";
import {FixedValuer} from "../../src/agents/valuers/FixedValuer.sol";

/// @dev What an action costs under five rules: window, recipient, time-weighted price, drawdown, model. Another transaction
/// each, so everything is cold; the window rolls over in each.
contract AgentGasTest is AgentTest {
    function _terms() internal view override returns (Terms memory terms) {
        terms = super._terms();
        (terms.rateLimit, terms.lossLimit, terms.gasLimit) = (0, 0, 0);
        terms.approvalAbove = type(uint128).max;
        Allowance[] memory one = new Allowance[](1);
        one[0] = terms.allowances[0];
        terms.allowances = one;
        AssetTerms[] memory cashOnly = new AssetTerms[](1);
        cashOnly[0] = terms.assets[0];
        terms.assets = cashOnly;
        terms.guardians = new address[](0);
        terms.keys = new address[](0);
    }

    function _withFeed() private {
        Pair pair = new Pair();
        pair.set(100e18, 200e6, 1e15);
        Feed feed = new Feed();
        PairAverage average = new PairAverage(pair, true, new FixedValuer(6));
        FeedValuer valuer = new FeedValuer(AggregatorV3Interface(feed), average, 18, 1 days, 500);
        vm.warp(_now() + 30 minutes);
        feed.set(2e8, _now());
        Terms memory terms = _terms();
        terms.assets[0].valuer = address(valuer);
        account = _create(terms, _rules());
        cash.mint(PAYEE, 1);
    }

    function _payments(uint256 count) private returns (uint256) {
        Action[] memory actions = new Action[](count);
        for (uint256 i = 0; i < count; ++i) {
            actions[i] = _pay(PAYEE, 1e18);
            actions[i].gas = 60_000;
        }
        return _book(MODEL, actions);
    }

    function test_gas_guardedPayment() public {
        _withFeed();
        (uint256 none, uint256 one, uint256 two) = (_payments(0), _payments(1), _payments(2));
        vm.prank(OPERATOR);
        RUNNER.run(one);
        vm.prank(OPERATOR);
        RUNNER.run(none);
        uint256 empty = vm.snapshotGasLastCall("agents", "run without an action");
        vm.warp(_now() + 10 minutes);
        vm.prank(OPERATOR);
        (uint256 executed,) = RUNNER.run(one);
        vm.assertEq(executed, 1);
        uint256 first = vm.snapshotGasLastCall("agents", "run with one payment under five rules");
        vm.warp(_now() + 10 minutes);
        vm.prank(OPERATOR);
        (executed,) = RUNNER.run(two);
        vm.assertEq(executed, 2);
        uint256 second = vm.snapshotGasLastCall("agents", "run with two payments under five rules");
        (uint256 plain, uint256 both) = (_byTheOwner(1), _byTheOwner(2));
        vm.prank(account);
        cash.transfer(PAYEE, 1e18);
        vm.snapshotGasLastCall("agents", "the same payment as a plain ERC-20 transfer");
        // What the account pays for the same transfers without a guard is in all of them; the first one's transaction is not.
        vm.assertLe(first - empty - (plain - 21_000), 100_000);
        vm.assertLe(second - first - (both - plain), 35_000);
    }

    /// @dev The account makes the same payments by its owner's order, as one call each.
    function _byTheOwner(uint256 count) private returns (uint256) {
        Execution[] memory calls = new Execution[](count);
        for (uint256 i = 0; i < count; ++i) {
            calls[i] = Execution(address(cash), 0, abi.encodeCall(IERC20.transfer, (PAYEE, 1e18)));
        }
        vm.prank(owner);
        if (count == 1) {
            IERC7579Execution(account).execute(0, abi.encodePacked(calls[0].target, calls[0].value, calls[0].callData));
            return vm.snapshotGasLastCall("agents", "the same payment by the owner");
        }
        IERC7579Execution(account).execute(bytes32(uint256(1) << 248), abi.encode(calls));
        return vm.snapshotGasLastCall("agents", "two such payments by the owner");
    }
}
