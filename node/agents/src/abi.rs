//! Functions that tools call beside those in `praxis_contracts`.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    /// What the runner tells of accounts, and how it enters `RuleChecks` for one action, as a tracer sees it.
    #[derive(Debug, PartialEq, Eq)]
    interface IRunnerInside {
        struct Frame {
            address account;
            uint32 epoch;
            address terms;
            address rule;
            uint256 floor;
            uint256[] prices;
            uint256[] balances;
            uint256[] counted;
        }
        struct Approval {
            address token;
            uint256 amount;
        }
        struct Action {
            address target;
            uint256 value;
            uint256 gas;
            bytes data;
            Approval[] approvals;
        }
        function act(Frame memory frame, bytes memory outputs, Action memory action)
            external
            returns (uint256[] memory balances, uint256[] memory counted);
        function accountOf(address account) external view returns (uint256 units, uint256 mark);
        function countedOf(address account, address token) external view returns (uint256);
    }

    /// ERC-7579's way of the owner.
    #[derive(Debug, PartialEq, Eq)]
    interface IOwnersAccount {
        function execute(bytes32 mode, bytes calldata executionCalldata) external payable;
    }

    /// A price per 10^18 smallest units.
    #[derive(Debug, PartialEq, Eq)]
    interface IValuer {
        function price() external view returns (uint256);
    }

    /// The part of ERC-20 that tools use.
    #[derive(Debug, PartialEq, Eq)]
    interface IErc20 {
        function balanceOf(address account) external view returns (uint256);
        function transfer(address to, uint256 amount) external returns (bool);
    }

    /// The part of ERC-721 that tools use.
    #[derive(Debug, PartialEq, Eq)]
    interface IErc721 {
        function ownerOf(uint256 id) external view returns (address);
        function tokenURI(uint256 id) external view returns (string memory);
    }
}
