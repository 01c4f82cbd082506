"""Where the chain's own contracts stand, on every Praxis chain."""

from web3 import Web3

ADDRESSES = {
    name: Web3.to_checksum_address(address)
    for name, address in {
        "inference": "0x00000000000000000000000000000000000000A1",
        "model_registry": "0x5000000000000000000000000000000000000001",
        "scheduler": "0x5000000000000000000000000000000000000002",
        # ERC-8004, where other chains have it too.
        "identity_registry": "0x8004A169FB4a3325136EB29fA0ceB6D2e539a432",
        "reputation_registry": "0x8004BAa17C55a88189AE136b182e5fdA19dE9b63",
        "validation_registry": "0x5000000000000000000000000000000000000005",
        "agent_market": "0x5000000000000000000000000000000000000006",
        "agent_account_factory": "0x5000000000000000000000000000000000000007",
        "agent_runner": "0x5000000000000000000000000000000000000008",
        "verifier_hub": "0x5000000000000000000000000000000000000009",
        "agent_policy": "0x500000000000000000000000000000000000000a",
        "strategy_registry": "0x500000000000000000000000000000000000000d",
    }.items()
}
