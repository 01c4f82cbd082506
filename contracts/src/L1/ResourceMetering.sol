// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPortal} from "../interfaces/IPortal.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";

/// @title A market for the L2 gas that deposits use
/// @dev One price per L1 block, after EIP-1559. A depositor pays by burning L1 gas: what the L2 gas costs at that price,
/// divided by the L1 base fee, less what the transaction has burnt on the deposit already.
abstract contract ResourceMetering is IPortal {
    /// @dev After so many blocks without deposits the fee is the minimum, whatever it was.
    uint256 internal constant IDLE_BLOCKS = 128;
    /// @dev A base fee below this doesn't make deposits dearer: on a test chain it may be nearly zero.
    uint256 internal constant MIN_L1_BASE_FEE = 1 gwei;

    /// @inheritdoc IPortal
    ResourceParams public params;

    /// @dev Charges the rest of the function for `amount` of L2 gas.
    modifier metered(uint64 amount) {
        uint256 gasAtStart = gasleft();
        _;
        _buy(amount, gasAtStart);
    }

    function _resourceConfig() internal view virtual returns (ISystemConfig.ResourceConfig memory);

    function _buy(uint64 amount, uint256 gasAtStart) private {
        ISystemConfig.ResourceConfig memory config = _resourceConfig();
        ResourceParams memory current = params;
        if (current.prevBlockNum != block.number) {
            current.prevBaseFee = _nextFee(current, config);
            current.prevBoughtGas = 0;
            current.prevBlockNum = uint64(block.number);
        }
        if (uint256(current.prevBoughtGas) + amount > config.maxResourceLimit) {
            revert DepositsFull(
                amount, config.maxResourceLimit - Math.min(current.prevBoughtGas, config.maxResourceLimit)
            );
        }
        current.prevBoughtGas += amount;
        params = current;

        uint256 l1Gas = uint256(amount) * current.prevBaseFee / Math.max(block.basefee, MIN_L1_BASE_FEE);
        uint256 used = gasAtStart - gasleft();
        if (l1Gas > used) _burn(l1Gas - used);
    }

    /// @dev The fee of this block, given what the last block with deposits sold.
    function _nextFee(ResourceParams memory last, ISystemConfig.ResourceConfig memory config)
        private
        view
        returns (uint128)
    {
        uint256 idle = block.number - last.prevBlockNum - 1;
        if (idle >= IDLE_BLOCKS) return config.minimumBaseFee;
        uint256 fee = last.prevBaseFee;
        uint256 denominator = config.baseFeeMaxChangeDenominator;
        uint256 target = config.maxResourceLimit / config.elasticityMultiplier;
        if (last.prevBoughtGas > target) {
            // At least 1 wei, so that a tiny fee can rise.
            fee += Math.max(fee * (last.prevBoughtGas - target) / target / denominator, 1);
        } else {
            // A limit that was lowered since can make the target smaller than what was bought, never the reverse here.
            fee -= fee * (target - last.prevBoughtGas) / target / denominator;
        }
        for (uint256 i = 0; i < idle && fee > config.minimumBaseFee; ++i) {
            fee -= fee / denominator;
        }
        return uint128(Math.min(Math.max(fee, config.minimumBaseFee), config.maximumBaseFee));
    }

    /// @dev Burns about `amount` of gas; runs out of it when there is less.
    function _burn(uint256 amount) private view {
        uint256 start = gasleft();
        uint256 i = 0;
        while (start - gasleft() < amount) {
            ++i;
        }
    }
}
