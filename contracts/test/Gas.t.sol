// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {L1Block} from "../src/L2/L1Block.sol";
import {L2ToL1MessagePasser} from "../src/L2/L2ToL1MessagePasser.sol";
import {RebalanceAgent} from "../src/examples/RebalanceAgent.sol";
import {IInference} from "../src/interfaces/IInference.sol";
import {IL1Block} from "../src/interfaces/IL1Block.sol";
import {IModelValidator} from "../src/interfaces/IModelValidator.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {RegistryTest} from "./ModelRegistry.t.sol";
import {ReferenceTree} from "./helpers/ReferenceTree.sol";

/// @dev What common transactions cost, calldata included, the precompile mocked.
/// `forge test` writes snapshots/gas; build.sh --check compares.
contract GasTest is RegistryTest {
    function test_gas_modelRegistry() public {
        bytes memory data = ReferenceTree.pattern(70_000);
        bytes32 id = ReferenceTree.id(data);
        bytes32 root = ReferenceTree.root(data);
        registry.begin(id, 70_000, root);
        vm.snapshotGasLastCall("praxis", "ModelRegistry.begin");
        for (uint32 index = 0; index < 3; ++index) {
            bytes memory part = ReferenceTree.chunk(data, index);
            bytes32[] memory proof = ReferenceTree.proof(data, index);
            registry.putChunk(id, index, part, proof);
            if (index == 1) vm.snapshotGasLastCall("praxis", "ModelRegistry.putChunk of 32768 bytes");
        }
        vm.roll(block.number + 1);
        vm.mockCall(
            Predeploys.INFERENCE,
            abi.encodeCall(IModelValidator.validateModel, (id)),
            abi.encode(uint32(1), uint64(1), uint64(1), uint32(70_000))
        );
        registry.activate(id);
        vm.snapshotGasLastCall("praxis", "ModelRegistry.activate");
    }

    function test_gas_l1Block() public {
        L1Block l1 = new L1Block();
        IL1Block.L1Values memory values = IL1Block.L1Values(
            1, 2, 3, 4, bytes32(uint256(5)), 6, bytes32(uint256(7)), 8, false, 9, 10, 11, 12, 30_000_000, 1000, 2
        );
        vm.prank(Predeploys.DEPOSITOR_ACCOUNT);
        l1.setL1BlockValues(values);
        vm.snapshotGasLastCall("praxis", "L1Block.setL1BlockValues, first");
        values.sequenceNumber = 7;
        values.timestampMs = 258;
        vm.prank(Predeploys.DEPOSITOR_ACCOUNT);
        l1.setL1BlockValues(values);
        vm.snapshotGasLastCall("praxis", "L1Block.setL1BlockValues, same origin");
    }

    function test_gas_messagePasser() public {
        L2ToL1MessagePasser passer = new L2ToL1MessagePasser();
        passer.initiateWithdrawal(address(1), 100_000, "");
        vm.snapshotGasLastCall("praxis", "L2ToL1MessagePasser.initiateWithdrawal");
    }

    function test_gas_rebalanceAgent() public {
        RebalanceAgent agent = new RebalanceAgent("model");
        uint256[20] memory prices;
        for (uint256 i = 0; i < 20; ++i) {
            prices[i] = 1e4 + i;
        }
        int256[] memory weights = new int256[](2);
        (weights[0], weights[1]) = (0.5e18, 0.5e18);
        vm.mockCall(Predeploys.INFERENCE, abi.encodeWithSelector(IInference.inferFixed.selector), abi.encode(weights));
        agent.decide(prices, prices);
        vm.snapshotGasLastCall("praxis", "RebalanceAgent.decide, without the inference");
    }
}
