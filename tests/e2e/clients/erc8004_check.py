"""agent0-sdk, as published, against the registries of ERC-8004: registers an agent, rates it from elsewhere, reads what was said.

It knows the registries' addresses for other chains; for this one it is told that they are the same. Without a subgraph and IPFS it
keeps the registration file on the chain and reads from there. Prints one line of JSON; names the step that failed.
"""

import json
import os
import sys

from agent0_sdk import SDK
from agent0_sdk.core.contracts import DEFAULT_REGISTRIES
from eth_account import Account

URL, CHAIN = os.environ["RPC_HTTP"], int(os.environ["CHAIN_ID"])
MAINNET = DEFAULT_REGISTRIES[1]
state = {}


def sdk(key):
    return SDK(chainId=CHAIN, rpcUrl=URL, signer=key, registryOverrides={CHAIN: MAINNET})


def registers():
    agent = state["author"].createAgent(name="Momentum", description="Buys while prices rise.", image="")
    agent.setMetadata({"version": "momentum-1"})
    mined = agent.registerOnChain().wait_mined(timeout=30)
    state["id"] = mined.result.agentId
    assert state["id"].split(":")[0] == str(CHAIN), state["id"]


def loads():
    loaded = sdk(None).loadAgent(state["id"])
    assert loaded.name == "Momentum", loaded.name
    assert loaded.metadata["version"] == "momentum-1", loaded.metadata
    owner = state["author"].getAgentOwner(state["id"])
    assert owner == Account.from_key(os.environ["PRIVATE_KEY"]).address, owner


def rates():
    mined = state["client"].giveFeedback(state["id"], 87.5, tag1="quality").wait_mined(timeout=30)
    assert mined.receipt["status"] == 1, mined


def reads():
    client = Account.from_key(os.environ["PRIVATE_KEY_2"]).address
    feedback = state["author"].getFeedback(state["id"], client, 1)
    assert feedback.value == 87.5 and "quality" in feedback.tags, feedback
    summary = state["author"].feedback_manager.getReputationSummary(state["id"], clientAddresses=[client])
    assert summary["count"] == 1 and summary["averageValue"] == 87.5, summary


def refuses_self_praise():
    try:
        state["author"].giveFeedback(state["id"], 100).wait_mined(timeout=30)
    except Exception:
        return
    raise AssertionError("an owner rated its own agent")


def withdraws():
    state["client"].revokeFeedback(state["id"], 1).wait_mined(timeout=30)
    client = Account.from_key(os.environ["PRIVATE_KEY_2"]).address
    assert state["author"].getFeedback(state["id"], client, 1).isRevoked


passed = []
state["author"], state["client"] = sdk(os.environ["PRIVATE_KEY"]), sdk(os.environ["PRIVATE_KEY_2"])
for step in [registers, loads, rates, reads, refuses_self_praise, withdraws]:
    try:
        step()
    except Exception as error:
        print(json.dumps({"client": "agent0-sdk", "passed": passed, "failed": step.__name__, "error": str(error)[:400]}))
        raise
    passed.append(step.__name__)
print(json.dumps({"client": "agent0-sdk", "passed": passed}))
sys.exit(0)
