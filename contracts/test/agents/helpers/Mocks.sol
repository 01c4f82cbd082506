// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IInference} from "../../../src/interfaces/IInference.sol";
import {IAgentRunner} from "../../../src/interfaces/agents/IAgentRunner.sol";
import {Action, IStrategy} from "../../../src/interfaces/agents/IStrategy.sol";
import {IValuer} from "../../../src/interfaces/agents/IValuer.sol";
import {Predeploys} from "../../../src/libraries/Predeploys.sol";

contract Token is ERC20("Token", "T") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @dev For hostile venues: takes without any approval.
    function seize(address from, address to, uint256 amount) external {
        _transfer(from, to, amount);
    }
}

contract MovingValuer is IValuer {
    uint256 private _price = 1e18;

    function set(uint256 price_) external {
        _price = price_;
    }

    function price() external view returns (uint256) {
        require(_price != 0, "no price");
        return _price;
    }
}

/// @dev Stands at 0xA1: answers with one float32 tensor and remembers who asked.
contract InferenceStandIn {
    address public asker;
    bytes32 public model;
    uint256 public asked;
    bytes private _answer;

    function answer(bytes calldata data) external {
        _answer = data;
    }

    function infer(bytes32 model_, IInference.Tensor[] calldata inputs)
        external
        returns (IInference.Tensor[] memory outputs)
    {
        (asker, model, asked) = (msg.sender, model_, asked + 1);
        outputs = new IInference.Tensor[](inputs.length);
        outputs[0] = IInference.Tensor(1, new uint32[](1), _answer);
        outputs[0].shape[0] = uint32(_answer.length / 4);
    }
}

/// @dev Decides what its context says: abi.encode(model, actions).
contract ScriptedStrategy is IStrategy {
    function features(bytes calldata context) external pure returns (bytes32 model, IInference.Tensor[] memory inputs) {
        (model,) = abi.decode(context, (bytes32, Action[]));
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f");
        inputs[0].shape[0] = 1;
    }

    function decide(bytes calldata context, IInference.Tensor[] calldata outputs)
        external
        pure
        returns (Action[] memory actions)
    {
        require(outputs.length == 1, "no output");
        (, actions) = abi.decode(context, (bytes32, Action[]));
    }
}

/// @dev Answers with as many bytes as its context says.
contract FloodingStrategy is IStrategy {
    function features(bytes calldata) external pure returns (bytes32 model, IInference.Tensor[] memory inputs) {
        inputs = new IInference.Tensor[](1);
        inputs[0] = IInference.Tensor(1, new uint32[](1), hex"0000803f");
        model = keccak256("model");
    }

    function decide(bytes calldata context, IInference.Tensor[] calldata)
        external
        pure
        returns (Action[] memory actions)
    {
        uint256 length = abi.decode(context, (uint256));
        assembly {
            mstore(0, 32)
            mstore(32, 1000000)
            return(0, length)
        }
        actions = new Action[](0);
    }
}

/// @dev A venue that trades at a rate, and misbehaves in every way that it is told to.
contract Venue {
    enum Trick {
        None,
        Reenter,
        Burn,
        Flood,
        Seize,
        Fail
    }

    Trick public trick;
    uint256 public booking;
    bytes public reason;

    receive() external payable {}

    function play(Trick trick_, uint256 booking_) external {
        (trick, booking) = (trick_, booking_);
    }

    function swap(Token from, Token to, uint256 amountIn, uint256 amountOut) external returns (uint256) {
        from.transferFrom(msg.sender, address(this), amountIn);
        to.mint(msg.sender, amountOut);
        if (trick == Trick.Reenter) {
            (bool ok, bytes memory answer) = Predeploys.AGENT_RUNNER.call(abi.encodeCall(IAgentRunner.run, (booking)));
            require(!ok, "ran again");
            reason = answer;
        }
        if (trick == Trick.Burn) while (true) {}
        if (trick == Trick.Flood) {
            assembly {
                return(0, 60000)
            }
        }
        if (trick == Trick.Seize) from.seize(msg.sender, address(this), from.balanceOf(msg.sender) / 2);
        if (trick == Trick.Fail) {
            // Looks like a refusal, and is none.
            revert IAgentRunner.Refused("window", 1);
        }
        return amountOut;
    }

    function take() external payable {}
}
