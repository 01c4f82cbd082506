// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Due, IScheduler, Reason, Stage, Trigger} from "../interfaces/IScheduler.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {BoundedCall} from "../agents/libraries/BoundedCall.sol";
import {Bookings} from "./Bookings.sol";

/// @title Calls that the chain makes by itself
/// @dev Here the side that the state transition calls: which call comes next, and what it has cost. Both are consensus.
contract Scheduler is Bookings {
    /// @dev Entries looked at per block at most.
    uint256 internal constant MAX_LOOKS = 128;
    /// @dev The share's price changes by at most 1/250 per block: it doubles in 174 full blocks.
    uint256 internal constant PRICE_DENOMINATOR = 250;
    /// @dev Wei per gas, when nobody wants more.
    uint128 internal constant MIN_PRICE = 1_000_000;
    /// @dev After a block without a batch, bookings that stand aside wait this long: owners act first.
    uint64 internal constant GRACE_MS = 60_000;
    /// @dev First wait before a call that could not be paid is tried again; doubles six times.
    uint64 internal constant RETRY_MS = 1_000;
    uint64 internal constant RETRY_BLOCKS = 4;

    /// @inheritdoc IScheduler
    function next(uint64 budget) external returns (Due memory due) {
        if (msg.sender != Predeploys.SYSTEM) revert NotSystem(msg.sender);
        if (_running != 0) revert OutOfTurn(_running);
        Share memory share = _open(budget);
        while (share.looks < MAX_LOOKS) {
            (uint256 class, uint256 entry) = _best(share.calm);
            if (entry == 0) break;
            (uint128 offered, uint64 id, uint32 gas_, uint32 own) = _split(entry);
            // All others offer less.
            if (offered < share.price) break;
            if (gas_ <= budget && share.used + gas_ > budget) break;
            _take(class);
            ++share.looks;
            share.used += uint64(LOOK_GAS);
            if (_look(share, id, own, gas_ <= budget)) {
                _running = id;
                due = _due(share, id);
                break;
            }
        }
        _share = share;
    }

    /// @inheritdoc IScheduler
    function settle(bool success, uint64 gasUsed, uint64 royaltyGas) external returns (uint256 royalty) {
        if (msg.sender != Predeploys.SYSTEM) revert NotSystem(msg.sender);
        uint64 id = _running;
        Booking storage booking = _bookings[id];
        if (id == 0 || gasUsed > booking.gasLimit || royaltyGas > gasUsed) revert OutOfTurn(id);
        uint256 price_ = _share.price;
        _running = 0;
        _share.used += gasUsed;
        royalty = royaltyGas * price_;
        // casting is safe: gas below 2^32, prices below 2^96
        _collected += uint128((gasUsed - royaltyGas) * price_);
        booking.balance += uint128((booking.gasLimit - gasUsed) * price_);
        if (success) ++booking.ran;
        else ++booking.failed;
        emit Ran(id, booking.occurrence, success, gasUsed, price_, royalty);
        if (royalty != 0 && booking.account != address(0) && !_charge(booking.account, "royalty", royalty)) {
            // casting is safe: gas below 2^32, prices below 2^64 in any market that there has been; else the type stops it
            booking.owed += uint96(royalty);
        }
        if (booking.stage != Stage.Running) return royalty;
        booking.reason = success ? Reason.Ran : Reason.Reverted;
        booking.stage = Stage.Waiting;
        _advance(id, booking);
    }

    /// @dev Opens the block, once: price from the last block's use, and what has become due.
    function _open(uint64 budget) private returns (Share memory share) {
        share = _share;
        // casting is safe: block numbers
        if (share.number == block.number) return share;
        uint64 timeMs = L1_BLOCK.timestampMs();
        bool forced = L1_BLOCK.forced();
        share.price = _nextPrice(share);
        (share.number, share.budget, share.used, share.looks) = (uint64(block.number), budget, 0, 0);
        uint64 passed = timeMs > share.openedAt ? timeMs - share.openedAt : 0;
        // casting is safe: just compared
        share.pace = passed <= type(uint24).max ? uint24(passed) : 0;
        share.openedAt = timeMs;
        if (forced) share.forcedAt = timeMs;
        share.calm = !forced && (share.forcedAt == 0 || timeMs >= share.forcedAt + GRACE_MS);
        _advanceTo(uint64(block.number), timeMs);
    }

    /// @dev EIP-1559 with half the share as target.
    function _nextPrice(Share memory share) private pure returns (uint128) {
        uint256 price_ = share.price;
        uint256 target = share.budget / 2;
        if (target == 0) return MIN_PRICE;
        if (share.used > target) {
            uint256 rise = price_ * (share.used - target) / target / PRICE_DENOMINATOR;
            price_ += rise == 0 ? 1 : rise;
        } else {
            price_ -= price_ * (target - share.used) / target / PRICE_DENOMINATOR;
        }
        if (price_ > type(uint96).max) price_ = type(uint96).max;
        // casting is safe: just capped
        return price_ < MIN_PRICE ? MIN_PRICE : uint128(price_);
    }

    /// @dev Looks at one booking whose time has come: whether it runs now. If not, it is entered again or has ended.
    function _look(Share memory share, uint64 id, uint32 own, bool fits) private returns (bool) {
        Booking storage booking = _bookings[id];
        // Cancelled: this was its last entry.
        if (booking.stage != Stage.Waiting) return false;
        if (!_collect(booking, _lookGas(booking) * share.price)) return _end(id, booking, Reason.Empty);
        if (booking.account != address(0)) {
            (uint32 epoch,, address terms) = POLICY.stateOf(booking.account);
            if (epoch != booking.epoch || terms == address(0)) return _end(id, booking, Reason.Revoked);
        }
        uint64 time = _timeOf(booking, booking.occurrence);
        if (!fits) return _miss(id, booking, Reason.TooLarge);
        if (_clock(booking.trigger) > time + booking.ttl) return _miss(id, booking, Reason.Expired);
        if (booking.jitter != 0 && own & 1 == 0) {
            bytes32 drawn = keccak256(abi.encode(block.prevrandao, id, booking.occurrence));
            // casting is safe: at most the jitter
            _enter(id, booking, time + uint64(uint256(drawn) % (uint256(booking.jitter) + 1)), own | 1);
            return false;
        }
        if (booking.trigger == Trigger.Predicate) {
            share.used += booking.questionGas;
            if (!_asked(booking)) {
                booking.reason = Reason.NotYet;
                _advance(id, booking);
                return false;
            }
        }
        return _reserve(share, id, booking, own);
    }

    /// @dev Sets the whole cost aside; waits and tries again where that cannot be.
    function _reserve(Share memory share, uint64 id, Booking storage booking, uint32 own) private returns (bool) {
        uint256 cost = uint256(booking.gasLimit) * share.price;
        if (cost > booking.balance) return _retry(id, booking, own, Reason.Balance);
        address account = booking.account;
        if (account != address(0)) {
            share.used += uint64(POLICY_GAS);
            uint256 owed = booking.owed;
            if (owed != 0) {
                if (!_charge(account, "royalty", owed)) return _retry(id, booking, own, Reason.Policy);
                booking.owed = 0;
            }
            if (!_charge(account, "gas", cost)) return _retry(id, booking, own, Reason.Policy);
        }
        // casting is safe: at most the balance
        booking.balance -= uint128(cost);
        booking.stage = Stage.Running;
        return true;
    }

    function _retry(uint64 id, Booking storage booking, uint32 own, Reason reason) private returns (bool) {
        booking.reason = reason;
        uint32 tries = own >> 8;
        uint64 first = booking.trigger == Trigger.Block ? RETRY_BLOCKS : RETRY_MS;
        uint64 when = _clock(booking.trigger) + (first << tries);
        _enter(id, booking, when, own & 1 | (tries < 6 ? tries + 1 : 6) << 8);
        return false;
    }

    function _miss(uint64 id, Booking storage booking, Reason reason) private returns (bool) {
        booking.reason = reason;
        ++booking.missed;
        _advance(id, booking);
        return false;
    }

    function _end(uint64 id, Booking storage booking, Reason reason) private returns (bool) {
        (booking.stage, booking.reason) = (Stage.Cancelled, reason);
        emit Cancelled(id);
        return false;
    }

    /// @dev On to the next occurrence that can still run; those in between are missed. A predicate's questions are not.
    function _advance(uint64 id, Booking storage booking) private {
        bool asks = booking.trigger == Trigger.Predicate;
        uint64 interval = booking.interval;
        uint32 count = booking.count;
        if (interval == 0 || (asks && count != 0 && booking.ran + booking.failed >= count)) {
            booking.stage = Stage.Done;
            return;
        }
        uint64 following = booking.occurrence + 1;
        uint64 now_ = _earliest(booking.trigger);
        uint64 time = _timeOf(booking, following);
        if (time + booking.ttl < now_) {
            uint64 lost = (now_ - booking.ttl - time + interval - 1) / interval;
            if (!asks && count != 0 && following + lost > count) lost = following < count ? count - following : 0;
            // casting is safe: clipped
            if (!asks) {
                booking.missed =
                    uint32(lost < type(uint32).max - booking.missed ? booking.missed + lost : type(uint32).max);
            }
            following += lost;
        }
        if (!asks && count != 0 && following >= count) {
            booking.stage = Stage.Done;
            return;
        }
        booking.occurrence = following;
        _enter(id, booking, _timeOf(booking, following), 0);
    }

    function _due(Share memory share, uint64 id) private view returns (Due memory due) {
        Booking memory booking = _bookings[id];
        (due.id, due.target, due.gasLimit, due.price) = (id, booking.target, booking.gasLimit, share.price);
        (due.data,,) = _loadData(booking);
    }

    function _asked(Booking memory booking) private view returns (bool) {
        (, address asked, bytes memory question) = _loadData(booking);
        (bool ok, uint256 answer) = BoundedCall.tryWord(asked, booking.questionGas, question);
        return ok && answer != 0;
    }

    function _charge(address account, bytes32 what, uint256 amount) private returns (bool ok) {
        (ok,) = BoundedCall.tryCall(
            address(RUNNER), POLICY_GAS, 0, abi.encodeCall(IAgentRunner.charge, (account, what, amount))
        );
    }
}
