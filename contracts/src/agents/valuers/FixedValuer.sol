// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IValuer} from "../../interfaces/agents/IValuer.sol";

/// @title The unit of account itself
contract FixedValuer is IValuer {
    /// @inheritdoc IValuer
    uint256 public immutable price;

    /// @param tokenDecimals At most 18: one token is worth one unit.
    constructor(uint8 tokenDecimals) {
        price = 10 ** (36 - uint256(tokenDecimals));
    }
}
