// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {FeeVault} from "../src/L2/FeeVault.sol";
import {PredeployProxy} from "../src/L2/PredeployProxy.sol";
import {WETH9} from "../src/L2/WETH9.sol";
import {Predeploys} from "../src/libraries/Predeploys.sol";
import {Test} from "./helpers/Test.sol";

contract PredeployProxyTest is Test {
    address internal constant OWNER = address(0x0123);
    ProxyAdmin internal constant ADMIN = ProxyAdmin(Predeploys.PROXY_ADMIN);
    address payable internal proxy;

    function setUp() public {
        vm.etch(Predeploys.PROXY_ADMIN, address(new ProxyAdmin(address(this))).code);
        vm.store(Predeploys.PROXY_ADMIN, bytes32(0), bytes32(uint256(uint160(OWNER))));
        proxy = payable(address(new PredeployProxy()));
        vm.store(proxy, ERC1967Utils.IMPLEMENTATION_SLOT, bytes32(uint256(uint160(address(new FeeVault())))));
        vm.store(proxy, bytes32(0), bytes32(uint256(0xFEE)));
    }

    function test_calls_reachTheImplementationInTheProxysStorage() public {
        vm.assertEq(FeeVault(proxy).recipient(), address(0xFEE));
        (bool paid,) = proxy.call{value: 1}("");
        vm.assertTrue(paid);
        vm.assertEq(proxy.balance, 1);
    }

    function test_upgradeAndCall_byTheOwner() public {
        WETH9 next = new WETH9();
        vm.deal(OWNER, 5);
        vm.prank(OWNER);
        ADMIN.upgradeAndCall{value: 5}(
            ITransparentUpgradeableProxy(proxy), address(next), abi.encodeCall(WETH9.deposit, ())
        );
        // The call came from the admin, in the proxy's storage.
        vm.assertEq(WETH9(proxy).balanceOf(address(ADMIN)), 5);
        vm.assertEq(WETH9(proxy).totalSupply(), 5);
    }

    function testFuzz_upgradeAndCall_notTheOwner_reverts(address caller) public {
        vm.assume(caller != OWNER);
        WETH9 next = new WETH9();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        ADMIN.upgradeAndCall(ITransparentUpgradeableProxy(proxy), address(next), "");
    }

    function testFuzz_upgradeToAndCall_notTheAdmin_isTheImplementations(address caller) public {
        vm.assume(caller != Predeploys.PROXY_ADMIN);
        // The implementation has no such function.
        vm.expectRevert(bytes(""));
        vm.prank(caller);
        ITransparentUpgradeableProxy(proxy).upgradeToAndCall(address(this), "");
    }

    function test_admin_canDoNothingElse() public {
        vm.expectRevert(abi.encodeWithSelector(PredeployProxy.ProxyDeniedAdminAccess.selector));
        vm.prank(Predeploys.PROXY_ADMIN);
        FeeVault(proxy).recipient();
    }

    function test_upgrade_toNoContract_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidImplementation.selector, address(7)));
        vm.prank(OWNER);
        ADMIN.upgradeAndCall(ITransparentUpgradeableProxy(proxy), address(7), "");
    }
}
