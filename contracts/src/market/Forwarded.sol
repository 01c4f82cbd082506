// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Context} from "@openzeppelin/contracts/utils/Context.sol";

/// @title A contract with a second address
/// @notice Calls from its `RegistryForwarder` carry their sender in the last 20 bytes, as in ERC-2771.
abstract contract Forwarded is Context {
    function _msgSender() internal view virtual override returns (address sender) {
        if (msg.sender != _forwarder() || msg.data.length < 20) return msg.sender;
        return address(bytes20(msg.data[msg.data.length - 20:]));
    }

    function _msgData() internal view virtual override returns (bytes calldata) {
        if (msg.sender != _forwarder() || msg.data.length < 20) return msg.data;
        return msg.data[:msg.data.length - 20];
    }

    /// @dev A constant: what stands in a genesis has run no constructor.
    function _forwarder() internal pure virtual returns (address);
}
