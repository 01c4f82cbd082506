// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {IStrategyRegistry} from "../interfaces/agents/IStrategyRegistry.sol";
import {Hire, IAgentMarket, Listing, Offer} from "../interfaces/market/IAgentMarket.sol";
import {IReputationRegistry} from "../interfaces/market/IReputationRegistry.sol";
import {IValidationRegistry} from "../interfaces/market/IValidationRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Blob} from "../agents/libraries/Blob.sol";
import {Bonds} from "./Bonds.sol";
import {Worth} from "./Worth.sol";

/// @title Where agents are offered, hired and paid
contract AgentMarket is Bonds {
    uint256 private constant MAX_MODELS = 8;
    uint256 private constant MAX_CHECKERS = 4;
    uint256 private constant MAX_PAGE = 256;
    uint16 private constant MAX_PROFIT_BPS = 5_000;
    uint32 private constant LEAST_PERIOD = 1 hours;
    /// @dev An observation's age when a share is taken.
    uint256 private constant LEAST_AGE = 30 minutes;
    uint256 private constant MOST_AGE = 1 days;
    IAgentRunner private constant RUNNER = IAgentRunner(Predeploys.AGENT_RUNNER);

    uint256 private _listingCount;
    uint256 private _hireCount;
    mapping(uint256 id => Hire) private _hires;
    mapping(address account => uint256 id) private _hired;
    mapping(uint256 agentId => address[]) private _payers;
    mapping(uint256 agentId => mapping(address hirer => bool)) private _hasPaid;

    /// @inheritdoc IAgentMarket
    function list(Offer calldata offer) external returns (uint256 listing) {
        _onlyAuthor(offer.agentId);
        _checkBond(offer.agentId);
        _checkOffer(offer);
        listing = ++_listingCount;
        Listing storage made = _listings[listing];
        (made.agentId, made.strategy, made.codeHash) = (offer.agentId, offer.strategy, offer.strategy.codehash);
        made.blob = Blob.store(abi.encode(offer));
        emit Listed(listing, offer.agentId, offer.strategy, offer);
    }

    /// @inheritdoc IAgentMarket
    function close(uint256 listing) external {
        Listing storage closing = _listings[listing];
        if (closing.blob == address(0) || closing.closed) revert NotOffered(listing);
        _onlyAuthor(closing.agentId);
        closing.closed = true;
        emit Closed(listing);
    }

    /// @inheritdoc IAgentMarket
    function hire(uint256 listing, address account, uint256 booking) external payable returns (uint256 id) {
        if (msg.sender != account && msg.sender != Worth.POLICY.ownerOf(account)) revert NotHirer(msg.sender);
        if (_hired[account] != 0) revert BadHire(account);
        id = ++_hireCount;
        _hired[account] = id;
        Hire storage made = _hires[id];
        (made.hirer, made.account) = (msg.sender, account);
        // casting is safe: there is less ether than 2^128
        made.balance = uint128(msg.value);
        _bind(made, listing, booking);
        emit Hired(id, listing, account, booking);
    }

    /// @inheritdoc IAgentMarket
    function fund(uint256 id) external payable {
        // casting is safe: there is less ether than 2^128
        _open(id).balance += uint128(msg.value);
        emit Funded(id, msg.value);
    }

    /// @inheritdoc IAgentMarket
    function upgrade(uint256 id, uint256 listing, uint256 booking) external {
        Hire storage changing = _ofHirer(id);
        _collect(id, changing);
        _bind(changing, listing, booking);
        emit Upgraded(id, listing, booking);
    }

    /// @inheritdoc IAgentMarket
    function shadow(uint256 id, uint256 listing) external {
        Hire storage trying = _ofHirer(id);
        if (listing != 0 && _listings[listing].blob == address(0)) revert NotOffered(listing);
        trying.shadow = listing;
        emit Shadowed(id, listing);
    }

    /// @inheritdoc IAgentMarket
    function end(uint256 id) external {
        Hire storage ending = _ofHirer(id);
        _collect(id, ending);
        uint256 rest = ending.balance;
        (ending.balance, ending.ended) = (0, true);
        delete _hired[ending.account];
        _balances[ending.hirer] += rest;
        emit Ended(id, rest);
    }

    /// @inheritdoc IAgentMarket
    function collect(uint256 id) external returns (uint256 amount) {
        return _collect(id, _open(id));
    }

    /// @inheritdoc IAgentMarket
    function observe(uint256 id) external returns (uint256 perUnit) {
        Hire storage seen = _open(id);
        Offer memory offer = _offer(_listings[seen.listing]);
        uint256 readyAt = seen.sharedAt + offer.period;
        if (offer.profitBps == 0 || block.timestamp < readyAt) revert TooEarly(readyAt);
        // One observation stands until it is used or too old, or its time could be chosen again and again.
        if (seen.seen != 0 && block.timestamp <= seen.seenAt + MOST_AGE) revert TooEarly(seen.seenAt + MOST_AGE);
        (, perUnit) = _perUnit(seen.account);
        // casting is safe: seconds
        (seen.seen, seen.seenAt) = (_narrow(perUnit), uint48(block.timestamp));
        emit Observed(id, perUnit);
    }

    /// @inheritdoc IAgentMarket
    function share(uint256 id) external returns (uint256 amount) {
        Hire storage sharing = _open(id);
        uint256 readyAt = sharing.seenAt + LEAST_AGE;
        if (sharing.seen == 0 || block.timestamp < readyAt || block.timestamp > sharing.seenAt + MOST_AGE) {
            revert TooEarly(readyAt);
        }
        (uint256 units, uint256 perUnit) = _perUnit(sharing.account);
        if (sharing.seen < perUnit) perUnit = sharing.seen;
        uint256 high = sharing.high;
        // casting is safe: seconds
        (sharing.seen, sharing.sharedAt) = (0, uint48(block.timestamp));
        if (perUnit <= high) return 0;
        sharing.high = _narrow(perUnit);
        uint256 gain = Math.mulDiv(perUnit - high, units, 1e18);
        uint256 value = gain * _offer(_listings[sharing.listing]).profitBps / 10_000;
        amount = Math.mulDiv(value, 1e18, Worth.etherPrice(sharing.account));
        if (amount > sharing.balance) amount = sharing.balance;
        return _pay(id, sharing, amount);
    }

    /// @inheritdoc IAgentMarket
    function reward(uint256 id) external returns (uint256 amount) {
        Hire storage paid = _hires[id];
        Listing memory lost = _listings[paid.listing];
        if (!lost.slashed || paid.paid == 0) revert NotHired(id);
        amount = Math.mulDiv(lost.reward, paid.paid, lost.paid);
        paid.paid = 0;
        _balances[paid.hirer] += amount;
    }

    /// @inheritdoc IAgentMarket
    function hireOf(uint256 id) external view returns (Hire memory) {
        return _hires[id];
    }

    /// @inheritdoc IAgentMarket
    function summary(uint256 agentId, string calldata tag1, string calldata tag2, uint256 from, uint256 limit)
        external
        view
        returns (uint64 count, int128 value, uint8 decimals, uint256 hirers)
    {
        hirers = _payers[agentId].length;
        if (from >= hirers || limit == 0) return (0, 0, 0, hirers);
        if (limit > MAX_PAGE) limit = MAX_PAGE;
        uint256 size = hirers - from < limit ? hirers - from : limit;
        address[] memory page = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            address payer = _payers[agentId][from + i];
            // Whoever has come to act for the agent since is left out: nobody rates as address zero.
            if (!IDENTITY.isAuthorizedOrOwner(payer, agentId)) page[i] = payer;
        }
        (count, value, decimals) =
            IReputationRegistry(Predeploys.ERC8004_REPUTATION).getSummary(agentId, page, tag1, tag2);
    }

    function _checkOffer(Offer calldata offer) private view {
        if (!IStrategyRegistry(Predeploys.STRATEGY_REGISTRY).isIntact(offer.strategy)) revert BadOffer("strategy");
        if (offer.models.length > MAX_MODELS || offer.models.length != offer.manifests.length) {
            revert BadOffer("models");
        }
        _checkModels(offer.models);
        if (offer.profitBps > MAX_PROFIT_BPS) revert BadOffer("profitBps");
        bool timed = offer.perPeriod != 0 || offer.profitBps != 0;
        if (timed && offer.period < LEAST_PERIOD) revert BadOffer("period");
        if (offer.checkers.length == 0 || offer.checkers.length > MAX_CHECKERS) revert BadOffer("checkers");
        (address validator, uint256 agentId,,,,) =
            IValidationRegistry(Predeploys.VALIDATION_REGISTRY).getValidationStatus(offer.validation);
        if (validator != Predeploys.VERIFIER_HUB || agentId != offer.agentId) revert BadOffer("validation");
    }

    /// @dev Whose owner advises against it is for those who have it already.
    function _checkModels(bytes32[] memory models) private view {
        for (uint256 i = 0; i < models.length; ++i) {
            uint64 from = IModelRegistry(Predeploys.MODEL_REGISTRY).deprecatedFrom(models[i]);
            if (from != 0 && block.timestamp >= from) revert ModelDeprecated(models[i], from);
        }
    }

    /// @dev From here on the hire pays this listing's prices for this booking.
    function _bind(Hire storage binding, uint256 listing, uint256 booking) private {
        Listing memory wanted = _listings[listing];
        if (wanted.blob == address(0) || wanted.closed) revert NotOffered(listing);
        (address account, address strategy, uint256 runs) = RUNNER.bookedFor(booking);
        if (account != binding.account || strategy != wanted.strategy) revert BadHire(binding.account);
        Offer memory offer = _offer(wanted);
        // Another booking of the same version takes no model up: nobody loses what was pinned.
        if (binding.listing != listing) _checkModels(offer.models);
        (binding.listing, binding.booking, binding.paid) = (listing, booking, 0);
        // casting is safe: seconds; runs are counted in 56 bits
        (binding.since, binding.runs) = (uint48(block.timestamp), uint64(runs));
        (binding.sharedAt, binding.seen) = (uint48(block.timestamp), 0);
        if (offer.profitBps == 0) return;
        Worth.etherPrice(account);
        (, uint256 perUnit) = _perUnit(account);
        // What another author was paid for is not paid for again.
        if (perUnit > binding.high) binding.high = _narrow(perUnit);
    }

    /// @dev Whole runs and whole periods that the balance pays for.
    function _collect(uint256 id, Hire storage due) private returns (uint256 amount) {
        if (_listings[due.listing].slashed) return 0;
        Offer memory offer = _offer(_listings[due.listing]);
        (,, uint256 runs) = RUNNER.bookedFor(due.booking);
        uint256 count = runs - due.runs;
        if (offer.perRun != 0) count = Math.min(count, due.balance / offer.perRun);
        amount = count * offer.perRun;
        uint256 periods = 0;
        if (offer.perPeriod != 0) {
            periods = (block.timestamp - due.since) / offer.period;
            periods = Math.min(periods, (due.balance - amount) / offer.perPeriod);
            amount += periods * offer.perPeriod;
        }
        (uint64 paidRuns, uint48 since) = (due.runs, due.since);
        // casting is safe: at most the runs that were counted; seconds
        due.runs += uint64(count);
        due.since += uint48(periods * offer.period);
        if (amount != 0 && _pay(id, due, amount) == 0) {
            (due.runs, due.since) = (paidRuns, since);
            return 0;
        }
    }

    /// @dev Pays if the policy's fee allowance permits it, else nothing.
    function _pay(uint256 id, Hire storage from, uint256 amount) private returns (uint256) {
        if (amount == 0) return 0;
        Listing storage listing = _listings[from.listing];
        if (listing.slashed) return 0;
        try RUNNER.charge(from.account, "fee", amount) {}
        catch {
            return 0;
        }
        uint256 agentId = listing.agentId;
        // casting is safe: at most the balance
        from.balance -= uint128(amount);
        from.paid += uint128(amount);
        listing.paid += uint128(amount);
        address payee = IDENTITY.getAgentWallet(agentId);
        if (payee == address(0)) payee = ERC721(Predeploys.ERC8004_IDENTITY).ownerOf(agentId);
        _balances[payee] += amount;
        if (!_hasPaid[agentId][from.hirer]) {
            _hasPaid[agentId][from.hirer] = true;
            _payers[agentId].push(from.hirer);
        }
        emit Paid(id, agentId, payee, amount);
        return amount;
    }

    function _perUnit(address account) private view returns (uint256 units, uint256 perUnit) {
        bool ok;
        (ok, units, perUnit) = Worth.perUnit(account);
        if (!ok) revert NoValue(account);
    }

    function _open(uint256 id) private view returns (Hire storage found) {
        found = _hires[id];
        if (found.hirer == address(0) || found.ended) revert NotHired(id);
    }

    function _ofHirer(uint256 id) private view returns (Hire storage found) {
        found = _open(id);
        if (msg.sender != found.hirer) revert NotHirer(msg.sender);
    }

    function _narrow(uint256 value) private pure returns (uint128) {
        // casting is safe: capped; a mark at the cap can only be too low for values per unit beyond 10^20
        return value > type(uint128).max ? type(uint128).max : uint128(value);
    }
}
