// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title What a predeploy stands behind
/// @dev OpenZeppelin's transparent proxy with its admin at a fixed address: the code is the same at each predeploy, and
/// genesis writes the slots of ERC-1967. It has no function of its own, so no selector can clash; the admin reaches the
/// upgrade and nothing else, everybody else reaches the implementation and nothing else.
contract PredeployProxy is Proxy {
    /// @notice The admin can do nothing but upgrade.
    error ProxyDeniedAdminAccess();

    function _fallback() internal override {
        if (msg.sender != Predeploys.PROXY_ADMIN) return super._fallback();
        if (msg.sig != ITransparentUpgradeableProxy.upgradeToAndCall.selector) revert ProxyDeniedAdminAccess();
        (address implementation, bytes memory data) = abi.decode(msg.data[4:], (address, bytes));
        ERC1967Utils.upgradeToAndCall(implementation, data);
    }

    function _implementation() internal view override returns (address) {
        return ERC1967Utils.getImplementation();
    }
}
