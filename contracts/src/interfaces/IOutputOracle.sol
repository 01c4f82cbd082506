// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The proposer's claims about L2 states
/// @notice A claim is an output root at an L2 block. Claims come from one proposer, at rising block numbers, and each names
/// a recent L1 block by its hash: if L1 drops that block in a reorg, the claim can't land on the new branch.
interface IOutputOracle {
    /// @param outputRoot The claimed output root.
    /// @param l2BlockNumber The L2 block whose state is claimed.
    /// @param l1BlockNumber L1 block of the claim.
    /// @param timestamp L1 timestamp of the claim, seconds.
    struct Output {
        bytes32 outputRoot;
        uint64 l2BlockNumber;
        uint64 l1BlockNumber;
        uint64 timestamp;
    }

    /// @notice A state was claimed.
    /// @param index Position in the list of claims.
    /// @param l2BlockNumber The L2 block whose state is claimed.
    /// @param outputRoot The claimed output root.
    /// @param l1BlockNumber L1 block of the claim.
    /// @param timestamp L1 timestamp of the claim, seconds.
    event OutputProposed(
        uint256 indexed index,
        uint256 indexed l2BlockNumber,
        bytes32 outputRoot,
        uint256 l1BlockNumber,
        uint256 timestamp
    );

    /// @notice A proposer is needed.
    error ZeroProposer();

    /// @notice The least distance between claims is 1 to `maximum` L2 blocks.
    error IntervalOutOfRange(uint256 interval, uint256 maximum);

    /// @notice Only the proposer claims.
    error NotProposer(address caller);

    /// @notice An output root is never zero.
    error ZeroOutputRoot();

    /// @notice The next claim is at `earliest` or a later block.
    error BlockTooEarly(uint256 l2BlockNumber, uint256 earliest);

    /// @notice The block number does not fit 64 bits.
    error BlockOutOfRange(uint256 l2BlockNumber);

    /// @notice The L1 block is not on this branch, or more than 256 blocks old (then `found` is zero).
    error L1BlockMismatch(uint256 l1BlockNumber, bytes32 expected, bytes32 found);

    /// @notice There are `count` claims.
    error UnknownOutput(uint256 index, uint256 count);

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);

    /// @notice Who claims.
    function proposer() external view returns (address);

    /// @notice Chain id of the L2 that the claims are about.
    function l2ChainId() external view returns (uint256);

    /// @notice Least distance between two claims, in L2 blocks.
    function submissionInterval() external view returns (uint256);

    /// @notice How many claims there are.
    function outputCount() external view returns (uint256);

    /// @notice A claim by its position.
    function getOutput(uint256 index) external view returns (Output memory);

    /// @notice The L2 block of the latest claim, 0 when there is none.
    function latestBlockNumber() external view returns (uint256);

    /// @notice The first L2 block that the next claim may be about.
    function nextBlockNumber() external view returns (uint256);

    /// @notice Claims a state; proposer only.
    /// @param outputRoot The output root.
    /// @param l2BlockNumber The L2 block whose state is claimed.
    /// @param l1BlockHash Hash of an L1 block from which the claimed block was derived, or of a later one.
    /// @param l1BlockNumber That L1 block's number, at most 256 blocks back.
    /// @return index Position in the list of claims.
    function propose(bytes32 outputRoot, uint256 l2BlockNumber, bytes32 l1BlockHash, uint256 l1BlockNumber)
        external
        returns (uint256 index);
}
