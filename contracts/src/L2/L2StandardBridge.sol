// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {StandardBridge} from "../StandardBridge.sol";
import {IL2StandardBridge} from "../interfaces/IL2StandardBridge.sol";
import {IL2ToL1MessagePasser} from "../interfaces/IL2ToL1MessagePasser.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title The bridge's side on L2
/// @dev A predeploy: genesis writes `otherBridge`.
contract L2StandardBridge is StandardBridge, IL2StandardBridge {
    function _send(uint256 value, uint32 minGasLimit, bytes memory message) internal override {
        uint256 gasLimit = uint256(minGasLimit) + DELIVERY_GAS;
        IL2ToL1MessagePasser(Predeploys.L2_TO_L1_MESSAGE_PASSER).initiateWithdrawal{value: value}(
            otherBridge, gasLimit, message
        );
    }

    function _isOtherBridge() internal view override returns (bool) {
        return AddressAlias.toL1(msg.sender) == otherBridge;
    }

    function _undelivered(address localToken, address remoteToken, address from, address to, uint256 amount)
        internal
        override
    {
        emit Returned(localToken, remoteToken, from, to, amount);
        if (localToken == address(0)) _send(amount, 0, _messageETH(to, from, amount, ""));
        else _send(0, 0, _messageERC20(localToken, remoteToken, to, from, amount, ""));
    }
}
