// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Wrapped ether
/// @notice ERC-20 over ether one to one, with the ABI and events that the contract of this name has on other chains.
contract WETH9 {
    string public constant name = "Wrapped Ether";
    string public constant symbol = "WETH";
    uint8 public constant decimals = 18;

    /// @notice Wei held for an account.
    mapping(address account => uint256) public balanceOf;

    /// @notice What a spender may still take; the greatest number is never used up.
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice Ether came in.
    event Deposit(address indexed account, uint256 value);

    /// @notice Ether went out.
    event Withdrawal(address indexed account, uint256 value);

    /// @notice The account holds less.
    error InsufficientBalance(address account, uint256 balance, uint256 needed);

    /// @notice The spender may take less.
    error InsufficientAllowance(address spender, uint256 allowed, uint256 needed);

    /// @notice The account refused the ether.
    error EtherTransferFailed(address account, uint256 value);

    /// @notice Plain ether is a deposit.
    receive() external payable {
        deposit();
    }

    /// @notice Wraps the call's ether for the caller.
    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice Unwraps to the caller.
    function withdraw(uint256 value) external {
        _take(msg.sender, value);
        emit Withdrawal(msg.sender, value);
        (bool paid,) = msg.sender.call{value: value}("");
        if (!paid) revert EtherTransferFailed(msg.sender, value);
    }

    /// @notice All that is wrapped. Ether forced into this contract counts too, as on other chains.
    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    /// @notice Lets a spender take up to `value`.
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Pays from the caller.
    function transfer(address to, uint256 value) external returns (bool) {
        return _transfer(msg.sender, to, value);
    }

    /// @notice Pays from an account that allowed it.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (from != msg.sender && allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(msg.sender, allowed, value);
            allowance[from][msg.sender] = allowed - value;
        }
        return _transfer(from, to, value);
    }

    function _transfer(address from, address to, uint256 value) private returns (bool) {
        _take(from, value);
        balanceOf[to] += value;
        emit Transfer(from, to, value);
        return true;
    }

    function _take(address account, uint256 value) private {
        uint256 balance = balanceOf[account];
        if (balance < value) revert InsufficientBalance(account, balance, value);
        balanceOf[account] = balance - value;
    }
}
