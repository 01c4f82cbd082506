// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOutputOracle} from "../interfaces/IOutputOracle.sol";

/// @title The proposer's claims about L2 states
contract OutputOracle is IOutputOracle {
    /// @dev EIP-2935 on L2 reaches 8191 blocks back: a proof from a claim must reach the claim before it.
    uint256 internal constant MAX_INTERVAL = 8000;

    /// @inheritdoc IOutputOracle
    string public constant version = "1.0.0";

    /// @inheritdoc IOutputOracle
    address public immutable proposer;

    /// @inheritdoc IOutputOracle
    uint256 public immutable l2ChainId;

    /// @inheritdoc IOutputOracle
    uint256 public immutable submissionInterval;

    Output[] private _outputs;

    /// @param proposer_ Who claims.
    /// @param l2ChainId_ Chain id of the L2.
    /// @param submissionInterval_ Least distance between two claims, in L2 blocks.
    constructor(address proposer_, uint256 l2ChainId_, uint256 submissionInterval_) {
        if (proposer_ == address(0)) revert ZeroProposer();
        if (submissionInterval_ == 0 || submissionInterval_ > MAX_INTERVAL) {
            revert IntervalOutOfRange(submissionInterval_, MAX_INTERVAL);
        }
        proposer = proposer_;
        l2ChainId = l2ChainId_;
        submissionInterval = submissionInterval_;
    }

    /// @inheritdoc IOutputOracle
    function propose(bytes32 outputRoot, uint256 l2BlockNumber, bytes32 l1BlockHash, uint256 l1BlockNumber)
        external
        returns (uint256 index)
    {
        if (msg.sender != proposer) revert NotProposer(msg.sender);
        if (outputRoot == bytes32(0)) revert ZeroOutputRoot();
        if (l2BlockNumber > type(uint64).max) revert BlockOutOfRange(l2BlockNumber);
        uint256 earliest = nextBlockNumber();
        if (l2BlockNumber < earliest) revert BlockTooEarly(l2BlockNumber, earliest);
        bytes32 found = blockhash(l1BlockNumber);
        if (found == bytes32(0) || found != l1BlockHash) revert L1BlockMismatch(l1BlockNumber, l1BlockHash, found);

        index = _outputs.length;
        _outputs.push(Output(outputRoot, uint64(l2BlockNumber), uint64(block.number), uint64(block.timestamp)));
        emit OutputProposed(index, l2BlockNumber, outputRoot, block.number, block.timestamp);
    }

    /// @inheritdoc IOutputOracle
    function outputCount() external view returns (uint256) {
        return _outputs.length;
    }

    /// @inheritdoc IOutputOracle
    function getOutput(uint256 index) external view returns (Output memory) {
        uint256 count = _outputs.length;
        if (index >= count) revert UnknownOutput(index, count);
        return _outputs[index];
    }

    /// @inheritdoc IOutputOracle
    function nextBlockNumber() public view returns (uint256) {
        return latestBlockNumber() + submissionInterval;
    }

    /// @inheritdoc IOutputOracle
    function latestBlockNumber() public view returns (uint256) {
        uint256 count = _outputs.length;
        return count == 0 ? 0 : _outputs[count - 1].l2BlockNumber;
    }
}
