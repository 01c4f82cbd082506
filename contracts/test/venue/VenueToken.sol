// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token of 18 decimals that its deployer mints
contract VenueToken is ERC20 {
    address public immutable minter;

    error NotMinter(address caller);

    constructor(string memory name_) ERC20(name_, name_) {
        minter = msg.sender;
    }

    function mint(address[] calldata to, uint256 amount) external {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        for (uint256 i = 0; i < to.length; ++i) {
            _mint(to[i], amount);
        }
    }
}
