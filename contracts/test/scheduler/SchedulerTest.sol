// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Due, IScheduler, Plan, Stage, Status, Trigger} from "../../src/interfaces/IScheduler.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev Stands for L1Block: the two values that the Scheduler reads.
contract Clock {
    uint64 public timestampMs;
    bool public forced;

    function set(uint64 timestampMs_, bool forced_) external {
        (timestampMs, forced) = (timestampMs_, forced_);
    }
}

/// @dev Stands for policy and runner: one owner, one epoch, allowances that the test sets.
contract PolicyStandIn {
    address public owner;
    uint32 public epoch;
    mapping(bytes32 what => uint256) public allowed;
    mapping(bytes32 what => uint256) public charged;

    function set(address owner_, uint32 epoch_) external {
        (owner, epoch) = (owner_, epoch_);
    }

    function allow(bytes32 what, uint256 amount) external {
        allowed[what] = amount;
    }

    function ownerOf(address) external view returns (address) {
        return owner;
    }

    function stateOf(address) external view returns (uint32, uint40, address) {
        return (epoch, 0, address(1));
    }

    function bookedFor(uint256 booking) external pure returns (address, address, uint256) {
        return (booking == 7 ? address(0xacc0) : address(0), address(0), 0);
    }

    function charge(address, bytes32 what, uint256 amount) external {
        require(amount <= allowed[what], "too much");
        allowed[what] -= amount;
        charged[what] += amount;
    }

    function run(uint256) external {}
}

/// @dev What scheduled calls reach.
contract Target {
    uint256 public calls;
    uint64 public lastId;
    address public lastOwner;
    bool public answer;
    bytes private _inner;

    function setAnswer(bool answer_) external {
        answer = answer_;
    }

    /// @dev A call to make to the Scheduler from within the next call.
    function setInner(bytes calldata inner) external {
        _inner = inner;
    }

    function hit() external {
        require(msg.sender == Predeploys.SCHEDULER, "not the Scheduler");
        ++calls;
        (lastId, lastOwner) = IScheduler(Predeploys.SCHEDULER).current();
        if (_inner.length != 0) {
            (bool ok,) = Predeploys.SCHEDULER.call(_inner);
            require(ok, "inner");
        }
    }

    function fail() external pure {
        revert("no");
    }

    receive() external payable {}
}

/// @dev A chain that does what README's "Scheduled calls" asks of the state transition.
abstract contract SchedulerTest is Test {
    IScheduler internal constant SCHEDULER = IScheduler(Predeploys.SCHEDULER);
    PolicyStandIn internal constant RUNNER = PolicyStandIn(Predeploys.AGENT_RUNNER);
    PolicyStandIn internal constant POLICY = PolicyStandIn(Predeploys.AGENT_POLICY);
    Clock internal constant CLOCK = Clock(Predeploys.L1_BLOCK);
    uint64 internal constant BUDGET = 7_500_000;
    uint64 internal constant BLOCK_MS = 250;
    uint64 internal constant START_MS = 1_800_000_000_000;
    address internal constant BOOKER = address(0xb00c);
    uint128 internal constant CAP = 1e9;

    /// @dev What was run, in order: block << 64 | id.
    uint256[] internal _runs;
    uint256 internal _royalties;
    uint64 internal _royaltyGas;
    bool internal _forced;
    uint64 internal _budget = BUDGET;
    Target internal target;

    function setUp() public virtual {
        vm.etch(Predeploys.SCHEDULER, vm.getDeployedCode("Scheduler.sol:Scheduler"));
        vm.etch(Predeploys.L1_BLOCK, vm.getDeployedCode("SchedulerTest.sol:Clock"));
        vm.etch(Predeploys.AGENT_RUNNER, vm.getDeployedCode("SchedulerTest.sol:PolicyStandIn"));
        vm.etch(Predeploys.AGENT_POLICY, vm.getDeployedCode("SchedulerTest.sol:PolicyStandIn"));
        target = Target(payable(vm.deployCode("SchedulerTest.sol:Target")));
        vm.roll(1000);
        CLOCK.set(START_MS, false);
        vm.deal(BOOKER, 1e30);
        _block();
    }

    /// @dev One block: opens it and makes the due calls.
    function _block() internal {
        vm.roll(vm.getBlockNumber() + 1);
        CLOCK.set(CLOCK.timestampMs() + BLOCK_MS, _forced);
        for (uint256 i = 0; i < 1000; ++i) {
            vm.prank(Predeploys.SYSTEM);
            Due memory due = SCHEDULER.next(_budget);
            if (due.id == 0) return;
            _make(due);
        }
        revert("a block without an end");
    }

    function _blocks(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            _block();
        }
    }

    function _make(Due memory due) private {
        _runs.push(vm.getBlockNumber() << 64 | due.id);
        vm.prank(Predeploys.SCHEDULER);
        uint256 before = gasleft();
        (bool success,) = due.target.call{gas: due.gasLimit - 21_000}(due.data);
        uint256 used = 21_000 + before - gasleft();
        if (used > due.gasLimit) used = due.gasLimit;
        uint64 royaltyGas = _royaltyGas < used ? _royaltyGas : uint64(used);
        vm.prank(Predeploys.SYSTEM);
        uint256 royalty = SCHEDULER.settle(success, uint64(used), royaltyGas);
        _royalties += royalty;
        vm.deal(Predeploys.SCHEDULER, Predeploys.SCHEDULER.balance - royalty);
    }

    function _ms() internal view returns (uint256) {
        return CLOCK.timestampMs();
    }

    /// @dev Once, in a second.
    function _plan() internal view returns (Plan memory plan) {
        plan.start = uint64(_ms() + 1000);
        plan.ttl = 60_000;
        plan.gasLimit = 200_000;
        plan.maxPrice = CAP;
        plan.target = address(target);
        plan.data = abi.encodeCall(Target.hit, ());
    }

    function _every(uint64 interval, uint32 count) internal view returns (Plan memory plan) {
        plan = _plan();
        (plan.interval, plan.count) = (interval, count);
    }

    function _book(Plan memory plan) internal returns (uint64) {
        return _book(plan, 1 ether);
    }

    function _book(Plan memory plan, uint256 value) internal returns (uint64) {
        vm.prank(BOOKER);
        return SCHEDULER.book{value: value}(plan);
    }

    function _status(uint64 id) internal view returns (Status memory) {
        return SCHEDULER.status(id);
    }
}
