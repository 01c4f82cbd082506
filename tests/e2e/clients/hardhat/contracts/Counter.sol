// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the client test deploys
contract Counter {
    event Counted(address indexed by, uint256 value);

    error TooMuch(uint256 given, uint256 most);

    uint256 public value;

    function add(uint256 amount) external {
        if (amount > 10) revert TooMuch(amount, 10);
        value += amount;
        emit Counted(msg.sender, value);
    }
}
