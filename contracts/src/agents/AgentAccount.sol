// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account as BaseAccount} from "@openzeppelin/contracts/account/Account.sol";
import {AccountERC7579} from "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";
import {EIP7702Utils} from "@openzeppelin/contracts/account/utils/EIP7702Utils.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {MODULE_TYPE_EXECUTOR, MODULE_TYPE_VALIDATOR} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {AbstractSigner} from "@openzeppelin/contracts/utils/cryptography/signers/AbstractSigner.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {IAgentAccount} from "../interfaces/agents/IAgentAccount.sol";
import {Predeploys} from "../libraries/Predeploys.sol";

/// @title The account that an agent acts with and its owner owns
/// @notice An ERC-7579 account with the runner installed. As a clone it carries its owner in its code and never changes; under
/// an EIP-7702 delegation it is the owner itself. The owner does everything at once, directly or through the EntryPoint;
/// the agent acts through the runner and nothing else.
contract AgentAccount is AccountERC7579, ERC7739, ERC721Holder, ERC1155Holder, IAgentAccount {
    /// @dev keccak256(abi.encode(uint256(keccak256("praxis.storage.AgentAccount")) - 1)) & ~bytes32(uint256(0xff)): apart
    /// from whatever else a delegated account has stored.
    bytes32 private constant INITIALIZED = 0x7ba08449946b33342d530db68443edbddd23bcb59891fb52a09a7e3eba371700;

    constructor() EIP712("AgentAccount", "1") {}

    /// @inheritdoc IAgentAccount
    function initialize(bytes calldata policy) external {
        bool itself = msg.sender == address(this);
        bool made = msg.sender == Predeploys.AGENT_ACCOUNT_FACTORY && !_delegated();
        if (!itself && !made) revert NotInitializer(msg.sender);
        bytes32 slot = INITIALIZED;
        uint256 done;
        assembly ("memory-safe") {
            done := sload(slot)
            sstore(slot, 1)
        }
        if (done != 0) revert AlreadyInitialized();
        _installModule(MODULE_TYPE_EXECUTOR, Predeploys.AGENT_RUNNER, policy);
        _installModule(MODULE_TYPE_VALIDATOR, Predeploys.AGENT_VALIDATOR, "");
    }

    /// @inheritdoc IAgentAccount
    function owner() public view returns (address) {
        if (_delegated()) return address(this);
        bytes memory arguments = Clones.fetchCloneArgs(address(this));
        return address(bytes20(arguments));
    }

    /// @notice ERC-4337's EntryPoint v0.8.
    function entryPoint() public pure override returns (IEntryPoint) {
        return IEntryPoint(Predeploys.ENTRY_POINT);
    }

    /// @notice `vendorname.accountname.semver`, as ERC-7579 wants it.
    function accountId() public pure override returns (string memory) {
        return "praxis.agent.1.0.0";
    }

    /// @notice ERC-1271, by the owner only: validators have no say. Signatures are bound to this account by ERC-7739.
    function isValidSignature(bytes32 hash, bytes calldata signature)
        public
        view
        override(AccountERC7579, ERC7739)
        returns (bytes4)
    {
        return ERC7739.isValidSignature(hash, signature);
    }

    function _rawSignatureValidation(bytes32 hash, bytes calldata signature)
        internal
        view
        override(AbstractSigner, AccountERC7579)
        returns (bool)
    {
        address signer = owner();
        // A delegated account has code, so asking it would come back here.
        if (signer != address(this)) return SignatureChecker.isValidSignatureNowCalldata(signer, hash, signature);
        (address recovered, ECDSA.RecoverError error_,) = ECDSA.tryRecoverCalldata(hash, signature);
        return error_ == ECDSA.RecoverError.NoError && recovered == signer;
    }

    /// @dev The owner calls `execute`, `installModule` and `uninstallModule` directly.
    function _checkEntryPointOrSelf() internal view override {
        if (msg.sender != owner()) BaseAccount._checkEntryPointOrSelf();
    }

    function _delegated() private view returns (bool) {
        return EIP7702Utils.fetchDelegate(address(this)) != address(0);
    }
}
