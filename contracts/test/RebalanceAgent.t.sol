// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RebalanceAgent} from "../src/examples/RebalanceAgent.sol";
import {IInference} from "../src/interfaces/IInference.sol";
import {IRebalanceAgent} from "../src/interfaces/IRebalanceAgent.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract RebalanceAgentTest is Test {
    bytes32 internal constant MODEL = keccak256("model");
    RebalanceAgent internal agent;
    uint256[20] internal flat;
    uint256[20] internal rising;

    function setUp() public {
        agent = new RebalanceAgent(MODEL);
        for (uint256 i = 0; i < 20; ++i) {
            flat[i] = 250;
            rising[i] = 100 + i;
        }
    }

    function _answer(int256[] memory output) internal {
        bytes memory call = abi.encodeCall(IInference.inferFixed, (MODEL, 0, agent.features(flat, rising), 18));
        vm.mockCall(Predeploys.INFERENCE, call, abi.encode(output));
    }

    function _pair(int256 first, int256 second) internal pure returns (int256[] memory pair) {
        pair = new int256[](2);
        (pair[0], pair[1]) = (first, second);
    }

    function test_features_followTheModelsFormula() public view {
        int256[] memory features = agent.features(flat, rising);
        vm.assertEq(features.length, 40);
        for (uint256 i = 0; i < 20; ++i) {
            vm.assertEq(features[i], 0);
        }
        // 101 / 100 - 1 and 119 / 118 - 1; the mean of 100..119 is 109.5.
        vm.assertEq(features[20], 0.01e18);
        vm.assertEq(features[38], 8474576271186440);
        vm.assertEq(features[39], 86757990867579908);
    }

    /// A falling price: division of a positive ratio, so the result is rounded down, not towards zero.
    function test_features_fall_roundsDown() public view {
        uint256[20] memory falling = flat;
        falling[1] = 249;
        falling[3] = 83;
        int256[] memory features = agent.features(falling, flat);
        vm.assertEq(features[0], -0.004e18);
        vm.assertEq(features[2], int256(83) * 1e18 / 250 - 1e18);
        vm.assertEq(features[3], int256(250) * 1e18 / 83 - 1e18);
    }

    function testFuzz_features_unitCancels(uint64 seed, uint32 unit) public view {
        vm.assume(unit != 0);
        uint256[20] memory prices;
        uint256[20] memory scaled;
        for (uint256 i = 0; i < 20; ++i) {
            prices[i] = 1 + uint256(keccak256(abi.encode(seed, i))) % 1e12;
            scaled[i] = prices[i] * unit;
        }
        vm.assertEq(abi.encode(agent.features(prices, flat)), abi.encode(agent.features(scaled, flat)));
    }

    function test_features_zeroPrice_reverts() public {
        rising[7] = 0;
        vm.expectRevert(abi.encodeWithSelector(IRebalanceAgent.PriceOutOfRange.selector, 1, 7));
        agent.features(flat, rising);
    }

    function test_features_greatestPrice_succeedsAndGreater_reverts() public {
        flat[3] = type(uint128).max;
        agent.features(flat, rising);
        flat[3] += 1;
        vm.expectRevert(abi.encodeWithSelector(IRebalanceAgent.PriceOutOfRange.selector, 0, 3));
        agent.features(flat, rising);
    }

    function test_decide_recordsTheModelsAnswer() public {
        _answer(_pair(0.3e18, 0.7e18));
        vm.expectEmit(address(agent));
        emit IRebalanceAgent.Decided(MODEL, 0, 0.3e18, 0.7e18, keccak256(abi.encode(flat, rising)));
        (uint256 weight0, uint256 weight1) = agent.decide(flat, rising);
        vm.assertEq(weight0, 0.3e18);
        vm.assertEq(weight1, 0.7e18);
        (weight0, weight1) = agent.weights();
        vm.assertEq(weight0, 0.3e18);
        vm.assertEq(weight1, 0.7e18);
        vm.assertEq(agent.rounds(), 1);
    }

    function test_decide_notShares_reverts() public {
        int256[][3] memory outputs = [_pair(-1, 1e18), _pair(0, 1e18 + 1), new int256[](3)];
        for (uint256 i = 0; i < outputs.length; ++i) {
            _answer(outputs[i]);
            vm.expectRevert(abi.encodeWithSelector(IRebalanceAgent.UnexpectedOutput.selector, outputs[i]));
            agent.decide(flat, rising);
        }
        vm.assertEq(agent.rounds(), 0);
    }

    function test_decide_inferenceReverts_reverts() public {
        bytes memory reason = abi.encodeWithSelector(IInference.ModelNotActive.selector, MODEL);
        bytes memory call = abi.encodeCall(IInference.inferFixed, (MODEL, 0, agent.features(flat, rising), 18));
        vm.mockCallRevert(Predeploys.INFERENCE, call, reason);
        vm.expectRevert(reason);
        agent.decide(flat, rising);
    }
}
