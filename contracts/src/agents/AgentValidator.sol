// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {
    IERC7579Execution,
    IERC7579Validator,
    MODULE_TYPE_VALIDATOR,
    VALIDATION_FAILED,
    VALIDATION_SUCCESS
} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAgentPolicy, Terms} from "../interfaces/agents/IAgentPolicy.sol";
import {IAgentRunner} from "../interfaces/agents/IAgentRunner.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Lists} from "./libraries/Lists.sol";

/// @title Lets off-chain keys send user operations, and only into the runner
/// @notice A key that the policy names signs a user operation whose only call is `runSigned`; the policy then judges each
/// action. What the operation can cost at most is charged to the policy's gas limit before it runs, so a key cannot burn the
/// account's ether as fees. For ERC-1271 this validator accepts nothing.
contract AgentValidator is IERC7579Validator {
    /// @notice Nothing to set up: the keys stand in the policy.
    function onInstall(bytes calldata) external {}

    /// @notice Nothing to take down.
    function onUninstall(bytes calldata) external {}

    /// @notice Type 1.
    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_VALIDATOR;
    }

    /// @notice Never: only the owner signs for the account.
    function isValidSignatureWithSender(address, bytes32, bytes calldata) external pure returns (bytes4) {
        return 0xffffffff;
    }

    /// @notice Signature by a listed key over the operation's hash, the one permitted call, and gas within the limit.
    function validateUserOp(PackedUserOperation calldata userOp, bytes32 userOpHash) external returns (uint256) {
        if (userOp.sender != msg.sender || !_routed(userOp.callData)) return VALIDATION_FAILED;
        // A factory or a paymaster would be further code that the key chooses.
        if (userOp.initCode.length != 0 || userOp.paymasterAndData.length != 0) return VALIDATION_FAILED;
        (address signer, ECDSA.RecoverError error_,) = ECDSA.tryRecoverCalldata(userOpHash, userOp.signature);
        if (error_ != ECDSA.RecoverError.NoError) return VALIDATION_FAILED;
        Terms memory terms = IAgentPolicy(Predeploys.AGENT_POLICY).termsOf(msg.sender);
        if (!Lists.has(terms.keys, signer)) return VALIDATION_FAILED;
        try IAgentRunner(Predeploys.AGENT_RUNNER).charge(msg.sender, "gas", _mostCost(userOp)) {
            return VALIDATION_SUCCESS;
        } catch {
            return VALIDATION_FAILED;
        }
    }

    /// @dev execute(single call, runner ‖ 0 ‖ runSigned(…)), in the ABI's canonical encoding.
    function _routed(bytes calldata callData) private pure returns (bool) {
        if (callData.length < 4 + 96 + 56 || bytes4(callData) != IERC7579Execution.execute.selector) return false;
        if (bytes32(callData[4:36]) != 0 || uint256(bytes32(callData[36:68])) != 64) return false;
        uint256 length = uint256(bytes32(callData[68:100]));
        if (length < 56 || length > callData.length - 100) return false;
        bytes calldata single = callData[100:100 + length];
        return address(bytes20(single)) == Predeploys.AGENT_RUNNER && bytes32(single[20:52]) == 0
            && bytes4(single[52:56]) == IAgentRunner.runSigned.selector;
    }

    /// @dev Wei: all gas limits at the highest fee. EntryPoint v0.8 asks for no more.
    function _mostCost(PackedUserOperation calldata userOp) private pure returns (uint256) {
        uint256 verification = uint256(userOp.accountGasLimits) >> 128;
        uint256 call = uint128(uint256(userOp.accountGasLimits));
        uint256 fee = uint128(uint256(userOp.gasFees));
        if (userOp.preVerificationGas > type(uint120).max) return type(uint256).max;
        uint256 gas_ = verification + call + userOp.preVerificationGas;
        return gas_ > type(uint120).max || fee > type(uint120).max ? type(uint256).max : gas_ * fee;
    }
}
