// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import "../../src/agents/AgentPolicy.sol" as AgentPolicyUnit;
import {
    Allowance,
    AssetTerms,
    IAgentPolicy,
    ModelTerms,
    OutputBound,
    Rule,
    Terms
} from "../../src/interfaces/agents/IAgentPolicy.sol";
import {Predeploys} from "../../src/libraries/Predeploys.sol";
import {Test} from "../helpers/Test.sol";

/// @dev Which terms the policy takes, and which of them it takes at once. Every field at its edge and one beyond.
contract TermsCheckTest is Test {
    IAgentPolicy private constant POLICY = IAgentPolicy(Predeploys.AGENT_POLICY);
    address private constant ERC1820 = 0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24;
    uint160 private constant TOKENS = 0x70ce000000;
    uint160 private _accounts;
    address private _account;

    function setUp() public {
        vm.etch(Predeploys.AGENT_POLICY, vm.getDeployedCode("AgentPolicy.sol:AgentPolicy"));
        for (uint160 i = 1; i < 16; ++i) {
            vm.etch(address(TOKENS + i), hex"5f5ffd"); // answers nothing
        }
        Terms memory none;
        _install(none);
    }

    function _install(Terms memory terms) private {
        _account = address(0xacc00000 + ++_accounts);
        vm.prank(Predeploys.AGENT_RUNNER);
        POLICY.install(_account, abi.encode(address(this), terms, new Rule[](0)));
    }

    function _list(uint256 length) private pure returns (address[] memory list) {
        list = new address[](length);
        for (uint256 i = 0; i < length; ++i) {
            list[i] = address(uint160(0x100000 + i));
        }
    }

    function _assets(uint256 length) private pure returns (AssetTerms[] memory list) {
        list = new AssetTerms[](length);
        for (uint256 i = 0; i < length; ++i) {
            // The first is ether.
            list[i].token = i == 0 ? address(0) : address(TOKENS + uint160(i));
        }
    }

    function _allowances(uint256 length) private pure returns (Allowance[] memory list) {
        list = new Allowance[](length);
        for (uint256 i = 0; i < length; ++i) {
            list[i].id = uint32(i);
        }
    }

    /// @dev Everything as large as it may be.
    function _most() private pure returns (Terms memory terms) {
        (terms.delay, terms.maxActions, terms.drawdownBps) = (90 days, 32, 10_000);
        (terms.allowances, terms.assets) = (_allowances(16), _assets(8));
        terms.models = new ModelTerms[](16);
        terms.models[15].bounds = new OutputBound[](16);
        (terms.strategies, terms.operators, terms.guardians, terms.keys) = (_list(16), _list(16), _list(16), _list(16));
        (terms.rateLimit, terms.lossLimit, terms.gasLimit, terms.royaltyLimit, terms.feeLimit) = (16, 16, 16, 16, 16);
        terms.assets[7].allowance = 16;
    }

    function _assertBad(bytes32 field, Terms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.BadTerms.selector, field));
        POLICY.propose(_account, terms, new Rule[](0));
    }

    function test_valid_numbers() public {
        Terms memory terms = _most();
        POLICY.propose(_account, terms, new Rule[](0));
        terms.delay += 1;
        _assertBad("delay", terms);
        terms = _most();
        terms.maxActions = 33;
        _assertBad("maxActions", terms);
        terms = _most();
        terms.drawdownBps = 10_001;
        _assertBad("drawdownBps", terms);
        terms = _most();
        terms.rateLimit = 17;
        _assertBad("limits", terms);
        terms = _most();
        terms.lossLimit = 17;
        _assertBad("limits", terms);
        terms = _most();
        terms.gasLimit = 17;
        _assertBad("limits", terms);
        terms = _most();
        terms.royaltyLimit = 17;
        _assertBad("limits", terms);
        terms = _most();
        terms.feeLimit = 17;
        _assertBad("limits", terms);
        terms = _most();
        terms.assets[3].allowance = 17;
        _assertBad("asset allowance", terms);
    }

    function test_valid_lists() public {
        Terms memory terms = _most();
        terms.allowances = _allowances(17);
        _assertBad("allowances", terms);
        terms = _most();
        terms.assets = _assets(9);
        _assertBad("assets", terms);
        terms = _most();
        terms.models = new ModelTerms[](17);
        _assertBad("models", terms);
        terms = _most();
        terms.strategies = _list(17);
        _assertBad("strategies", terms);
        terms = _most();
        terms.operators = _list(17);
        _assertBad("operators", terms);
        terms = _most();
        terms.guardians = _list(17);
        _assertBad("guardians", terms);
        terms = _most();
        terms.keys = _list(17);
        _assertBad("keys", terms);
        terms = _most();
        terms.models[15].bounds = new OutputBound[](17);
        _assertBad("bounds", terms);
        terms = _most();
        terms.allowances[15].id = terms.allowances[2].id;
        _assertBad("id", terms);
        terms = _most();
        terms.assets[7].token = terms.assets[5].token;
        _assertBad("asset twice", terms);
    }

    function _assertUnsupported(address token) private {
        Terms memory terms;
        terms.assets = _assets(2);
        terms.assets[1].token = token;
        vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.UnsupportedToken.selector, token));
        POLICY.propose(_account, terms, new Rule[](0));
    }

    function test_valid_tokens() public {
        _assertUnsupported(address(0xe0a));
        vm.etch(Predeploys.MODEL_REGISTRY, hex"5f5ffd");
        _assertUnsupported(Predeploys.MODEL_REGISTRY);
        string[5] memory signs = [
            "granularity()",
            "sharesOf(address)",
            "scaledBalanceOf(address)",
            "rebasingCreditsPerToken()",
            "scaledTotalSupply()"
        ];
        for (uint160 i = 0; i < 5; ++i) {
            vm.mockCall(address(TOKENS + 9 + i), abi.encodeWithSignature(signs[i]), abi.encode(0));
            _assertUnsupported(address(TOKENS + 9 + i));
        }
    }

    /// ERC-1820 is asked where it stands; that it answers nothing, or names nobody, is no sign.
    function test_valid_tokensThatCallTheirHolders() public {
        Terms memory terms;
        terms.assets = _assets(2);
        vm.etch(ERC1820, hex"5f5ffd");
        POLICY.propose(_account, terms, new Rule[](0));
        bytes memory question = abi.encodeWithSignature(
            "getInterfaceImplementer(address,bytes32)", terms.assets[1].token, keccak256("ERC777Token")
        );
        vm.mockCall(ERC1820, question, abi.encode(0));
        POLICY.propose(_account, terms, new Rule[](0));
        vm.mockCall(ERC1820, question, abi.encode(1));
        _assertUnsupported(terms.assets[1].token);
    }

    /// @dev Terms with room above and below in every field.
    function _middle() private pure returns (Terms memory terms) {
        (terms.delay, terms.expiry, terms.hourMask, terms.maxActions) = (100, 1000, 0x0f0, 10);
        (terms.actionGas, terms.runGas, terms.drawdownBps, terms.approvalAbove) = (100, 100, 100, 100);
        (terms.rateLimit, terms.lossLimit, terms.gasLimit, terms.royaltyLimit, terms.feeLimit) = (1, 1, 1, 1, 1);
        terms.allowances = new Allowance[](2);
        terms.allowances[0] = Allowance(7, 100, 50, 1000, 10, 5, 500);
        terms.allowances[1] = Allowance(8, 0, 0, 1000, 0, 0, 0);
        terms.assets = new AssetTerms[](2);
        terms.assets[0] = AssetTerms(address(0), address(0xa), 100, 1);
        terms.assets[1] = AssetTerms(address(TOKENS + 1), address(0xb), 100, 1);
        terms.models = _models(2);
        (terms.strategies, terms.operators, terms.guardians, terms.keys) = (_list(3), _list(3), _list(3), _list(3));
    }

    function _models(uint256 count) private pure returns (ModelTerms[] memory models) {
        models = new ModelTerms[](count);
        for (uint256 i = 0; i < count; ++i) {
            models[i] = ModelTerms(bytes32(i + 1), new OutputBound[](1));
        }
    }

    /// @dev An account of its own for each change; no field: it is tighter.
    function _assertTighter(bytes32 field, Terms memory next) private {
        _install(_middle());
        if (field != 0) vm.expectRevert(abi.encodeWithSelector(IAgentPolicy.NotTighter.selector, field));
        POLICY.tighten(_account, next);
        if (field == 0) vm.assertEq(abi.encode(POLICY.termsOf(_account)), abi.encode(next));
    }

    function test_tighter_numbers() public {
        _assertTighter(0, _middle());
        for (uint8 i = 0; i < 2; ++i) {
            Terms memory terms = _middle();
            terms.delay = i == 0 ? 101 : 99;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("delay"), terms);
            terms = _middle();
            terms.expiry = 999 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("expiry"), terms);
            terms = _middle();
            terms.hourMask = i == 0 ? 0x030 : 0x10f;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("hourMask"), terms);
            terms = _middle();
            terms.maxActions = 9 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("maxActions"), terms);
            terms = _middle();
            terms.actionGas = 99 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("actionGas"), terms);
            terms = _middle();
            terms.runGas = 99 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("runGas"), terms);
            terms = _middle();
            terms.drawdownBps = 99 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("drawdownBps"), terms);
            terms = _middle();
            terms.approvalAbove = 99 + 2 * i;
            _assertTighter(i == 0 ? bytes32(0) : bytes32("approvalAbove"), terms);
        }
    }

    function test_tighter_limits_stay() public {
        for (uint8 i = 0; i < 5; ++i) {
            Terms memory terms = _middle();
            if (i == 0) terms.rateLimit = 2;
            if (i == 1) terms.lossLimit = 2;
            if (i == 2) terms.gasLimit = 2;
            if (i == 3) terms.royaltyLimit = 2;
            if (i == 4) terms.feeLimit = 2;
            _assertTighter("limits", terms);
        }
    }

    function _assertAllowance(bytes32 field, uint256 index, Allowance memory changed) private {
        Terms memory terms = _middle();
        terms.allowances[index] = changed;
        _assertTighter(field, terms);
    }

    function test_tighter_allowances() public {
        _assertAllowance(0, 0, Allowance(7, 99, 51, 999, 9, 4, 501));
        _assertAllowance("allowances", 0, Allowance(6, 100, 50, 1000, 10, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 101, 50, 1000, 10, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 49, 1000, 10, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 50, 1001, 10, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 50, 1000, 11, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 50, 1000, 10, 6, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 50, 1000, 10, 5, 499));
        // Neither may vanish; where there was none, one may appear.
        _assertAllowance("allowances", 0, Allowance(7, 0, 0, 1000, 10, 5, 500));
        _assertAllowance("allowances", 0, Allowance(7, 100, 50, 1000, 0, 0, 0));
        _assertAllowance(0, 1, Allowance(8, 5, 5, 1000, 5, 5, 5));
        Terms memory terms = _middle();
        terms.allowances = _allowances(3);
        (terms.allowances[0], terms.allowances[1]) = (_middle().allowances[0], _middle().allowances[1]);
        terms.allowances[2].id = 9;
        _assertTighter("allowances", terms);
    }

    function test_tighter_assets() public {
        Terms memory terms = _middle();
        terms.assets[1].perAction = 99;
        _assertTighter(0, terms);
        terms.assets[1].perAction = 101;
        _assertTighter("assets", terms);
        terms = _middle();
        terms.assets[1].token = address(TOKENS + 2);
        _assertTighter("assets", terms);
        terms = _middle();
        terms.assets[1].valuer = address(0xc);
        _assertTighter("assets", terms);
        terms = _middle();
        terms.assets[1].allowance = 2;
        _assertTighter("assets", terms);
        terms = _middle();
        terms.assets = _assets(1);
        _assertTighter("assets", terms);
        terms.assets = _assets(3);
        (terms.assets[0], terms.assets[1]) = (_middle().assets[0], _middle().assets[1]);
        _assertTighter("assets", terms);
    }

    /// @dev Entries by their numbers in the old list, three of which there are.
    function _picked(bytes memory places) private pure returns (address[] memory list) {
        list = new address[](places.length);
        for (uint256 i = 0; i < places.length; ++i) {
            list[i] = address(0x100000 + uint160(uint8(places[i])));
        }
    }

    function test_tighter_lists_loseEntriesInOrder() public {
        bytes[8] memory lists =
            [bytes(hex"02"), hex"0002", hex"", hex"01", hex"0100", hex"0101", hex"00010203", hex"07"];
        for (uint256 i = 0; i < lists.length; ++i) {
            Terms memory terms = _middle();
            terms.strategies = _picked(lists[i]);
            _assertTighter(i < 4 ? bytes32(0) : bytes32("strategies"), terms);
            terms = _middle();
            terms.operators = _picked(lists[i]);
            _assertTighter(i < 4 ? bytes32(0) : bytes32("operators"), terms);
            terms = _middle();
            terms.keys = _picked(lists[i]);
            _assertTighter(i < 4 ? bytes32(0) : bytes32("keys"), terms);
        }
    }

    /// Guardians only stop the agent: there may be more of them and not less.
    function test_tighter_guardians_areNotLost() public {
        bytes[4] memory lists = [bytes(hex"09000102"), hex"0009010902", hex"0001", hex"0102"];
        for (uint256 i = 0; i < lists.length; ++i) {
            Terms memory terms = _middle();
            terms.guardians = _picked(lists[i]);
            _assertTighter(i < 2 ? bytes32(0) : bytes32("guardians"), terms);
        }
    }

    function test_tighter_models() public {
        Terms memory terms = _middle();
        terms.models = _models(1);
        _assertTighter(0, terms);
        terms.models[0].model = bytes32(uint256(2));
        _assertTighter(0, terms);
        terms.models = new ModelTerms[](0);
        _assertTighter(0, terms);
        terms.models = _models(3);
        _assertTighter("models", terms);
        terms.models = _models(2);
        (terms.models[0], terms.models[1]) = (terms.models[1], terms.models[0]);
        _assertTighter("models", terms);
        terms.models = _models(2);
        terms.models[1].bounds[0].high = 1;
        _assertTighter("models", terms);
        terms.models[1] = terms.models[0];
        _assertTighter("models", terms);
    }
}
