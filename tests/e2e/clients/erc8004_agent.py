"""agent0-sdk, as published, on an agent that `praxis agent` made: reads what its hirer said, and registers an identity to offer it under.

Prints one line of JSON: the number of the identity.
"""

import json
import os

from agent0_sdk import SDK
from agent0_sdk.core.contracts import DEFAULT_REGISTRIES
from eth_account import Account

CHAIN = int(os.environ["CHAIN_ID"])
HIRER = Account.from_key(os.environ["HIRER"]).address
sdk = SDK(
    chainId=CHAIN,
    rpcUrl=os.environ["PRAXIS_RPC"],
    signer=os.environ["AUTHOR"],
    registryOverrides={CHAIN: DEFAULT_REGISTRIES[1]},
)
rated = f"{CHAIN}:{os.environ['AGENT']}"

feedback = sdk.getFeedback(rated, HIRER, 1)
assert feedback.value == 95 and "profit" in feedback.tags, feedback
summary = sdk.feedback_manager.getReputationSummary(rated, clientAddresses=[HIRER])
assert summary["count"] == 1 and summary["averageValue"] == 95, summary

agent = sdk.createAgent(name="Trend", description="Buys while prices rise.", image="")
agent.setMetadata({"version": os.environ["STRATEGY"]})
registered = agent.registerOnChain().wait_mined(timeout=30).result.agentId
assert sdk.loadAgent(registered).metadata["version"] == os.environ["STRATEGY"]
print(json.dumps({"agentId": registered.split(":")[1]}))
