// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IOptimismMintableERC20} from "./interfaces/IOptimismMintableERC20.sol";

/// @title The counterpart of a token on the other side
contract OptimismMintableERC20 is ERC20, IOptimismMintableERC20, IERC165 {
    /// @notice The bridge minted.
    event Mint(address indexed account, uint256 amount);
    /// @notice The bridge burnt.
    event Burn(address indexed account, uint256 amount);

    /// @notice Only the bridge may do this.
    error NotBridge(address caller);

    /// @inheritdoc IOptimismMintableERC20
    address public immutable remoteToken;
    /// @inheritdoc IOptimismMintableERC20
    address public immutable bridge;
    uint8 private immutable _decimals;

    modifier onlyBridge() {
        if (msg.sender != bridge) revert NotBridge(msg.sender);
        _;
    }

    /// @param bridge_ Who mints and burns.
    /// @param remoteToken_ The token on the other side.
    constructor(address bridge_, address remoteToken_, string memory name_, string memory symbol_, uint8 decimals_)
        ERC20(name_, symbol_)
    {
        bridge = bridge_;
        remoteToken = remoteToken_;
        _decimals = decimals_;
    }

    /// @inheritdoc IOptimismMintableERC20
    function mint(address to, uint256 amount) external onlyBridge {
        _mint(to, amount);
        emit Mint(to, amount);
    }

    /// @inheritdoc IOptimismMintableERC20
    /// @dev Without an allowance: the bridge burns only what its caller sends.
    function burn(address from, uint256 amount) external onlyBridge {
        _burn(from, amount);
        emit Burn(from, amount);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IOptimismMintableERC20).interfaceId || id == type(IERC165).interfaceId;
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}
