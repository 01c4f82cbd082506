// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IIdentityRegistry} from "../../src/interfaces/market/IIdentityRegistry.sol";
import {IReputationRegistry} from "../../src/interfaces/market/IReputationRegistry.sol";
import {IValidationRegistry} from "../../src/interfaces/market/IValidationRegistry.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {MarketTest} from "./MarketTest.sol";

contract RegistriesTest is MarketTest {
    address private constant CLIENT = address(0xc11e);

    function _give(address client, int128 value, uint8 decimals, string memory tag) private {
        vm.prank(client);
        REPUTATION.giveFeedback(agentId, value, decimals, tag, "", "", "ipfs://f", 0);
    }

    function _clients(address one, address two) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (one, two);
    }

    function test_register_countsFromZero() public {
        vm.assertEq(agentId, 0);
        vm.prank(CLIENT);
        vm.assertEq(IDENTITY.register(), 1);
        vm.assertEq(IERC721(address(IDENTITY)).ownerOf(1), CLIENT);
        vm.assertEq(IDENTITY.getAgentWallet(1), CLIENT);
        vm.assertEq(IDENTITY.getVersion(), "2.0.0");
    }

    function test_transfer_clearsTheWallet() public {
        vm.prank(AUTHOR);
        IERC721(address(IDENTITY)).transferFrom(AUTHOR, CLIENT, agentId);
        vm.assertEq(IDENTITY.getAgentWallet(agentId), address(0));
        vm.assertEq(IDENTITY.getMetadata(agentId, "agentWallet"), "");
    }

    function test_metadata_ownerOnlyAndNotTheWallet() public {
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotAuthorized.selector, address(this)));
        IDENTITY.setMetadata(agentId, "k", "v");
        vm.prank(AUTHOR);
        vm.expectRevert(IIdentityRegistry.ReservedKey.selector);
        IDENTITY.setMetadata(agentId, "agentWallet", "v");
        vm.prank(AUTHOR);
        IDENTITY.setMetadata(agentId, "k", "v");
        vm.assertEq(IDENTITY.getMetadata(agentId, "k"), "v");
    }

    function test_agentWallet_wantsItsSignature() public {
        (uint256 key, uint256 deadline) = (0x77, _now() + 4 minutes);
        address wallet = vm.addr(key);
        bytes32 content = keccak256(
            abi.encode(
                keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)"),
                agentId,
                wallet,
                AUTHOR,
                deadline
            )
        );
        (, bytes memory domain) = address(IDENTITY).staticcall(abi.encodeWithSignature("DOMAIN_SEPARATOR()"));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", abi.decode(domain, (bytes32)), content));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.BadWalletSignature.selector, CLIENT));
        IDENTITY.setAgentWallet(agentId, CLIENT, deadline, abi.encodePacked(r, s, v));
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.BadDeadline.selector, _now() + 6 minutes));
        IDENTITY.setAgentWallet(agentId, wallet, _now() + 6 minutes, abi.encodePacked(r, s, v));
        vm.prank(AUTHOR);
        IDENTITY.setAgentWallet(agentId, wallet, deadline, abi.encodePacked(r, s, v));
        vm.assertEq(IDENTITY.getAgentWallet(agentId), wallet);
        vm.prank(AUTHOR);
        IDENTITY.unsetAgentWallet(agentId);
        vm.assertEq(IDENTITY.getAgentWallet(agentId), address(0));
    }

    /// The address in this chain's range acts for whoever calls it, and for nobody else.
    function test_forwarder_keepsTheSender() public {
        vm.prank(CLIENT);
        uint256 id = IIdentityRegistry(Predeploys.AGENT_REGISTRY).register("ipfs://other");
        vm.assertEq(IERC721(address(IDENTITY)).ownerOf(id), CLIENT);
        vm.prank(CLIENT);
        IReputationRegistry(Predeploys.REPUTATION_REGISTRY).giveFeedback(agentId, 5, 0, "", "", "", "", 0);
        vm.assertEq(uint256(REPUTATION.getLastIndex(agentId, CLIENT)), 1);
        // A sender appended by anybody else is calldata like any other.
        (bool ok,) = address(IDENTITY)
            .call(bytes.concat(abi.encodeWithSignature("unsetAgentWallet(uint256)", agentId), bytes20(AUTHOR)));
        vm.assertFalse(ok);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.NotAuthorized.selector, address(this)));
        IIdentityRegistry(Predeploys.AGENT_REGISTRY).unsetAgentWallet(agentId);
    }

    function test_feedback_notByOwnerOrOperator() public {
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IReputationRegistry.SelfFeedback.selector, AUTHOR));
        REPUTATION.giveFeedback(agentId, 1, 0, "", "", "", "", 0);
        vm.prank(AUTHOR);
        IERC721(address(IDENTITY)).approve(CLIENT, agentId);
        vm.prank(CLIENT);
        vm.expectRevert(abi.encodeWithSelector(IReputationRegistry.SelfFeedback.selector, CLIENT));
        REPUTATION.giveFeedback(agentId, 1, 0, "", "", "", "", 0);
    }

    function test_feedback_bounds() public {
        vm.expectRevert(abi.encodeWithSelector(IReputationRegistry.BadValue.selector, int128(1), uint8(19)));
        REPUTATION.giveFeedback(agentId, 1, 19, "", "", "", "", 0);
        vm.expectRevert(abi.encodeWithSelector(IReputationRegistry.BadValue.selector, int128(1e38 + 1), uint8(0)));
        REPUTATION.giveFeedback(agentId, 1e38 + 1, 0, "", "", "", "", 0);
    }

    function test_summary_averagesByTagAndSkipsRevoked() public {
        _give(CLIENT, 9977, 2, "uptime");
        _give(CLIENT, 9900, 2, "uptime");
        _give(PAYEE, 100, 0, "uptime");
        _give(PAYEE, -5, 0, "yield");
        address[] memory clients = _clients(CLIENT, PAYEE);
        (uint64 count, int128 value, uint8 decimals) = REPUTATION.getSummary(agentId, clients, "uptime", "");
        vm.assertEq(uint256(count), 3);
        vm.assertEq(int256(value), 9959); // (99.77 + 99 + 100) / 3 = 99.59
        vm.assertEq(uint256(decimals), 2);
        vm.prank(CLIENT);
        REPUTATION.revokeFeedback(agentId, 1);
        (count, value,) = REPUTATION.getSummary(agentId, clients, "", "");
        vm.assertEq(uint256(count), 3);
        vm.assertEq(int256(value), 64); // (99 + 100 - 5) / 3
        vm.expectRevert(IReputationRegistry.NoClients.selector);
        REPUTATION.getSummary(agentId, new address[](0), "", "");
    }

    function test_readAllFeedback_filters() public {
        _give(CLIENT, 1, 0, "a");
        _give(CLIENT, 2, 0, "b");
        _give(PAYEE, 3, 0, "a");
        vm.prank(PAYEE);
        REPUTATION.revokeFeedback(agentId, 1);
        (address[] memory clients,, int128[] memory values,,,,) =
            REPUTATION.readAllFeedback(agentId, new address[](0), "a", "", false);
        vm.assertEq(clients.length, 1);
        vm.assertEq(int256(values[0]), 1);
        (clients,, values,,,,) = REPUTATION.readAllFeedback(agentId, new address[](0), "a", "", true);
        vm.assertEq(clients.length, 2);
        vm.assertEq(int256(values[1]), 3);
    }

    function test_responses_areCounted() public {
        _give(CLIENT, 1, 0, "a");
        vm.expectRevert(abi.encodeWithSelector(IReputationRegistry.NoFeedback.selector, uint64(2)));
        REPUTATION.appendResponse(agentId, CLIENT, 2, "ipfs://r", 0);
        REPUTATION.appendResponse(agentId, CLIENT, 1, "ipfs://r", 0);
        REPUTATION.appendResponse(agentId, CLIENT, 1, "ipfs://r", 0);
        vm.prank(PAYEE);
        REPUTATION.appendResponse(agentId, CLIENT, 1, "ipfs://r", 0);
        address[] memory none = new address[](0);
        vm.assertEq(uint256(REPUTATION.getResponseCount(agentId, address(0), 0, none)), 3);
        vm.assertEq(uint256(REPUTATION.getResponseCount(agentId, CLIENT, 1, _clients(PAYEE, AUTHOR))), 1);
    }

    function test_validation_askedValidatorAnswersAgainAndAgain() public {
        bytes32 request = keccak256("mine");
        vm.expectRevert(abi.encodeWithSelector(IValidationRegistry.NotAuthorized.selector, address(this)));
        VALIDATION.validationRequest(CLIENT, agentId, "", request);
        vm.prank(AUTHOR);
        VALIDATION.validationRequest(CLIENT, agentId, "", request);
        vm.prank(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IValidationRegistry.BadRequest.selector, request));
        VALIDATION.validationRequest(CLIENT, agentId, "", request);
        vm.expectRevert(abi.encodeWithSelector(IValidationRegistry.NotValidator.selector, address(this)));
        VALIDATION.validationResponse(request, 1, "", 0, "");
        for (uint8 response = 90; response > 69; response -= 20) {
            vm.prank(CLIENT);
            VALIDATION.validationResponse(request, response, "", 0, "x");
        }
        (uint64 count, uint8 average) = VALIDATION.getSummary(agentId, new address[](0), "x");
        vm.assertEq(uint256(count), 1);
        vm.assertEq(uint256(average), 70);
        vm.prank(CLIENT);
        vm.expectRevert(abi.encodeWithSelector(IValidationRegistry.BadResponse.selector, uint8(101)));
        VALIDATION.validationResponse(request, 101, "", 0, "");
    }
}
