// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev How a claim stands, with the OP Stack's numbers.
enum GameStatus {
    IN_PROGRESS,
    CHALLENGER_WINS,
    DEFENDER_WINS
}

/// @dev What a resolver says about a contested claim.
enum Verdict {
    None,
    Upheld,
    Rejected
}

/// @dev How a contested claim ended.
enum Outcome {
    Upheld,
    Rejected,
    Void
}
