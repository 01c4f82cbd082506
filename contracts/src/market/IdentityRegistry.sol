// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IIdentityRegistry} from "../interfaces/market/IIdentityRegistry.sol";
import {Predeploys} from "../libraries/Predeploys.sol";
import {Forwarded} from "./Forwarded.sol";

/// @title ERC-8004's registry of agents
/// @dev Constants instead of constructor arguments: it stands in the genesis.
contract IdentityRegistry is ERC721URIStorage, Forwarded, IIdentityRegistry {
    bytes32 private constant WALLET_TYPE =
        keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)");
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant DOMAIN_NAME = "ERC8004IdentityRegistry";
    string private constant WALLET_KEY = "agentWallet";
    uint256 private constant MAX_DEADLINE = 5 minutes;

    uint256 private _count;
    mapping(uint256 agentId => mapping(string key => bytes)) private _metadata;

    constructor() ERC721("", "") {}

    /// @inheritdoc IIdentityRegistry
    function register() external returns (uint256) {
        return _register("", new MetadataEntry[](0));
    }

    /// @inheritdoc IIdentityRegistry
    function register(string memory agentURI) external returns (uint256) {
        return _register(agentURI, new MetadataEntry[](0));
    }

    /// @inheritdoc IIdentityRegistry
    function register(string memory agentURI, MetadataEntry[] memory metadata) external returns (uint256) {
        return _register(agentURI, metadata);
    }

    /// @inheritdoc IIdentityRegistry
    function setAgentURI(uint256 agentId, string calldata newURI) external {
        _onlyAuthorized(agentId);
        _setTokenURI(agentId, newURI);
        emit URIUpdated(agentId, newURI, _msgSender());
    }

    /// @inheritdoc IIdentityRegistry
    function getMetadata(uint256 agentId, string calldata metadataKey) external view returns (bytes memory) {
        return _metadata[agentId][metadataKey];
    }

    /// @inheritdoc IIdentityRegistry
    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) external {
        _onlyAuthorized(agentId);
        _setMetadata(agentId, metadataKey, metadataValue);
    }

    /// @inheritdoc IIdentityRegistry
    function getAgentWallet(uint256 agentId) external view returns (address) {
        _requireOwned(agentId);
        return address(bytes20(_metadata[agentId][WALLET_KEY]));
    }

    /// @inheritdoc IIdentityRegistry
    function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes calldata signature) external {
        _onlyAuthorized(agentId);
        if (block.timestamp > deadline || deadline > block.timestamp + MAX_DEADLINE) revert BadDeadline(deadline);
        bytes32 content = keccak256(abi.encode(WALLET_TYPE, agentId, newWallet, ownerOf(agentId), deadline));
        bytes32 digest = MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR(), content);
        if (newWallet == address(0) || !SignatureChecker.isValidSignatureNowCalldata(newWallet, digest, signature)) {
            revert BadWalletSignature(newWallet);
        }
        _setWallet(agentId, abi.encodePacked(newWallet));
    }

    /// @inheritdoc IIdentityRegistry
    function unsetAgentWallet(uint256 agentId) external {
        _onlyAuthorized(agentId);
        _setWallet(agentId, "");
    }

    /// @inheritdoc IIdentityRegistry
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool) {
        return _isAuthorized(_requireOwned(agentId), spender, agentId);
    }

    /// @notice EIP-712's domain separator.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256(bytes(DOMAIN_NAME)), keccak256(bytes("1")), block.chainid, address(this))
        );
    }

    /// @notice ERC-5267.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory domainName,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", DOMAIN_NAME, "1", block.chainid, address(this), 0, new uint256[](0));
    }

    /// @inheritdoc IIdentityRegistry
    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    /// @notice ERC-721's name.
    function name() public pure override returns (string memory) {
        return "AgentIdentity";
    }

    /// @notice ERC-721's symbol.
    function symbol() public pure override returns (string memory) {
        return "AGENT";
    }

    function _register(string memory agentURI, MetadataEntry[] memory metadata) private returns (uint256 agentId) {
        address owner = _msgSender();
        agentId = _count++;
        if (bytes(agentURI).length != 0) _setTokenURI(agentId, agentURI);
        emit Registered(agentId, agentURI, owner);
        _setWallet(agentId, abi.encodePacked(owner));
        for (uint256 i = 0; i < metadata.length; ++i) {
            _setMetadata(agentId, metadata[i].metadataKey, metadata[i].metadataValue);
        }
        _safeMint(owner, agentId);
    }

    function _setMetadata(uint256 agentId, string memory key, bytes memory value) private {
        if (keccak256(bytes(key)) == keccak256(bytes(WALLET_KEY))) revert ReservedKey();
        _metadata[agentId][key] = value;
        emit MetadataSet(agentId, key, key, value);
    }

    function _setWallet(uint256 agentId, bytes memory wallet) private {
        _metadata[agentId][WALLET_KEY] = wallet;
        emit MetadataSet(agentId, WALLET_KEY, WALLET_KEY, wallet);
    }

    function _onlyAuthorized(uint256 agentId) private view {
        if (!_isAuthorized(_requireOwned(agentId), _msgSender(), agentId)) revert NotAuthorized(_msgSender());
    }

    /// @dev What the old owner's wallet agreed to does not bind it to the new owner.
    function _update(address to, uint256 agentId, address authorized) internal override returns (address from) {
        from = super._update(to, agentId, authorized);
        if (from != address(0) && from != to) _setWallet(agentId, "");
    }

    function _forwarder() internal pure override returns (address) {
        return Predeploys.AGENT_REGISTRY;
    }

    function _msgSender() internal view override(Context, Forwarded) returns (address) {
        return Forwarded._msgSender();
    }

    function _msgData() internal view override(Context, Forwarded) returns (bytes calldata) {
        return Forwarded._msgData();
    }
}
