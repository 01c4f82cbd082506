// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStrategyRegistry, Read} from "../interfaces/agents/IStrategyRegistry.sol";

/// @title Strategies whose code was checked
contract StrategyRegistry is IStrategyRegistry {
    uint256 internal constant MAX_READS = 8;

    struct Entry {
        bytes32 codeHash;
        Read[] reads;
    }

    mapping(address strategy => Entry) private _entries;

    /// @inheritdoc IStrategyRegistry
    function register(address strategy, Read[] calldata reads) external {
        Entry storage entry = _entries[strategy];
        if (entry.codeHash != 0 || reads.length > MAX_READS) revert BadRegistration(strategy);
        _check(strategy);
        for (uint256 i = 0; i < reads.length; ++i) {
            bytes32 found = reads[i].target.codehash;
            if (found != reads[i].codeHash) revert CodeHashDiffers(reads[i].target, reads[i].codeHash, found);
            entry.reads.push(reads[i]);
        }
        entry.codeHash = strategy.codehash;
        emit StrategyRegistered(strategy, entry.codeHash, reads);
    }

    /// @inheritdoc IStrategyRegistry
    function isIntact(address strategy) external view returns (bool) {
        Entry storage entry = _entries[strategy];
        if (entry.codeHash == 0 || strategy.codehash != entry.codeHash) return false;
        uint256 count = entry.reads.length;
        for (uint256 i = 0; i < count; ++i) {
            if (entry.reads[i].target.codehash != entry.reads[i].codeHash) return false;
        }
        return true;
    }

    /// @inheritdoc IStrategyRegistry
    function readsOf(address strategy) external view returns (bytes32 codeHash, Read[] memory reads) {
        return (_entries[strategy].codeHash, _entries[strategy].reads);
    }

    /// @dev Instructions run only at positions that this walk visits: jumps lead to JUMPDESTs outside PUSH data.
    function _check(address strategy) private view {
        bytes memory code = strategy.code;
        if (code.length == 0 || (code.length > 1 && code[0] == 0xef)) revert NoOwnCode(strategy);
        for (uint256 i = 0; i < code.length; ++i) {
            uint8 opcode = uint8(code[i]);
            if (opcode >= 0x60 && opcode <= 0x7f) {
                i += opcode - 0x5f;
            } else if (opcode == 0x55 || opcode == 0xf2 || opcode == 0xf4 || opcode == 0xff) {
                revert ForbiddenOpcode(i, opcode);
            }
        }
    }
}
