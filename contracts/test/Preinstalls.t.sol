// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "./helpers/Test.sol";

interface IEntryPoint {
    function senderCreator() external view returns (address);
    function depositTo(address account) external payable;
    function withdrawTo(address payable to, uint256 value) external;
    function balanceOf(address account) external view returns (uint256);
    function getNonce(address sender, uint192 key) external view returns (uint256);
    function getDomainSeparatorV4() external view returns (bytes32);
}

interface IMulticall3 {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory);
    function getChainId() external view returns (uint256);
}

/// @dev Other projects' contracts work with what genesis gives them: their code, and no storage.
contract PreinstallsTest is Test {
    address internal constant MULTICALL3 = 0xcA11bde05977b3631167028862bE2a173976CA11;
    address internal constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    address internal constant SENDER_CREATOR = 0x449ED7C3e6Fee6a97311d4b55475DF59C44AdD33;
    IEntryPoint internal constant ENTRY_POINT = IEntryPoint(0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108);

    receive() external payable {}

    function setUp() public {
        string memory json = vm.readFile("./artifacts/preinstalls.json");
        string[4] memory paths = ["$[0]", "$[1]", "$[2]", "$[3]"];
        for (uint256 i = 0; i < paths.length; ++i) {
            address account = vm.parseJsonAddress(json, string.concat(paths[i], ".address"));
            vm.etch(account, vm.parseJsonBytes(json, string.concat(paths[i], ".code")));
        }
    }

    function test_multicall3_forwardsAndReportsFailures() public {
        IMulticall3.Call3[] memory calls = new IMulticall3.Call3[](2);
        calls[0] = IMulticall3.Call3(MULTICALL3, false, abi.encodeCall(IMulticall3.getChainId, ()));
        calls[1] = IMulticall3.Call3(MULTICALL3, true, hex"ffffffff");
        IMulticall3.Result[] memory results = IMulticall3(MULTICALL3).aggregate3(calls);
        vm.assertTrue(results[0].success);
        vm.assertEq(results[0].returnData, abi.encode(block.chainid));
        vm.assertTrue(!results[1].success);
    }

    function test_create2Deployer_deploysWhereCreate2Says() public {
        // Creation code that returns the one byte 0x00 as runtime code.
        bytes memory creation = hex"60015ff3";
        bytes32 salt = keccak256("salt");
        (bool success, bytes memory returned) = CREATE2_DEPLOYER.call(abi.encodePacked(salt, creation));
        vm.assertTrue(success);
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", CREATE2_DEPLOYER, salt, keccak256(creation)));
        address expected = address(uint160(uint256(hash)));
        vm.assertEq(returned, abi.encodePacked(expected));
        vm.assertEq(expected.code, hex"00");
    }

    function test_entryPoint_keepsDeposits() public {
        vm.deal(address(this), 5);
        ENTRY_POINT.depositTo{value: 5}(address(this));
        vm.assertEq(ENTRY_POINT.balanceOf(address(this)), 5);
        ENTRY_POINT.withdrawTo(payable(address(this)), 5);
        vm.assertEq(address(this).balance, 5);
        vm.assertEq(ENTRY_POINT.getNonce(address(this), 3), uint256(3) << 64);
    }

    function test_entryPoint_knowsItsSenderCreator() public view {
        vm.assertEq(ENTRY_POINT.senderCreator(), SENDER_CREATOR);
        vm.assertTrue(SENDER_CREATOR.code.length != 0);
    }

    /// The domain is the chain's own, on the chain whose id the code caches and on any other.
    function test_entryPoint_signsForThisChain() public {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        uint256[2] memory chains = [uint256(77001), 4242];
        for (uint256 i = 0; i < chains.length; ++i) {
            vm.chainId(chains[i]);
            bytes32 expected =
                keccak256(abi.encode(typeHash, keccak256("ERC4337"), keccak256("1"), chains[i], address(ENTRY_POINT)));
            vm.assertEq(ENTRY_POINT.getDomainSeparatorV4(), expected);
        }
    }
}
