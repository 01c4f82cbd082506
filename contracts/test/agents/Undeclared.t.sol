// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rule} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {AgentTest} from "./helpers/AgentTest.sol";
import {Token} from "./helpers/Mocks.sol";

/// @dev A token that the policy does not declare cannot be moved by any of the functions that move tokens, even where a rule lists them.
contract UndeclaredTest is AgentTest {
    bytes4[10] private _moves = [
        bytes4(keccak256("transfer(address,uint256)")),
        bytes4(keccak256("transferFrom(address,address,uint256)")),
        bytes4(keccak256("safeTransferFrom(address,address,uint256)")),
        bytes4(keccak256("safeTransferFrom(address,address,uint256,bytes)")),
        bytes4(keccak256("safeTransferFrom(address,address,uint256,uint256,bytes)")),
        bytes4(keccak256("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)")),
        bytes4(keccak256("transfer(address,uint256,uint256)")),
        bytes4(keccak256("transferFrom(address,address,uint256,uint256)")),
        bytes4(keccak256("transferAndCall(address,uint256)")),
        bytes4(keccak256("transferAndCall(address,uint256,bytes)"))
    ];

    function test_everyTransferFunction_ofAnUndeclaredToken_isRefused() public {
        Token other = Token(_mock("Token"));
        Rule[] memory rules = new Rule[](11);
        for (uint256 i = 0; i < 10; ++i) {
            rules[i] = _rule(address(other), _moves[i], 10_000);
        }
        rules[10] = _rule(address(other), Token.mint.selector, 10_000);
        account = _create(_terms(), rules);
        for (uint256 i = 0; i < 10; ++i) {
            _assertRefused(
                _action(address(other), abi.encodePacked(_moves[i], abi.encode(account, PAYEE, 1))), "undeclared"
            );
        }
        _assertExecuted(_action(address(other), abi.encodeCall(Token.mint, (PAYEE, 1))));
    }
}
