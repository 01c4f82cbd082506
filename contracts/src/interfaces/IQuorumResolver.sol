// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../libraries/GameTypes.sol";
import {IOutputGame} from "./IOutputGame.sol";
import {IResolver} from "./IResolver.sol";
import {IVerifierRegistry} from "./IVerifierRegistry.sol";

/// @title More than two thirds of the bonded verifiers say whether a claim is right
/// @notice This is trust: two thirds of the stake could uphold a false claim. Whose stake counts is fixed when the claim is
/// made, one second before it; a slashed verifier's counts against, as if it were silent.
interface IQuorumResolver is IResolver {
    /// @param verdict What was said.
    /// @param root The output root that the quorum computed.
    /// @param signers Who said it.
    struct Decision {
        Verdict verdict;
        bytes32 root;
        uint32[] signers;
    }

    /// @notice A quorum judged a contested claim.
    event Decided(IOutputGame indexed game, Verdict verdict, bytes32 root, uint256 weight, uint256 total);
    /// @notice A quorum has replayed what a claim says: fast finality for those who trust it. Withdrawals don't.
    event Attested(
        IOutputGame indexed game, uint256 indexed l2BlockNumber, bytes32 root, uint256 weight, uint256 total
    );
    /// @notice Contesting costs this from now on, wei.
    event ContestBondSet(uint256 bond);
    /// @notice The pot for attestations holds this, wei.
    event PotFilled(address indexed from, uint256 pot);

    /// @notice The claim is not one of the factory's that this contract judges.
    error NotOurClaim(IOutputGame game);
    /// @notice Nobody contests the claim, or its time for a verdict is over.
    error NotOpen(IOutputGame game);
    /// @notice This was said before.
    error AlreadyDecided(IOutputGame game);
    /// @notice Signers rise from one to the next.
    error SignersNotAscending();
    /// @notice A slashed verifier's signature doesn't count.
    error SignerSlashed(uint32 index);
    /// @notice The verifier was none when the claim was made.
    error SignerWithoutWeight(uint32 index);
    /// @notice More than two thirds of `total` is needed.
    error NoQuorum(uint256 weight, uint256 total);
    /// @notice The signature is not that of these signers over this root.
    error BadSignature();

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice Keys and stakes.
    function registry() external view returns (IVerifierRegistry);
    /// @notice What contesting costs after a verdict, wei.
    function baseBond() external view returns (uint256);
    /// @notice How often it may double.
    function maxDoublings() external view returns (uint256);
    /// @notice Claims that ended without a verdict since the last one with.
    function voidsInARow() external view returns (uint256);
    /// @notice What a quorum said about a claim.
    function decision(IOutputGame game) external view returns (Decision memory);
    /// @notice Whether a quorum attested a claim.
    function attested(IOutputGame game) external view returns (bool);
    /// @notice What an attestation earns its signers, wei, while the pot lasts.
    function attestationReward() external view returns (uint256);
    /// @notice Least distance between L2 blocks whose attestations are paid for.
    function attestationInterval() external view returns (uint256);
    /// @notice What is left for attestations, wei.
    function pot() external view returns (uint256);

    /// @notice Judges a contested claim.
    /// @param game The claim.
    /// @param root The output root that the signers computed for its L2 block; zero when the block doesn't follow from its
    /// L1 head. The claim is upheld if it is the claimed one.
    /// @param signers Their indices, rising.
    /// @param signature Sum of their signatures over the vote.
    function decide(IOutputGame game, bytes32 root, uint32[] calldata signers, bytes calldata signature) external;

    /// @notice Records that a quorum computed the root which a claim has. Once per claim; pays from the pot.
    function attest(IOutputGame game, uint32[] calldata signers, bytes calldata signature) external;

    /// @notice Adds to the pot for attestations.
    function fillPot() external payable;
}
