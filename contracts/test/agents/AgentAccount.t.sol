// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccountERC7579} from "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IEntryPointExtra} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IEntryPoint, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {
    IERC7579Execution,
    IERC7579ModuleConfig,
    IERC7579Validator
} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAgentAccount} from "../../src/interfaces/agents/IAgentAccount.sol";
import {IAgentAccountFactory} from "../../src/interfaces/agents/IAgentAccountFactory.sol";
import {IAgentRunner} from "../../src/interfaces/agents/IAgentRunner.sol";
import {Action} from "../../src/interfaces/agents/IStrategy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {AgentTest} from "./helpers/AgentTest.sol";

/// @dev Another ERC-7579 account, with nothing of ours in it.
contract PlainAccount is AccountERC7579 {
    function install(uint256 kind, address module, bytes calldata data) external {
        _installModule(kind, module, data);
    }
}

contract AgentAccountTest is AgentTest {
    IEntryPoint private constant ENTRY_POINT = IEntryPoint(Predeploys.ENTRY_POINT);
    IAgentAccountFactory private constant FACTORY = IAgentAccountFactory(Predeploys.AGENT_ACCOUNT_FACTORY);

    function setUp() public override {
        super.setUp();
        string memory json = vm.readFile("./artifacts/preinstalls.json");
        string[4] memory paths = ["$[0]", "$[1]", "$[2]", "$[3]"];
        for (uint256 i = 0; i < paths.length; ++i) {
            address installed = vm.parseJsonAddress(json, string.concat(paths[i], ".address"));
            vm.etch(installed, vm.parseJsonBytes(json, string.concat(paths[i], ".code")));
        }
        vm.deal(account, 10 ether);
    }

    function _single(address target, bytes memory data) private pure returns (bytes memory) {
        return abi.encodePacked(target, uint256(0), data);
    }

    function test_factory_addressIsKnownBefore_andMadeOnce() public {
        vm.assertEq(FACTORY.addressOf(owner, 0, _terms(), _rules()), account);
        vm.assertEq(FACTORY.createAccount(owner, 0, _terms(), _rules()), account);
        vm.assertTrue(FACTORY.addressOf(owner, bytes32(uint256(1)), _terms(), _rules()) != account);
        vm.assertTrue(FACTORY.addressOf(address(1), 0, _terms(), _rules()) != account);
        vm.assertEq(IAgentAccount(account).owner(), owner);
        vm.assertEq(POLICY.ownerOf(account), owner);
    }

    function test_initialize_bySomebodyElseOrTwice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAgentAccount.NotInitializer.selector, address(this)));
        IAgentAccount(account).initialize("");
        vm.expectRevert(abi.encodeWithSelector(IAgentAccount.AlreadyInitialized.selector));
        vm.prank(Predeploys.AGENT_ACCOUNT_FACTORY);
        IAgentAccount(account).initialize("");
    }

    function test_execute_ownerOnly() public {
        bytes memory transfer = _single(address(cash), abi.encodeCall(IERC20.transfer, (owner, 1000e18)));
        vm.expectRevert();
        IERC7579Execution(account).execute(0, transfer);
        vm.prank(owner);
        IERC7579Execution(account).execute(0, transfer);
        vm.assertEq(cash.balanceOf(owner), 1000e18);
    }

    function test_exit_worksPausedRevokedAndWithoutPrices() public {
        vm.startPrank(owner);
        POLICY.pause(account, 72 hours);
        POLICY.revoke(account);
        cashValuer.set(0);
        IERC7579Execution(account).execute(0, _single(address(cash), abi.encodeCall(IERC20.transfer, (owner, 1000e18))));
        vm.stopPrank();
        vm.assertEq(cash.balanceOf(owner), 1000e18);
    }

    function test_erc1271_ownerForThisAccountOnly() public {
        bytes32 hash = keccak256("order");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("AgentAccount"),
                keccak256("1"),
                block.chainid,
                account
            )
        );
        bytes32 nested = keccak256(
            abi.encodePacked(hex"1901", domain, keccak256(abi.encode(keccak256("PersonalSign(bytes prefixed)"), hash)))
        );
        vm.assertTrue(_valid(account, hash, _sign(OWNER_KEY, nested)));
        vm.assertTrue(!_valid(account, hash, _sign(OWNER_KEY, hash)));
        vm.assertTrue(!_valid(account, hash, _sign(AGENT_KEY, nested)));
        bytes memory routed = abi.encodePacked(Predeploys.AGENT_VALIDATOR, _sign(AGENT_KEY, hash));
        vm.assertTrue(!_valid(account, hash, routed));
    }

    function _valid(address signer, bytes32 hash, bytes memory signature) private view returns (bool) {
        return IERC1271(signer).isValidSignature(hash, signature) == IERC1271.isValidSignature.selector;
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _signedActions(Action memory action) private view returns (bytes memory) {
        Action[] memory actions = new Action[](1);
        actions[0] = action;
        bytes memory single = _single(Predeploys.AGENT_RUNNER, abi.encodeCall(IAgentRunner.runSigned, (actions)));
        return abi.encodeCall(IERC7579Execution.execute, (bytes32(0), single));
    }

    function _operation(bytes memory callData, uint256 key) private view returns (PackedUserOperation memory op) {
        op.sender = account;
        op.nonce = key == OWNER_KEY ? 0 : uint256(uint160(Predeploys.AGENT_VALIDATOR)) << 96;
        op.callData = callData;
        op.accountGasLimits = bytes32(uint256(1_000_000) << 128 | 3_000_000);
        op.preVerificationGas = 100_000;
        op.gasFees = bytes32(uint256(1 gwei) << 128 | 1 gwei);
        op.signature = _sign(key, IEntryPointExtra(address(ENTRY_POINT)).getUserOpHash(op));
    }

    function _handle(PackedUserOperation memory op) private {
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        vm.prank(address(0xb001), address(0xb001));
        ENTRY_POINT.handleOps(ops, payable(address(0xb002)));
    }

    function test_entryPoint_keyActsUnderThePolicy() public {
        vm.fee(0);
        _handle(_operation(_signedActions(_pay(PAYEE, 3e18)), AGENT_KEY));
        vm.assertEq(cash.balanceOf(PAYEE), 3e18);
        // 4.1 million gas at 1 gwei.
        vm.assertEq(RUNNER.left(account, 4), 1 ether - 0.0041 ether);
    }

    function test_entryPoint_keyBeyondThePolicy_isRefusedAndRecorded() public {
        vm.recordLogs();
        _handle(_operation(_signedActions(_pay(address(1), 1)), AGENT_KEY));
        (bytes32 rule,) = _reason();
        vm.assertEq(rule, "arguments");
        vm.assertEq(cash.balanceOf(address(1)), 0);
    }

    function test_entryPoint_keyAroundTheRunner_isNotValid() public {
        bytes memory transfer = _single(address(cash), abi.encodeCall(IERC20.transfer, (PAYEE, 1)));
        PackedUserOperation memory op =
            _operation(abi.encodeCall(IERC7579Execution.execute, (bytes32(0), transfer)), AGENT_KEY);
        vm.expectRevert();
        _handle(op);
        op = _operation(_signedActions(_pay(PAYEE, 1)), 0xbad);
        vm.expectRevert();
        _handle(op);
    }

    function test_entryPoint_ownerDoesAnything() public {
        bytes memory transfer = _single(address(cash), abi.encodeCall(IERC20.transfer, (address(5), 500e18)));
        _handle(_operation(abi.encodeCall(IERC7579Execution.execute, (bytes32(0), transfer)), OWNER_KEY));
        vm.assertEq(cash.balanceOf(address(5)), 500e18);
    }

    function test_validator_feesBeyondTheGasLimit_areNotValid() public {
        PackedUserOperation memory op = _operation(_signedActions(_pay(PAYEE, 1)), AGENT_KEY);
        op.gasFees = bytes32(uint256(1) << 128 | 300 gwei);
        bytes32 hash = keccak256("op");
        op.signature = _sign(AGENT_KEY, hash);
        vm.prank(account);
        vm.assertEq(IERC7579Validator(Predeploys.AGENT_VALIDATOR).validateUserOp(op, hash), 1);
        op.gasFees = bytes32(uint256(1) << 128 | 200 gwei);
        vm.prank(account);
        vm.assertEq(IERC7579Validator(Predeploys.AGENT_VALIDATOR).validateUserOp(op, hash), 0);
        vm.prank(account);
        vm.assertEq(IERC7579Validator(Predeploys.AGENT_VALIDATOR).validateUserOp(op, hash), 1);
        op.paymasterAndData = hex"01";
        vm.prank(account);
        vm.assertEq(IERC7579Validator(Predeploys.AGENT_VALIDATOR).validateUserOp(op, hash), 1);
    }

    function test_7702_initialisedByItselfOnly() public {
        address delegated = vm.addr(0xde1e);
        vm.etch(delegated, abi.encodePacked(hex"ef0100", Predeploys.AGENT_ACCOUNT));
        bytes memory policy = abi.encode(delegated, _terms(), _rules());
        vm.prank(Predeploys.AGENT_ACCOUNT_FACTORY);
        vm.expectRevert(abi.encodeWithSelector(IAgentAccount.NotInitializer.selector, Predeploys.AGENT_ACCOUNT_FACTORY));
        IAgentAccount(delegated).initialize(policy);
        vm.prank(delegated);
        IAgentAccount(delegated).initialize(policy);
        vm.assertEq(IAgentAccount(delegated).owner(), delegated);
        (account, owner) = (delegated, delegated);
        cash.mint(account, 100e18);
        _assertExecuted(_pay(PAYEE, 1e18));
        _assertRefused(_pay(address(1), 1), "arguments");
    }

    function test_runner_servesAnother7579Account() public {
        PlainAccount plain = new PlainAccount();
        plain.install(2, Predeploys.AGENT_RUNNER, abi.encode(owner, _terms(), _rules()));
        account = address(plain);
        cash.mint(account, 100e18);
        asset.mint(account, 100e18);
        _assertExecuted(_swap(1e18, 1e18));
        _assertRefused(_pay(address(1), 1), "arguments");
        vm.assertEq(inference.asker(), account);
        vm.assertTrue(IERC7579ModuleConfig(account).isModuleInstalled(2, Predeploys.AGENT_RUNNER, ""));
    }
}
