// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {OptimismMintableERC20} from "./OptimismMintableERC20.sol";

/// @title Makes counterparts of the other side's tokens
/// @notice ABI and event of the OP Stack's contract of this name. The same on both sides.
contract OptimismMintableERC20Factory is Initializable {
    /// @notice A counterpart was made.
    event OptimismMintableERC20Created(address indexed localToken, address indexed remoteToken, address deployer);

    /// @notice A counterpart needs a token.
    error ZeroRemoteToken();

    /// @notice Semantic version of this contract.
    string public constant version = "1.0.0";

    /// @notice Who mints and burns what this contract makes.
    /// @dev Slot 0: genesis writes it on L2.
    address public bridge;

    /// @notice The other side's token of a counterpart that was made here.
    mapping(address localToken => address remoteToken) public deployments;

    /// @notice Sets the bridge, once.
    function initialize(address bridge_) external initializer {
        if (bridge == address(0)) bridge = bridge_;
    }

    /// @notice Makes a counterpart with 18 decimals.
    function createOptimismMintableERC20(address remoteToken, string calldata name, string calldata symbol)
        external
        returns (address)
    {
        return createOptimismMintableERC20WithDecimals(remoteToken, name, symbol, 18);
    }

    /// @notice Makes a counterpart. The same arguments by the same caller make it once.
    function createOptimismMintableERC20WithDecimals(
        address remoteToken,
        string calldata name,
        string calldata symbol,
        uint8 decimals
    ) public returns (address localToken) {
        if (remoteToken == address(0)) revert ZeroRemoteToken();
        bytes32 salt = keccak256(abi.encode(remoteToken, name, symbol, decimals, msg.sender));
        localToken = address(new OptimismMintableERC20{salt: salt}(bridge, remoteToken, name, symbol, decimals));
        deployments[localToken] = remoteToken;
        emit OptimismMintableERC20Created(localToken, remoteToken, msg.sender);
    }
}
