// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentMarket, IBondChecker, Listing, Offer} from "../interfaces/market/IAgentMarket.sol";
import {IIdentityRegistry} from "../interfaces/market/IIdentityRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Blob} from "../agents/libraries/Blob.sol";
import {BoundedCall} from "../agents/libraries/BoundedCall.sol";

/// @title What authors stand to lose
abstract contract Bonds is IAgentMarket {
    /// @dev Longer than any window in which a breach can be shown: claims on L1 are settled in a week.
    uint256 internal constant NOTICE = 14 days;
    uint256 internal constant LEAST_BOND = 0.1 ether;
    uint256 private constant CHECKER_GAS = 5_000_000;
    IIdentityRegistry internal constant IDENTITY = IIdentityRegistry(Predeploys.ERC8004_IDENTITY);

    struct Bond {
        uint128 amount;
        uint128 readyAt;
    }

    mapping(uint256 agentId => Bond) private _bonds;
    mapping(uint256 listing => Listing) internal _listings;
    mapping(address payee => uint256) internal _balances;

    /// @inheritdoc IAgentMarket
    function bond(uint256 agentId) external payable {
        IDENTITY.isAuthorizedOrOwner(msg.sender, agentId);
        // casting is safe: there is less ether than 2^128
        _bonds[agentId].amount += uint128(msg.value);
        emit Bonded(agentId, _bonds[agentId].amount);
    }

    /// @inheritdoc IAgentMarket
    function unbond(uint256 agentId) external {
        _onlyAuthor(agentId);
        // casting is safe: seconds
        _bonds[agentId].readyAt = uint128(block.timestamp + NOTICE);
        emit Unbonding(agentId, block.timestamp + NOTICE);
    }

    /// @inheritdoc IAgentMarket
    function returnBond(uint256 agentId, address payable to) external {
        _onlyAuthor(agentId);
        Bond memory held = _bonds[agentId];
        if (held.readyAt == 0) revert NoBond(held.amount);
        if (block.timestamp < held.readyAt) revert TooEarly(held.readyAt);
        delete _bonds[agentId];
        emit BondReturned(agentId, to, held.amount);
        _send(to, held.amount);
    }

    /// @inheritdoc IAgentMarket
    function accuse(uint256 listing, uint256 checker, bytes calldata evidence) external {
        Listing storage accused = _listings[listing];
        if (accused.blob == address(0)) revert NotOffered(listing);
        address judge = _offer(accused).checkers[checker];
        bytes memory call = abi.encodeCall(IBondChecker.isBreach, (listing, evidence));
        (bool ok, uint256 breach) = BoundedCall.tryWord(judge, CHECKER_GAS, call);
        if (!ok || breach != 1) revert NotProved();
        uint256 amount = _bonds[accused.agentId].amount;
        if (amount == 0 || accused.slashed) revert NoBond(amount);
        _bonds[accused.agentId].amount = 0;
        // Closed for good: from now on nobody pays for it, so the parts of the reward stand.
        (accused.closed, accused.slashed) = (true, true);
        uint256 toHirers = accused.paid == 0 ? 0 : amount / 2;
        // casting is safe: at most the bond
        accused.reward = uint128(toHirers);
        emit Slashed(listing, judge, amount - toHirers, toHirers);
        _send(payable(address(0)), amount - toHirers);
    }

    /// @inheritdoc IAgentMarket
    function withdraw(address payable to) external returns (uint256 amount) {
        amount = _balances[msg.sender];
        _balances[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        _send(to, amount);
    }

    /// @inheritdoc IAgentMarket
    function bondOf(uint256 agentId) external view returns (uint256 amount, uint256 readyAt) {
        return (_bonds[agentId].amount, _bonds[agentId].readyAt);
    }

    /// @inheritdoc IAgentMarket
    function balanceOf(address payee) external view returns (uint256) {
        return _balances[payee];
    }

    /// @inheritdoc IAgentMarket
    function listingOf(uint256 listing) external view returns (Listing memory) {
        return _listings[listing];
    }

    /// @inheritdoc IAgentMarket
    function offerOf(uint256 listing) external view returns (Offer memory) {
        if (_listings[listing].blob == address(0)) revert NotOffered(listing);
        return _offer(_listings[listing]);
    }

    function _checkBond(uint256 agentId) internal view {
        Bond memory held = _bonds[agentId];
        if (held.amount < LEAST_BOND || held.readyAt != 0) revert NoBond(held.amount);
    }

    function _offer(Listing memory listing) internal view returns (Offer memory) {
        return abi.decode(Blob.load(listing.blob), (Offer));
    }

    function _onlyAuthor(uint256 agentId) internal view {
        if (!IDENTITY.isAuthorizedOrOwner(msg.sender, agentId)) revert NotAuthor(msg.sender);
    }

    function _send(address payable to, uint256 amount) private {
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert NotSent(to);
    }
}
