// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {IOptimismMintableERC20} from "./interfaces/IOptimismMintableERC20.sol";
import {IStandardBridge} from "./interfaces/IStandardBridge.sol";

/// @title What both sides of the bridge share
abstract contract StandardBridge is IStandardBridge, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Gas kept back from a delivery, enough to settle its failure.
    uint256 internal constant FAILURE_GAS = 150_000;
    /// @dev What finalising costs around the receiver's gas: tokens of any make, and the gas kept back.
    uint32 internal constant DELIVERY_GAS = 400_000;

    /// @inheritdoc IStandardBridge
    string public constant version = "1.0.0";

    /// @inheritdoc IStandardBridge
    /// @dev Slot 0: genesis writes it on L2.
    address public otherBridge;
    /// @inheritdoc IStandardBridge
    mapping(address localToken => mapping(address remoteToken => uint256)) public deposits;

    modifier onlyOtherBridge() {
        if (!_isOtherBridge()) revert NotOtherBridge(msg.sender);
        _;
    }

    /// @notice Plain ether goes to the sender's address on the other side.
    receive() external payable {
        _bridgeETH(_senderAsReceiver(), 0, "");
    }

    /// @inheritdoc IStandardBridge
    function bridgeETH(uint32 minGasLimit, bytes calldata extraData) external payable {
        _bridgeETH(_senderAsReceiver(), minGasLimit, extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeETHTo(address to, uint32 minGasLimit, bytes calldata extraData) external payable {
        _bridgeETH(to, minGasLimit, extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeERC20(
        address localToken,
        address remoteToken,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) external {
        _bridgeERC20(localToken, remoteToken, _senderAsReceiver(), amount, minGasLimit, extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeERC20To(
        address localToken,
        address remoteToken,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) external {
        _bridgeERC20(localToken, remoteToken, to, amount, minGasLimit, extraData);
    }

    /// @inheritdoc IStandardBridge
    function finalizeBridgeETH(address from, address to, uint256 amount, bytes calldata extraData)
        external
        payable
        onlyOtherBridge
        nonReentrant
    {
        if (msg.value != amount) revert WrongValue(msg.value, amount);
        if (_tryDeliver(address(0), address(0), to, amount)) emit ETHBridgeFinalized(from, to, amount, extraData);
        else _undelivered(address(0), address(0), from, to, amount);
    }

    /// @inheritdoc IStandardBridge
    function finalizeBridgeERC20(
        address localToken,
        address remoteToken,
        address from,
        address to,
        uint256 amount,
        bytes calldata extraData
    ) external onlyOtherBridge nonReentrant {
        if (_tryDeliver(localToken, remoteToken, to, amount)) {
            emit ERC20BridgeFinalized(localToken, remoteToken, from, to, amount, extraData);
        } else {
            _undelivered(localToken, remoteToken, from, to, amount);
        }
    }

    /// @inheritdoc IStandardBridge
    function deliver(address localToken, address remoteToken, address to, uint256 amount) external {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        if (localToken == address(0)) {
            (bool paid,) = to.call{value: amount}("");
            if (!paid) revert EtherRefused(to);
        } else if (_isMintable(localToken)) {
            _checkPair(localToken, remoteToken);
            IOptimismMintableERC20(localToken).mint(to, amount);
        } else {
            deposits[localToken][remoteToken] -= amount;
            IERC20(localToken).safeTransfer(to, amount);
        }
    }

    /// @dev Sends a message, and ether with it, to the other bridge.
    function _send(uint256 value, uint32 minGasLimit, bytes memory message) internal virtual;

    /// @dev Whether the caller speaks for the other bridge.
    function _isOtherBridge() internal view virtual returns (bool);

    /// @dev Settles a delivery that failed.
    function _undelivered(address localToken, address remoteToken, address from, address to, uint256 amount)
        internal
        virtual;

    /// @dev Delivers as a whole or not at all.
    function _tryDeliver(address localToken, address remoteToken, address to, uint256 amount) internal returns (bool) {
        uint256 left = gasleft();
        if (left <= FAILURE_GAS) revert NotEnoughGas();
        try this.deliver{gas: left - FAILURE_GAS}(localToken, remoteToken, to, amount) {
            return true;
        } catch {
            return false;
        }
    }

    function _messageETH(address from, address to, uint256 amount, bytes memory extraData)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IStandardBridge.finalizeBridgeETH, (from, to, amount, extraData));
    }

    /// @dev Tokens change places: what is local here is remote there.
    function _messageERC20(
        address localToken,
        address remoteToken,
        address from,
        address to,
        uint256 amount,
        bytes memory extraData
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IStandardBridge.finalizeBridgeERC20, (remoteToken, localToken, from, to, amount, extraData)
        );
    }

    function _bridgeETH(address to, uint32 minGasLimit, bytes memory extraData) private nonReentrant {
        if (msg.value == 0 || to == address(0)) revert NothingToBridge();
        emit ETHBridgeInitiated(msg.sender, to, msg.value, extraData);
        _send(msg.value, minGasLimit, _messageETH(msg.sender, to, msg.value, extraData));
    }

    function _bridgeERC20(
        address localToken,
        address remoteToken,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) private nonReentrant {
        // A zero address would mean ether on the other side.
        if (amount == 0 || to == address(0) || localToken == address(0) || remoteToken == address(0)) {
            revert NothingToBridge();
        }
        amount = _take(localToken, remoteToken, amount);
        emit ERC20BridgeInitiated(localToken, remoteToken, msg.sender, to, amount, extraData);
        _send(0, minGasLimit, _messageERC20(localToken, remoteToken, msg.sender, to, amount, extraData));
    }

    /// @dev What was taken: a token may keep a fee.
    function _take(address localToken, address remoteToken, uint256 amount) private returns (uint256 taken) {
        if (_isMintable(localToken)) {
            _checkPair(localToken, remoteToken);
            IOptimismMintableERC20(localToken).burn(msg.sender, amount);
            return amount;
        }
        IERC20 token = IERC20(localToken);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        taken = token.balanceOf(address(this)) - before;
        if (taken == 0) revert NothingToBridge();
        deposits[localToken][remoteToken] += taken;
    }

    function _checkPair(address localToken, address remoteToken) private {
        IOptimismMintableERC20 token = IOptimismMintableERC20(localToken);
        if (token.remoteToken() != remoteToken || token.bridge() != address(this)) {
            revert WrongPair(localToken, remoteToken);
        }
    }

    function _isMintable(address token) private view returns (bool) {
        return ERC165Checker.supportsInterface(token, type(IOptimismMintableERC20).interfaceId);
    }

    function _senderAsReceiver() private view returns (address) {
        if (msg.sender != tx.origin) revert ReceiverNeeded();
        return msg.sender;
    }
}
