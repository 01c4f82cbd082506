// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CautiousAgent} from "../src/examples/CautiousAgent.sol";
import {InferenceShims} from "../src/scripting/InferenceShim.sol";

/// @title What this script uses of Foundry's cheatcodes
interface BroadcastVm {
    /// @notice What follows becomes transactions.
    function startBroadcast() external;

    /// @notice What follows does not.
    function stopBroadcast() external;

    /// @notice An environment variable.
    function envBytes32(string calldata name) external view returns (bytes32 value);
}

/// @title Deploys an agent and lets it decide: `MODEL=… forge script script/Decide.s.sol --broadcast --skip-simulation …`
contract Decide {
    BroadcastVm internal constant VM = BroadcastVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice How forge knows a script.
    bool public constant IS_SCRIPT = true;

    /// @notice Runs it.
    function run() external returns (CautiousAgent agent, int256 decision) {
        InferenceShims.etch();
        bytes32 model = VM.envBytes32("MODEL");
        int256[] memory input = new int256[](40);
        for (uint256 i = 0; i < input.length; ++i) {
            // casting is safe: less than 40
            input[i] = int256(i) * 1e15;
        }
        VM.startBroadcast();
        agent = new CautiousAgent(model);
        require(agent.decide(input), "the agent abstained");
        VM.stopBroadcast();
        decision = agent.latest();
    }
}
