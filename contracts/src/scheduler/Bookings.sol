// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IL1Block} from "../interfaces/IL1Block.sol";
import {IAgentPolicy} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {IScheduler, Plan, Reason, Stage, Status, Trigger} from "../interfaces/IScheduler.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Blob} from "../agents/libraries/Blob.sol";
import {Privileged} from "../agents/libraries/Privileged.sol";
import {Timetable} from "./Timetable.sol";

/// @title What is booked, by whom, and with how much money: the side of the Scheduler that people call
abstract contract Bookings is Timetable, IScheduler {
    /// @dev Gas of a look, measured by `test/scheduler`: both system calls of it take 151,000 among 300 entries that are due, and 9,000 more per doubling.
    uint256 internal constant LOOK_GAS = 200_000;
    /// @dev Gas of asking an account's policy, besides.
    uint256 internal constant POLICY_GAS = 200_000;
    uint256 internal constant MAX_DATA = 4096;
    uint256 internal constant MAX_QUESTION_GAS = 200_000;
    /// @dev What a transaction costs at least (EIP-2028's intrinsic gas).
    uint256 internal constant MIN_GAS = 21_000;
    IAgentPolicy internal constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    IAgentRunner internal constant RUNNER = IAgentRunner(Predeploys.AGENT_RUNNER);
    IL1Block internal constant L1_BLOCK = IL1Block(Predeploys.L1_BLOCK);

    /// @dev `data`: abi.encode(bytes data, address asked, bytes question). `occurrence` counts from 0; its time is start + occurrence *
    /// interval. `owed`: royalties that the account's policy could not take up yet.
    struct Booking {
        address owner;
        uint32 gasLimit;
        uint32 ttl;
        uint32 jitter;
        address target;
        Trigger trigger;
        bool inForced;
        Stage stage;
        Reason reason;
        uint32 questionGas;
        uint32 count;
        address data;
        uint32 ran;
        uint32 failed;
        uint32 missed;
        uint128 maxPrice;
        uint128 balance;
        uint64 start;
        uint64 interval;
        uint64 occurrence;
        uint32 epoch;
        address account;
        uint96 owed;
    }

    /// @dev The share of the block that was opened last.
    /// @param price Wei per gas.
    /// @param used Gas taken from the budget, looks included.
    /// @param number The block's.
    /// @param forcedAt Time of the last block without a batch, milliseconds.
    /// @param calm Whether bookings that stand aside may run.
    /// @param openedAt The block's time, milliseconds.
    /// @param pace Milliseconds since the block before it.
    struct Share {
        uint128 price;
        uint64 used;
        uint64 budget;
        uint64 number;
        uint64 forcedAt;
        uint32 looks;
        bool calm;
        uint64 openedAt;
        uint24 pace;
    }

    Share internal _share;
    uint64 internal _running;
    uint64 private _lastId;
    uint128 internal _collected;
    mapping(uint64 id => Booking) internal _bookings;

    /// @inheritdoc IScheduler
    function book(Plan calldata plan) external payable returns (uint64 id) {
        if (Privileged.isTarget(plan.target)) revert PrivilegedTarget(plan.target);
        return _book(plan, plan.target, plan.data, address(0), 0);
    }

    /// @inheritdoc IScheduler
    function bookRun(address account, uint256 booking, Plan calldata plan) external payable returns (uint64 id) {
        if (account == address(0) || (msg.sender != account && msg.sender != POLICY.ownerOf(account))) {
            revert NotOwner(msg.sender);
        }
        (address of_,,) = RUNNER.bookedFor(booking);
        if (of_ != account) revert BadPlan("booking");
        if (plan.target != address(0) || plan.data.length != 0) revert BadPlan("target");
        (uint32 epoch,,) = POLICY.stateOf(account);
        return _book(plan, Predeploys.AGENT_RUNNER, abi.encodeCall(IAgentRunner.run, (booking)), account, epoch);
    }

    /// @inheritdoc IScheduler
    function fund(uint64 id) external payable {
        Booking storage booking = _bookings[id];
        if (booking.stage != Stage.Waiting && booking.stage != Stage.Running) revert NotBooked(id);
        // casting is safe: there is less ether than 2^128
        booking.balance += uint128(msg.value);
        emit Funded(id, msg.sender, msg.value);
    }

    /// @inheritdoc IScheduler
    function withdraw(uint64 id, uint256 amount, address payable to) external {
        Booking storage booking = _bookings[id];
        if (msg.sender != booking.owner) revert NotOwner(msg.sender);
        if (amount > booking.balance) revert NotCovered(booking.balance);
        // casting is safe: at most the balance
        booking.balance -= uint128(amount);
        emit Withdrawn(id, to, amount);
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert NotSent(to);
    }

    /// @inheritdoc IScheduler
    function cancel(uint64 id) external {
        Booking storage booking = _bookings[id];
        if (msg.sender != booking.owner) revert NotOwner(msg.sender);
        if (booking.stage != Stage.Waiting && booking.stage != Stage.Running) revert NotBooked(id);
        // The entry stays in its heap; what removing it costs is paid now. A running booking has no entry.
        if (booking.stage == Stage.Waiting) _collect(booking, LOOK_GAS * _share.price);
        (booking.stage, booking.reason) = (Stage.Cancelled, Reason.Cancelled);
        emit Cancelled(id);
    }

    /// @inheritdoc IScheduler
    function sweep() external returns (uint256 amount) {
        amount = _collected;
        _collected = 0;
        emit Swept(amount);
        (bool sent,) = Predeploys.BASE_FEE_VAULT.call{value: amount}("");
        if (!sent) revert NotSent(Predeploys.BASE_FEE_VAULT);
    }

    /// @inheritdoc IScheduler
    function current() external view returns (uint64 id, address owner) {
        id = _running;
        owner = _bookings[id].owner;
    }

    /// @inheritdoc IScheduler
    function status(uint64 id) external view returns (Status memory s) {
        Booking memory booking = _bookings[id];
        (s.stage, s.reason, s.balance) = (booking.stage, booking.reason, booking.balance);
        (s.ran, s.failed, s.missed) = (booking.ran, booking.failed, booking.missed);
        s.next = _timeOf(booking, booking.occurrence);
        if (s.stage == Stage.None) return s;
        uint128 now_ = _share.price;
        uint256 cost = (_lookGas(booking) + booking.gasLimit) * now_;
        if (cost != 0) s.runway = booking.balance / cost;
        if (s.stage == Stage.Waiting && now_ > booking.maxPrice && _clock(booking.trigger) >= s.next) {
            s.reason = Reason.Price;
        }
    }

    /// @inheritdoc IScheduler
    function planOf(uint64 id) external view returns (address owner, address account, Plan memory plan) {
        Booking memory booking = _bookings[id];
        if (booking.stage == Stage.None) revert NotBooked(id);
        (owner, account) = (booking.owner, booking.account);
        (plan.trigger, plan.start, plan.interval) = (booking.trigger, booking.start, booking.interval);
        (plan.count, plan.ttl, plan.jitter) = (booking.count, booking.ttl, booking.jitter);
        (plan.gasLimit, plan.maxPrice, plan.inForced) = (booking.gasLimit, booking.maxPrice, booking.inForced);
        (plan.target, plan.questionGas) = (booking.target, booking.questionGas);
        (plan.data, plan.asked, plan.question) = _loadData(booking);
    }

    /// @inheritdoc IScheduler
    function price() external view returns (uint256) {
        return _share.price;
    }

    /// @inheritdoc IScheduler
    function lookGas() external pure returns (uint256) {
        return LOOK_GAS;
    }

    function _book(Plan calldata plan, address target, bytes memory data, address account, uint32 epoch)
        private
        returns (uint64 id)
    {
        _check(plan, data);
        id = ++_lastId;
        Booking storage booking = _bookings[id];
        (booking.owner, booking.account, booking.epoch) = (msg.sender, account, epoch);
        (booking.gasLimit, booking.ttl, booking.jitter) = (plan.gasLimit, plan.ttl, plan.jitter);
        (booking.target, booking.trigger, booking.inForced) = (target, plan.trigger, plan.inForced);
        (booking.questionGas, booking.count, booking.stage) = (plan.questionGas, plan.count, Stage.Waiting);
        (booking.maxPrice, booking.interval, booking.start) = (plan.maxPrice, plan.interval, _firstTime(plan));
        // casting is safe: there is less ether than 2^128
        booking.balance = uint128(msg.value);
        booking.data = Blob.store(abi.encode(data, plan.asked, plan.question));
        // Who cannot pay for the first look books nothing: else entries would cost less than the work that they make.
        uint256 least = _lookGas(booking) * plan.maxPrice;
        if (msg.value < least) revert NotCovered(msg.value);
        _enter(id, booking, booking.start, 0);
        emit Booked(id, msg.sender, account, plan);
    }

    function _check(Plan calldata plan, bytes memory data) private view {
        uint256 share = _share.budget;
        if (share == 0) revert NotOpen();
        bool asks = plan.trigger == Trigger.Predicate;
        if (plan.gasLimit < MIN_GAS || plan.gasLimit > share / 2) revert BadPlan("gasLimit");
        if (plan.maxPrice == 0 || plan.maxPrice > type(uint96).max) revert BadPlan("maxPrice");
        if (plan.jitter > plan.ttl) revert BadPlan("jitter");
        if (data.length > MAX_DATA || plan.question.length > MAX_DATA) revert BadPlan("data");
        if (plan.interval == 0 && (asks || plan.count > 1)) revert BadPlan("interval");
        if (plan.start > type(uint48).max || plan.interval > type(uint48).max) revert BadPlan("start");
        if (asks != (plan.questionGas != 0) || plan.questionGas > MAX_QUESTION_GAS) revert BadPlan("questionGas");
    }

    /// @dev The plan's first occurrence that can still run.
    function _firstTime(Plan calldata plan) private view returns (uint64) {
        uint64 now_ = _earliest(plan.trigger);
        if (plan.start + plan.ttl >= now_) return plan.start;
        if (plan.interval == 0) revert BadPlan("start");
        return plan.start + (now_ - plan.start + plan.interval - 1) / plan.interval * plan.interval;
    }

    /// @dev Puts a booking's entry where it comes up at `when`.
    /// @param own Bit 0: jitter has been added; from bit 8 on: how often it was tried.
    function _enter(uint64 id, Booking storage booking, uint64 when, uint32 own) internal {
        // casting is safe: at most half a share and the looks
        uint32 gas_ = uint32(booking.gasLimit + _lookGas(booking));
        uint256 entry = _entry(booking.maxPrice, id, gas_, own);
        _put(booking.inForced ? 1 : 0, booking.trigger == Trigger.Block, when, entry);
    }

    /// @dev Takes what can be had of an amount, and says whether that was all.
    function _collect(Booking storage booking, uint256 amount) internal returns (bool all) {
        uint128 balance = booking.balance;
        all = amount <= balance;
        // casting is safe: at most the balance
        uint128 taken = all ? uint128(amount) : balance;
        booking.balance = balance - taken;
        _collected += taken;
    }

    function _lookGas(Booking memory booking) internal pure returns (uint256) {
        return LOOK_GAS + booking.questionGas + (booking.account == address(0) ? 0 : POLICY_GAS);
    }

    function _timeOf(Booking memory booking, uint64 occurrence) internal pure returns (uint64) {
        return booking.start + occurrence * booking.interval;
    }

    /// @dev Now, in the trigger's units.
    function _clock(Trigger trigger) internal view returns (uint64) {
        // casting is safe: block numbers
        return trigger == Trigger.Block ? uint64(block.number) : L1_BLOCK.timestampMs();
    }

    /// @dev When an entry that is made now can come up: in the next block, at the pace of the last ones. An occurrence that will have
    /// expired by then is not worth waiting for: who falls behind would never catch up.
    function _earliest(Trigger trigger) internal view returns (uint64) {
        return trigger == Trigger.Block ? uint64(block.number) + 1 : L1_BLOCK.timestampMs() + _share.pace;
    }

    function _loadData(Booking memory booking)
        internal
        view
        returns (bytes memory data, address asked, bytes memory question)
    {
        return abi.decode(Blob.load(booking.data), (bytes, address, bytes));
    }
}
