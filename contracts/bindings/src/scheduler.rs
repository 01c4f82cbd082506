//! `sol!` types of the Scheduler. Documentation stands in `contracts/src/interfaces/IScheduler.sol`.

#![allow(missing_docs, clippy::too_many_arguments)]

use alloy_sol_types::sol;

sol! {
    /// What makes a booking's call due.
    #[derive(Debug, PartialEq, Eq)]
    enum Trigger {
        Time,
        Block,
        Predicate
    }

    /// A call to be made later.
    #[derive(Debug, PartialEq, Eq)]
    struct Plan {
        Trigger trigger;
        uint64 start;
        uint64 interval;
        uint32 count;
        uint32 ttl;
        uint32 jitter;
        uint32 gasLimit;
        uint128 maxPrice;
        bool inForced;
        address target;
        bytes data;
        address asked;
        bytes question;
        uint32 questionGas;
    }

    /// Where a booking stands.
    #[derive(Debug, PartialEq, Eq)]
    enum Stage {
        None,
        Waiting,
        Running,
        Done,
        Cancelled
    }

    /// What happened to a booking last.
    #[derive(Debug, PartialEq, Eq)]
    enum Reason {
        None,
        Ran,
        Reverted,
        Price,
        Expired,
        Balance,
        Policy,
        NotYet,
        TooLarge,
        Empty,
        Revoked,
        Cancelled
    }

    /// A call that the state transition makes now; id 0: none.
    #[derive(Debug, PartialEq, Eq)]
    struct Due {
        uint64 id;
        address target;
        uint64 gasLimit;
        uint256 price;
        bytes data;
    }

    /// What `status` tells.
    #[derive(Debug, PartialEq, Eq)]
    struct Status {
        Stage stage;
        Reason reason;
        uint64 next;
        uint32 ran;
        uint32 failed;
        uint32 missed;
        uint256 balance;
        uint256 runway;
    }

    /// Calls that the chain makes by itself.
    #[sol(abi)]
    #[derive(Debug, PartialEq, Eq)]
    interface IScheduler {
        event Booked(uint64 indexed id, address indexed owner, address indexed account, Plan plan);
        event Funded(uint64 indexed id, address indexed from, uint256 amount);
        event Withdrawn(uint64 indexed id, address indexed to, uint256 amount);
        event Cancelled(uint64 indexed id);
        event Swept(uint256 amount);
        event Ran(
            uint64 indexed id, uint64 indexed occurrence, bool success, uint256 gasUsed, uint256 price, uint256 royalty
        );
        error BadPlan(bytes32 field);
        error PrivilegedTarget(address target);
        error NotOwner(address caller);
        error NotBooked(uint64 id);
        error NotCovered(uint256 balance);
        error NotSent(address to);
        error NotSystem(address caller);
        error OutOfTurn(uint64 running);
        error NotOpen();
        function book(Plan calldata plan) external payable returns (uint64 id);
        function bookRun(address account, uint256 booking, Plan calldata plan) external payable returns (uint64 id);
        function fund(uint64 id) external payable;
        function withdraw(uint64 id, uint256 amount, address payable to) external;
        function cancel(uint64 id) external;
        function sweep() external returns (uint256 amount);
        function next(uint64 budget) external returns (Due memory due);
        function settle(bool success, uint64 gasUsed, uint64 royaltyGas) external returns (uint256 royalty);
        function current() external view returns (uint64 id, address owner);
        function status(uint64 id) external view returns (Status memory);
        function planOf(uint64 id) external view returns (address owner, address account, Plan memory plan);
        function price() external view returns (uint256);
        function lookGas() external pure returns (uint256);
    }
}
