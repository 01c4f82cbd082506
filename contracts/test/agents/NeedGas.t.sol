// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {IStrategyRegistry, Read} from "../../src/interfaces/agents/IStrategyRegistry.sol";
import {IInference} from "../../src/interfaces/IInference.sol";
import {Action, IStrategy} from "../../src/interfaces/agents/IStrategy.sol";
import {Caveat, Rule, Terms} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {MovingValuer} from "./helpers/Mocks.sol";

/// @dev Reads a price, asks about it, and pays once or twice: what it does and what that costs depends on the block.
contract PricedStrategy is IStrategy {
    MovingValuer private immutable _valuer;
    address private immutable _cash;

    constructor(MovingValuer valuer, address cash) {
        (_valuer, _cash) = (valuer, cash);
    }

    function features(bytes calldata) external view returns (bytes32 model, IInference.Tensor[] memory inputs) {
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(13, new uint32[](1), abi.encodePacked(uint64(_valuer.price())));
        inputs[0].shape[0] = 1;
        model = keccak256("model");
    }

    function decide(bytes calldata, IInference.Tensor[] calldata) external view returns (Action[] memory actions) {
        actions = new Action[](block.number % 2 + 1);
        for (uint256 i = 0; i < actions.length; ++i) {
            (actions[i].target, actions[i].gas) = (_cash, 60_000);
            actions[i].data = abi.encodeWithSignature("transfer(address,uint256)", address(0xbeef0001), 1 + i);
        }
    }
}

/// @dev Uses as much gas as it is told to: as a caveat before and after, as a target, as a valuer.
contract Heavy {
    uint256 private constant HOOK = 197_000;

    function work(uint256 amount) public view {
        uint256 before = gasleft();
        while (before - gasleft() < amount) {}
    }

    function beforeHook(bytes calldata, bytes calldata, bytes32, bytes calldata, bytes32, address, address)
        external
        view
    {
        work(HOOK);
    }

    function afterHook(bytes calldata, bytes calldata, bytes32, bytes calldata, bytes32, address, address)
        external
        view
    {
        work(HOOK);
    }

    function price() external view returns (uint256) {
        work(394_000);
        return 1e18;
    }
}

/// @dev Says everything at length: features and a decision near the most that the runner takes.
contract LargeStrategy is IStrategy {
    address private immutable _cash;

    constructor(address cash) {
        _cash = cash;
    }

    function features(bytes calldata) external pure returns (bytes32 model, IInference.Tensor[] memory inputs) {
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(2, new uint32[](1), new bytes(120_000));
        model = keccak256("model");
    }

    function decide(bytes calldata, IInference.Tensor[] calldata) external view returns (Action[] memory actions) {
        actions = new Action[](1);
        (actions[0].target, actions[0].gas) = (_cash, 200_000);
        actions[0].data = bytes.concat(
            abi.encodeWithSignature("transfer(address,uint256)", address(0xbeef0001), 1), new bytes(30_000)
        );
    }
}

