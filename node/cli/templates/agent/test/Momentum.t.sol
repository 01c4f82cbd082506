// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInference} from "../lib/praxis/interfaces/IInference.sol";
import {IAgentAccountFactory} from "../lib/praxis/interfaces/agents/IAgentAccountFactory.sol";
import {IAgentRunner} from "../lib/praxis/interfaces/agents/IAgentRunner.sol";
import {Action} from "../lib/praxis/interfaces/agents/IStrategy.sol";
import {IStrategyRegistry, Read} from "../lib/praxis/interfaces/agents/IStrategyRegistry.sol";
import {Predeploys} from "../lib/praxis/libraries/Predeploys.sol";
import {Tensors} from "../lib/praxis/libraries/Tensors.sol";
import {InferenceShims} from "../lib/praxis/scripting/InferenceShim.sol";
import {Momentum} from "../src/Momentum.sol";
import {Policy} from "../src/Policy.sol";
import {MockFeed} from "../src/mocks/MockFeed.sol";
import {MockToken} from "../src/mocks/MockToken.sol";
import {MockValuer} from "../src/mocks/MockValuer.sol";
import {MockVenue} from "../src/mocks/MockVenue.sol";
import {Vm} from "./helpers/Vm.sol";

/// @dev On a fork of `praxis dev`, with its runner and policy. Forge has no inference precompile, so a shim at 0xA1 asks the chain:
/// every answer is the real model's.
contract MomentumTest {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IAgentRunner internal constant RUNNER = IAgentRunner(Predeploys.AGENT_RUNNER);
    address internal constant OWNER = address(0xa11ce);
    bool public constant IS_TEST = true;

    bytes32 internal model;
    MockFeed internal feed;
    MockToken internal cash;
    MockToken internal asset;
    Momentum internal strategy;
    address internal account;

    function setUp() external {
        InferenceShims.etch();
        require(vm.exists("model/published.json"), "publish the model first: npm run publish-model");
        model = vm.parseJsonBytes32(vm.readFile("model/published.json"), ".id");
        feed = new MockFeed(8);
        MockFeed one = new MockFeed(8);
        one.push(1e8);
        (cash, asset) = (new MockToken("CASH"), new MockToken("ASSET"));
        strategy = new Momentum(model, feed, new MockVenue(feed), address(cash), address(asset));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(strategy), new Read[](0));
        address[2] memory valuers = [address(new MockValuer(one)), address(new MockValuer(feed))];
        account = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY)
            .createAccount(OWNER, 0, Policy.terms(strategy, address(this), valuers), Policy.rules(strategy));
        cash.mint(account, 1_000e18);
    }

    function test_features_areTheLastReturns() external {
        _prices(1.01e18);
        (bytes32 asked, IInference.Tensor[] memory inputs) = strategy.features("");
        vm.assertEq(asked, model, "the model");
        vm.assertEq(inputs[0].data.length, 4 * strategy.WINDOW(), "eight float32 numbers");
        int256 first = this.element(inputs[0], 0);
        vm.assertTrue(first > 0.0099e18 && first < 0.0101e18, "one per cent each");
    }

    function test_run_risingPrices_buys() external {
        _prices(1.01e18);
        (uint256 executed, uint256 refused) = _run(200e18);
        vm.assertEq(executed, 1, "one purchase");
        vm.assertEq(refused, 0, "nothing refused");
        vm.assertGt(asset.balanceOf(account), 0, "it holds the asset");
        vm.assertEq(cash.allowance(account, address(strategy.venue())), 0, "no approval is left");
    }

    function test_run_fallingPrices_waits() external {
        _prices(0.99e18);
        (uint256 executed, uint256 refused) = _run(200e18);
        vm.assertEq(executed + refused, 0, "no action at all");
        vm.assertEq(cash.balanceOf(account), 1_000e18, "the cash is untouched");
    }

    function test_run_aboveTheActionsLimit_isRefusedAndRecorded() external {
        _prices(1.01e18);
        cash.mint(account, 99_000e18);
        vm.recordLogs();
        (uint256 executed, uint256 refused) = _run(50_000e18);
        vm.assertEq(executed, 0, "not bought");
        vm.assertEq(refused, 1, "refused");
        vm.assertTrue(_logged(IAgentRunner.ActionRefused.selector), "the refusal is on record");
        vm.assertEq(cash.balanceOf(account), 100_000e18, "the cash is untouched");
    }

    function test_run_afterTheExpiry_isRefused() external {
        _prices(1.01e18);
        vm.recordLogs();
        vm.warp(block.timestamp + 31 days);
        _run(200e18);
        vm.assertTrue(_logged(IAgentRunner.RunRefused.selector), "the refusal is on record");
    }

    function element(IInference.Tensor calldata tensor, uint256 position) external pure returns (int256) {
        return Tensors.element(tensor, position);
    }

    /// @dev Nine prices, each this many 10^-18 times the one before.
    function _prices(int256 step) private {
        int256 price = 100e8;
        for (uint256 i = 0; i <= strategy.WINDOW(); ++i) {
            feed.push(price);
            price = price * step / 1e18;
        }
    }

    function _run(uint256 most) private returns (uint256 executed, uint256 refused) {
        bytes[] memory contexts = new bytes[](1);
        contexts[0] = abi.encode(most);
        vm.prank(OWNER);
        uint256 booking = RUNNER.book(account, address(strategy), contexts);
        return RUNNER.run(booking);
    }

    function _logged(bytes32 topic) private returns (bool) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(RUNNER) && logs[i].topics[0] == topic) return true;
        }
        return false;
    }
}
