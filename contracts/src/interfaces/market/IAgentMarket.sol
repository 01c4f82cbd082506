// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice One version of an agent, as its author offers it. It never changes; another version is another listing.
/// @param agentId ERC-8004 identity.
/// @param strategy Registered with `StrategyRegistry`.
/// @param models That it asks, and which manifests they had: what `checkers` hold it to.
/// @param manifests One per model.
/// @param template keccak256(abi.encode(Terms, Rule[])) of the policy that the author proposes; zero: none.
/// @param perRun Wei for each run that decided.
/// @param perPeriod Wei for each whole period.
/// @param profitBps Share of what the value per unit gained beyond its highest so far, in 1/10,000; at most half.
/// @param period Seconds; at least an hour where anything depends on it.
/// @param validation Request to the VerifierHub, made by the author in the ValidationRegistry.
/// @param checkers Contracts whose word costs the author's bond: `IBondChecker`.
/// @param uri A description.
struct Offer {
    uint256 agentId;
    address strategy;
    bytes32[] models;
    bytes32[] manifests;
    bytes32 template;
    uint128 perRun;
    uint128 perPeriod;
    uint16 profitBps;
    uint32 period;
    bytes32 validation;
    address[] checkers;
    string uri;
}

/// @notice A listing's state.
/// @param codeHash The strategy's when listed.
/// @param blob Holds abi.encode(Offer).
/// @param closed No new hires.
/// @param reward Wei that a lost bond left to those who paid.
/// @param paid Wei that hirers paid in all.
struct Listing {
    uint256 agentId;
    address strategy;
    bool closed;
    bool slashed;
    bytes32 codeHash;
    address blob;
    uint128 reward;
    uint128 paid;
}

/// @notice An account that uses a listing.
/// @param runs Of the booking, paid so far.
/// @param since Start of the period that is not paid yet.
/// @param balance Prepaid, wei.
/// @param paid On this listing, wei.
/// @param high Highest value per unit that a share was taken of, 18 decimals.
/// @param seen Value per unit when last observed; 0: not observed since the last share was taken.
/// @param shadow A listing that the hirer tries out beside it; 0: none.
struct Hire {
    address hirer;
    uint64 runs;
    address account;
    uint48 since;
    uint48 seenAt;
    uint128 balance;
    uint128 paid;
    uint128 high;
    uint128 seen;
    uint256 listing;
    uint256 booking;
    uint256 shadow;
    uint48 sharedAt;
    bool ended;
}

/// @title Says whether an author broke what a listing promises
/// @notice Called by STATICCALL with 5,000,000 gas. Reads what it needs from the chain and the evidence.
interface IBondChecker {
    /// @notice Whether this is proof.
    function isBreach(uint256 listing, bytes calldata evidence) external view returns (bool);
}

/// @title Where agents are offered, hired and paid
/// @notice All prices are in wei and leave a prepaid balance, under the fee allowance of the hirer's own policy; payees pull. A hirer
/// leaves at any time, whatever author, policy or prices say.
interface IAgentMarket {
    event Listed(uint256 indexed listing, uint256 indexed agentId, address indexed strategy, Offer offer);
    event Closed(uint256 indexed listing);
    event Hired(uint256 indexed hire, uint256 indexed listing, address indexed account, uint256 booking);
    event Funded(uint256 indexed hire, uint256 amount);
    event Upgraded(uint256 indexed hire, uint256 indexed listing, uint256 booking);
    event Shadowed(uint256 indexed hire, uint256 indexed listing);
    event Ended(uint256 indexed hire, uint256 returned);
    event Paid(uint256 indexed hire, uint256 indexed agentId, address indexed payee, uint256 amount);
    event Observed(uint256 indexed hire, uint256 perUnit);
    event Bonded(uint256 indexed agentId, uint256 bond);
    event Unbonding(uint256 indexed agentId, uint256 readyAt);
    event BondReturned(uint256 indexed agentId, address indexed to, uint256 amount);
    event Slashed(uint256 indexed listing, address indexed checker, uint256 burnt, uint256 reward);
    event Withdrawn(address indexed payee, address indexed to, uint256 amount);