/// @dev What a node estimates for a run is what makes it decide, for 20 blocks; with less it says what it wants and does nothing.
contract NeedGasTest is AgentTest {
    uint256 private constant STEP = 10_000;

    function _tries(uint256 booking, uint256 given) private returns (bool decided) {
        vm.prank(OPERATOR);
        try RUNNER.run{gas: given}(booking) returns (uint256 executed, uint256 refused) {
            vm.assertEq(refused, 0);
            vm.assertTrue(executed != 0);
            return true;
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(IAgentRunner.NeedGas.selector));
            return false;
        }
    }

    /// @dev More actions an hour than the others may make.
    function _terms() internal view override returns (Terms memory terms) {
        terms = super._terms();
        terms.allowances[1].capacity = 1_000;
    }

    /// @dev Least gas, to a step, with which the run decides: a search like that of `eth_estimateGas`. What was tried in vain reverted
    /// with `NeedGas`.
    function _estimate(uint256 booking) private returns (uint256 high) {
        uint256 low = 50_000;
        high = 8_000_000;
        while (high - low > STEP) {
            uint256 given = (low + high) / 2;
            if (_tries(booking, given)) high = given;
            else low = given;
        }
    }

    /// @dev `spare`: what wallets add, in percent.
    function _holdsFor20Blocks(uint256 booking, uint256 spare) private {
        uint256 least = _estimate(booking);
        for (uint256 given = 50_000; given < least * 9 / 10; given += least / 25) {
            vm.assertFalse(_tries(booking, given));
        }
        uint256 enough = least * (100 + spare) / 100;
        uint256 block_ = vm.getBlockNumber();
        for (uint256 i = 1; i <= 20; ++i) {
            vm.roll(block_ + i);
            vm.warp(_now() + 2);
            cashValuer.set(1e18 + i * 1e15);
            assetValuer.set(1e18 + i * 1e15);
            vm.assertTrue(_tries(booking, enough));
        }
    }

    function test_needGas_payment() public {
        _holdsFor20Blocks(_book(_pay(PAYEE, 1)), 0);
    }

    function test_needGas_swapWithApproval() public {
        _holdsFor20Blocks(_book(_swap(1e18, 1e18)), 0);
    }

    function test_needGas_severalActions() public {
        Action[] memory actions = new Action[](2);
        (actions[0], actions[1]) = (_swap(1e18, 1e18), _pay(PAYEE, 1));
        _holdsFor20Blocks(_book(MODEL, actions), 0);
    }

    function test_needGas_strategyThatReadsAndDecidesByTheBlock() public {
        PricedStrategy priced = new PricedStrategy(cashValuer, address(cash));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(priced), new Read[](0));
        Terms memory terms = _terms();
        terms.strategies = _one(address(priced));
        account = _create(terms, _rules());
        bytes[] memory contexts = new bytes[](1);
        vm.prank(owner);
        uint256 booking = RUNNER.book(account, address(priced), contexts);
        _holdsFor20Blocks(booking, 25);
    }

    /// What features, outputs and decision cost by their length is kept for.
    function test_needGas_largeAnswers() public {
        inference.answer(new bytes(60_000));
        LargeStrategy large = new LargeStrategy(address(cash));
        IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).register(address(large), new Read[](0));
        Terms memory terms = _terms();
        terms.strategies = _one(address(large));
        account = _create(terms, _rules());
        bytes[] memory contexts = new bytes[](1);
        vm.prank(owner);
        uint256 booking = RUNNER.book(account, address(large), contexts);
        _decidesOrReverts(booking, 500_000, 12_000_000, 150_000);
    }

    /// @dev One call of the heavy contract, between as many caveats and under a heavy valuer.
    function _heavy(uint256 caveats, uint256 amount, uint32 gas_) private returns (uint256 booking) {
        Heavy heavy = new Heavy();
        Terms memory terms = _terms();
        (terms.actionGas, terms.runGas) = (gas_, gas_);
        terms.assets[0].valuer = address(heavy);
        Rule[] memory rules = new Rule[](1);
        rules[0] = _rule(address(heavy), Heavy.work.selector, 10_000);
        rules[0].caveats = new Caveat[](caveats);
        for (uint256 i = 0; i < caveats; ++i) {
            rules[0].caveats[i].enforcer = address(heavy);
        }
        account = _create(terms, rules);
        Action memory action = _action(address(heavy), abi.encodeCall(Heavy.work, (amount)));
        action.gas = gas_;
        return _book(action);
    }

    /// @dev With any gas, the run does all of it or says that it wants more.
    function _decidesOrReverts(uint256 booking, uint256 low, uint256 high, uint256 step) private {
        vm.assertFalse(_tries(booking, low));
        for (uint256 given = low; given < high; given += step) {
            _tries(booking, given);
        }
        vm.assertTrue(_tries(booking, high));
    }

    /// Every hook wants most of what it is allowed.
    function test_needGas_heavyHooks() public {
        _decidesOrReverts(_heavy(4, 1, 20_000), 800_000, 3_000_000, 50_000);
    }

    /// The valuer wants nearly all of what it is allowed.
    function test_needGas_heavyValuer() public {
        _decidesOrReverts(_heavy(0, 1, 20_000), 400_000, 1_200_000, 8_000);
    }

    /// The call wants what it declared, but for the 64ths, after hooks that took more than the guard's share. It is so large that a 64th
    /// would pay for the end of the run.
    function test_needGas_heavyCall() public {
        _decidesOrReverts(_heavy(3, 11_610_000, 12_000_000), 12_500_000, 16_000_000, 100_000);
    }
}
