// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {StandardBridge} from "../StandardBridge.sol";
import {IL1StandardBridge} from "../interfaces/IL1StandardBridge.sol";
import {IPortal} from "../interfaces/IPortal.sol";

/// @title The bridge's side on L1
/// @dev Stands behind a proxy whose admin the owner's timelock controls.
contract L1StandardBridge is StandardBridge, IL1StandardBridge, Initializable {
    /// @dev EIP-7623's floor on L2 for a byte of calldata.
    uint64 internal constant CALLDATA_GAS = 40;

    /// @inheritdoc IL1StandardBridge
    IPortal public portal;
    /// @inheritdoc IL1StandardBridge
    mapping(address localToken => mapping(address remoteToken => mapping(address owner => uint256))) public kept;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL1StandardBridge
    function initialize(IPortal portal_, address otherBridge_) external initializer {
        portal = portal_;
        otherBridge = otherBridge_;
    }

    /// @inheritdoc IL1StandardBridge
    function payKept(address localToken, address remoteToken, address owner, address recipient) external nonReentrant {
        if (msg.sender != owner && recipient != owner) revert NotOwner(msg.sender, owner);
        uint256 amount = _release(localToken, remoteToken, owner);
        emit KeptPaid(localToken, remoteToken, owner, recipient, amount);
        this.deliver(localToken, remoteToken, recipient, amount);
    }

    /// @inheritdoc IL1StandardBridge
    function returnKept(address localToken, address remoteToken, address l2Recipient, uint32 minGasLimit)
        external
        nonReentrant
    {
        uint256 amount = _release(localToken, remoteToken, msg.sender);
        emit KeptReturned(localToken, remoteToken, msg.sender, amount);
        if (localToken == address(0)) {
            _send(amount, minGasLimit, _messageETH(msg.sender, l2Recipient, amount, ""));
        } else {
            // Escrow and supply here are as they were before the failed delivery: only the message is missing.
            _send(0, minGasLimit, _messageERC20(localToken, remoteToken, msg.sender, l2Recipient, amount, ""));
        }
    }

    function _release(address localToken, address remoteToken, address owner) private returns (uint256 amount) {
        amount = kept[localToken][remoteToken][owner];
        if (amount == 0) revert NothingKept();
        kept[localToken][remoteToken][owner] = 0;
    }

    function _send(uint256 value, uint32 minGasLimit, bytes memory message) internal override {
        uint64 gasLimit = uint64(minGasLimit) + DELIVERY_GAS + uint64(message.length) * CALLDATA_GAS;
        portal.depositTransaction{value: value}(otherBridge, value, gasLimit, false, message);
    }

    function _isOtherBridge() internal view override returns (bool) {
        return msg.sender == address(portal) && portal.l2Sender() == otherBridge;
    }

    function _undelivered(address localToken, address remoteToken, address, address to, uint256 amount)
        internal
        override
    {
        kept[localToken][remoteToken][to] += amount;
        emit Kept(localToken, remoteToken, to, amount);
    }
}
