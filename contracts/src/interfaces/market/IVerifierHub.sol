// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInference} from "../IInference.sol";

/// @notice What a verifier says of one inference of an agent.
/// @param transaction The L2 transaction that it was in.
/// @param model The model that ran.
/// @param inputHash keccak256(abi.encode(Tensor[] inputs)).
/// @param outputHash keccak256(abi.encode(Tensor[] outputs)), as the verifier's own replay gave them.
/// @param passed Whether the chain's record says the same.
struct Replay {
    bytes32 transaction;
    bytes32 model;
    bytes32 inputHash;
    bytes32 outputHash;
    bool passed;
}

/// @title Bonded verifiers who replay what agents did
/// @notice Stands in ERC-8004's ValidationRegistry as validator. Its answer to a request is the share of passed replays, in percent, by
/// verifiers whose bond stands. A replay's output can be checked on this chain: whoever shows that the model answers otherwise takes
/// half of the verifier's bond, the other half is burnt.
interface IVerifierHub {
    event Joined(address indexed verifier, uint256 bond);
    event Leaving(address indexed verifier, uint256 readyAt);
    event Left(address indexed verifier, address indexed to, uint256 bond);
    event Replayed(
        bytes32 indexed requestHash, address indexed verifier, uint256 indexed index, Replay replay, string uri
    );
    event Refuted(bytes32 indexed requestHash, address indexed verifier, uint256 indexed index, address by);

    /// @notice The bond is below the least, or the verifier is leaving.
    error NotBonded(address verifier);
    /// @notice Not before this time.
    error TooEarly(uint256 readyAt);
    /// @notice No such replay.
    error UnknownReplay(bytes32 requestHash, uint256 index);
    /// @notice These are not the replay's inputs.
    error WrongInputs(bytes32 given);
    /// @notice The model answers as the verifier said.
    error NotRefuted();
    /// @notice The receiver refused the ether.
    error NotSent(address to);

    /// @notice Adds to the caller's bond.
    function join() external payable;

    /// @notice Gives notice. Replays posted before can be refuted until the bond is taken back.
    function leave() external;

    /// @notice Takes the bond back 14 days after the notice.
    function takeBond(address payable to) external returns (uint256 amount);

    /// @notice Posts a replay for a request to the hub, and with it the hub's answer as of now. Bonded verifiers, as often as they like.
    function post(bytes32 requestHash, Replay calldata replay, string calldata uri) external returns (uint256 index);

    /// @notice Runs a replay's model on its inputs, here and now. The caller takes half of the bond if the answer differs from what was
    /// posted.
    function refute(bytes32 requestHash, uint256 index, IInference.Tensor[] calldata inputs) external;

    /// @notice A posted replay and who posted it.
    function replayOf(bytes32 requestHash, uint256 index)
        external
        view
        returns (address verifier, bool refuted, Replay memory replay);

    /// @notice Replays that count for a request, and how many of them passed.
    function countOf(bytes32 requestHash) external view returns (uint256 replays, uint256 passed);

    /// @notice A verifier's bond, and when it can be taken back (0: no notice was given).
    function bondOf(address verifier) external view returns (uint256 amount, uint256 readyAt);
}
