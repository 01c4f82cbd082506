//! `sol!` types of the contracts that settle on L1, as far as the node calls them. Their documentation stands in the
//! Solidity sources under `contracts/src/interfaces`.

#![allow(missing_docs)]

use alloy_sol_types::sol;

/// The kind of claim that [`IOutputGame`] is, for the factory.
pub const GAME_TYPE: u32 = 4242;

sol! {
    /// The set-up of `SystemConfig`.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface ISystemConfigSetup {
        struct ResourceConfig {
            uint32 maxResourceLimit;
            uint8 elasticityMultiplier;
            uint8 baseFeeMaxChangeDenominator;
            uint32 minimumBaseFee;
            uint32 systemTxMaxGas;
            uint128 maximumBaseFee;
        }

        struct Settings {
            address owner;
            address operator;
            address guardian;
            uint256 l2ChainId;
            address batcher;
            address unsafeBlockSigner;
            uint64 gasLimit;
            uint32 eip1559Denominator;
            uint32 eip1559Elasticity;
            uint32 basefeeScalar;
            uint32 blobbasefeeScalar;
            uint32 pauseSeconds;
            uint32 pauseCooldownSeconds;
            ResourceConfig resources;
        }

        function initialize(Settings calldata settings) external;
    }
}

sol! {
    /// Where claims are made and found.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IDisputeGameFactory {
        struct GameSearchResult {
            uint256 index;
            bytes32 metadata;
            uint64 timestamp;
            bytes32 rootClaim;
            bytes extraData;
        }

        event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim);

        error ZeroOwner();
        error NotAllowed(address caller, address expected);
        error NoImplementation(uint32 gameType);
        error IncorrectBondAmount();
        error GameAlreadyExists(bytes32 uuid);

        function initialize(address owner_) external;
        function owner() external view returns (address);
        function gameImpls(uint32 gameType) external view returns (address);
        function initBonds(uint32 gameType) external view returns (uint256);
        function gameCount() external view returns (uint256);
        function gameAtIndex(uint256 index) external view returns (uint32 gameType, uint64 timestamp, address proxy);
        function games(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
            external
            view
            returns (address proxy, uint64 timestamp);
        function findLatestGames(uint32 gameType, uint256 start, uint256 n)
            external
            view
            returns (GameSearchResult[] memory found);
        function create(uint32 gameType, bytes32 rootClaim, bytes calldata extraData)
            external
            payable
            returns (address proxy);
        function setImplementation(uint32 gameType, address impl) external;
        function setInitBond(uint32 gameType, uint256 initBond) external;
        function transferOwnership(address newOwner) external;
    }
}

sol! {
    /// One bonded claim.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IOutputGame {
        event Claimed(
            address indexed proposer,
            bytes32 indexed root,
            uint256 indexed l2BlockNumber,
            uint256 l1BlockNumber,
            bytes32 l1Head
        );
        event Contested(address indexed contester, uint256 bond, uint256 resolutionDeadline);
        event Resolved(uint8 indexed status);

        error BadExtraData();
        error ZeroOutputRoot();
        error BlockOutOfRange(uint256 l2BlockNumber, uint256 anchorBlock);
        error L1HeadMismatch(uint256 l1BlockNumber, bytes32 expected, bytes32 found);
        error NotContestable();
        error IncorrectBond(uint256 given, uint256 required);
        error AlreadyResolved();
        error TooEarly(uint256 earliest);
        error NoCredit(address recipient);
        error TransferFailed(address recipient, uint256 amount);

        function claimWindow() external view returns (uint64);
        function resolveWindow() external view returns (uint64);
        function gameCreator() external view returns (address);
        function rootClaim() external view returns (bytes32);
        function l1Head() external view returns (bytes32);
        function l2BlockNumber() external view returns (uint256);
        function extraData() external view returns (bytes memory);
        function createdAt() external view returns (uint64);
        function resolvedAt() external view returns (uint64);
        function status() external view returns (uint8);
        function contester() external view returns (address);
        function resolutionDeadline() external view returns (uint256);
        function credit(address recipient) external view returns (uint256);
        function contest() external payable;
        function resolve() external returns (uint8);
        function claimCredit(address recipient) external;
    }
}