    /// @notice Neither owner nor operator of this agent.
    error NotAuthor(address caller);
    /// @notice Neither the account nor its owner, or not this hire's hirer.
    error NotHirer(address caller);
    /// @notice A field of the offer is out of range.
    error BadOffer(bytes32 field);
    /// @notice The owner of a model of this offer has advised against it, and the notice is over: no new listing and no new hire.
    error ModelDeprecated(bytes32 model, uint64 from);
    /// @notice No such listing, or it is closed.
    error NotOffered(uint256 listing);
    /// @notice No such hire, or it has ended.
    error NotHired(uint256 hire);
    /// @notice The account is hired out already, or the booking is not of this account and strategy.
    error BadHire(address account);
    /// @notice Not before this time.
    error TooEarly(uint256 readyAt);
    /// @notice The value per unit cannot be told now.
    error NoValue(address account);
    /// @notice The author's bond is below the least, or there is none.
    error NoBond(uint256 bond);
    /// @notice The checker does not say that this is a breach.
    error NotProved();
    /// @notice The receiver refused the ether.
    error NotSent(address to);

    /// @notice Offers a version. Owner and operators of the agent only; wants a bond, a validation request to the hub, and models that are
    /// not deprecated.
    function list(Offer calldata offer) external returns (uint256 listing);

    /// @notice No new hires. Those who have it keep it.
    function close(uint256 listing) external;

    /// @notice Binds an account to a version and prepays. The account or its owner only. Not to a version with a deprecated model; a hire
    /// that stands keeps it.
    /// @param booking Of the account and the listing's strategy, at the runner.
    function hire(uint256 listing, address account, uint256 booking) external payable returns (uint256 id);

    /// @notice Adds to the prepaid balance.
    function fund(uint256 id) external payable;

    /// @notice Pays what is due and binds to another version, or to another booking of the same one. Hirer only: an author cannot.
    function upgrade(uint256 id, uint256 listing, uint256 booking) external;

    /// @notice Names a version to be tried out beside the one that runs, without effect on chain; 0 ends that. Hirer only.
    function shadow(uint256 id, uint256 listing) external;

    /// @notice Pays what is due, as far as balance and policy allow, and returns the rest for withdrawal. Hirer only.
    function end(uint256 id) external;

    /// @notice Pays whole runs and whole periods, as far as balance and policy allow. Anyone.
    function collect(uint256 id) external returns (uint256 amount);

    /// @notice Notes the value per unit, at the end of a period. Anyone.
    function observe(uint256 id) external returns (uint256 perUnit);

    /// @notice Takes the share of profit, once per period, at the lower of the values per unit now and when it was observed 30 minutes to
    /// a day ago. Anyone.
    function share(uint256 id) external returns (uint256 amount);

    /// @notice Adds to an agent's bond.
    function bond(uint256 agentId) external payable;

    /// @notice Gives notice: the bond can be had back after 14 days, and nothing can be listed on it. Owner and operators only.
    function unbond(uint256 agentId) external;

    /// @notice Takes the bond back after the notice. Owner and operators only.
    function returnBond(uint256 agentId, address payable to) external;

    /// @notice Shows a breach to one of the listing's checkers. The whole bond goes: half is burnt, half goes to those who paid for the
    /// listing; all is burnt where nobody did.
    function accuse(uint256 listing, uint256 checker, bytes calldata evidence) external;

    /// @notice A hirer's part of a lost bond, once per hire.
    function reward(uint256 id) external returns (uint256 amount);

    /// @notice Takes out what the caller was paid or is owed.
    function withdraw(address payable to) external returns (uint256 amount);

    /// @notice Feedback by hirers who paid and do not act for the agent: of those at `from` and after, at most 256 at a time.
    function summary(uint256 agentId, string calldata tag1, string calldata tag2, uint256 from, uint256 limit)
        external
        view
        returns (uint64 count, int128 value, uint8 decimals, uint256 hirers);

    /// @notice A listing.
    function listingOf(uint256 listing) external view returns (Listing memory);

    /// @notice What was offered.
    function offerOf(uint256 listing) external view returns (Offer memory);

    /// @notice A hire.
    function hireOf(uint256 id) external view returns (Hire memory);

    /// @notice Bond, and when it can be had back (0: no notice was given).
    function bondOf(uint256 agentId) external view returns (uint256 amount, uint256 readyAt);

    /// @notice What somebody can withdraw.
    function balanceOf(address payee) external view returns (uint256);
}
