// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Plan, Stage, Status, Trigger} from "../../src/interfaces/IScheduler.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {SchedulerTest, Target} from "./SchedulerTest.sol";

/// @dev Random bookings, money and time: no occurrence is lost or run twice, the order holds, and no wei appears or goes.
contract SchedulerInvariantTest is SchedulerTest {
    uint64 private _count;
    uint256 private _paidIn;
    uint256 private _paidOut;
    uint256 private _sweptOut;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(this);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(this);
        list[0].selectors = new bytes4[](6);
        list[0].selectors[0] = this.doBook.selector;
        list[0].selectors[1] = this.doCancel.selector;
        list[0].selectors[2] = this.doMoney.selector;
        list[0].selectors[3] = this.doBlocks.selector;
        list[0].selectors[4] = this.doForced.selector;
        list[0].selectors[5] = this.doAnswer.selector;
    }

    function doBook(uint256 seed) external {
        Plan memory plan = _plan();
        plan.trigger = Trigger(seed % 3);
        bool byBlock = plan.trigger == Trigger.Block;
        plan.start = byBlock ? uint64(vm.getBlockNumber() + seed % 7) : uint64(_ms() + seed / 3 % 3000);
        plan.interval = byBlock ? uint64(1 + seed / 5 % 9) : uint64(100 + seed / 7 % 4000);
        plan.count = uint32(seed / 11 % 6);
        plan.ttl = uint32(seed / 13 % (byBlock ? 8 : 5000));
        plan.jitter = plan.ttl == 0 || seed / 17 % 2 == 0 ? 0 : uint32(seed / 19 % plan.ttl);
        plan.gasLimit = uint32(60_000 + seed / 23 % (BUDGET / 2 - 60_000));
        plan.maxPrice = uint128(1_000_000 + seed / 29 % 200_000);
        plan.inForced = seed / 31 % 3 == 0;
        if (seed / 37 % 5 == 0) plan.data = abi.encodeCall(Target.fail, ());
        if (plan.trigger == Trigger.Predicate) {
            (plan.asked, plan.questionGas) = (address(target), 30_000);
            plan.question = abi.encodeWithSignature("answer()");
        }
        uint256 value = (SCHEDULER.lookGas() + plan.questionGas) * plan.maxPrice * (1 + seed / 41 % 40);
        _count = _book(plan, value);
        _paidIn += value;
    }

    function doCancel(uint64 id) external {
        if (_count == 0) return;
        id = 1 + id % _count;
        if (_status(id).stage != Stage.Waiting || id % 3 != 0) return;
        vm.prank(BOOKER);
        SCHEDULER.cancel(id);
    }

    function doMoney(uint64 id, uint256 amount, bool out) external {
        if (_count == 0) return;
        id = 1 + id % _count;
        if (out) {
            amount = amount % (_status(id).balance + 1);
            vm.prank(BOOKER);
            SCHEDULER.withdraw(id, amount, payable(address(0xcafe)));
            _paidOut += amount;
        } else if (_status(id).stage == Stage.Waiting) {
            amount = amount % 1e13;
            SCHEDULER.fund{value: amount}(id);
            _paidIn += amount;
        } else {
            _sweptOut += SCHEDULER.sweep();
        }
    }

    function doBlocks(uint8 count, uint16 royaltyGas, uint16 gap) external {
        _royaltyGas = royaltyGas;
        _blocks(count % 12);
        // Sometimes the clock leaps, as after an outage.
        if (gap % 8 == 0) CLOCK.set(uint64(_ms() + gap), false);
        _block();
    }

    function doForced(bool forced) external {
        _forced = forced;
        _block();
    }

    function doAnswer(bool answer) external {
        target.setAnswer(answer);
    }

    /// forge-config: default.invariant.runs = 10
    /// forge-config: default.invariant.depth = 50
    function invariant_valueIsConserved() external view {
        uint256 held = 0;
        for (uint64 id = 1; id <= _count; ++id) {
            held += _status(id).balance;
        }
        vm.assertEq(Predeploys.SCHEDULER.balance, _paidIn - _paidOut - _sweptOut - _royalties);
        vm.assertTrue(held <= Predeploys.SCHEDULER.balance);
    }

    /// forge-config: default.invariant.runs = 10
    /// forge-config: default.invariant.depth = 50
    function invariant_everyOccurrenceIsCountedOnce() external view {
        for (uint64 id = 1; id <= _count; ++id) {
            (,, Plan memory plan) = SCHEDULER.planOf(id);
            Status memory s = _status(id);
            if (plan.trigger == Trigger.Predicate) {
                vm.assertTrue(plan.count == 0 || s.ran + s.failed <= plan.count);
                continue;
            }
            uint256 past = (s.next - plan.start) / plan.interval;
            uint256 counted = uint256(s.ran) + s.failed + s.missed;
            if (s.stage == Stage.Waiting) vm.assertEq(counted, past);
            if (s.stage == Stage.Done) vm.assertEq(counted, plan.count);
        }
    }

    /// Within a block, calls come by price, then by id.
    /// forge-config: default.invariant.runs = 10
    /// forge-config: default.invariant.depth = 50
    function invariant_orderWithinABlock() external view {
        uint256 runs = _runs.length;
        uint256 from = runs > 40 ? runs - 40 : 1;
        for (uint256 i = from; i < runs; ++i) {
            if (_runs[i] >> 64 != _runs[i - 1] >> 64) continue;
            (uint64 first, uint64 second) = (uint64(_runs[i - 1]), uint64(_runs[i]));
            (,, Plan memory one) = SCHEDULER.planOf(first);
            (,, Plan memory two) = SCHEDULER.planOf(second);
            vm.assertTrue(one.maxPrice > two.maxPrice || (one.maxPrice == two.maxPrice && first < second));
        }
    }
}