sol! {
    /// Which claims count.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IAnchorStateRegistry {
        error InvalidAnchorGame();

        function initialize(
            address systemConfig_,
            address factory,
            bytes32 startingRoot,
            uint256 startingBlock,
            uint32 gameType
        ) external;
        function getAnchorRoot() external view returns (bytes32 root, uint256 l2BlockNumber);
        function isGameClaimValid(address game) external view returns (bool);
        function setAnchorState(address game) external;
    }
}

sol! {
    /// Verifiers' keys and stakes.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IVerifierRegistry {
        struct Vote {
            address game;
            uint256 l2BlockNumber;
            bytes32 root;
            bytes32 l1Head;
        }

        struct Evidence {
            Vote vote;
            uint32[] signers;
            bytes signature;
        }

        struct Verifier {
            address owner;
            uint64 exitAt;
            bool slashed;
            uint256 stake;
            bytes key;
        }

        event Registered(uint32 indexed index, address indexed owner, bytes key, uint256 stake);
        event Slashed(uint32 indexed index, address indexed reporter, uint256 reward, uint256 burnt);

        error StakeTooSmall(uint256 given, uint256 minimum);
        error KeyTaken(bytes key);
        error NoPossession();
        error SetFull(uint256 maximum);
        error UnknownVerifier(uint32 index);
        error NotOwner(address caller, address owner);
        error NotActive(uint32 index);
        error StakeLocked(uint32 index, uint256 exitAt);
        error NoContradiction();
        error NotSigned(uint32 index);
        error NoWeight();
        error InvalidPoint();
        error InvalidLength(uint256 expected, uint256 given);

        function l2ChainId() external view returns (uint256);
        function minStake() external view returns (uint256);
        function exitDelay() external view returns (uint256);
        function activeCount() external view returns (uint256);
        function verifierCount() external view returns (uint256);
        function verifier(uint32 index) external view returns (Verifier memory);
        function weightAt(uint32 index, uint48 time) external view returns (uint256);
        function totalAt(uint48 time) external view returns (uint256);
        function credit(address owner) external view returns (uint256);
        function possessionMessage(address owner, bytes calldata key) external view returns (bytes memory);
        function voteMessage(Vote calldata vote) external view returns (bytes memory);
        function register(bytes calldata key, bytes calldata possession) external payable returns (uint32 index);
        function addStake(uint32 index) external payable;
        function startExit(uint32 index) external;
        function withdraw(uint32 index) external;
        function slash(uint32 index, Evidence calldata first, Evidence calldata second) external;
        function claimCredit(address owner) external;
    }
}

sol! {
    /// Verifiers judge contested claims.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IQuorumResolver {
        struct Decision {
            uint8 verdict;
            bytes32 root;
            uint32[] signers;
        }

        event Decided(address indexed game, uint8 verdict, bytes32 root, uint256 weight, uint256 total);
        event Attested(
            address indexed game, uint256 indexed l2BlockNumber, bytes32 root, uint256 weight, uint256 total
        );

        error NotOurClaim(address game);
        error NotOpen(address game);
        error AlreadyDecided(address game);
        error SignersNotAscending();
        error SignerSlashed(uint32 index);
        error SignerWithoutWeight(uint32 index);
        error NoQuorum(uint256 weight, uint256 total);
        error BadSignature();

        function contestBond() external view returns (uint256);
        function verdict(address game) external view returns (uint8);
        function decision(address game) external view returns (Decision memory);
        function attested(address game) external view returns (bool);
        function pot() external view returns (uint256);
        function attestationReward() external view returns (uint256);
        function attestationInterval() external view returns (uint256);
        function decide(address game, bytes32 root, uint32[] calldata signers, bytes calldata signature) external;
        function attest(address game, uint32[] calldata signers, bytes calldata signature) external;
        function fillPot() external payable;
    }
}

sol! {
    /// The set-up of `Portal`.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IPortalSetup {
        function initialize(address systemConfig_, address anchorStateRegistry_) external;
    }
}

sol! {
    /// The set-up of `L1StandardBridge`.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IL1StandardBridgeSetup {
        function initialize(address portal_, address otherBridge_) external;
    }
}
