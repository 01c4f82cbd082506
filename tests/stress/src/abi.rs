//! What the run calls of the venue. Solidity is the source: `contracts/test/venue` and Uniswap v2.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    interface IFactory {
        function createPair(address tokenA, address tokenB) external returns (address pair);
        function getPair(address tokenA, address tokenB) external view returns (address pair);
    }

    interface IRouter {
        function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline) external returns (uint256[] memory);
        function addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256, uint256);
        function removeLiquidity(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) external returns (uint256, uint256);
    }

    interface IPair {
        function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 time);
    }

    #[derive(Debug)]
    interface IToken {
        function mint(address[] calldata to, uint256 amount) external;
        function approve(address spender, uint256 amount) external returns (bool);
        function transfer(address to, uint256 amount) external returns (bool);
        function transferFrom(address from, address to, uint256 amount) external returns (bool);
        function balanceOf(address of) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        event Transfer(address indexed from, address indexed to, uint256 value);
    }

    interface IFeed {
        function push(int192 answer) external;
    }

    interface IAverage {
        function observe() external;
    }

    /// The layout of `Venue` in `contracts/test/venue/VenueStrategy.sol`.
    struct VenueParts {
        bytes32 model;
        address feed;
        address router;
        address stock;
        address cash;
        address pair;
    }
}
