// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Outcome, Verdict} from "../libraries/GameTypes.sol";
import {IOutputGame} from "./IOutputGame.sol";

/// @title Who says whether a contested claim is right
/// @notice The one seam between a claim and the way in which it is judged: a quorum today, a proof tomorrow.
interface IResolver {
    /// @notice What contesting costs now, wei.
    function contestBond() external view returns (uint256);

    /// @notice What this resolver says about a claim. Once said, it stays.
    function verdict(IOutputGame game) external view returns (Verdict);

    /// @notice A contested claim tells how it ended and pays the resolver's share of the loser's bond. Claims only.
    function settled(Outcome outcome) external payable;
}
