// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title One side of the bridge for ether and ERC-20 tokens
/// @notice ABI and events are those of the OP Stack's StandardBridge. The two bridges talk through portal and message passer
/// directly, without a messenger between: what a messenger's replays are for, a delivery that fails, each side settles
/// itself, so a transfer is never lost between the chains.
/// A token that is native here is held in escrow, per pair with its counterpart; a token that this bridge mints is burnt.
interface IStandardBridge {
    /// @notice Ether set out.
    event ETHBridgeInitiated(address indexed from, address indexed to, uint256 amount, bytes extraData);
    /// @notice Ether arrived.
    event ETHBridgeFinalized(address indexed from, address indexed to, uint256 amount, bytes extraData);
    /// @notice Tokens set out.
    event ERC20BridgeInitiated(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );
    /// @notice Tokens arrived.
    event ERC20BridgeFinalized(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );

    /// @notice Only the bridge on the other side may do this.
    error NotOtherBridge(address caller);
    /// @notice Only this contract itself may do this.
    error NotSelf(address caller);
    /// @notice A contract names a receiver: its own address on the other side may be somebody else's.
    error ReceiverNeeded();
    /// @notice There is something to transfer and somebody to get it.
    error NothingToBridge();
    /// @notice The ether sent is not the amount.
    error WrongValue(uint256 value, uint256 amount);
    /// @notice The token is another one's counterpart, or another bridge's.
    error WrongPair(address localToken, address remoteToken);
    /// @notice The receiver refused the ether.
    error EtherRefused(address to);
    /// @notice Too little gas to deliver and to settle a failure.
    error NotEnoughGas();

    /// @notice Semantic version of this contract.
    function version() external view returns (string memory);
    /// @notice The bridge on the other side.
    function otherBridge() external view returns (address);
    /// @notice What is held of a token for its counterpart.
    function deposits(address localToken, address remoteToken) external view returns (uint256);

    /// @notice Sends `msg.value` to the sender's address on the other side.
    /// @param minGasLimit Gas for the receiver there.
    /// @param extraData Goes into the events.
    function bridgeETH(uint32 minGasLimit, bytes calldata extraData) external payable;
    /// @notice Sends `msg.value` to an address on the other side.
    function bridgeETHTo(address to, uint32 minGasLimit, bytes calldata extraData) external payable;
    /// @notice Sends tokens to the sender's address on the other side.
    function bridgeERC20(
        address localToken,
        address remoteToken,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) external;
    /// @notice Sends tokens to an address on the other side.
    function bridgeERC20To(
        address localToken,
        address remoteToken,
        address to,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) external;
    /// @notice Delivers ether; other bridge only.
    function finalizeBridgeETH(address from, address to, uint256 amount, bytes calldata extraData) external payable;
    /// @notice Delivers tokens; other bridge only.
    function finalizeBridgeERC20(
        address localToken,
        address remoteToken,
        address from,
        address to,
        uint256 amount,
        bytes calldata extraData
    ) external;
    /// @notice Pays out ether or tokens (zero addresses mean ether); this contract only, so that a failure undoes itself.
    function deliver(address localToken, address remoteToken, address to, uint256 amount) external;
}
