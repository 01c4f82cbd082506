// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Due, IScheduler, Plan, Reason, Stage, Status, Trigger} from "../../src/interfaces/IScheduler.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {SchedulerTest, Target} from "./SchedulerTest.sol";

contract SchedulerBookingTest is SchedulerTest {
    function _assertAt(uint256 run, uint64 id, uint256 number) private view {
        vm.assertEq(_runs[run], number << 64 | id);
    }

    function _assertReason(uint64 id, Stage stage, Reason reason) private view {
        Status memory s = _status(id);
        vm.assertEq(uint256(s.stage), uint256(stage));
        vm.assertEq(uint256(s.reason), uint256(reason));
    }

    function test_time_runsOnceInTheFirstBlockFromThen() public {
        uint64 id = _book(_plan());
        uint256 number = vm.getBlockNumber();
        _blocks(10);
        vm.assertEq(_runs.length, 1);
        // A second later is four blocks; the bucket may end half a block after the time.
        vm.assertTrue(_runs[0] >> 64 >= number + 4 && _runs[0] >> 64 <= number + 5);
        _assertReason(id, Stage.Done, Reason.Ran);
        vm.assertEq(target.lastId(), id);
        vm.assertEq(target.lastOwner(), BOOKER);
        vm.assertEq(target.calls(), 1);
    }

    function test_block_runsInThatBlock() public {
        Plan memory plan = _plan();
        (plan.trigger, plan.start, plan.ttl) = (Trigger.Block, uint64(vm.getBlockNumber() + 3), 2);
        (plan.interval, plan.count) = (2, 3);
        uint64 id = _book(plan);
        uint256 number = vm.getBlockNumber();
        _blocks(12);
        vm.assertEq(_runs.length, 3);
        for (uint256 i = 0; i < 3; ++i) {
            _assertAt(i, id, number + 3 + 2 * i);
        }
        _assertReason(id, Stage.Done, Reason.Ran);
    }

    function test_interval_runsEachTime() public {
        uint64 id = _book(_every(1000, 0));
        _blocks(4 * 20);
        Status memory s = _status(id);
        vm.assertTrue(s.ran >= 18 && s.ran <= 20);
        vm.assertEq(s.missed, 0);
        vm.assertEq(s.ran, target.calls());
    }

    function test_intervalBelowBlockTime_missesWhatDoesNotFit() public {
        Plan memory plan = _every(100, 0);
        plan.ttl = 0;
        uint64 id = _book(plan);
        _blocks(40);
        Status memory s = _status(id);
        vm.assertTrue(s.missed != 0);
        vm.assertEq(s.ran, target.calls());
    }

    /// @dev Made in a block whose calls have been made, for each block in that block alone.
    function test_everyBlock_withoutTimeToLive_runsInEachFromTheNextOn() public {
        Plan memory plan = _every(1, 0);
        (plan.trigger, plan.start, plan.ttl) = (Trigger.Block, uint64(vm.getBlockNumber()), 0);
        uint64 id = _book(plan);
        _blocks(10);
        vm.assertEq(uint256(_status(id).ran), 10);
        vm.assertEq(uint256(_status(id).missed), 0);
    }

    /// @dev After a minute without calls they run again, each block, whatever was missed.
    function test_everyBlock_catchesUpAfterForcedBlocks() public {
        Plan memory byBlock = _every(1, 0);
        (byBlock.trigger, byBlock.start, byBlock.ttl) = (Trigger.Block, uint64(vm.getBlockNumber()) + 1, 1);
        Plan memory byTime = _every(BLOCK_MS, 0);
        (byTime.start, byTime.ttl) = (uint64(_ms()) + BLOCK_MS, uint32(BLOCK_MS));
        (uint64 first, uint64 second) = (_book(byBlock), _book(byTime));
        _blocks(4);
        _forced = true;
        _blocks(4);
        _forced = false;
        _blocks(240);
        (uint32 before, uint32 before2) = (_status(first).ran, _status(second).ran);
        _blocks(20);
        vm.assertTrue(_status(first).ran - before >= 18);
        vm.assertTrue(_status(second).ran - before2 >= 18);
    }

    function test_order_priceThenId() public {
        Plan memory plan = _plan();
        uint64[] memory ids = new uint64[](6);
        uint128[6] memory caps = [uint128(3e9), 5e9, 3e9, 9e9, 1e9, 5e9];
        for (uint256 i = 0; i < 6; ++i) {
            plan.maxPrice = caps[i];
            // Different buckets, due together for want of blocks in between.
            plan.start += 20;
            ids[i] = _book(plan);
        }
        CLOCK.set(uint64(_ms() + 5000), false);
        _block();
        uint8[6] memory order = [3, 1, 5, 0, 2, 4];
        for (uint256 i = 0; i < 6; ++i) {
            _assertAt(i, ids[order[i]], vm.getBlockNumber());
        }
    }

    function test_budget_isKeptAndTheRestRunsNext() public {
        Plan memory plan = _plan();
        plan.gasLimit = uint32(BUDGET / 2);
        for (uint256 i = 0; i < 3; ++i) {
            _book(plan);
        }
        _blocks(12);
        vm.assertEq(_runs.length, 3);
        // Half a share and a look: two do not fit, until what the first did not use is known.
        vm.assertEq(_runs[0] >> 64, _runs[1] >> 64);
    }

    function test_priceAboveCap_waitsAndRunsOnceItFalls() public {
        Plan memory low = _plan();
        (low.maxPrice, low.ttl) = (1_000_100, 3_600_000);
        uint64 id = _book(low);
        _crowd(40);
        _blocks(8);
        _assertReason(id, Stage.Waiting, Reason.Price);
        vm.assertTrue(SCHEDULER.price() > 1_000_100);
        _blocks(200);
        _assertReason(id, Stage.Done, Reason.Ran);
    }

    /// @dev Calls that use up some blocks and lift the price.
    function _crowd(uint256 count) private {
        Plan memory plan = _plan();
        plan.gasLimit = 3_000_000;
        plan.data = hex"deadbeef"; // an unknown function: fails, and uses little
        plan.target = address(new Burner());
        for (uint256 i = 0; i < count; ++i) {
            _book(plan);
        }
    }

    function test_ttl_expires() public {
        Plan memory plan = _every(10_000, 2);
        (plan.maxPrice, plan.ttl) = (1_000_001, 1_000);
        uint64 id = _book(plan);
        _crowd(60);
        _blocks(40);
        vm.assertEq(_status(id).ran, 0);
        _blocks(600);
        Status memory s = _status(id);
        vm.assertEq(s.ran + s.missed, 2);
        vm.assertTrue(s.missed != 0);
        vm.assertEq(uint256(s.stage), uint256(Stage.Done));
    }

    function test_failure_isNotRepeated() public {
        Plan memory plan = _plan();
        plan.data = abi.encodeCall(Target.fail, ());
        uint64 id = _book(plan);
        _blocks(20);
        vm.assertEq(_runs.length, 1);
        _assertReason(id, Stage.Done, Reason.Reverted);
        vm.assertEq(_status(id).failed, 1);
    }

    function test_balance_shortRetriesAndEmptyCancels() public {
        Plan memory plan = _plan();
        uint256 looks = SCHEDULER.lookGas() * CAP;
        uint64 id = _book(plan, looks);
        uint256 left = 3 * SCHEDULER.lookGas() * SCHEDULER.price() / 2;
        vm.prank(BOOKER);
        SCHEDULER.withdraw(id, looks - left, payable(BOOKER));
        _blocks(6);
        _assertReason(id, Stage.Waiting, Reason.Balance);
        _blocks(40);
        _assertReason(id, Stage.Cancelled, Reason.Empty);
        vm.assertEq(_runs.length, 0);
        vm.assertEq(_status(id).balance, 0);
    }

    function test_balance_fundedInTimeRuns() public {
        uint256 looks = SCHEDULER.lookGas() * CAP;
        uint64 id = _book(_plan(), looks);
        uint256 left = 3 * SCHEDULER.lookGas() * SCHEDULER.price() / 2;
        vm.prank(BOOKER);
        SCHEDULER.withdraw(id, looks - left, payable(BOOKER));
        _blocks(6);
        _assertReason(id, Stage.Waiting, Reason.Balance);
        SCHEDULER.fund{value: 1 ether}(id);
        _blocks(10);
        _assertReason(id, Stage.Done, Reason.Ran);
    }

    function test_runway_isWhatTheBalancePays() public {
        uint64 id = _book(_every(1000, 0));
        uint256 cost = (SCHEDULER.lookGas() + 200_000) * SCHEDULER.price();
        vm.assertEq(_status(id).runway, 1 ether / cost);
        vm.prank(BOOKER);
        SCHEDULER.withdraw(id, 1 ether - 3 * cost, payable(BOOKER));
        vm.assertEq(_status(id).runway, 3);
    }

    function test_cancel_neverRunsAndReturnsTheRest() public {
        uint64 id = _book(_plan());
        vm.prank(BOOKER);
        SCHEDULER.cancel(id);
        _blocks(10);
        vm.assertEq(_runs.length, 0);
        _assertReason(id, Stage.Cancelled, Reason.Cancelled);
        uint256 rest = _status(id).balance;
        vm.assertEq(rest, 1 ether - SCHEDULER.lookGas() * 1_000_000);
        vm.prank(BOOKER);
        SCHEDULER.withdraw(id, rest, payable(address(0xcafe)));
        vm.assertEq(address(0xcafe).balance, rest);
    }

    function test_ownerOnly() public {
        uint64 id = _book(_plan());
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotOwner.selector, address(this)));
        SCHEDULER.cancel(id);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotOwner.selector, address(this)));
        SCHEDULER.withdraw(id, 1, payable(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotSystem.selector, address(this)));
        SCHEDULER.next(BUDGET);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotSystem.selector, address(this)));
        SCHEDULER.settle(true, 21_000, 0);
        vm.prank(BOOKER);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotCovered.selector, 1 ether));
        SCHEDULER.withdraw(id, 1 ether + 1, payable(BOOKER));
    }

    function test_settle_outOfTurnReverts() public {
        vm.prank(Predeploys.SYSTEM);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.OutOfTurn.selector, 0));
        SCHEDULER.settle(true, 21_000, 0);
        uint64 id = _book(_plan());
        _blocks(3);
        vm.roll(vm.getBlockNumber() + 1);
        CLOCK.set(uint64(_ms() + 500), false);
        vm.prank(Predeploys.SYSTEM);
        vm.assertEq(SCHEDULER.next(BUDGET).id, id);
        vm.prank(Predeploys.SYSTEM);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.OutOfTurn.selector, id));
        SCHEDULER.next(BUDGET);
        vm.prank(Predeploys.SYSTEM);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.OutOfTurn.selector, id));
        SCHEDULER.settle(true, 200_001, 0);
    }

    function test_privilegedTargets_areRefused() public {
        Plan memory plan = _plan();
        plan.target = Predeploys.AGENT_RUNNER;
        vm.expectRevert(abi.encodeWithSelector(IScheduler.PrivilegedTarget.selector, plan.target));
        SCHEDULER.book{value: 1 ether}(plan);
        plan.target = Predeploys.SCHEDULER;
        vm.expectRevert(abi.encodeWithSelector(IScheduler.PrivilegedTarget.selector, plan.target));
        SCHEDULER.book{value: 1 ether}(plan);
    }

    function test_badPlans_areRefused() public {
        Plan memory plan = _plan();
        plan.gasLimit = uint32(BUDGET / 2 + 1);
        _assertBad(plan, "gasLimit");
        plan.gasLimit = 20_999;
        _assertBad(plan, "gasLimit");
        plan = _plan();
        plan.maxPrice = 0;
        _assertBad(plan, "maxPrice");
        plan = _plan();
        plan.jitter = plan.ttl + 1;
        _assertBad(plan, "jitter");
        plan = _plan();
        plan.count = 2;
        _assertBad(plan, "interval");
        plan = _plan();
        plan.data = new bytes(4097);
        _assertBad(plan, "data");
        plan = _plan();
        plan.trigger = Trigger.Predicate;
        plan.interval = 1000;
        _assertBad(plan, "questionGas");
        plan = _plan();
        plan.start = uint64(_ms() - plan.ttl - 1);
        _assertBad(plan, "start");
        plan = _plan();
        uint256 least = SCHEDULER.lookGas() * CAP;
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotCovered.selector, least - 1));
        SCHEDULER.book{value: least - 1}(plan);
    }

    function _assertBad(Plan memory plan, bytes32 field) private {
        vm.expectRevert(abi.encodeWithSelector(IScheduler.BadPlan.selector, field));
        SCHEDULER.book{value: 1 ether}(plan);
    }

    function test_planOf_isWhatWasBooked() public {
        Plan memory plan = _every(5000, 3);
        (plan.trigger, plan.asked, plan.question) = (Trigger.Predicate, address(target), hex"01020304");
        (plan.questionGas, plan.jitter, plan.inForced) = (50_000, 77, true);
        uint64 id = _book(plan);
        (address owner, address account, Plan memory read) = SCHEDULER.planOf(id);
        vm.assertEq(owner, BOOKER);
        vm.assertEq(account, address(0));
        vm.assertEq(keccak256(abi.encode(read)), keccak256(abi.encode(plan)));
    }

    function test_predicate_runsWhenTrue() public {
        Plan memory plan = _every(500, 2);
        (plan.trigger, plan.asked, plan.questionGas) = (Trigger.Predicate, address(target), 50_000);
        plan.question = abi.encodeWithSignature("answer()");
        uint64 id = _book(plan);
        _blocks(20);
        vm.assertEq(_runs.length, 0);
        _assertReason(id, Stage.Waiting, Reason.NotYet);
        uint256 spent = 1 ether - _status(id).balance;
        // Each question is paid for.
        vm.assertEq(spent % ((SCHEDULER.lookGas() + 50_000) * 1_000_000), 0);
        vm.assertTrue(spent / ((SCHEDULER.lookGas() + 50_000) * 1_000_000) >= 7);
        target.setAnswer(true);
        _blocks(20);
        vm.assertEq(_runs.length, 2);
        _assertReason(id, Stage.Done, Reason.Ran);
        vm.assertEq(_status(id).missed, 0);
    }

    function test_forcedBlocks_areSkippedWithGrace() public {
        Plan memory plan = _every(1000, 0);
        uint64 shy = _book(plan);
        plan.inForced = true;
        uint64 bold = _book(plan);
        _forced = true;
        _blocks(20);
        vm.assertEq(_status(shy).ran, 0);
        vm.assertTrue(_status(bold).ran >= 3);
        _forced = false;
        _blocks(100);
        vm.assertEq(_status(shy).ran, 0);
        // 60 seconds after the last forced block.
        _blocks(145);
        vm.assertTrue(_status(shy).ran != 0);
    }

    function test_jitter_putsOffWithinItsBound() public {
        Plan memory plan = _every(20_000, 8);
        plan.jitter = 10_000;
        _book(plan);
        vm.prevrandao(keccak256("the L1 says so"));
        uint256 number = vm.getBlockNumber();
        _blocks(80 * 8 + 50);
        vm.assertEq(_runs.length, 8);
        uint256 distinct = 0;
        uint256 last = type(uint256).max;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 late = (_runs[i] >> 64) - number - 4 - 80 * i;
            vm.assertTrue(late <= 43);
            if (late != last) ++distinct;
            last = late;
        }
        vm.assertTrue(distinct >= 4);
    }

    function test_current_isNobodyBetweenCalls() public {
        _book(_plan());
        _blocks(10);
        (uint64 id, address owner) = SCHEDULER.current();
        vm.assertEq(id, 0);
        vm.assertEq(owner, address(0));
    }

    /// A target that owns the booking takes its money out from within: what was set aside stays.
    function test_withdrawFromWithin_leavesTheFee() public {
        Plan memory plan = _every(1000, 0);
        vm.deal(address(target), 1 ether);
        vm.prank(address(target));
        uint64 id = SCHEDULER.book{value: 1 ether}(plan);
        uint256 cost = (200_000 + SCHEDULER.lookGas()) * 1_000_000;
        target.setInner(abi.encodeCall(IScheduler.withdraw, (id, 1 ether - cost, payable(address(target)))));
        _blocks(6);
        vm.assertEq(_status(id).ran, 1);
        vm.assertTrue(_status(id).balance < cost);
        vm.assertTrue(address(target).balance == 1 ether - cost);
    }

    function test_cancelFromWithin_ends() public {
        Plan memory plan = _every(1000, 0);
        vm.deal(address(target), 1 ether);
        vm.prank(address(target));
        uint64 id = SCHEDULER.book{value: 1 ether}(plan);
        target.setInner(abi.encodeCall(IScheduler.cancel, (id)));
        _blocks(20);
        vm.assertEq(target.calls(), 1);
        _assertReason(id, Stage.Cancelled, Reason.Cancelled);
    }

    function test_sweep_movesFeesToTheVault() public {
        uint64 id = _book(_plan());
        _royaltyGas = 5_000;
        _blocks(10);
        uint256 spent = 1 ether - _status(id).balance;
        uint256 royalty = 5_000 * uint256(1_000_000);
        vm.assertEq(_royalties, royalty);
        vm.assertEq(SCHEDULER.sweep(), spent - royalty);
        vm.assertEq(Predeploys.BASE_FEE_VAULT.balance, spent - royalty);
    }

    function test_bookRun_ownerOfTheAccountOnly() public {
        POLICY.set(BOOKER, 3);
        Plan memory plan = _plan();
        (plan.target, plan.data) = (address(0), "");
        vm.expectRevert(abi.encodeWithSelector(IScheduler.NotOwner.selector, address(this)));
        SCHEDULER.bookRun{value: 1 ether}(address(0xacc0), 7, plan);
        vm.prank(BOOKER);
        vm.expectRevert(abi.encodeWithSelector(IScheduler.BadPlan.selector, bytes32("booking")));
        SCHEDULER.bookRun{value: 1 ether}(address(0xacc0), 8, plan);
        vm.prank(BOOKER);
        SCHEDULER.bookRun{value: 1 ether}(address(0xacc0), 7, plan);
    }

    function _bookRun() private returns (uint64) {
        POLICY.set(BOOKER, 3);
        Plan memory plan = _every(1000, 0);
        (plan.target, plan.data) = (address(0), "");
        vm.prank(BOOKER);
        return SCHEDULER.bookRun{value: 1 ether}(address(0xacc0), 7, plan);
    }

    function test_bookRun_countsAgainstThePolicy() public {
        uint64 id = _bookRun();
        RUNNER.allow("gas", 5 * 200_000 * 1_000_000);
        _blocks(60);
        vm.assertEq(_status(id).ran, 5);
        _assertReason(id, Stage.Waiting, Reason.Policy);
        RUNNER.allow("gas", 1 ether);
        RUNNER.allow("royalty", 6_000 * 1_000_000);
        _royaltyGas = 4_000;
        _blocks(60);
        // The second one's royalty does not fit and is owed: nothing runs until it does.
        vm.assertEq(_status(id).ran, 7);
        vm.assertEq(RUNNER.charged("royalty"), 4_000 * 1_000_000);
        RUNNER.allow("royalty", 1 ether);
        _blocks(400);
        vm.assertTrue(_status(id).ran > 8);
    }

    function test_bookRun_endsWithTheEpoch() public {
        uint64 id = _bookRun();
        RUNNER.allow("gas", 1 ether);
        _blocks(10);
        vm.assertTrue(_status(id).ran != 0);
        uint256 ran = _status(id).ran;
        POLICY.set(BOOKER, 4);
        _blocks(10);
        vm.assertEq(_status(id).ran, ran);
        _assertReason(id, Stage.Cancelled, Reason.Revoked);
    }

    /// Work per block does not grow with what is due, nor with what cannot pay.
    function test_manyDue_workPerBlockIsBounded() public {
        Plan memory plan = _plan();
        plan.maxPrice = 2_000_000;
        for (uint256 i = 0; i < 300; ++i) {
            plan.start += 1;
            _book(plan, 0.001 ether);
        }
        vm.roll(vm.getBlockNumber() + 1);
        CLOCK.set(uint64(_ms() + 3000), false);
        vm.prank(Predeploys.SYSTEM);
        SCHEDULER.next(BUDGET);
        uint256 opening = vm.snapshotGasLastCall("scheduler", "next: opens a block with 300 due");
        vm.prank(Predeploys.SYSTEM);
        SCHEDULER.settle(true, 100_000, 0);
        uint256 settled = vm.snapshotGasLastCall("scheduler", "settle");
        vm.prank(Predeploys.SYSTEM);
        SCHEDULER.next(BUDGET);
        uint256 one = vm.snapshotGasLastCall("scheduler", "next: one of 299");
        vm.assertTrue(opening < 2_000_000);
        // 42,000: the two transactions that stand for system calls here.
        vm.assertTrue(one + settled - 42_000 <= SCHEDULER.lookGas());
    }

    function test_idleBlock_costsLittle() public {
        vm.roll(vm.getBlockNumber() + 1);
        CLOCK.set(uint64(_ms() + 250), false);
        vm.prank(Predeploys.SYSTEM);
        SCHEDULER.next(BUDGET);
        vm.assertTrue(vm.snapshotGasLastCall("scheduler", "next: an idle block") < 70_000);
    }

    function test_gas_book() public {
        Plan memory plan = _every(1000, 0);
        vm.deal(BOOKER, 10 ether);
        vm.prank(BOOKER);
        SCHEDULER.book{value: 1 ether}(plan);
        vm.snapshotGasLastCall("scheduler", "book");
    }
}

/// @dev Uses all gas that it gets.
contract Burner {
    fallback() external {
        while (true) {}
    }
}
