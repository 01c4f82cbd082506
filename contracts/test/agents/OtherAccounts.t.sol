// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";

/// @dev How the bootstraps of these accounts name a module.
struct Module {
    address module;
    bytes data;
}

interface IReferenceBootstrap {
    function initMSA(Module[] calldata, Module[] calldata, Module calldata, Module[] calldata) external;
}

interface INexusBootstrap {
    function initNexus(
        Module[] calldata validators,
        Module[] calldata executors,
        Module calldata hook,
        Module[] calldata fallbacks,
        address registry,
        address[] calldata attesters,
        uint8 threshold
    ) external;
}

interface IInitialized {
    function initializeAccount(bytes calldata data) external payable;
}

/// @dev The runner on accounts that others published: the reference implementation of ERC-7579 and Nexus, by their creation code.
contract OtherAccountsTest is AgentTest {
    function _code(string memory json, string memory name, bytes memory arguments) private returns (address made) {
        bytes memory code = bytes.concat(vm.parseJsonBytes(json, string.concat("$.", name)), arguments);
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        vm.assertTrue(made != address(0));
    }

    /// @dev An account behind a proxy whose constructor initialises it.
    function _account(string memory json, string memory name, address implementation, bytes memory start) private {
        address bootstrap = _code(json, string.concat(name, "Bootstrap"), "");
        bytes memory call = abi.encodeCall(IInitialized.initializeAccount, (abi.encode(bootstrap, start)));
        account = _code(json, string.concat(name, "Proxy"), abi.encode(implementation, call));
        cash.mint(account, 1000e18);
        asset.mint(account, 1000e18);
    }

    function _modules(address module, bytes memory data) private pure returns (Module[] memory list) {
        list = new Module[](1);
        list[0] = Module(module, data);
    }

    /// @dev What holds on AgentAccount holds here: executed, refused, approvals reset, the account asks the model, reinstalling
    /// and uninstalling.
    function _serves() private {
        vm.assertTrue(IERC7579ModuleConfig(account).isModuleInstalled(2, Predeploys.AGENT_RUNNER, ""));
        vm.assertEq(POLICY.ownerOf(account), owner);
        _assertExecuted(_swap(10e18, 10e18));
        vm.assertEq(cash.balanceOf(account), 990e18);
        vm.assertEq(cash.allowance(account, address(venue)), 0);
        vm.assertEq(inference.asker(), account);
        _assertRefused(_pay(address(1), 1), "arguments");
        _assertRefused(_swap(10e18, 9.9e18 - 1), "price");
        _assertRefused(_pay(PAYEE, 51e18), "loss");
        _assertRefused(_action(account, hex"12345678"), "privileged");
        _assertRefused(_action(Predeploys.AGENT_RUNNER, hex"12345678"), "privileged");
        _assertExecuted(_pay(PAYEE, 40e18));
        vm.assertEq(cash.balanceOf(PAYEE), 40e18);
        uint256 booking = _book(_pay(PAYEE, 1));
        vm.prank(Predeploys.AGENT_RUNNER);
        POLICY.revoke(account);
        vm.recordLogs();
        vm.prank(Predeploys.SCHEDULER);
        RUNNER.run(booking);
        (bytes32 rule,) = _reason();
        vm.assertEq(rule, "booking");
    }

    function test_runner_servesTheReferenceAccount() public {
        string memory json = vm.readFile("./test/vectors/accounts.json");
        Module memory none;
        bytes memory start = abi.encodeCall(
            IReferenceBootstrap.initMSA,
            (
                _modules(Predeploys.AGENT_VALIDATOR, ""),
                _modules(Predeploys.AGENT_RUNNER, abi.encode(owner, _terms(), _rules())),
                none,
                new Module[](0)
            )
        );
        _account(json, "reference", _code(json, "reference", ""), start);
        _serves();
    }

    function test_runner_servesNexus() public {
        string memory json = vm.readFile("./test/vectors/accounts.json");
        Module memory none;
        bytes memory start = abi.encodeCall(
            INexusBootstrap.initNexus,
            (
                _modules(Predeploys.AGENT_VALIDATOR, ""),
                _modules(Predeploys.AGENT_RUNNER, abi.encode(owner, _terms(), _rules())),
                none,
                new Module[](0),
                address(0),
                new address[](0),
                0
            )
        );
        _account(json, "nexus", _code(json, "nexus", abi.encode(Predeploys.ENTRY_POINT)), start);
        _serves();
    }
}
