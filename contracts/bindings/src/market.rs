//! `sol!` types of the market and of ERC-8004's registries. Documentation stands in the sources under
//! `contracts/src/interfaces/market`.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    /// A tensor as the precompile takes it.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Tensor {
        uint8 dtype;
        uint32[] shape;
        bytes data;
    }

    /// ERC-8004: agents.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IIdentityRegistry {
        struct MetadataEntry {
            string metadataKey;
            bytes metadataValue;
        }
        event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
        event MetadataSet(
            uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue
        );
        event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);
        error NotAuthorized(address caller);
        error ReservedKey();
        error BadDeadline(uint256 deadline);
        error BadWalletSignature(address wallet);
        function register() external returns (uint256 agentId);
        function register(string calldata agentURI) external returns (uint256 agentId);
        function register(string calldata agentURI, MetadataEntry[] calldata metadata) external returns (uint256 agentId);
        function setAgentURI(uint256 agentId, string calldata newURI) external;
        function getMetadata(uint256 agentId, string calldata metadataKey) external view returns (bytes memory);
        function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) external;
        function getAgentWallet(uint256 agentId) external view returns (address);
        function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes calldata signature) external;
        function unsetAgentWallet(uint256 agentId) external;
        function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);
        function getVersion() external pure returns (string memory);
    }

    /// ERC-8004: feedback.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IReputationRegistry {
        event NewFeedback(
            uint256 indexed agentId,
            address indexed clientAddress,
            uint64 feedbackIndex,
            int128 value,
            uint8 valueDecimals,
            string indexed indexedTag1,
            string tag1,
            string tag2,
            string endpoint,
            string feedbackURI,
            bytes32 feedbackHash
        );
        event FeedbackRevoked(uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex);
        event ResponseAppended(
            uint256 indexed agentId,
            address indexed clientAddress,
            uint64 feedbackIndex,
            address indexed responder,
            string responseURI,
            bytes32 responseHash
        );
        error BadValue(int128 value, uint8 valueDecimals);
        error SelfFeedback(address caller);
        error NoFeedback(uint64 feedbackIndex);
        error AlreadyRevoked(uint64 feedbackIndex);
        error EmptyURI();
        error NoClients();
        function getIdentityRegistry() external view returns (address);
        function giveFeedback(
            uint256 agentId,
            int128 value,
            uint8 valueDecimals,
            string calldata tag1,
            string calldata tag2,
            string calldata endpoint,
            string calldata feedbackURI,
            bytes32 feedbackHash
        ) external;
        function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external;
        function appendResponse(
            uint256 agentId,
            address clientAddress,
            uint64 feedbackIndex,
            string calldata responseURI,
            bytes32 responseHash
        ) external;
        function getLastIndex(uint256 agentId, address clientAddress) external view returns (uint64);
        function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
            external
            view
            returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked);
        function getSummary(uint256 agentId, address[] calldata clientAddresses, string calldata tag1, string calldata tag2)
            external
            view
            returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals);
        function readAllFeedback(
            uint256 agentId,
            address[] calldata clientAddresses,
            string calldata tag1,
            string calldata tag2,
            bool includeRevoked
        )
            external
            view
            returns (
                address[] memory clients,
                uint64[] memory feedbackIndexes,
                int128[] memory values,
                uint8[] memory valueDecimals,
                string[] memory tag1s,
                string[] memory tag2s,
                bool[] memory revokedStatuses
            );
        function getResponseCount(
            uint256 agentId,
            address clientAddress,
            uint64 feedbackIndex,
            address[] calldata responders
        ) external view returns (uint64 count);
        function getClients(uint256 agentId) external view returns (address[] memory);
        function getVersion() external pure returns (string memory);
    }

    /// ERC-8004: validations.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IValidationRegistry {
        event ValidationRequest(
            address indexed validatorAddress, uint256 indexed agentId, string requestURI, bytes32 indexed requestHash
        );
        event ValidationResponse(
            address indexed validatorAddress,
            uint256 indexed agentId,
            bytes32 indexed requestHash,
            uint8 response,
            string responseURI,
            bytes32 responseHash,
            string tag
        );
        error NotAuthorized(address caller);
        error BadRequest(bytes32 requestHash);
        error UnknownRequest(bytes32 requestHash);
        error NotValidator(address caller);
        error BadResponse(uint8 response);
        function getIdentityRegistry() external view returns (address);
        function validationRequest(
            address validatorAddress,
            uint256 agentId,
            string calldata requestURI,
            bytes32 requestHash
        ) external;
        function validationResponse(
            bytes32 requestHash,
            uint8 response,
            string calldata responseURI,
            bytes32 responseHash,
            string calldata tag
        ) external;
        function getValidationStatus(bytes32 requestHash)
            external
            view
            returns (
                address validatorAddress,
                uint256 agentId,
                uint8 response,
                bytes32 responseHash,
                string memory tag,
                uint256 lastUpdate
            );
        function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
            external
            view
            returns (uint64 count, uint8 avgResponse);
        function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory requestHashes);
        function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory requestHashes);
        function getVersion() external pure returns (string memory);
    }

    /// What an author lists.
    #[derive(Debug, Default, PartialEq, Eq)]
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

    /// One version of an agent.
    #[derive(Debug, PartialEq, Eq)]
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

    /// An account bound to a listing.
    #[derive(Debug, PartialEq, Eq)]
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

    /// Judges claims on an author's bond.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IBondChecker {
        function isBreach(uint256 listing, bytes calldata evidence) external view returns (bool);
    }

    /// Listings, hires and payment of agents.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
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
        error NotAuthor(address caller);
        error NotHirer(address caller);
        error BadOffer(bytes32 field);
        error ModelDeprecated(bytes32 model, uint64 from);
        error NotOffered(uint256 listing);
        error NotHired(uint256 hire);
        error BadHire(address account);
        error TooEarly(uint256 readyAt);
        error NoValue(address account);
        error NoBond(uint256 bond);
        error NotProved();
        error NotSent(address to);
        function list(Offer calldata offer) external returns (uint256 listing);
        function close(uint256 listing) external;
        function hire(uint256 listing, address account, uint256 booking) external payable returns (uint256 id);
        function fund(uint256 id) external payable;
        function upgrade(uint256 id, uint256 listing, uint256 booking) external;
        function shadow(uint256 id, uint256 listing) external;
        function end(uint256 id) external;
        function collect(uint256 id) external returns (uint256 amount);
        function observe(uint256 id) external returns (uint256 perUnit);
        function share(uint256 id) external returns (uint256 amount);
        function bond(uint256 agentId) external payable;
        function unbond(uint256 agentId) external;
        function returnBond(uint256 agentId, address payable to) external;
        function accuse(uint256 listing, uint256 checker, bytes calldata evidence) external;
        function reward(uint256 id) external returns (uint256 amount);
        function withdraw(address payable to) external returns (uint256 amount);
        function summary(uint256 agentId, string calldata tag1, string calldata tag2, uint256 from, uint256 limit)
            external
            view
            returns (uint64 count, int128 value, uint8 decimals, uint256 hirers);
        function listingOf(uint256 listing) external view returns (Listing memory);
        function offerOf(uint256 listing) external view returns (Offer memory);
        function hireOf(uint256 id) external view returns (Hire memory);
        function bondOf(uint256 agentId) external view returns (uint256 amount, uint256 readyAt);
        function balanceOf(address payee) external view returns (uint256);
    }

    /// What a verifier's replay of an inference gave.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Replay {
        bytes32 transaction;
        bytes32 model;
        bytes32 inputHash;
        bytes32 outputHash;
        bool passed;
    }

    /// Bonded verifiers of what agents said.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IVerifierHub {
        event Joined(address indexed verifier, uint256 bond);
        event Leaving(address indexed verifier, uint256 readyAt);
        event Left(address indexed verifier, address indexed to, uint256 bond);
        event Replayed(
            bytes32 indexed requestHash, address indexed verifier, uint256 indexed index, Replay replay, string uri
        );
        event Refuted(bytes32 indexed requestHash, address indexed verifier, uint256 indexed index, address by);
        error NotBonded(address verifier);
        error TooEarly(uint256 readyAt);
        error UnknownReplay(bytes32 requestHash, uint256 index);
        error WrongInputs(bytes32 given);
        error NotRefuted();
        error NotSent(address to);
        function join() external payable;
        function leave() external;
        function takeBond(address payable to) external returns (uint256 amount);
        function post(bytes32 requestHash, Replay calldata replay, string calldata uri) external returns (uint256 index);
        function refute(bytes32 requestHash, uint256 index, Tensor[] calldata inputs) external;
        function replayOf(bytes32 requestHash, uint256 index)
            external
            view
            returns (address verifier, bool refuted, Replay memory replay);
        function countOf(bytes32 requestHash) external view returns (uint256 replays, uint256 passed);
        function bondOf(address verifier) external view returns (uint256 amount, uint256 readyAt);
    }
}
