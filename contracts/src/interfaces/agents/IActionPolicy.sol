// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A rule about one call, with the ABI of smart sessions' action policies
/// @notice The runner asks by STATICCALL, so only policies that keep no state serve.
interface IActionPolicy {
    /// @param id Names the session; here keccak256(account, epoch, target, selector).
    /// @return ERC-4337 validation data: zero permits; a validity range permits within it.
    function checkAction(bytes32 id, address account, address target, uint256 value, bytes calldata data)
        external
        returns (uint256);
}
