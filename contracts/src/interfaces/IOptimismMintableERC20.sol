// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A token that a bridge mints and burns
/// @notice The OP Stack's interface of this name, with its ERC-165 id.
interface IOptimismMintableERC20 {
    /// @notice The counterpart on the other side.
    function remoteToken() external view returns (address);
    /// @notice Who mints and burns.
    function bridge() external returns (address);
    /// @notice Mints; bridge only.
    function mint(address to, uint256 amount) external;
    /// @notice Burns; bridge only.
    function burn(address from, uint256 amount) external;
}
