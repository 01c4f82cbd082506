// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Predeploys} from "../libraries/Predeploys.sol";

/// @title The second address of an ERC-8004 registry
/// @notice The registries stand where they stand on other chains, for the tools that know them there; this serves the addresses in this
/// chain's own range. It hands on each call with its sender at the end, and returns what comes back.
contract RegistryForwarder {
    /// @notice No ether passes here.
    error NotPayable();

    fallback() external payable {
        if (msg.value != 0) revert NotPayable();
        address to =
            address(this) == Predeploys.AGENT_REGISTRY ? Predeploys.ERC8004_IDENTITY : Predeploys.ERC8004_REPUTATION;
        (bool ok, bytes memory answer) = to.call(bytes.concat(msg.data, bytes20(msg.sender)));
        assembly ("memory-safe") {
            if iszero(ok) { revert(add(answer, 32), mload(answer)) }
            return(add(answer, 32), mload(answer))
        }
    }
}
